#!/usr/bin/env python3
"""Any number of ranks and threads gives the same bits, and a restart on other ranks equals no restart.

    same_bits.py FULLFORCE
"""
import csv
import os
import shutil
import sys
import tempfile

import h5py

import harness

CONFIG = """
[run]
seed = 5
streams = {streams}
init_trials = 1
train_trials = 40
[task]
name = "file"
file = "trials.h5"
reset = "{reset}"
[network]
neurons = {neurons}
noise = 0.01
in_degree = {in_degree}
static_in_degree = {static}
[learning]
rule = "{rule}"
precision = "{precision}"
update_probability = 0.7
panel = 13
features = "{features}"
rank_tolerance = 1e-3
max_rank = 60
target_modes = {modes}
forgetting = {forgetting}
"""

#: Groups that neither follow the blocks of ranks nor divide the neurons evenly.
SPARSE = """
plastic_in_degree = 21
group = 11
readout_inputs = 50
"""


def run(folder, ranks, threads, steps, output):
    arguments = ["train", "c.toml", "--output", output, "--max-steps", steps, "--quiet"]
    harness.expect_exit(75, harness.mpirun(ranks, arguments, threads, cwd=folder))
    return os.path.join(folder, output, f"checkpoint-{steps}.h5")


def compare(reference, other, what):
    differing = harness.differences(reference, other)
    if differing:
        sys.exit(f"{what}: {', '.join(differing)} differ")
    print(f"{what}: all equal")


def end_of_a_trial(folder, output):
    """The step that ends the first training trial. The next step resets the states of a stream."""
    with open(os.path.join(folder, output, "metrics.csv")) as f:
        return int(next(csv.DictReader(f))["step"])


def check(folder, rule, precision, streams, features, in_degree, modes=0, neurons=149, reset="none", forgetting=1.0):
    sparse = features == "sparse"
    with open(os.path.join(folder, "c.toml"), "w") as f:
        f.write(
            CONFIG.format(
                rule=rule, precision=precision, streams=streams, features=features, in_degree=in_degree, modes=modes,
                neurons=neurons, reset=reset, forgetting=forgetting, static=7 if sparse else 0
            ) + (SPARSE if sparse else "")
        )
    label = f"{rule}, {precision}, {streams} stream(s), {features}, in-degree {in_degree}, {modes} modes, reset {reset}"
    label += f", forgetting {forgetting}" if forgetting < 1 else ""
    reference = run(folder, 1, 1, 520, "reference")
    with h5py.File(reference) as f:
        assert f["progress"].attrs["samples"] > 100, "the run must reach its training"
        assert ("learning/pending_right" in f) != sparse, "and leave a pending panel, unless updates are applied at once"
    everything = rule == "full-force" and streams == 3 and in_degree == 30 and features == "dense"
    # Some restarts are inside of init trials, whose currents a checkpoint must not forget. Others come later.
    few = ((2, 3, 30), (3, 2, 411)) if modes else ((3, 2, 411),)
    # In the last layout, OpenMP has another number of threads in mind inside a parallel region.
    layouts = [(2, 1), (3, 1), (5, 1), (1, 2), (2, 2), (12, 1), (1, "3,1")] if everything else [(3, 1), (1, 2)]
    for ranks, threads in layouts:
        compare(
            reference, run(folder, ranks, threads, 520, f"layout-{ranks}-{threads}"), f"{label}: {ranks} x {threads}"
        )
    all_restarts = ((3, 2, 100), (1, 3, 411), (2, 1, 0), (2, 3, end_of_a_trial(folder, "reference")))
    for first, second, steps in all_restarts if everything else few:
        output = f"restart-{steps}"
        run(folder, first, 1, steps, output)
        compare(
            reference, run(folder, second, 1, 520, output), f"{label}: {first} ranks, then {second} from step {steps}"
        )
    for entry in os.listdir(folder):
        if os.path.isdir(os.path.join(folder, entry)):
            shutil.rmtree(os.path.join(folder, entry))


def main():
    with tempfile.TemporaryDirectory() as folder:
        harness.write_mixed_trials(os.path.join(folder, "trials.h5"))
        check(folder, "full-force", "double", 1, "dense", 0)
        check(folder, "full-force", "double", 3, "dense", 30, reset="random")
        check(folder, "full-force", "single", 3, "dense", 0, reset="fixed")
        check(folder, "full-force", "mixed", 3, "dense", 0)
        check(folder, "full-force", "double", 1, "low-rank", 0)
        check(folder, "full-force", "single", 3, "low-rank", 30)
        check(folder, "full-force", "double", 3, "dense", 0, modes=20, reset="random")
        check(folder, "full-force", "single", 2, "low-rank", 30, modes=9)
        check(folder, "force", "single", 1, "dense", 0, reset="zero")
        # One selected stream takes the product that reads half of P, and this network is large enough for it.
        check(folder, "full-force", "double", 2, "dense", 0, neurons=2133)
        check(folder, "force", "double", 3, "dense", 0)
        check(folder, "full-force", "single", 3, "sparse", 0, reset="random")
        check(folder, "full-force", "mixed", 1, "sparse", 30, forgetting=0.999)
        check(folder, "full-force", "double", 2, "dense", 0, forgetting=0.998)
        check(folder, "full-force", "single", 3, "low-rank", 0, forgetting=0.998)
        check(folder, "force", "single", 3, "low-rank", 30, reset="random")


if __name__ == "__main__":
    main()
