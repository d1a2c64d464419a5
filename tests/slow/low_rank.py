#!/usr/bin/env python3
"""Compares low-rank learning with dense learning.

    low_rank.py FULLFORCE [NEURONS]

A table over the rank tolerance has test errors at 1000 neurons over seeds. From the default tolerance on, the median
error of low-rank learning is no worse than twice the worst error of dense learning.
"""
import json
import os
import statistics
import sys
import tempfile

import harness

SEEDS = range(1, 6)
TOLERANCES = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
SETTINGS = ("run.streams=8", "run.init_trials=1", "run.train_trials=40", "run.test_trials=4")


def summary(folder, neurons, seed, settings):
    output = os.path.join(folder, "_".join((str(seed),) + settings).replace(".", "-"))
    arguments = ["train", "c.toml", "--output", output, "--quiet"]
    for setting in SETTINGS + (f"network.neurons={neurons}", f"run.seed={seed}") + settings:
        arguments += ["--set", setting]
    harness.expect_exit(0, harness.mpirun(1, arguments, threads=2, timeout=1800, cwd=folder))
    with open(os.path.join(output, "summary.json")) as f:
        return json.load(f)


def row(name, runs):
    errors = sorted(run["test"]["error"] for run in runs)
    ranks = statistics.median(run["rank"] for run in runs)
    seconds = statistics.median(run["train"]["seconds"] for run in runs)
    print(f"{name:>10s}  rank {ranks:6.0f}  test error {errors[0]:.2e} {statistics.median(errors):.2e} "
          f"{errors[-1]:.2e}  {seconds:6.1f} s",
          flush=True)
    return errors


def main():
    neurons = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    with tempfile.TemporaryDirectory() as folder:
        open(os.path.join(folder, "c.toml"), "w").close()
        dense = row("dense", [summary(folder, neurons, seed, ()) for seed in SEEDS])
        for tolerance in TOLERANCES:
            settings = ("learning.features=low-rank", f"learning.rank_tolerance={tolerance}")
            errors = row(f"{tolerance:g}", [summary(folder, neurons, seed, settings) for seed in SEEDS])
            if tolerance <= 1e-4 and statistics.median(errors) > 2.0 * dense[-1]:
                sys.exit("low-rank learning is worse than dense learning")


if __name__ == "__main__":
    main()
