#!/usr/bin/env python3
"""tools/plot.py draws a run with and without a recording, and refuses folders and recordings that are none.

    pictures.py FULLFORCE
"""
import os
import pathlib
import subprocess
import sys

import harness

PLOT = pathlib.Path(__file__).resolve().parents[2] / "tools" / "plot.py"
SETTINGS = [
    "--set", "run.init_trials=0", "--set", "run.train_trials=3", "--set", "run.test_trials=1",
    "--set", "network.neurons=30", "--quiet"
]
LEAST_BYTES = 10_000  # any picture with axes, lines and words has more


def plot(*arguments):
    return subprocess.run([sys.executable, PLOT, *arguments], capture_output=True, text=True, timeout=120)


def draws(name, *arguments):
    result = plot(*arguments, "--output", name)
    drawn = os.path.getsize(name) if os.path.exists(name) else 0
    if result.returncode == 0 and drawn > LEAST_BYTES:
        return []
    return [f"{name}: exit {result.returncode}, {drawn} bytes: {result.stderr}"]


def refuses(what, *arguments):
    result = plot(*arguments, "--output", "refused.png")
    sound = result.returncode == 2 and result.stderr.count("\n") == 1 and not os.path.exists("refused.png")
    return [] if sound else [f"{what}: exit {result.returncode}: {result.stderr}"]


def main():
    with harness.own_folder() as folder:
        pathlib.Path("c.toml").touch()
        os.mkdir("empty")
        harness.mpirun(2, ["train", "c.toml", "--output", "run", *SETTINGS], check=True)
        problems = draws("curve.png", "run")
        harness.mpirun(2, ["test", "run/network.h5", "--record", "record.h5"], check=True)
        problems += draws("all.png", "run", "--recording", "record.h5")
        if not problems and os.path.getsize("all.png") <= os.path.getsize("curve.png"):
            problems.append("a recording adds nothing to the picture")
        problems += refuses("no folder", "nowhere") + refuses("empty folder", "empty")
        problems += refuses("no recording", "run", "--recording", "missing.h5")
        problems += refuses("a network", "run", "--recording", "run/network.h5")
    print("\n".join(problems) or "pictures as agreed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
