#!/usr/bin/env python3
"""A plan before a run, and a run's report of itself.

    plan.py FULLFORCE

A plan takes constants from the file that is named. The files of the run then have the sizes that it predicts.
"""
import json
import math
import os

import harness

CONFIG = """
[run]
streams = 2
init_trials = 1
train_trials = 2
test_trials = 1
output = "run"
[network]
neurons = 300
dt = 0.01
"""
MACHINE = {
    "format": "fullforce-machine",
    "format_version": 1,
    "node": {"cores": 4, "memory_bytes": 2**33, "from": "a test"},
    "files": {"bytes_per_second": 1e6},
}


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def check_plan():
    result = harness.expect_exit(
        0,
        harness.mpirun(
            2, ["plan", "c.toml", "--ranks", 8, "--threads", 2, "--machine", "m.json", "--output", "plan.json"]
        ),
    )
    assert "a test" in result.stdout and "assumed" in result.stdout, result.stdout
    plan = read("plan.json")
    assert (plan["ranks"], plan["threads"], plan["nodes"]) == (8, 2, 4), plan
    # The second stream begins in the middle of the trial, and completes it before its init trial.
    assert plan["steps"] == {"init": 200, "training": 300, "test_init": 300, "test": 200}, plan["steps"]
    assert math.isclose(plan["files"]["checkpoint_seconds"], plan["files"]["checkpoint_bytes"] / 1e6)
    assert plan["ranks_sharing_memory"] == 2 and "memory that 2 ranks share, and messages between the first ranks of 4 " in result.stdout
    step = plan["seconds_per_step"]["training"]
    assert math.isclose(sum(step.values()), 2 * step["total"]) and step["communication"] > 0.0, step
    return plan


def check_run(plan):
    harness.expect_exit(0, harness.mpirun(2, ["train", "c.toml", "--quiet"]))
    size = os.path.getsize("run/network.h5")
    assert abs(plan["files"]["network_bytes"] / size - 1.0) < 0.05, (plan["files"], size)
    summary = read("run/summary.json")
    performance = summary["performance"]
    steps = summary["train"]["steps"]
    assert math.isclose(performance["samples_per_second"] * performance["seconds_per_step"], 2.0)
    assert math.isclose(performance["simulated_seconds_per_hour"], 3600 * 0.01 * performance["samples_per_second"])
    # A short run does not measure the machine.
    if summary["train"]["seconds"] < 5.0:
        assert performance["fraction_of_limit"] is None and not any(
            "fraction_of_limit" in w for w in summary["warnings"]
        )
    else:
        assert performance["fraction_of_limit"] > 0.0, performance
    assert performance["imbalance"] >= 1.0 and len(summary["memory"]["peak_bytes_per_rank"]) == 2
    # J_D and two vectors are read in every step. So are J and two vectors as soon as a stream is past its init trial of
    # 200 steps. P is read for those that learn, and each applied sample takes 4 N^2 more.
    least = 300**2 * (4 * steps + 4 * (steps - 200) + 6 * summary["train"]["samples"])
    operations = performance["gflops"] * 1e9 * performance["seconds_per_step"] * steps
    assert abs(operations / least - 1.0) < 0.01, (operations, least)


def main():
    with harness.own_folder():
        with open("c.toml", "w", encoding="utf-8") as file:
            file.write(CONFIG)
        with open("m.json", "w", encoding="utf-8") as file:
            json.dump(MACHINE, file)
        check_run(check_plan())


if __name__ == "__main__":
    main()
