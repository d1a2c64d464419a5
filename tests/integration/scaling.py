#!/usr/bin/env python3
"""tools/scaling.py runs the points of a study of any configuration, and plans them.

    scaling.py FULLFORCE

It refuses what would make its table wrong.
"""
import csv
import os
import pathlib
import subprocess
import sys

import harness

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "scaling.py"
SPARSE = ["--set", "learning.features=sparse", "--set", "network.in_degree=9"]
LOW_RANK = ["--set", "learning.features=low-rank", "--set", "learning.max_rank=12", "--set", "network.in_degree=9"]
SMALL = ["--neurons", "60", "--streams", "2", "--steps", "400", "--repeats", "1"]


def scaling(*arguments, code=0):
    command = [sys.executable, str(TOOL), *arguments, "--fullforce", harness.PROGRAM]
    return harness.expect_exit(code, subprocess.run(command, capture_output=True, text=True, timeout=120))


def rows(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def check_runs():
    scaling("s", *SMALL, "--ranks", "1", "2", *LOW_RANK)
    found = rows("s/scaling.csv")
    assert [row["ranks"] for row in found] == ["1", "2"] and all(float(row["seconds"]) > 0 for row in found), found
    config = next(pathlib.Path("s").glob("points/*/config.toml")).read_text(encoding="utf-8")
    assert 'features = "low-rank"' in config and "in_degree = 9" in config, config
    assert os.path.getsize("s/scaling.png") > 10000


def check_weak_plans():
    """Where work grows like N, N grows with the number of cores. Otherwise N grows with the root of that number."""
    plan = ["--kind", "weak", "--neurons", "1000", "--ranks", "1", "4", "--repeats", "1", "--plan"]
    for folder, settings, neurons in (("d", [], "2000"), ("l", LOW_RANK, "4000"), ("p", SPARSE, "4000")):
        scaling(folder, *plan, *settings)
        found = rows(f"{folder}/planned.csv")
        assert [row["neurons"] for row in found] == ["1000", neurons], found
        assert 0.1 < float(found[1]["efficiency"]) < 1.5, found


def check_refusals():
    for arguments, word in (
        (["--set", "network.neurons=5"], "the study itself sets"),
        (["--set", "neurons=5"], "section.key=value"),
        (["--kind", "weak", *LOW_RANK[:2]], "--kind weak"),
        (["--report"], "holds no points"),
    ):
        message = scaling("r", *arguments, code=2).stderr
        assert word in message, message
    # A run that failed must not prevent a run with a better value.
    wrong = scaling("w", *SMALL, "--ranks", "1", "--set", "learning.features=lowrank", code=1).stderr
    assert "learning.features" in wrong, wrong
    scaling("w", *SMALL, "--ranks", "1", *LOW_RANK)
    other = scaling("w", *SMALL, "--ranks", "1", code=2).stderr
    assert "another FOLDER" in other, other


def main():
    with harness.own_folder():
        check_runs()
        check_weak_plans()
        check_refusals()


if __name__ == "__main__":
    sys.exit(main())
