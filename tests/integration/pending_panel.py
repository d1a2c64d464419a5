#!/usr/bin/env python3
"""A test of a checkpoint runs the network with its pending updates, so that deferred updates equal immediate ones.

    pending_panel.py FULLFORCE
"""
import json
import math
import sys

import harness


def error_of_checkpoint(features, modes, panel):
    name = f"{features}-{modes}-{panel}"
    settings = (f"learning.features={features}", f"learning.target_modes={modes}", f"learning.panel={panel}")
    options = [word for setting in settings for word in ("--set", setting)]
    harness.expect_exit(75, harness.mpirun(1, harness.train(name, "--max-steps", 180, "--quiet", *options)))
    harness.expect_exit(
        0, harness.mpirun(2, ["test", f"{name}/checkpoint-180.h5", "--trials", 1, "--output", f"{name}.json"])
    )
    with open(f"{name}.json") as f:
        return json.load(f)["test"]["error"]


def main():
    with harness.small_run(run={"seed": 1, "init_trials": 1, "train_trials": 40}, network={"neurons": 60}):
        for features, modes in (("dense", 0), ("low-rank", 0), ("dense", 9)):
            immediate, deferred = error_of_checkpoint(features, modes, 1), error_of_checkpoint(features, modes, 1000)
            print(f"{features}, {modes} modes: test error {immediate} with updates applied at once, "
                  f"{deferred} with all of them pending")
            if not math.isclose(immediate, deferred, rel_tol=1e-3):
                sys.exit("the pending updates were left out")


if __name__ == "__main__":
    main()
