#!/usr/bin/python3
"""The same bits on any number of ranks and threads, and a restart on other ranks equals no restart.

    same_bits.py FULLFORCE
"""
import os
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy as np

CONFIG = """
[run]
seed = 5
streams = {streams}
init_trials = 1
train_trials = 40
[task]
name = "file"
file = "trials.h5"
[network]
neurons = 149
noise = 0.01
[learning]
rule = "{rule}"
precision = "{precision}"
update_probability = 0.7
panel = 13
"""


def make_trials(path):
    """Three trials of different lengths, two inputs, two outputs, one hint."""
    random = np.random.default_rng(3)
    lengths = np.array([90, 61, 77])
    total = lengths.sum()
    with h5py.File(path, "w") as f:
        f.attrs["format"], f.attrs["format_version"], f.attrs["dt"] = "fullforce-trials", 1, 0.001
        f["lengths"] = lengths
        for name, width in (("inputs", 2), ("targets", 2), ("hints", 1)):
            f[name] = np.sin(np.cumsum(random.standard_normal((total, width)) * 0.2, axis=0))


def run(program, folder, ranks, threads, steps, output):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    command = ["mpirun", "-n", str(ranks), program, "train", "c.toml", "--output", output, "--max-steps", str(steps), "--quiet"]
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    if result.returncode != 75:
        sys.exit(f"{' '.join(command)}: exit {result.returncode}\n{result.stdout}{result.stderr}")
    return os.path.join(folder, output, f"checkpoint-{steps}.h5")


def contents(path):
    """Every dataset and every attribute but the provenance, as bytes."""
    found = {}

    def visit(name, item):
        for key, value in item.attrs.items():
            if key != "attributes":  # covers the provenance too
                found[name + "@" + key] = bytes(str(value), "utf-8")
        if isinstance(item, h5py.Dataset):
            found[name] = np.array(item).tobytes()

    with h5py.File(path) as f:
        found["config"] = "\n".join(line for line in str(f.attrs["config"]).splitlines() if not line.startswith("output"))
        f.visititems(visit)
    return found


def compare(reference, other, what):
    a, b = contents(reference), contents(other)
    differing = sorted(set(a) ^ set(b)) + [name for name in a if name in b and a[name] != b[name]]
    if differing:
        sys.exit(f"{what}: {', '.join(differing)} differ")
    print(f"{what}: {len(a)} items equal")


def check(program, folder, rule, precision, streams):
    with open(os.path.join(folder, "c.toml"), "w") as f:
        f.write(CONFIG.format(rule=rule, precision=precision, streams=streams))
    label = f"{rule}, {precision}, {streams} stream(s)"
    reference = run(program, folder, 1, 1, 520, "reference")
    with h5py.File(reference) as f:
        assert f["progress"].attrs["samples"] > 100, "the run must reach its training"
        assert "learning/pending_right" in f, "and leave a pending panel"
    layouts = [(2, 1), (3, 1), (5, 1), (1, 2), (2, 2), (12, 1)] if streams == 3 else [(3, 1), (1, 2)]
    for ranks, threads in layouts:
        compare(reference, run(program, folder, ranks, threads, 520, f"layout-{ranks}-{threads}"), f"{label}: {ranks} x {threads}")
    for first, second, steps in ((3, 2, 100), (1, 3, 411), (2, 1, 0)):
        output = f"restart-{steps}"
        run(program, folder, first, 1, steps, output)
        compare(reference, run(program, folder, second, 1, 520, output), f"{label}: {first} ranks, then {second} from step {steps}")
    for entry in os.listdir(folder):
        if os.path.isdir(os.path.join(folder, entry)):
            shutil.rmtree(os.path.join(folder, entry))


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        make_trials(os.path.join(folder, "trials.h5"))
        for rule in ("full-force", "force"):
            for precision in ("double", "single"):
                for streams in (1, 3):
                    check(program, folder, rule, precision, streams)


if __name__ == "__main__":
    main()
