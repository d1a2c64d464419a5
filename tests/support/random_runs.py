"""Runs drawn configurations through all commands, and checks what must hold for each of them.

    from a script: random_runs.main(count)      options --seed, --count, --only choose others

A configuration gives the same bits on two layouts of ranks and threads, and after a stop. Its test errors are those of
NumPy. `info`, `plan`, `--dry-run` and `analyze` take all that a run makes. What one command refuses, all refuse alike.
"""
import argparse
import collections
import concurrent.futures
import csv
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np

import drawn_configurations as drawn
import harness
import tested_in_numpy
from drawn_configurations import chance, one_of
from fullforce import files

#: Ranks and threads. More threads than cores wait for each other for long, so few layouts have both.
LAYOUTS = 4 * [(1, 1), (1, 2)] + 3 * [(2, 1), (3, 1)] + [(2, 2)]
#: Memory of a process that the program does not foresee to the byte.
SLACK = 64 * 2**20
MOST_STEPS = 4000  # of a test that is repeated in NumPy


class Failure(Exception):
    """What does not hold."""


def expect(holds, what):
    if not holds:
        raise Failure(what)


class Case:
    """One configuration in a folder of its own."""

    def __init__(self, seed, number, folder):
        self.folder, self.notes = pathlib.Path(folder), collections.Counter()
        self.draw = np.random.default_rng([seed, number])
        self.values = drawn.draw_values(self.draw)
        self.trials = drawn.draw_trials(self.draw)
        self.options = ["--no-target"] if chance(self.draw, 0.2) else []
        self.write("c.toml", self.values)
        files.write_trials(self.folder / "trials.h5", self.trials, dt=self.values["network.dt"] or 0.001)
        os.link(self.folder / "trials.h5", self.folder / "my trials.h5")

    def write(self, name, values):
        (self.folder / name).write_text(drawn.as_configuration(values), encoding="utf-8")

    def layout(self, other_than=None):
        return one_of(self.draw, [layout for layout in LAYOUTS if layout != other_than])

    def environment(self, threads):
        return dict(os.environ, OMP_NUM_THREADS=str(threads))

    def run(self, *arguments, layout=(1, 1)):
        ranks, threads = layout
        return subprocess.run(harness.command(ranks, arguments), cwd=self.folder, env=self.environment(threads),
                              capture_output=True, text=True, timeout=900)

    def expect_done(self, *arguments, layout=(1, 1), codes=(0,)):
        """Runs a command that must end with one of these exit codes, and returns the finished process."""
        result = self.run(*arguments, layout=layout)
        expect(result.returncode in codes, f"{' '.join(map(str, arguments))} on {layout}: exit {result.returncode}, "
                                           f"not {codes}: {result.stdout[-500:]}{result.stderr[-1500:]}")
        return result

    def train(self, output, *more, layout, config="c.toml", codes=(0,)):
        return self.expect_done("train", config, "--output", output, "--quiet", *self.options, *more, layout=layout,
                                codes=codes)


def errors_in(result):
    return [line for line in result.stderr.splitlines() if line.startswith("fullforce: error:")]


def check_refused(case, message):
    """All commands that read a configuration refuse it with the same sentence, on one rank and on several."""
    commands = [("plan", "c.toml"), ("train", "c.toml", "--output", "a"),
                ("train", "c.toml", "--output", "a", "--dry-run")]
    for arguments in commands:
        for layout in ((1, 1), (2, 1)):
            result = case.run(*arguments, layout=layout)
            said = errors_in(result)
            expect(result.returncode == 2 and said == [message],
                   f"{' '.join(arguments)} on {layout}: exit {result.returncode} and {said}, not 2 and {message}")
    expect(not (case.folder / "a").exists(), "a refused run made its folder")
    case.notes["refused"] += 1


def planned_bytes(case, layout):
    """The memory of a rank that is planned, which must not be less than what --dry-run names."""
    ranks, threads = layout
    case.expect_done("plan", "c.toml", "--ranks", ranks, "--threads", threads, "--output", "plan.json")
    planned = json.loads((case.folder / "plan.json").read_text())["memory"]["bytes_per_rank"]
    said = case.expect_done("train", "c.toml", "--output", "a", "--dry-run", layout=layout).stdout
    number, unit = re.search(r"^# ([\d.]+) ([KMG]?i?B|bytes) a rank", said, re.MULTILINE).groups()
    shown = float(number) * {"B": 1, "bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}[unit]
    expect(0 < shown <= planned * 1.01, f"--dry-run says {shown:.0f} bytes a rank, plan {planned:.0f}")
    return planned


def metrics(path):
    """What metrics.csv says of the trials, without times."""
    with open(path, newline="", encoding="utf-8") as file:
        return [[row[name] for name in ("trial", "step", "error", "length", "stream")] for row in csv.DictReader(file)]


def expect_same(case, other, what):
    differing = harness.differences(case.folder / "a/network.h5", case.folder / other / "network.h5")
    expect(not differing, f"{what}: {', '.join(differing)} differ")
    expect(metrics(case.folder / "a/metrics.csv") == metrics(case.folder / other / "metrics.csv"),
           f"{what}: metrics.csv differ")
    case.notes["bitwise comparisons"] += 1


def check_layouts(case):
    """The run, and whether it has the same bits on another layout. A run that fails, fails alike."""
    first = case.layout()
    second = case.layout(other_than=first)
    planned = planned_bytes(case, first)
    result = case.train("a", layout=first, codes=(0, 1))
    if result.returncode == 1:
        other = case.train("b", layout=second, codes=(1,))
        one, another = errors_in(result), [text.replace("b/", "a/") for text in errors_in(other)]
        expect(len(one) == 1 and one == another, f"failed on {first} and {second} with {one} and {another}")
        case.notes["runs that diverge"] += 1
        return False
    summary = json.loads((case.folder / "a/summary.json").read_text())
    peak = max(summary["memory"]["peak_bytes_per_rank"])
    expect(0.5 * peak < planned < peak + SLACK, f"{planned:.0f} bytes a rank planned, {peak} taken on {first}")
    case.train("b", layout=second)
    expect_same(case, "b", f"{first} and {second}")
    check_stop(case, summary["train"]["steps"])
    return True


def check_stop(case, steps):
    """A run that is stopped in some way, and goes on somewhere else, ends with the same bits."""
    first = case.layout()
    second = case.layout(other_than=first)
    how = one_of(case.draw, ("step", "step", "signal", "fewer trials" if can_be_extended(case) else "step"))
    if how == "fewer trials":
        fewer = dict(case.values)
        fewer["run.train_trials"] = int(case.draw.integers(case.values["run.train_trials"]))
        case.write("fewer.toml", fewer)
        case.train("c", layout=first, config="fewer.toml")
    elif how == "signal":
        stop_by_signal(case, first)
    else:
        case.train("c", "--max-steps", int(case.draw.integers(steps + 1)), layout=first, codes=(0, 75))
    case.train("c", layout=second)
    expect_same(case, "c", f"stopped by {how} on {first}, then {second}")
    case.notes[f"stops by {how}"] += 1


def can_be_extended(case):
    """Whether a run of fewer trials leaves the checkpoint from which a longer one goes on with the same bits."""
    has_checkpoints = case.values["checkpoint.every_minutes"] > 0 or case.values["checkpoint.every_trials"] > 0
    return has_checkpoints and case.values["run.train_trials"] > 0


def stop_by_signal(case, layout):
    """Sends SIGUSR1 some time after every rank has its handler, which it gets at the begin of main."""
    ranks, threads = layout
    arguments = ["train", "c.toml", "--output", "c", "--quiet", *case.options]
    process = harness.start(ranks, arguments, cwd=case.folder, env=case.environment(threads))
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        started = harness.ranks_of(process)
        if len(started) == ranks and all(map(harness.catches_signals, started)):
            break
        time.sleep(0.002)
    time.sleep(float(case.draw.uniform(0, 0.15)))
    process.send_signal(signal.SIGUSR1)
    result = harness.finish(process)
    expect(result.returncode in (0, 75), f"SIGUSR1 on {layout}: exit {result.returncode}: {result.stderr[-1500:]}")


def trials_of_test(case):
    """The trials of a test where it is known which they are; None for tasks that draw them."""
    if case.values["task.name"] == "file":
        return case.trials
    if case.values["task.name"] != "oscillation":
        return None
    case.expect_done("trials", "c.toml", "--count", 1, "--output", "drawn.h5")
    return files.read_trials(case.folder / "drawn.h5")[0]


def check_test(case):
    """`test` gives what NumPy gives with the stored network, to rounding, on any layout."""
    count, seed, layout = int(one_of(case.draw, (1, 2, 5))), int(case.draw.integers(1000)), case.layout()
    result = case.expect_done("test", "a/network.h5", "--trials", count, "--noise", 0, "--seed", seed, "--output",
                              "test.json", "--record", "recording.h5", layout=layout, codes=(0, 1))
    if is_diverging(case, result):
        case.notes["tests that diverge"] += 1
        return
    expect(result.returncode == 0, f"test on {layout} fails: {result.stderr}")
    found = json.loads((case.folder / "test.json").read_text())["test"]["error"]
    trials = trials_of_test(case)
    if trials is None or sum(len(t.targets) for t in trials) * (count + 2) * case.values["run.streams"] > MOST_STEPS:
        return
    network = files.load_network(case.folder / "a/network.h5")
    expected, tolerance = tested_in_numpy.error_and_tolerance(network, trials, count, seed)
    if np.isnan(expected):
        expect(found is None, f"test error {found} of targets that are all zero")
    elif not tolerance < 1e-3 * expected:
        case.notes["tests that are too chaotic"] += 1
        return
    else:
        expect(found is not None and abs(found - expected) <= tolerance,
               f"test error {found} on {layout}, and {expected} +- {tolerance:.2g} in NumPy")
    case.notes["test errors as in NumPy"] += 1


def check_files(case):
    """`info` takes every kind of file, and a folder with all that a run leaves behind."""
    for path in ["a", "c", *sorted(path.name for path in case.folder.glob("*.h5"))]:
        case.expect_done("info", path)
        case.notes["files for info"] += 1


def check_analyze(case):
    """All analyses, of a network and of a checkpoint if there is one."""
    neurons = case.values["network.neurons"]
    options = [option for option in (["--eigenvalues"], ["--pca"], ["--lyapunov", min(neurons, 3)], ["--autonomous"])
               if chance(case.draw, 0.6)]
    checkpoints = harness.checkpoints(case.folder / "a")
    # Without signals a run is long, and ranks would wait for each other in each of its steps.
    layout = (1, 1) if ["--autonomous"] in options else case.layout()
    for network in ["a/network.h5"] + checkpoints[-1:]:
        result = case.expect_done("analyze", network, *(word for words in options for word in words), "--trials", 2,
                                  "--output", "analysis.h5", layout=layout, codes=(0, 1))
        expect(result.returncode == 0 or is_diverging(case, result) or forgets_at_once(case, result),
               f"analyze fails: {result.stderr}")
        case.notes["analyses"] += 1


def is_diverging(case, result):
    """Whether a command has ended because rates without a bound have grown beyond all measure."""
    return case.values["network.nonlinearity"] == "relu" and "the run diverged" in "".join(errors_in(result))


def forgets_at_once(case, result):
    """Whether an analysis has ended because disturbances vanish in a step, since states are those of the currents."""
    forgets = case.values["network.integrator"] == "euler" and case.values["network.dt"] == case.values["network.tau"]
    return forgets and "tangent vectors became linearly dependent" in "".join(errors_in(result))


def check(case):
    refusal = case.run("train", "c.toml", "--output", "a", "--dry-run")
    if refusal.returncode == 2:
        expect(len(errors_in(refusal)) == 1, f"--dry-run says {refusal.stderr}")
        check_refused(case, errors_in(refusal)[0])
    elif check_layouts(case):
        check_test(case)
        check_analyze(case)
        check_files(case)


def run_case(seed, number):
    """What went wrong in a case, or None, and what was counted."""
    with tempfile.TemporaryDirectory() as folder:
        case = Case(seed, number, folder)
        try:
            check(case)
        except (Failure, subprocess.TimeoutExpired) as failure:
            options = " ".join(case.options)
            return f"case {number} (--seed {seed} --only {number}) {options}:\n{failure}\n" \
                   f"{drawn.as_configuration(case.values)}", case.notes
        return None, case.notes


def main(count):
    """Runs so many cases unless the command line asks for others, and ends the script."""
    parser = argparse.ArgumentParser()
    parser.add_argument("fullforce")
    parser.add_argument("--seed", type=int, default=1, help="of all draws")
    parser.add_argument("--count", type=int, default=count, help="how many configurations")
    parser.add_argument("--only", type=int, help="the number of one case, which failed before")
    parser.add_argument("--jobs", type=int, default=2, help="cases that run at once")
    arguments = parser.parse_args()
    defaults = subprocess.run([harness.PROGRAM, "--dump-defaults"], capture_output=True, text=True, check=True).stdout
    problem = drawn.check_keys(defaults)
    if problem:
        sys.exit(problem)
    numbers = range(arguments.count) if arguments.only is None else [arguments.only]
    print(f"seed {arguments.seed}, {len(numbers)} configurations", flush=True)
    begin, notes, failed = time.monotonic(), collections.Counter(), 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        cases = [pool.submit(run_case, arguments.seed, number) for number in numbers]
        for done, case in enumerate(concurrent.futures.as_completed(cases), start=1):
            failure, more = case.result()
            notes.update(more)
            if failure:
                failed += 1
                print(f"FAILED {failure}", flush=True)
            if done % 20 == 0:
                print(f"{done} done after {time.monotonic() - begin:.0f} s", flush=True)
    counted = ", ".join(f"{number} {name}" for name, number in sorted(notes.items()))
    print(f"{len(numbers) - failed} of {len(numbers)} configurations as they should be, {counted}; "
          f"{time.monotonic() - begin:.1f} s")
    sys.exit(1 if failed else 0)
