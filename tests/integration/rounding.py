#!/usr/bin/env python3
"""A run in single precision whose P has become inexact says so once, and one in mixed precision has nothing to say."""
import json
import pathlib

import harness

# Long training of few neurons, after which rounding makes up half of r'Pr.
SETTINGS = ("network.neurons=60", "network.dt=0.002", "run.streams=16", "run.init_trials=1", "run.train_trials=500",
            "run.test_trials=4", "learning.update_probability=1.0", "learning.alpha=0.01")


def warnings_of(precision):
    """The warnings of rounding on standard error, in the log and in the summary, and the measured share."""
    settings = [word for setting in (*SETTINGS, f'learning.precision="{precision}"') for word in ("--set", setting)]
    pathlib.Path("defaults.toml").write_text("")
    run = harness.mpirun(1, ["train", "defaults.toml", "--output", precision, "--quiet", *settings])
    harness.expect_exit(0, run)
    summary = json.loads(pathlib.Path(precision, "summary.json").read_text())
    log = pathlib.Path(precision, "log.txt").read_text()
    told = [text.count("rounding makes up") for text in (run.stderr, log, json.dumps(summary["warnings"]))]
    return told, summary.get("rounding_share_of_P")


def main():
    with harness.own_folder():
        told, share = warnings_of("single")
        assert told == [1, 1, 1] and share > 0.065, (told, share)
        told, share = warnings_of("mixed")
        assert told == [0, 0, 0] and share is None, (told, share)


if __name__ == "__main__":
    main()
