#!/usr/bin/env python3
"""tools/study.py trains what is missing and no more, and tools/report.py makes whole pages of runs and studies.

    studies.py FULLFORCE

Mean-field theory finds known values.
"""
import csv
import json
import os
import pathlib
import re
import subprocess
import sys

import numpy as np

import harness

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS / "python"))
from fullforce.studies import mean_field  # noqa: E402

SHORT = ["--set", "run.init_trials=1", "--set", "run.train_trials=2", "--set", "run.test_trials=1"]


def tool(name, *arguments, code=0):
    command = [sys.executable, str(TOOLS / name), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, env=harness.alone())
    return harness.expect_exit(code, run)


def study(*arguments, code=0):
    return tool("study.py", "--program", harness.PROGRAM, *arguments, code=code)


def check_study():
    arguments = ["spectra", "--sizes", "30", "--seeds", "2", "--output", "s", *SHORT]
    study(*arguments, "--figures", code=75)  # nothing is there yet
    first = study(*arguments).stdout
    with open("s/spectra.csv") as f:
        rows = list(csv.DictReader(f))
    expected = [(str(seed), which) for seed in (1, 2) for which in ("network", "target")]
    assert [(r["seed"], r["network"]) for r in rows] == expected, rows
    with open("s/full-force-2/analysis.json") as f:
        found = json.load(f)
    assert float(rows[3]["spectral_radius"]) == found["eigenvalues"]["target"]["spectral_radius"], rows
    assert all(os.path.getsize(f"s/spectra.{ending}") > 10000 for ending in ("png", "pdf"))
    os.remove("s/full-force-1/analysis.h5")
    again = study(*arguments).stdout
    assert "full-force-1:" in again and "full-force-2:" not in again, f"{first}\nthen\n{again}"
    for wrong, said in (
        (["neurons", "--sizes", "1"], "network.neurons"),
        (["neurons", "--sizes", "30", "--set", "run.sed=3"], "run.sed"),
        (["neurons", "--sizes", "30,40", "--set", "network.neurons=20"], "the study itself"),
        (["spectra", "--sizes", "30,40"], "one size"),
        (["spectra", "--sizes", "abc"], "--sizes"),
        (["spectra", "--jobs", "0"], "--jobs"),
        (["spectra", "--seeds", "-3"], "--seeds"),
        (["nonsense"], "nonsense"),
    ):
        message = study(
            *wrong, *([] if "--seeds" in wrong else ["--seeds", "1"]), "--output", "f", *SHORT, code=2
        ).stderr
        assert said in message and "Traceback" not in message, f"{wrong}: {message}"
    # A study does not take points of another size, or with other settings, for its own.
    os.remove("s/full-force-1/analysis.json")
    message = study("spectra", "--sizes", "40", "--seeds", "2", "--output", "s", *SHORT, code=2).stderr
    assert "network.neurons=30" in message, message
    assert "full-force-1:" in study(*arguments).stdout and os.path.exists("s/full-force-1/analysis.json")
    other = ["--set", "network.gain=0.5"]
    message = study("spectra", "--sizes", "30", "--seeds", "2", "--output", "s", *SHORT, *other, code=2).stderr
    assert "s/full-force-1" in message, message


def check_slurm():
    """The study gives sbatch what is missing, in one line for each point.

    Here a program of that name only says how it was called.
    """
    os.mkdir("bin")
    with open("bin/sbatch", "w") as f:
        f.write("#!/bin/sh\necho $FULLFORCE_JOBS \"$@\" > called\n")
    os.chmod("bin/sbatch", 0o755)
    os.environ["PATH"] = os.path.abspath("bin") + os.pathsep + os.environ["PATH"]
    study("spectra", "--sizes", "30", "--seeds", "3", "--output", "s", *SHORT, "--slurm", "--time=1:00")
    assert pathlib.Path("s/sweep-1.txt").read_text().split() == [
        "full-force-3", "network.neurons=30", "run.seed=3", "run.train_trials=200"
    ]
    called = pathlib.Path("called").read_text().split()
    assert called[1:4] == ["--array=1-1", "--time=1:00", "--export=ALL,FULLFORCE_JOBS"], called
    assert called[4].endswith("sweep.sbatch"), called
    assert called[5:] == ["s/sweep-1.txt", "s/base.toml", "s", *SHORT], called


def check_theory():
    """Checks the lowest eigenvalues of two potentials of textbooks, and exponents of random networks.

    The exponent at g = 1.5 was found with finite differences instead of cosines.
    """
    t = np.arange(0, mean_field.DURATION, mean_field.STEP)
    for potential, known in ((t**2, 1.0), (-2 / np.cosh(t) ** 2, -1.0)):
        found = mean_field.lowest_eigenvalue(potential)
        assert abs(found - known) < 1e-8, f"{found} instead of {known}"
    exponents = [mean_field.largest_exponent(g) for g in (0.8, 1.0, 1.5)]
    assert np.allclose(exponents, [-0.2, 0.0, 0.0467463], rtol=0, atol=1e-6), exponents


def check_page(path, *words):
    page = path.read_text()
    assert re.search(r"</html>\s*$", page), f"{path} is not whole"
    outside = re.findall(r'(?:src|href)="(?!data:)[^"]*"', page)
    assert not outside, f"{path} needs {outside}"
    for word in words:
        assert word in page, f"{path} does not say {word}"


def check_reports():
    run = pathlib.Path("s/full-force-1")
    harness.expect_exit(0, harness.mpirun(1, ["test", run / "network.h5", "--record", run / "recording.h5"]))
    tool("report.py", str(run))
    check_page(
        run / "report.html", "test error", "participation ratio", "git_commit", "neurons = 30", "Time and memory"
    )
    tool("report.py", "s", "--output", "study.html")
    check_page(pathlib.Path("study.html"), "spectra", "full-force-2", "spectral_radius")
    assert "summary.json" in tool("report.py", "f", code=2).stderr
    assert "missing" in tool("report.py", "missing", code=2).stderr
    pathlib.Path("s/full-force-2/summary.json").write_text("{}")
    assert "summary" in tool("report.py", "s/full-force-2", code=2).stderr


def main():
    check_theory()
    with harness.own_folder():
        check_study()
        check_slurm()
        check_reports()


if __name__ == "__main__":
    main()
