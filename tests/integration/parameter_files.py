#!/usr/bin/env python3
"""Sweeps read parameter files as editors of any system write them, and scripts pass on what jobs need to know.

    parameter_files.py FULLFORCE

No cluster is needed: the functions of the job scripts are called by themselves, and sbatch is a script that only says
how it was called.
"""
import os
import pathlib
import subprocess
import sys

import harness

JOBS = pathlib.Path(__file__).resolve().parents[2] / "jobs"
READ = f'. {JOBS}/parameter_file.sh; read_parameters p.txt "$1" && printf "%s\\n" "$name" "${{settings[@]}}"'
#: A file with everything that editors and people put into it, and what its lines that describe runs mean.
FILE = (b"\xef\xbb\xbf# a comment behind the mark of an editor\r\n\r\n  # an indented one\r\n \t\r\n"
        b"wide network.neurons=600   run.seed=2\r\n"
        b"\t\"two words\" task.file=\"my trials.h5\" 'task.name=file' # note\r\n"
        b"sub/..dir task.file='a \"b\" c'\r\n"
        b"last run.seed=7")
MEANING = [["wide", "network.neurons=600", "run.seed=2"], ["two words", 'task.file="my trials.h5"', "task.name=file"],
           ["sub/..dir", "task.file='a \"b\" c'"], ["last", "run.seed=7"]]


def shell(text, *arguments, **variables):
    return subprocess.run(["bash", "-c", text, "bash", *map(str, arguments)], capture_output=True, text=True,
                          env=dict(os.environ, **variables))


def expect_equal(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: {found}, expected {expected}")


def check_lines():
    pathlib.Path("p.txt").write_bytes(FILE)
    for number, (name, *settings) in enumerate(MEANING, start=1):
        found = shell(READ, number)
        expected = [name] + [word for setting in settings for word in ("--set", setting)]
        expect_equal(f"line {number}", found.stdout.splitlines(), expected)
    counted = subprocess.run([JOBS / "sweep.sbatch", "--count", "p.txt"], capture_output=True, text=True)
    expect_equal("--count", counted.stdout.strip(), str(len(MEANING)))
    beyond = shell(READ, len(MEANING) + 1)
    assert beyond.returncode == 1 and "must be 1 to 4" in beyond.stderr, beyond.stderr


def check_refusals():
    """Names that leave the output folder, that two lines have, and quotes that are not closed."""
    for line, word in (("../out run.seed=1", "inside of OUTPUT"), ("/out run.seed=1", "inside of OUTPUT"),
                       ("a/../../b run.seed=1", "inside of OUTPUT"), ("..", "inside of OUTPUT"),
                       (". run.seed=1", "inside of OUTPUT"), ("'' run.seed=1", "inside of OUTPUT"),
                       ("same run.seed=1\n 'same' run.seed=2", "2 lines have the name same"),
                       ('open task.file="x', "a quote is not closed")):
        pathlib.Path("p.txt").write_text(line + "\n")
        found = shell(READ, 1)
        if found.returncode != 1 or found.stderr.count("\n") != 1 or word not in found.stderr or found.stdout:
            sys.exit(f"{line}: exit {found.returncode}: {found.stdout}{found.stderr}")


def check_values():
    """A value with spaces reaches the configuration as it stands in the file."""
    harness.write_mixed_trials("my trials.h5")
    pathlib.Path("p.txt").write_text('a task.name=file task.file="my trials.h5" network.neurons=20\n')
    words = shell(READ, 1).stdout.splitlines()[1:]
    pathlib.Path("c.toml").touch()
    harness.expect_exit(0, harness.mpirun(1, ["train", "c.toml", "--output", "run", "--dry-run", *words]))


def check_exports():
    """Links of a chain get their variables, whatever else the user lets sbatch pass on."""
    pathlib.Path("bin").mkdir()
    sbatch = pathlib.Path("bin/sbatch")
    sbatch.write_text('#!/bin/sh\necho "$@" >>called\necho 7\n')
    sbatch.chmod(0o755)
    names = "FULLFORCE_JOBS,FULLFORCE_MAX_REQUEUES,FULLFORCE_AFTER"
    for options, variable, expected in (("", None, f"ALL,{names}"), ("--export=NONE", None, names),
                                        ("--export NIL --time=1", "ALL", names), ("", "NONE", names),
                                        ("--export=ALL,MINE=3", "NONE", f"ALL,MINE=3,{names}")):
        variables = {"PATH": f"{os.getcwd()}/bin:{os.environ['PATH']}", "SBATCH_OPTIONS": options}
        if variable:
            variables["SBATCH_EXPORT"] = variable
        shell(f"{JOBS}/chain.sh 1 c.toml out", **variables)
        words = pathlib.Path("called").read_text().splitlines()[-1].split()
        expect_equal(f"chain.sh with {options} {variable}", words[words.index(f"{JOBS}/train.sbatch") - 1],
                     f"--export={expected}")


def main():
    with harness.own_folder():
        harness.run_checks([check_lines, check_refusals, check_values, check_exports])


if __name__ == "__main__":
    main()
