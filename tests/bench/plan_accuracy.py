#!/usr/bin/env python3
"""Compares what `fullforce plan` predicts with what `fullforce train` takes.

    plan_accuracy.py FULLFORCE [--neurons N N] [--machine FILE] [--tiny] [--output JSON]

There are two sizes, 1 and 16 streams, both precisions, and 1 and 2 ranks. The script first calibrates on 2 ranks of one
thread, or takes the constants in FILE. Then it trains each network for a thousand steps or more. It compares the time
of a step (without that of files), the memory of a rank, and the size of network.h5. This takes about 2 minutes on a
machine that does nothing else. The script prints the table; the last line is the largest error.
"""
import argparse
import itertools
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/python"))

from fullforce.running import environment, mpirun, run_quietly  # noqa: E402
from fullforce.text_files import read_json, write_json  # noqa: E402

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


HEADING = ("neurons streams precision ranks   step: plan   measured   error   memory: plan  measured  "
           "network.h5: error")


def run(ranks, command, folder):
    """Runs a command on so many ranks of one thread. Ends the script if it fails."""
    result = run_quietly(mpirun(ranks, command), cwd=folder, env=environment(1, OMPI_MCA_rmaps_base_oversubscribe="1"))
    if result.returncode != 0:
        sys.exit(f"{command}: exit {result.returncode}\n{result.stdout}{result.stderr}")


def compare(program, machine, folder, neurons, streams, precision, ranks, dt):
    """Compares one point: first comes the prediction, then the run."""
    name = f"{neurons}-{streams}-{precision}-{ranks}"
    config = folder / f"{name}.toml"
    trials = 30 if streams == 1 else 3 * streams
    config.write_text(CONFIG.format(neurons=neurons, streams=streams, precision=precision, train_trials=trials, dt=dt),
                      encoding="utf-8")
    run(ranks, [program, "plan", config, "--machine", machine, "--output", folder / "plan.json"], folder)
    run(ranks, [program, "train", config, "--output", name, "--quiet"], folder)
    plan, summary = read_json(folder / "plan.json"), read_json(folder / name / "summary.json")
    network = folder / name / "network.h5"
    predicted, measured = times(plan, summary)
    point = {"neurons": neurons, "streams": streams, "precision": precision, "ranks": ranks,
             "predicted": predicted, "measured": sum(s for phase, s in measured.items() if phase != "io"),
             "predicted_bytes": plan["memory"]["bytes_per_rank"],
             "measured_bytes": max(summary["memory"]["peak_bytes_per_rank"]),
             "predicted_file": plan["files"]["network_bytes"], "measured_file": network.stat().st_size,
             "phases": {phase: [plan["seconds_per_step"]["training"][phase], s] for phase, s in measured.items()}}
    network.unlink()
    return point


def times(plan, summary):
    """Returns the predicted time of a step, over all steps, and the measured times of its phases."""
    steps, a_step = plan["steps"], plan["seconds_per_step"]
    total = sum(steps[kind] * a_step[kind]["total"] for kind in ("init", "training"))
    measured = {name: phase["mean"] / summary["train"]["steps"]
                for name, phase in summary["performance"]["phases"].items()}
    return total / (steps["init"] + steps["training"]), measured


def error(point, predicted="predicted", measured="measured"):
    """Returns the error in percent."""
    return 100.0 * (point[predicted] / point[measured] - 1.0)


def line(point):
    """Returns a point as a line of the table."""
    return (f"{point['neurons']:7d} {point['streams']:7d} {point['precision']:>9s} {point['ranks']:5d} "
            f"{1e3 * point['predicted']:9.3f} ms {1e3 * point['measured']:7.3f} ms {error(point):+5.0f} % "
            f"{point['predicted_bytes'] / 2**20:10.0f} MiB {point['measured_bytes'] / 2**20:5.0f} MiB "
            f"{error(point, 'predicted_file', 'measured_file'):+12.1f} %")


def prepare_machine(program, given, tiny, folder):
    """Returns the file with the constants of the machine.

    It is the one that was given, a new one, or in tests an empty one.
    """
    if given:
        return os.path.abspath(given)
    machine = folder / "machine.json"
    if tiny:
        write_json(machine, {"format": "fullforce-machine", "format_version": 1})
    else:
        run(2, [program, "plan", "--calibrate", "--machine", machine], folder)
    return machine


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
    points = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        machine = prepare_machine(program, arguments.machine, arguments.tiny, folder)
        print(HEADING)
        for case in itertools.product(sizes, (1, 16), ("double", "single"), (1, 2)):
            points.append(compare(program, machine, folder, *case, dt))
            print(line(points[-1]), flush=True)
    if arguments.output:
        write_json(pathlib.Path(arguments.output), points, indent=2)
    print(f"{len(points)} points, largest error {max(abs(error(point)) for point in points):.0f} %")


if __name__ == "__main__":
    main()
