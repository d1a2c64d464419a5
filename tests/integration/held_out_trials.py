#!/usr/bin/env python3
"""Held-out trials, masks, conditions and names of trials files, through the whole program.

    held_out_trials.py FULLFORCE
"""
import csv
import json
import sys

import numpy as np

import harness
from fullforce import files

SMALL = {"run": {"streams": 2, "init_trials": 1, "train_trials": 6, "test_trials": 3}, "network": {"neurons": 40},
         "learning": {"panel": 7}}
FILE = ("--set", "task.name=file", "--set", "task.file=trials.h5")
HELD_OUT = ("--set", "task.test_file=held.h5")
CONDITIONS = ["left, far", "right", "left, far"]


def fullforce(code, *arguments, ranks=1):
    return harness.expect_exit(code, harness.finish(harness.start(ranks, list(arguments))))


def refused(words, *arguments):
    message = fullforce(2, *arguments).stderr
    missing = [word for word in words if word not in message]
    if missing or message.count("fullforce: error:") != 1:
        sys.exit(f"the message lacks {missing}:\n{message}")


def signals(count=3, phase=0.0):
    """Targets [T, 2] and inputs [T] of trials of different lengths."""
    times = [np.arange(50 + 10 * k) * 0.001 for k in range(count)]
    targets = [np.stack([np.sin(40 * t + k + phase), np.cos(50 * t)], axis=1) for k, t in enumerate(times)]
    return [(t < 0.01).astype(float) for t in times], targets


def write_masked(path, left_out=99.0):
    """Trials with masks; what stands where they are 0 is `left_out`."""
    inputs, targets = signals()
    masks = [np.ones(t.shape) for t in targets]
    for target, mask in zip(targets, masks):
        mask[20:40], mask[45:, 1] = 0, 0
        target[mask == 0] = left_out
    files.write_trials(path, inputs, targets, mask=masks, conditions=CONDITIONS, dt=0.001, input_names=["go"],
                       output_names=["x", "y"])


def error_by_hand(run, trials):
    pairs = [(z[t.mask], t.targets[t.mask]) for z, t in zip(run.outputs, trials)]
    return sum(np.sum((z - f) ** 2) for z, f in pairs) / sum(np.sum(f**2) for _, f in pairs)


def check_learning():
    """Nothing is learned where masks are 0: with FORCE and init trials left out, the targets there play no part."""
    for name, left_out in (("zero", 0.0), ("unknown", np.nan), ("other", 0.3)):
        write_masked("trials.h5", left_out)
        fullforce(0, "train", "c.toml", "--output", name, "--quiet", *FILE, "--set", "learning.rule=force", "--set",
                  "run.init_trials=0")
    for other in ("unknown", "other"):
        differing = {name for name in harness.differences("zero/network.h5", f"{other}/network.h5")
                     if not name.removeprefix("checksums/").startswith("target/") and name not in
                     ("config", "provenance", "trials_fingerprint", "trials/learned", "checksums/trials/learned")}
        harness.expect(not differing, f"{differing} depend on targets that are left out ({other})")
    learned = [json.load(open(f"{name}/summary.json"))["train"]["samples"] for name in ("zero", "unknown", "other")]
    files.write_trials("trials.h5", *signals(), dt=0.001)
    fullforce(0, "train", "c.toml", "--output", "whole", "--quiet", *FILE, "--set", "learning.rule=force", "--set",
              "run.init_trials=0")
    every = json.load(open("whole/summary.json"))["train"]["samples"]
    harness.expect(0 < learned[0] == learned[1] == learned[2] < every, f"{learned} samples of {every} were learned from")


def check_layouts():
    """Masked runs give the same bits on any ranks, and after a stop."""
    write_masked("trials.h5", np.nan)
    for extra in ((), ("--set", "learning.features=low-rank")):
        name = "low-rank" if extra else "dense"
        for ranks in (1, 3):
            fullforce(0, "train", "c.toml", "--output", f"{name}-{ranks}", "--quiet", *FILE, *extra, ranks=ranks)
        fullforce(75, "train", "c.toml", "--output", f"{name}-2", "--quiet", *FILE, *extra, "--max-steps", 150, ranks=2)
        fullforce(0, "train", "c.toml", "--output", f"{name}-2", "--quiet", *FILE, *extra)
        for ranks in (2, 3):
            differing = [d for d in harness.differences(f"{name}-1/network.h5", f"{name}-{ranks}/network.h5") if d != "config"]
            harness.expect(not differing, f"{name}: {differing} differ on {ranks} ranks")
        errors = [json.load(open(f"{name}-{ranks}/summary.json"))["test"]["error"] for ranks in (1, 2, 3)]
        harness.expect(errors[0] == errors[1] == errors[2], f"{name}: test errors {errors}")


def check_scores():
    """The test error is that of the samples that count, as in NumPy."""
    trials, _ = files.read_trials("trials.h5")
    harness.expect([t.condition for t in trials] == CONDITIONS and not all(t.mask.all() for t in trials), "masks are lost")
    fullforce(0, "train", "c.toml", "--output", "one", "--quiet", *FILE, "--set", "run.streams=1", "--set", "run.init_trials=0")
    found = json.load(open("one/summary.json"))["test"]["error"]
    run = files.load_network("one/network.h5").test(trials)
    expected = error_by_hand(run, trials)
    harness.expect(abs(found - expected) < 1e-9 * expected, f"the error is {found}, in NumPy {expected}")
    harness.expect(abs(run.error - expected) < 1e-12 * expected, "Run.error does not use the masks")


def check_metrics():
    rows = list(csv.DictReader(open("one/metrics.csv", newline="")))
    places = [int(row["file_trial"]) for row in rows]
    harness.expect(sorted(places[:3]) == [0, 1, 2] == sorted(places[3:]), f"metrics.csv names the trials {places}")
    for row, place in zip(rows, places):
        harness.expect(row["condition"] == CONDITIONS[place] and int(row["length"]) == 50 + 10 * place, f"metrics.csv: {row}")


def check_info():
    text = fullforce(0, "info", "trials.h5").stdout
    for words in ("3 trials of 50 to 70 steps", "names of inputs: go", "names of outputs: x, y",
                  "2 condition(s): left, far (2 trials), right (1 trials)", "masks leave out 45.8 % of the target samples"):
        harness.expect(words in text, f"info lacks {words!r}:\n{text}")
    fullforce(0, "trials", "c.toml", *FILE, "--count", 3, "--output", "again.h5")
    again, names = files.read_trials("again.h5")[0], files.read_channel_names("again.h5")
    key = lambda t: (len(t.targets), t.condition, t.mask.sum())
    harness.expect(sorted(map(key, again)) == sorted(map(key, files.read_trials("trials.h5")[0])), "trials lost masks")
    harness.expect(names["output_names"] == ["x", "y"], f"trials lost names: {names}")


def check_held_out():
    """The end of train and `test` use task.test_file, which is known by its content as task.file is."""
    files.write_trials("held.h5", *signals(count=2, phase=0.5), dt=0.001)
    fullforce(75, "train", "c.toml", "--output", "held", "--quiet", *FILE, *HELD_OUT, "--max-steps", 100)
    files.write_trials("other.h5", *signals(count=2, phase=0.7), dt=0.001)
    refused(("other.h5", "is tested on"), "train", "c.toml", "--output", "held", *FILE, "--set", "task.test_file=other.h5")
    refused(("task.test_file",), "train", "c.toml", "--output", "held", *FILE)
    fullforce(0, "train", "c.toml", "--output", "held", "--quiet", *FILE, *HELD_OUT)
    summary = json.load(open("held/summary.json"))
    harness.expect(summary["test_trials_file"]["path"] == "held.h5", f"the summary says {summary.get('test_trials_file')}")
    fullforce(0, "test", "held/network.h5", "--output", "t.json")
    fullforce(0, "test", "held/network.h5", "--trials-file", "held.h5", "--output", "f.json")
    fullforce(0, "test", "held/network.h5", "--trials-file", "trials.h5", "--output", "own.json")
    errors = [json.load(open(name))["test"]["error"] for name in ("t.json", "f.json", "own.json")]
    harness.expect(errors[0] == errors[1] == summary["test"]["error"] != errors[2], f"errors {errors}, {summary['test']}")


def test_counts(folder, *options):
    """The number of trials that the test of a network ran, and what its results warn of."""
    error = fullforce(0, "test", f"{folder}/network.h5", *options, "--output", "n.json").stderr
    found = json.load(open("n.json"))
    harness.expect(all(f"warning: {w}" in error for w in found["warnings"] if "trials" in w), f"stderr says {error}")
    return found["test"]["trials"], found["warnings"]


def check_counts():
    """A test runs each trial of its own file once, unless a number is given."""
    files.write_trials("seven.h5", *signals(count=7, phase=0.5), dt=0.001)
    own = "--set", "task.test_file=seven.h5"
    twice, some = "some trials count twice: the test runs 3 trials, and held.h5 has 2", "3 of 7 trials of seven.h5 are tested"
    for name, options, trials, expected in (("default", ("--set", "run.test_trials=50"), 7, []), ("given", (), 3, [some])):
        fullforce(0, "train", "c.toml", "--output", name, "--quiet", *FILE, *own, *options, "--set", "run.train_trials=2")
        summary = json.load(open(f"{name}/summary.json"))
        never = "1 of 3 trials of trials.h5 are never visited (run.train_trials = 2)"
        found = summary["test"]["trials"], [w for w in summary["warnings"] if "trials of" in w]
        harness.expect(found == (trials, [never, *expected]), f"{name}: {found}")
        harness.expect(test_counts(name) == (trials, expected), f"{name}: test {test_counts(name)}")
    harness.expect(test_counts("default", "--trials-file", "held.h5") == (2, []), "--trials-file")
    harness.expect(test_counts("default", "--trials-file", "held.h5", "--trials", 3) == (3, [twice]), "--trials")
    harness.expect(test_counts("given", "--trials", 14) == (14, []), "each trial counts twice")
    harness.expect("2 of 3 trials of trials.h5 are never visited" in fullforce(0, "train", "c.toml", *FILE, "--dry-run", "--set",
                   "run.train_trials=1").stderr, "--dry-run does not warn")


def trials_of(network, file):
    """Which trials of a file a test says that it ran, and what it warns of."""
    fullforce(0, "test", network, "--trials-file", file, "--output", "o.json")
    found = json.load(open("o.json"))
    harness.expect([t["learned"] for t in found["test"]["per_trial"]].count(True) == found["test"]["training_trials"], found)
    return found["test"]["trials_of"], [w for w in found["warnings"] if "learned from" in w]


def check_known_trials():
    """A test knows each trial that the network learned from, in whatever file it stands."""
    inputs, targets = signals()
    new_inputs, new_targets = signals(count=2, phase=0.5)
    write = lambda name, x, y, **more: files.write_trials(name, x, y, dt=0.001, **more)
    write("trials.h5", inputs, targets)
    write("subset.h5", inputs[1:], targets[1:], conditions=["a", "b"])
    write("turned.h5", inputs[::-1], targets[::-1], mask=[np.arange(len(t)) > 5 for t in targets[::-1]])
    write("new.h5", new_inputs, new_targets)
    write("mixed.h5", [*inputs[:1], *new_inputs], [*targets[:1], *new_targets])
    fullforce(0, "train", "c.toml", "--output", "known", "--quiet", *FILE)
    fullforce(0, "train", "c.toml", "--output", "on", "--quiet", *FILE, "--set", "task.file=new.h5", "--set",
              "run.start_from=known/network.h5", "--set", "run.init_trials=0")
    training, warning = ("training trials", []), "the network learned from 1 of the 3 test trials"
    for file in ("trials.h5", "subset.h5", "turned.h5"):
        harness.expect(trials_of("known/network.h5", file) == training, f"{file}: {trials_of('known/network.h5', file)}")
    harness.expect(trials_of("known/network.h5", "new.h5") == ("held-out trials", []), "new.h5")
    words, warned = trials_of("known/network.h5", "mixed.h5")
    harness.expect(words == "training and held-out trials" and warned[0].startswith(warning), f"{words}, {warned}")
    for file in ("trials.h5", "new.h5", "mixed.h5"):
        harness.expect(trials_of("on/network.h5", file) == training, f"{file} after run.start_from")
    said = fullforce(0, "analyze", "known/network.h5", "--pca", "--trials", 3, "--trials-file", "mixed.h5").stdout
    harness.expect(json.loads(said)["run"]["trials_of"] == "training and held-out trials", f"analyze says {said}")
    fullforce(0, "train", "c.toml", "--output", "built_in", "--quiet")
    said = fullforce(0, "analyze", "built_in/network.h5", "--pca", "--trials-file", "new.h5").stdout
    harness.expect(json.loads(said)["run"]["trials_of"] == "held-out trials", f"analyze of a built-in task says {said}")
    fullforce(0, "trials", "c.toml", "--count", 2, "--output", "drawn.h5")
    harness.expect(trials_of("built_in/network.h5", "drawn.h5") == training, "trials of a built-in task")
    fullforce(75, "train", "c.toml", "--output", "begun", "--quiet", *FILE, "--max-steps", 1)
    fullforce(75, "train", "c.toml", "--output", "short", "--quiet", *FILE, "--max-steps", 80)
    harness.expect(trials_of("begun/checkpoint-1.h5", "trials.h5") == ("held-out trials", []), "no trial has begun")
    words, warned = trials_of("short/checkpoint-80.h5", "trials.h5")
    harness.expect(words == "training and held-out trials" and "2 of the 3" in warned[0], f"two streams: {words}, {warned}")
    harness.expect("known/network.h5" in fullforce(0, "info", "on/network.h5").stdout.split("provenance")[0], "info")


def check_refusals():
    files.write_trials("wide.h5", [np.ones((9, 2))], [np.ones((9, 2))], dt=0.001)
    refused(("task.test_file", "wide.h5", "2 input(s)", "has 1"), "train", "c.toml", "--output", "no", *FILE, "--set",
            "task.test_file=wide.h5")
    refused(("missing.h5",), "train", "c.toml", "--output", "no", *FILE, "--set", "task.test_file=missing.h5")
    refused(("--output", "held.h5"), "trials", "c.toml", *FILE, *HELD_OUT, "--count", 1, "--output", "held.h5")
    text = fullforce(0, "train", "c.toml", *FILE, *HELD_OUT, "--dry-run").stdout
    harness.expect("of trials on each node" in text, f"--dry-run says {text}")


def main():
    with harness.small_run(**SMALL):
        check_learning()
        check_layouts()
        check_scores()
        check_metrics()
        check_info()
        check_held_out()
        check_counts()
        check_known_trials()
        check_refusals()


if __name__ == "__main__":
    main()
