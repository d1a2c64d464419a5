#!/usr/bin/env python3
"""A sweep runs through SLURM as an array of what is missing, and shows what the array leaves.

    sweep.py FULLFORCE
"""
import cluster

cluster.enter_namespaces()

import os  # noqa: E402
import pathlib  # noqa: E402
import shutil  # noqa: E402
import sys  # noqa: E402

import batch  # noqa: E402
import harness  # noqa: E402

from fullforce.sweep import sweep  # noqa: E402

TOOL = pathlib.Path(__file__).parents[3] / "tools" / "sweep.py"
BASE = {"run.init_trials": 1, "run.train_trials": 2, "run.test_trials": 1, "network.neurons": 40}
SBATCH = ["--time=30"]


def submit_by_command():
    """The command submits a sweep, and the same command without --submit shows its table."""
    words = [sys.executable, TOOL, "alpha/base.toml", "--set", "learning.alpha=0.5,2", "--seeds", "1,7", "--ranks", "2",
             "--threads", "1", "--output", "seeds", "--program", harness.PROGRAM]
    batch.command(*words, "--submit", *SBATCH)
    cluster.wait_until(lambda: len(list(pathlib.Path("seeds").glob("*/summary.json"))) == 4, "four networks", batch.LONG)
    said = batch.command(*words)
    batch.expect("4 of 4 points" in said and pathlib.Path("seeds/sweep.csv").read_text().count("\n") == 5, said)


def main():
    for folder in ("alpha", "seeds"):  # an earlier test may have left them
        shutil.rmtree(folder, ignore_errors=True)
    with cluster.running("logs"):
        os.environ.update(FULLFORCE_BIND="none", OMP_NUM_THREADS="1")
        options = dict(output="alpha", program=harness.PROGRAM, threads=1, ranks=2)
        found = sweep(BASE, {"learning.alpha": [0.5, 2.0]}, submit=True, jobs=1, sbatch=SBATCH, **options)
        cluster.wait_until(lambda: not found.missing, "two trained networks", batch.LONG)
        table = found.table(["learning.alpha", "ranks"])
        batch.expect(table == [{"learning.alpha": alpha, "ranks": 2} for alpha in (0.5, 2.0)], str(table))
        before = {point.name: point.summary_path.stat().st_mtime_ns for point in found.points}
        more = sweep(BASE, {"learning.alpha": [2.0, 8.0]}, submit=True, sbatch=SBATCH, **options)
        cluster.wait_until(lambda: not more.missing, "the third", batch.LONG)
        batch.expect(all(point.summary_path.stat().st_mtime_ns == before[point.name] for point in found.points),
                     "finished points were trained again")
        read = sweep(BASE, {"learning.alpha": [2.0, 8.0]}, **options)
        batch.expect(read.table(["learning.alpha"]) == [{"learning.alpha": alpha} for alpha in (2.0, 8.0)],
                     f"the same call without submit: {read}")
        submit_by_command()
        said = batch.command(sys.executable, TOOL, "--output", "alpha", "--figures")
        batch.expect("3 of 3 points" in said and pathlib.Path("alpha/sweep.png").stat().st_size > 10000, said)


if __name__ == "__main__":
    main()
