#!/usr/bin/python3
"""A test of a checkpoint runs the network with its pending updates: deferred equals immediate.

    pending_panel.py FULLFORCE
"""
import json
import math
import os
import sys
import tempfile

import harness

CONFIG = """
[run]
streams = 2
init_trials = 1
train_trials = 40
[task]
name = "file"
file = "trials.h5"
[network]
neurons = 60
[learning]
features = "{features}"
panel = {panel}
target_modes = {modes}
"""


def error_of_checkpoint(features, modes, panel):
    name = f"{features}-{modes}-{panel}"
    with open("c.toml", "w") as f:
        f.write(CONFIG.format(features=features, panel=panel, modes=modes))
    harness.expect_exit(75, harness.mpirun(1, ["train", "c.toml", "--output", name, "--max-steps", 180, "--quiet"]))
    harness.expect_exit(0, harness.mpirun(2, ["test", f"{name}/checkpoint-180.h5", "--trials", 1, "--output", f"{name}.json"]))
    with open(f"{name}.json") as f:
        return json.load(f)["test"]["error"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        harness.write_mixed_trials("trials.h5")
        for features, modes in (("dense", 0), ("low-rank", 0), ("dense", 9)):
            immediate, deferred = error_of_checkpoint(features, modes, 1), error_of_checkpoint(features, modes, 1000)
            print(f"{features}, {modes} modes: test error {immediate} with updates applied at once, {deferred} with all of them pending")
            if not math.isclose(immediate, deferred, rel_tol=1e-3):
                sys.exit("the pending updates were left out")


if __name__ == "__main__":
    main()
