#!/usr/bin/env python3
"""A scaling study runs through SLURM as one job for each layout, and nothing is submitted twice.

    scaling.py FULLFORCE

The table comes from what the jobs leave.
"""
import cluster

cluster.enter_namespaces()

import os  # noqa: E402
import pathlib  # noqa: E402
import re  # noqa: E402
import shutil  # noqa: E402
import sys  # noqa: E402

import batch  # noqa: E402
import harness  # noqa: E402

TOOL = pathlib.Path(__file__).parents[3] / "tools" / "scaling.py"
STUDY = [
    "study", "--neurons", "80", "--streams", "1", "4", "--ranks", "1", "2", "--repeats", "2", "--steps", "400",
    "--fullforce", harness.PROGRAM
]


def scaling(*arguments):
    return batch.command(sys.executable, TOOL, *arguments)


def main():
    shutil.rmtree("study", ignore_errors=True)  # an earlier test may have left it
    with cluster.running("logs"):
        os.environ.update(FULLFORCE_BIND="none")
        submitted = scaling(*STUDY, "--submit", "--time=30", "--oversubscribe")
        batch.say(submitted)
        jobs = [batch.Job(job_id) for job_id in re.findall(r"batch job (\d+)", submitted)]
        batch.expect(len(jobs) == 2, submitted)
        for job in jobs:
            job.wait_for("COMPLETED")
        batch.expect("nothing to submit" in scaling(*STUDY, "--submit"), "finished points are submitted again")
        table = scaling("study", "--report")
        batch.say(table)
        rows = [line.split() for line in table.splitlines() if line.startswith("strong")]
        batch.expect(
            sorted((row[2], row[4]) for row in rows) == [("1", "1"), ("1", "2"), ("4", "1"), ("4", "2")], table
        )
        batch.expect(
            pathlib.Path("study/scaling.png").stat().st_size > 10000
            and not list(pathlib.Path("study").rglob("network.h5")),
            "files",
        )


if __name__ == "__main__":
    main()
