#!/usr/bin/env python3
"""The tasks' own scores are in summary.json and in the results of a test, and are the same on any layout.

    scores.py FULLFORCE
"""
import json
import math
import os
import sys

import harness

CONFIG = """
[run]
streams = 2
init_trials = 0
train_trials = 2
test_trials = 5
[task]
name = "{task}"
[network]
neurons = 40
"""
LOW_RANK = 'noise = 0.01\nin_degree = 9\n[learning]\nfeatures = "low-rank"\nmax_rank = 25\n'
FIRST, LAST = ["trials", "steps", "trials_of", "training_trials", "error"], ["r2", "per_output", "per_trial"]
SCORES = {"ready-set-go": ["timing_error_mean", "timing_error_spread", "timing_within_20_percent", "missed_responses"],
          "delayed-comparison": ["fraction_correct"]}


def section(path):
    """Returns what a file says of its test, but for the time that it took."""
    with open(path) as f:
        contents = json.load(f)
    for name, value in contents["test"].items():
        if value is None and not any(w.startswith(f"test.{name}:") for w in contents["warnings"]):
            sys.exit(f"{path}: test.{name} is null without a reason")
    return {name: value for name, value in contents["test"].items() if name != "seconds"}


def check(task, more=""):
    with open(f"{task}.toml", "w") as f:
        f.write(CONFIG.format(task=task) + more)
    harness.expect_exit(0, harness.mpirun(1, ["train", f"{task}.toml", "--output", task, "--quiet"]))
    trained = section(os.path.join(task, "summary.json"))
    harness.expect_exit(0, harness.mpirun(3, ["test", f"{task}/network.h5", "--output", f"{task}.json"]))
    tested = section(f"{task}.json")
    if trained != tested:
        sys.exit(f"{task}: {trained} after training on 1 rank, {tested} in a test on 3")
    if list(trained) != FIRST + SCORES[task] + LAST or trained["trials"] != 5:
        sys.exit(f"{task}: {trained} (expected the scores {SCORES[task]} of 5 trials)")
    fractions = [v for k, v in trained.items() if k.startswith(("fraction", "missed", "timing_within"))]
    if not all(0 <= v <= 1 and math.isclose(v * 5, round(v * 5)) for v in fractions):
        sys.exit(f"{task}: {fractions} are not fractions of 5 trials")
    print(f"{task}: {[trained[name] for name in SCORES[task]]}")


def check_low_rank():
    """Ready-set-go runs over low-rank features, from the plan to what the program says of the file."""
    os.mkdir("low-rank")
    os.chdir("low-rank")
    check("ready-set-go", LOW_RANK)
    plan = harness.expect_exit(0, harness.mpirun(1, ["plan", "ready-set-go.toml"])).stdout
    assert "up to learning.max_rank = 25" in plan, plan
    info = harness.expect_exit(0, harness.mpirun(1, ["info", "ready-set-go/network.h5"])).stdout
    assert "max_rank = 25" in info, info
    os.chdir("..")


def main():
    with harness.own_folder():
        for task in SCORES:
            check(task)
        check_low_rank()


if __name__ == "__main__":
    main()
