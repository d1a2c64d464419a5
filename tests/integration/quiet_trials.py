#!/usr/bin/env python3
"""Trials without activity, files that are passed over, and checkpoints that a longer run needs: nothing is silent.

    quiet_trials.py FULLFORCE
"""
import json
import pathlib

import numpy as np

import harness
from fullforce import files
from harness import expect

SMALL = {"run": {"streams": 1, "init_trials": 1, "train_trials": 12}, "network": {"neurons": 40}}


def train(code, output, *settings, ranks=1):
    changes = [word for setting in settings for word in ("--set", setting)]
    return harness.expect_exit(code, harness.mpirun(ranks, ["train", "c.toml", "--output", output, "--quiet", *changes]))


def write(amplitude):
    t = np.arange(80)[:, None] * 0.001
    files.write_trials("trials.h5", [files.Trial(targets=amplitude * np.sin(40 * t), inputs=amplitude * (t < 0.02))], dt=0.001)


def check_zero_targets():
    """A network whose rates decay to zero, and targets that are zero: no error, its reason, and no false warning."""
    write(0.0)
    result = train(0, "zero", "network.gain=0.3", "run.train_trials=60")
    expect("positive" not in result.stderr, f"a false warning: {result.stderr}")
    summary = json.loads(pathlib.Path("zero/summary.json").read_text())
    expect(summary["train"]["error"] is None and summary["test"]["error"] is None, "a ratio to zero")
    reasons = " ".join(summary["warnings"])
    expect("train.error: all targets of the last training trial are zero" in reasons, reasons)
    expect("test.error: all targets of the test trials are zero" in reasons, reasons)
    lines = pathlib.Path("zero/metrics.csv").read_text().splitlines()[1:]
    expect(all(line.split(",")[3] == "nan" for line in lines), f"metrics.csv holds {lines[0]}")


def check_samples_that_do_not_count():
    """Nothing can be learned where no sample counts. Networks may run on such trials, and have no error with its reason."""
    t = np.arange(80)[:, None] * 0.001
    unknown, known = np.full(t.shape, np.nan), np.sin(40 * t)
    files.write_trials("trials.h5", [t < 0.02], [unknown], dt=0.001)
    refused = train(2, "unknown", ranks=2).stderr
    expect("trials.h5: no sample of its trials counts" in refused and refused.count("error:") == 1, refused)
    expect(not pathlib.Path("unknown").exists(), "the run began")
    files.write_trials("half.h5", [t < 0.02] * 2, [unknown, known], dt=0.001)
    train(0, "half", "task.file=half.h5")
    for trials, words in (("trials.h5", "test.error: no sample counts"),
                          ("half.h5", "test.per_trial: error is null for trial 0: no sample counts")):
        harness.expect_exit(0, harness.mpirun(1, ["test", "half/network.h5", "--trials-file", trials, "--output", "t.json"]))
        warnings = json.loads(pathlib.Path("t.json").read_text())["warnings"]
        expect(any(w.startswith(words) for w in warnings) and "are zero" not in " ".join(warnings), warnings)


def check_passed_over():
    """A network.h5 whose header is damaged is named, although a whole checkpoint is there."""
    write(1.0)
    train(0, "damaged", "checkpoint.every_trials=4")
    network = pathlib.Path("damaged/network.h5")
    content = bytearray(network.read_bytes())
    content[:2048] = bytes(2048)
    network.write_bytes(content)
    pathlib.Path("damaged/summary.json").unlink()
    result = train(0, "damaged", "checkpoint.every_trials=4")
    expect("passed over" in result.stderr and "network.h5" in result.stderr, f"nothing said: {result.stderr!r}")


def check_shorter_run():
    """A longer run that stops at once takes none of the checkpoints away that the shorter one has kept."""
    changes = ["run.streams=3", "run.train_trials=13", "checkpoint.every_trials=5", "checkpoint.keep=2"]
    train(0, "shorter", *changes)
    kept = harness.checkpoints("shorter")
    expect(len(kept) == 3, f"two checkpoints and the one that a longer run needs: {kept}")
    longer = [word for setting in (*changes, "run.train_trials=20") for word in ("--set", setting)]
    arguments = ["train", "c.toml", "--output", "shorter", "--quiet", *longer, "--max-steps", 1]
    harness.expect_exit(75, harness.mpirun(1, arguments))
    expect(harness.checkpoints("shorter") == kept, f"{kept} became {harness.checkpoints('shorter')}")


def check_branch(name, *settings):
    """A longer run goes on to the bits of one run, although the shorter one has written later checkpoints."""
    changes = ["run.streams=3", "checkpoint.every_trials=1", "checkpoint.keep=1", *settings]
    train(0, name, *changes)
    result = train(0, name, *changes, "run.train_trials=20", ranks=2)
    expect("not, bit for bit" not in result.stderr, f"{name}: {result.stderr}")
    train(0, name + "-whole", *changes, "run.train_trials=20")
    differing = [n for n in harness.differences(f"{name}-whole/network.h5", f"{name}/network.h5") if n != "config"]
    expect(not differing, f"{name}: {differing} differ from one run")


def main():
    with harness.small_run(**SMALL):
        check_zero_targets()
        check_samples_that_do_not_count()
        check_passed_over()
        check_shorter_run()
        check_branch("branch", "run.train_trials=13")
        check_branch("idle", "run.train_trials=2", "run.init_trials=0")


if __name__ == "__main__":
    main()
