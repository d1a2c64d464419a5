#!/usr/bin/env python3
"""Trials are known by their content: other trials are refused, the same ones may lie elsewhere.

    trials_content.py FULLFORCE
"""
import json
import os
import shutil
import sys

import h5py
import numpy as np

import harness
from fullforce import files

SMALL = {"run": {"streams": 1, "init_trials": 1, "train_trials": 12}, "network": {"neurons": 40}}


def trials(amplitude=1.0, count=3):
    t = np.arange(60)[:, None] * 0.001
    return [files.Trial(targets=amplitude * np.sin(40 * t + k), inputs=t < 0.02, hints=0.1 * t) for k in range(count)]


def expect_error(result, *words):
    missing = [word for word in words if word not in result.stderr]
    if missing or result.stderr.count("fullforce: error:") != 1:
        sys.exit(f"the message lacks {missing}:\n{result.stderr}")


def fullforce(code, *arguments, ranks=2):
    return harness.expect_exit(code, harness.mpirun(ranks, list(arguments)))


def fingerprint(path):
    with h5py.File(path) as f:
        return f.attrs["trials_fingerprint"]


def differences(one, other):
    """What differs between the networks of two runs, beside their configurations, which name other files."""
    return [name for name in harness.differences(f"{one}/network.h5", f"{other}/network.h5")
            if name not in ("config", "trials_fingerprint") and not name.endswith("trials/learned")]


def check_restarts():
    fullforce(75, "train", "c.toml", "--output", "run", "--max-steps", 200, "--quiet")
    mine = fingerprint("run/checkpoint-200.h5")
    for other in (trials(amplitude=2.0), trials()[::-1], trials(count=4)):
        files.write_trials("trials.h5", other, dt=0.001)
        expect_error(fullforce(2, "train", "c.toml", "--output", "run", "--quiet"), "trials.h5", "run/checkpoint-200.h5", mine)
    # The same content under another name, compressed and in single precision where that loses nothing.
    files.write_trials("trials.h5", trials(), dt=0.001)
    shutil.move("trials.h5", "elsewhere.h5")
    fullforce(0, "train", "c.toml", "--output", "run", "--quiet", "--set", "task.file=elsewhere.h5")
    with open("run/summary.json") as f:
        summary = json.load(f)
    if summary["trials_file"] != {"path": "elsewhere.h5", "fingerprint": mine}:
        sys.exit(f"the summary says {summary.get('trials_file')}")
    files.write_trials("trials.h5", trials(), dt=0.001)
    fullforce(0, "train", "c.toml", "--output", "whole", "--quiet", ranks=1)
    differing = differences("whole", "run")
    if differing:
        sys.exit(f"{differing} differ from a run without a stop")


def check_tests():
    before = fullforce(0, "test", "whole/network.h5").stdout
    files.write_trials("trials.h5", trials(amplitude=0.5), dt=0.001)
    expect_error(fullforce(2, "test", "whole/network.h5"), "trials.h5", "--trials-file")
    expect_error(fullforce(2, "analyze", "whole/network.h5"), "trials.h5", "--trials-file")
    os.remove("trials.h5")
    expect_error(fullforce(2, "test", "whole/network.h5"), "trials.h5")
    fullforce(0, "analyze", "whole/network.h5", "--autonomous", "--trials", 1)
    if fullforce(0, "test", "whole/network.h5", "--trials-file", "elsewhere.h5").stdout != before:
        sys.exit("the same trials gave another test")
    files.write_trials("wide.h5", [files.Trial(targets=np.zeros((9, 1)), inputs=np.zeros((9, 2)))], dt=0.001)
    expect_error(fullforce(2, "test", "whole/network.h5", "--trials-file", "wide.h5"), "wide.h5", "2 input(s)", "has 1")
    expect_error(fullforce(2, "analyze", "whole/network.h5", "--autonomous", "--trials-file", "elsewhere.h5"), "--autonomous")
    # Networks of built-in tasks run on other trials too.
    fullforce(0, "train", "c.toml", "--output", "built-in", "--quiet", "--set", "task.name=oscillation", "--set",
              "run.train_trials=1")
    files.write_trials("short.h5", [files.Trial(targets=np.ones((50, 1)), inputs=np.ones((50, 1)))], dt=0.001)
    fullforce(0, "test", "built-in/network.h5", "--trials-file", "short.h5", "--trials", 2)


def check_links():
    """The package replaces the file that a link names, keeps its mode, and leaves nothing behind when it fails."""
    files.write_trials("target.h5", trials(), dt=0.001)
    os.chmod("target.h5", 0o600)
    os.symlink("target.h5", "link.h5")
    files.write_trials("link.h5", trials(count=2), dt=0.001)
    if not os.path.islink("link.h5") or os.stat("target.h5").st_mode & 0o777 != 0o600:
        sys.exit("a link or the mode of its target is lost")
    if len(files.read_trials("target.h5")[0]) != 2 or [name for name in os.listdir(".") if name.endswith(".part")]:
        sys.exit("the target of a link was not replaced whole")


def check_hints():
    """Hints of a file that are not used are as if they were not there."""
    for name, hinted in (("with.h5", trials()), ("without.h5", [files.Trial(t.targets, t.inputs) for t in trials()])):
        files.write_trials(name, hinted, dt=0.001)
    fullforce(0, "train", "c.toml", "--output", "without", "--quiet", "--set", "task.file=without.h5")
    fullforce(0, "train", "c.toml", "--output", "unused", "--quiet", "--set", "task.file=with.h5", "--set", "task.hint=false")
    differing = differences("without", "unused")
    if differing:
        sys.exit(f"task.hint = false has no effect: {differing} differ")


def main():
    with harness.small_run(**SMALL):
        files.write_trials("trials.h5", trials(), dt=0.001)
        check_restarts()
        check_tests()
        check_hints()
        check_links()


if __name__ == "__main__":
    main()
