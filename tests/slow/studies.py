#!/usr/bin/env python3
"""Every study of tools/study.py makes its table and figure, here of networks of 30 neurons.

    studies.py FULLFORCE

It takes about five minutes on one core.
"""
import csv
import os
import pathlib
import subprocess
import sys

import harness

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS / "python"))
from fullforce.studies import STUDIES  # noqa: E402


def check(name):
    command = [sys.executable, str(TOOLS / "study.py"), name, "--program", harness.PROGRAM, "--sizes", "30",
               "--seeds", "2", "--jobs", "2"]
    table = harness.expect_exit(0, subprocess.run(command, capture_output=True, text=True, timeout=1200)).stdout
    with open(f"runs/{name}/{name}.csv") as f:
        rows = list(csv.DictReader(f))
    columns = list(rows[0])
    settings = columns[:columns.index("seed")]
    groups = {tuple(row[column] for column in settings) for row in rows}
    assert all(" ".join(f"{c}={v}" for c, v in zip(settings, group)) in table for group in groups), table
    assert {row["seed"] for row in rows} == {"1", "2"}, rows
    assert all(os.path.getsize(f"runs/{name}/{name}.{ending}") > 5000 for ending in ("png", "pdf"))


def main():
    for name in STUDIES:
        check(name)
        print(f"{name}: table and figure", flush=True)


if __name__ == "__main__":
    main()
