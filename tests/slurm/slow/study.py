#!/usr/bin/env python3
"""A study runs through SLURM as an array of what is missing, and nothing is submitted twice.

    study.py FULLFORCE

The figure comes from what the array leaves.
"""
import cluster

cluster.enter_namespaces()

import os  # noqa: E402
import pathlib  # noqa: E402
import shutil  # noqa: E402
import sys  # noqa: E402

import batch  # noqa: E402
import harness  # noqa: E402

TOOL = pathlib.Path(__file__).parents[3] / "tools" / "study.py"
SHORT = [word for key in ("init_trials=1", "train_trials=2", "test_trials=1") for word in ("--set", f"run.{key}")]


def study(seeds, *arguments):
    return batch.command(
        sys.executable, TOOL, "spectra", "--sizes", "40", "--seeds", str(seeds), "--output", "spectra",
        "--program", harness.PROGRAM, *SHORT, *arguments
    )


def trained():
    return {path.parent.name: path.stat().st_mtime_ns for path in pathlib.Path("spectra").glob("*/summary.json")}


def main():
    shutil.rmtree("spectra", ignore_errors=True)  # an earlier test may have left it
    with cluster.running("logs"):
        os.environ.update(FULLFORCE_BIND="none", FULLFORCE=harness.PROGRAM)
        slurm = ("--slurm", "--time=30", "--ntasks=1", "--ntasks-per-node=1", "--cpus-per-task=1")
        batch.say(study(2, *slurm))
        cluster.wait_until(lambda: len(trained()) == 2, "two trained networks", batch.LONG)
        first = trained()
        figure = study(2)
        batch.say(figure)
        batch.expect("2 of 2 points" in figure and pathlib.Path("spectra/spectra.pdf").stat().st_size > 10000, figure)
        batch.say(study(3, *slurm))
        cluster.wait_until(lambda: len(trained()) == 3, "the third", batch.LONG)
        batch.expect(first.items() <= trained().items(), "finished points were trained again")
        batch.expect("3 of 3 points" in study(3), "the figure of three")


if __name__ == "__main__":
    main()
