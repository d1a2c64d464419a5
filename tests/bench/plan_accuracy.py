#!/usr/bin/python3
"""What `fullforce plan` predicts against what `fullforce train` takes: two sizes, 1 and 16 streams, both precisions, 1 and 2 ranks.

    plan_accuracy.py FULLFORCE [--neurons N N] [--machine FILE] [--tiny] [--output JSON]

Calibrates first on 2 ranks of one thread (or takes the constants in FILE), then trains each network for a thousand steps or more and compares the time of a step (without that of files),
the memory of a rank and the size of network.h5. About 2 minutes on a machine that does nothing else. Prints the table; the last line is the largest error.
"""
import argparse
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

CONFIG = """
[run]
streams = {streams}
init_trials = 1
train_trials = {train_trials}
test_trials = 0
[task]
name = "oscillation"
[network]
neurons = {neurons}
dt = {dt}
[learning]
precision = "{precision}"
"""


def mpirun(ranks, arguments, cwd):
    environment = dict(os.environ, OMP_NUM_THREADS="1", OMPI_MCA_btl_vader_single_copy_mechanism="none", OMPI_MCA_rmaps_base_oversubscribe="1",
                       OMPI_MCA_hwloc_base_binding_policy="none", OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    result = subprocess.run(["mpirun", "-n", str(ranks), *map(str, arguments)], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{arguments}: exit {result.returncode}\n{result.stdout}{result.stderr}")


def read(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def compare(program, machine, folder, neurons, streams, precision, ranks, dt):
    """One point: the prediction, then the run."""
    name = f"{neurons}-{streams}-{precision}-{ranks}"
    config = folder / f"{name}.toml"
    config.write_text(CONFIG.format(neurons=neurons, streams=streams, precision=precision, train_trials=30 if streams == 1 else 3 * streams, dt=dt), encoding="utf-8")
    mpirun(ranks, [program, "plan", config, "--machine", machine, "--output", folder / "plan.json"], folder)
    plan = read(folder / "plan.json")
    mpirun(ranks, [program, "train", config, "--output", name, "--quiet"], folder)
    summary = read(folder / name / "summary.json")
    steps, a_step = plan["steps"], plan["seconds_per_step"]
    predicted = (steps["init"] * a_step["init"]["total"] + steps["training"] * a_step["training"]["total"]) / (steps["init"] + steps["training"])
    network_bytes = (folder / name / "network.h5").stat().st_size
    (folder / name / "network.h5").unlink()
    return {"neurons": neurons, "streams": streams, "precision": precision, "ranks": ranks, "predicted": predicted,
            "measured": sum(phase["mean"] for name, phase in summary["performance"]["phases"].items() if name != "io") / summary["train"]["steps"],
            "predicted_bytes": plan["memory"]["bytes_per_rank"],
            "measured_bytes": max(summary["memory"]["peak_bytes_per_rank"]), "predicted_file": plan["files"]["network_bytes"], "measured_file": network_bytes,
            "phases": {phase: [a_step["training"][phase], summary["performance"]["phases"][phase]["mean"] / summary["train"]["steps"]]
                       for phase in summary["performance"]["phases"]}}


def error(point, predicted="predicted", measured="measured"):
    return 100.0 * (point[predicted] / point[measured] - 1.0)


def main():
    parser = argparse.ArgumentParser(description="Compare predictions with runs.")
    parser.add_argument("fullforce")
    parser.add_argument("--neurons", type=int, nargs="+", default=[500, 1000])
    parser.add_argument("--machine")
    parser.add_argument("--tiny", action="store_true", help="for a test of this script")
    parser.add_argument("--output")
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.fullforce)
    sizes, dt = ([40], 0.01) if arguments.tiny else (arguments.neurons, 0.005)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        machine = os.path.abspath(arguments.machine) if arguments.machine else "machine.json"
        if not arguments.machine and not arguments.tiny:
            mpirun(2, [program, "plan", "--calibrate", "--machine", machine], folder)
        if arguments.tiny:
            (folder / machine).write_text('{"format": "fullforce-machine", "format_version": 1}', encoding="utf-8")
        print("neurons streams precision ranks   step: plan   measured   error   memory: plan  measured  network.h5: error")
        points = []
        for case in itertools.product(sizes, (1, 16), ("double", "single"), (1, 2)):
            point = compare(program, machine, folder, *case, dt)
            points.append(point)
            print(f"{point['neurons']:7d} {point['streams']:7d} {point['precision']:>9s} {point['ranks']:5d} {1e3 * point['predicted']:9.3f} ms "
                  f"{1e3 * point['measured']:7.3f} ms {error(point):+5.0f} % {point['predicted_bytes'] / 2**20:10.0f} MiB {point['measured_bytes'] / 2**20:5.0f} MiB "
                  f"{error(point, 'predicted_file', 'measured_file'):+12.1f} %", flush=True)
    if arguments.output:
        pathlib.Path(arguments.output).write_text(json.dumps(points, indent=2), encoding="utf-8")
    print(f"{len(points)} points, largest error {max(abs(error(point)) for point in points):.0f} %")


if __name__ == "__main__":
    main()
