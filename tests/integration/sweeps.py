#!/usr/bin/env python3
"""Sweeps train what is missing and no more, from the shell and from Python, and show it as table, figure and page.

    sweeps.py FULLFORCE
"""
import contextlib
import csv
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import types
from unittest import mock

import numpy as np

import harness
from fullforce import FullForce, script, write_trials
from fullforce.errors import InputError, ToolError
from fullforce.report import command as report
from fullforce.sweep import read_sweep, sweep

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
BASE = {"run.init_trials": 0, "run.train_trials": 2, "run.test_trials": 1, "network.neurons": 20}
TOML = "# a small network\n[run]\ninit_trials = 0\ntrain_trials = 2\ntest_trials = 1\n[network]\nneurons = 20\n"
ALPHAS = ("--set", "learning.alpha=0.5,2")


def shell(*arguments, code=0):
    """What tools/sweep.py says, on both streams, with these arguments; it runs in this process, which is faster."""
    said, complained = io.StringIO(), io.StringIO()
    words = ["sweep.py", *map(str, arguments), "--program", harness.PROGRAM]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained), mock.patch("sys.argv", words):
        found = script.run("sweep")
    assert found == code, f"{arguments}: exit {found}, expected {code}\n{said.getvalue()}{complained.getvalue()}"
    assert complained.getvalue().count("\n") == (code not in (0, 75)), complained.getvalue()
    return said.getvalue() + complained.getvalue()


def start(*arguments):
    command = [sys.executable, str(TOOLS / "sweep.py"), *map(str, arguments), "--program", harness.PROGRAM]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def times(folder):
    return {path.parent.name: path.stat().st_mtime_ns for path in pathlib.Path(folder).glob("*/summary.json")}


def error_of(folder):
    return json.loads(pathlib.Path(folder, "summary.json").read_text())["test"]["error"]


def refused(*words, left="refused", **options):
    """Expects that a sweep is refused with these words before anything is written."""
    arguments = {"values": {"learning.alpha": [1]}, "base": BASE, "output": "refused", "program": harness.PROGRAM,
                 **options}
    try:
        sweep(arguments.pop("base"), arguments.pop("values"), **arguments)
    except ToolError as error:
        assert all(word in str(error) for word in words), f"{words} are not in: {error}"
        assert "\n" not in str(error), error
        assert isinstance(error, InputError), type(error)
    else:
        raise AssertionError(f"not refused: {options}")
    assert left == "arrays" or not os.path.exists(left), f"{options} left a folder"


def check_shell():
    """A grid times seeds; a point that was interrupted goes on, and the finished ones stay as they are."""
    point = "s/alpha-0.5_seed-1"
    stopped = harness.mpirun(1, ["train", "base.toml", "--output", point, "--max-steps", "300",
                                 "--set", "learning.alpha=0.5", "--set", "run.seed=1"])
    harness.expect_exit(75, stopped)
    said = shell("base.toml", *ALPHAS, "--seeds", 2, "--jobs", 2, "--output", "s")
    assert "4 of 4 points" in said and os.path.getsize("s/sweep.png") > 10000, said
    assert "going on from step 300" in pathlib.Path(point, "log.txt").read_text()
    with open("s/sweep.csv") as file:
        rows = list(csv.DictReader(file))
    found = [(row["learning.alpha"], row["run.seed"], float(row["test.error"])) for row in rows]
    assert found == [(a, s, error_of(f"s/alpha-{a}_seed-{s}")) for a in ("0.5", "2") for s in "12"], rows
    assert {row["test.trials_of"] for row in rows} == {"training trials"}, rows
    # What went on after the interruption is what it would have been without.
    harness.expect_exit(0, harness.mpirun(1, ["train", "base.toml", "--output", "whole", "--set", "learning.alpha=0.5",
                                              "--set", "run.seed=1"]))
    assert not harness.differences("whole/network.h5", f"{point}/network.h5")
    before = times("s")
    more = shell("base.toml", "--set", "learning.alpha=0.5,8", "--seeds", 1, "--output", "s")
    after = times("s")
    assert "alpha-8_seed-1" in more and before.items() <= after.items() and len(after) == 5, more


def check_table():
    """Any columns of configuration and scores, from what is there."""
    said = shell("--output", "s", "--figures", "--table", "run.seed,train.trials", "--plot",
                 "run.seed,train.error").splitlines()
    assert said[0].split() == ["run.seed", "train.trials"] and said[1].split() == ["1", "2"], said
    for arguments, words in ((("--table", "test.eror"), ("test.eror", "test.error")),
                             (("--plot", "run.seed,task"), ("task", "number")),
                             (("--plot", "run.seed"), ("--plot", "X,Y"))):
        message = shell("base.toml", "--output", "s", "--figures", *arguments, code=2)
        assert all(word in message for word in words), message
    found = read_sweep("s")
    assert len(found) == 5 and not found.missing and found.keys == ["learning.alpha"], found
    assert [row["learning.alpha"] for row in found.table(["learning.alpha"])] == [0.5, 0.5, 2, 2, 8]
    frames = types.SimpleNamespace(DataFrame=types.SimpleNamespace(from_records=lambda records: ("frame", records)))
    with mock.patch.dict(sys.modules, pandas=frames):
        assert found.table(["run.seed"])[0] == "frame"
    figure = found.plot("seed", "test.error")
    assert len(figure.axes[0].lines) == 3, "a curve for each alpha"
    assert figure.axes[0].get_ylabel() == "test error (no unit)\non the training trials", figure.axes[0].get_ylabel()
    pathlib.Path("s/alpha-8_seed-1/summary.json").rename("hidden")
    message = shell("base.toml", "--output", "s", "--figures", code=75)
    assert "4 of 5 points" in message, message


def check_python():
    """Bases of every kind give the same networks; values come from lists and from NumPy."""
    estimator = types.SimpleNamespace(settings=lambda: {**BASE, "run.output": "elsewhere"}, ranks=1, threads=1)
    nested = {"run": {key.partition(".")[2]: value for key, value in BASE.items() if key.startswith("run.")},
              "network": {"neurons": 20}}
    bases = {"dict": BASE, "nested": nested, "estimator": estimator, "path": pathlib.Path("base.toml")}
    for name, base in bases.items():
        values = {"learning.alpha": np.array([0.5]), "learning.rule": ["force"]} if name == "dict" else \
            {"learning.alpha": [0.5]}
        found = sweep(base, values, seeds=[1], output=name, program=harness.PROGRAM)
        assert len(found.finished) == 1, found
    assert read_sweep("dict").points[0].name == "alpha-0.5_rule-force_seed-1"
    for name in ("nested", "estimator", "path"):
        assert not harness.differences("whole/network.h5", f"{name}/alpha-0.5_seed-1/network.h5"), name
    assert sweep(BASE, {"learning.alpha": [0.5], "learning.rule": ["force"]}, seeds=1, output="dict").finished, \
        "a finished sweep needs no program"


def check_other_names():
    """A key or seeds that are added later make no second point of a network that is there."""
    options = dict(output="added", program=harness.PROGRAM)
    sweep(BASE, {"learning.alpha": [1, 2]}, **options)
    before = times("added")
    found = sweep(BASE, {"learning.alpha": [1, 2.0], "network.noise": [0.0, 1e-3]}, seeds=1, **options)
    rows = found.records(["alpha", "noise", "seed"])
    assert [tuple(row.values()) for row in rows] == [(1, 0, 1), (1, 1e-3, 1), (2, 0, 1), (2, 1e-3, 1)], rows
    assert before.items() <= times("added").items() and len(times("added")) == 4
    again = sweep(BASE, {"learning.alpha": [2]}, seeds=[1], **options)
    assert [point.name for point in again.points] == ["alpha-2"]


def check_changed_files():
    """Files that finished points have learned from are as they were, or the sweep does not go on."""
    X, Y = np.random.default_rng(1).standard_normal((2, 2, 30, 1))
    write_trials("trials.h5", X, Y, dt=0.001)
    model = FullForce(program=harness.PROGRAM, init_trials=0, train_trials=2, neurons=20).fit(X, Y)
    former = model.save("start.h5").read_bytes()
    base = {**BASE, "task.name": "file", "task.file": "trials.h5", "run.start_from": "start.h5"}
    sweep(base, {"learning.alpha": [1]}, output="mixed", program=harness.PROGRAM)
    more = dict(base=base, values={"learning.alpha": [1, 2]}, output="mixed", left="arrays")
    write_trials("trials.h5", X, Y + 1, dt=0.001)
    refused("trials.h5: has another content (fingerprint", "than when mixed/alpha-1", "(fingerprint", **more)
    write_trials("trials.h5", X, Y, dt=0.001)
    model.network.lesion([3]).save("start.h5")
    refused("start.h5: has another content (seal", "than when mixed/alpha-1", **more)
    assert not os.path.exists("mixed/alpha-2")
    pathlib.Path("start.h5").write_bytes(former)
    assert len(sweep(base, more["values"], output="mixed", program=harness.PROGRAM).finished) == 2


def check_trials():
    """Trials from arrays, and those of a fitted estimator, are kept in the folder; other trials are refused there."""
    rng = np.random.default_rng(1)
    X, Y = rng.standard_normal((2, 30, 1)), rng.standard_normal((2, 30, 2))
    settings, held_out = {"init_trials": 0, "train_trials": 2, "neurons": 20}, (X[:1], Y[:1] + 0.1)
    options = dict(output="arrays", program=harness.PROGRAM)
    found = sweep(settings, {"alpha": [0.5, 2.0]}, trials=(X, Y), test=held_out, **options)
    assert found.table(["learning.alpha", "test.trials"])[1] == {"learning.alpha": 2.0, "test.trials": 1}
    model = FullForce(program=harness.PROGRAM, **settings).fit(X, Y, test=held_out)
    again = sweep(model, {"learning.alpha": [0.5, 2.0]}, **options)
    assert len(again.finished) == 2, "the same trials and settings are the same base"
    refused("other trials", base=settings, trials=(X, Y + 1), output="arrays", left="arrays")
    refused("its test_trials.h5", base=settings, trials=(X, Y), test=(X, Y), output="arrays", left="arrays")


def check_wrong_inputs():
    refused("learning.alfa", "learning.alpha", values={"learning.alfa": [1]})
    refused("network.nurons", "network.neurons", base={"network.nurons": 20})
    refused("must be a number", values={"learning.alpha": [1, "abc"]})
    refused("list of values", values={"learning.alpha": 1})
    refused("list of values", values={"learning.rule": "force"})
    refused("is empty", values={"learning.alpha": []})
    refused("twice", values={"learning.alpha": [1, 2, 1.0]})
    refused("finite", values={"learning.alpha": [float("nan")]})
    refused("must be a number, a text", values={"learning.alpha": [[1]]})
    refused("alfa", "nearest known one is alpha", values={"alfa": [1]})
    refused("trials must be (X, Y)", trials=3)
    refused("trials.h5", base={"task.name": "file", "task.file": "nowhere/trials.h5"})
    refused("run.output", values={"run.output": ["a"]})
    refused("seeds", values={"run.seed": [1]}, seeds=2)
    refused("needs a key", values={})
    refused("seeds = 0", seeds=0)
    refused("-1", seeds=[-1])
    refused("jobs = 0", jobs=0)
    refused("share the folder", values={"task.file": ["a/b", "a b"]})
    refused("nowhere.toml", base="nowhere.toml")
    refused("base of a sweep", base=3)
    refused("launcher", launcher="ssh")
    refused("nowhere/program", program="nowhere/program")
    refused("made with another base", base={**BASE, "network.noise": 0.1}, output="s", left="arrays")
    message = shell("other.toml", *ALPHAS, "--output", "s", code=2)
    assert "another base (neurons = 20 there, neurons = 30 now)" in message, message
    for arguments, word in ((("--set", "learning.alpha=1,,2"), "missing between commas"),
                            (("--set", "learning.alpha"), "section.key=value"), (ALPHAS + ALPHAS, "given twice"),
                            (("--set", 'task.file="a,b'), "quote"), (("--seeds", "x"), "--seeds")):
        message = shell("base.toml", *arguments, "--output", "refused", code=2)
        assert word in message and not os.path.exists("refused"), message
    assert "BASE.toml" in shell("--seeds", 2, code=2)
    for arguments in (("--table", "foo"), ("--plot", "learning.alpha,test.eror"), ("--table", "foo.error")):
        message = shell("base.toml", *ALPHAS, *arguments, "--output", "refused", code=2)
        assert "will have no column" in message and not os.path.exists("refused"), message
    message = shell("base.toml", "--output", "nowhere", "--figures", code=2)
    assert "holds no sweep" in message, message


def check_submit():
    """The array's parameter file has a line for each missing point, which the job script can read."""
    os.mkdir("bin")
    with open("bin/sbatch", "w") as file:
        file.write('#!/bin/sh\nprintf "%s\\n" "$FULLFORCE" "$@" > called\n')
    os.chmod("bin/sbatch", 0o755)
    with mock.patch.dict(os.environ, PATH=os.path.abspath("bin") + os.pathsep + os.environ["PATH"]):
        values = {"learning.alpha": [0.5, 3.0], "task.file": ["my trials.h5"], "task.name": ["oscillation"]}
        found = sweep(BASE, values, jobs=3, ranks=2, output="array", program=harness.PROGRAM, submit=True,
                      sbatch=["--time=30"])
    assert len(found.missing) == 2, found
    lines = pathlib.Path("array/sweep-1.txt")
    assert lines.read_text().splitlines()[1] == (
        'alpha-3_file-my-trials.h5_name-oscillation learning.alpha=3 '
        'task.file="my trials.h5" task.name="oscillation"')
    called = pathlib.Path("called").read_text().splitlines()
    assert called[0] == harness.PROGRAM, called
    assert called[1:5] == ["--array=1-2%3", "--ntasks=2", "--ntasks-per-node=2", "--time=30"], called
    assert "FULLFORCE," in called[5] + "," and called[7:] == [str(lines), "array/base.toml", "array"], called
    count = ["bash", TOOLS.parent / "jobs/sweep.sbatch", "--count", lines]
    counted = subprocess.run(count, capture_output=True, text=True)
    assert counted.stdout.strip() == "2", counted


def check_interruption():
    """Who interrupts or ends a sweep loses nothing: the points that run write their checkpoints, also under mpirun."""
    point = pathlib.Path("long/train_trials-100000_seed-1")
    reached = [0]
    for number in (signal.SIGINT, signal.SIGTERM):
        running = start("base.toml", "--set", "run.train_trials=100000", "--seeds", 3, "--ranks", 2, "--output", "long")
        started = len(reached)
        wait_until(lambda: (point / "log.txt").exists() and (point / "log.txt").read_text().count("2 rank") >= started)
        os.kill(running.pid, number)
        ended = harness.finish(running)
        harness.expect_exit(130, ended)
        assert "stopped with a checkpoint" in ended.stdout, ended.stdout
        reached.append(max(int(path.stem.partition("-")[2]) for path in point.glob("checkpoint-*.h5")))
        assert reached[-1] > reached[-2], reached
    assert not os.path.exists("long/train_trials-100000_seed-2"), "a point began after the interruption"


def check_failures():
    """Where a point fails, the others are shown; numbers have one spelling; the time may be over before the first."""
    mend = ("--set", "network.gain=1.5,60.0", "--set", 'network.nonlinearity="relu"')
    said = shell("base.toml", *mend, "--output", "failed", code=1)
    assert "1 point failed" in said and "1 of 2 points in sweep.csv" in said, said
    assert os.path.exists("failed/sweep.png")
    with open("failed/sweep.csv") as file:
        assert [row["network.gain"] for row in csv.DictReader(file)] == ["1.5"]
    assert len(sweep(BASE, {"learning.alpha": [1]}, output="one", program=harness.PROGRAM)) == 1
    assert len(sweep(BASE, {"learning.alpha": [1.0, 2]}, output="one", program=harness.PROGRAM)) == 2
    said = shell("base.toml", *ALPHAS, "--output", "late", "--minutes", "1e-9", code=75)
    assert read_sweep("late").as_text() == "late: no point is finished"
    assert "no point was begun" in said and "before the first" in said, said
    said = shell("base.toml", "--set", "learning.alpha=-1", "--output", "late", "--minutes", "1e-9", code=2)
    assert "learning.alpha" in said, said


def wait_until(condition):
    """Waits until a condition holds, for a minute at most."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "nothing happens"
        time.sleep(0.05)


def check_page():
    for folder, words in (("s", ("Sweep over learning.alpha", "4 of 5 points", "alpha-8_seed-1", "smallest test error",
                                 "Sum of squared differences", "neurons = 20")),
                          ("long", ("0 of 3 points", "neurons = 20"))):
        page = report.contents(pathlib.Path(folder))
        assert page.rstrip().endswith("</html>") and all(word in page for word in words), f"{folder}: {words}"


def main():
    with harness.own_folder():
        pathlib.Path("base.toml").write_text(TOML)
        pathlib.Path("other.toml").write_text(TOML.replace("20", "30"))
        harness.run_checks([check_shell, check_interruption])
        # From here on no two points run side by side, and none has several ranks.
        os.environ.update(harness.alone())
        harness.run_checks([check_table, check_python, check_other_names, check_changed_files,
                            check_trials, check_wrong_inputs, check_submit, check_failures, check_page])


if __name__ == "__main__":
    main()
