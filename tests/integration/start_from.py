#!/usr/bin/env python3
"""Training that starts with the weights of another network.

    start_from.py FULLFORCE
"""
import json
import os
import pathlib
import shutil
import sys

import h5py
import numpy as np

import harness

LOW_RANK = {"learning.features": "low-rank", "learning.max_rank": 30}
SPARSE = {"network.in_degree": 9}


def options(settings):
    return [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]


def train(output, ranks=1, code=0, more=(), **settings):
    """Trains into a folder. Keys have __ in place of the dot."""
    settings = {key.replace("__", "."): value for key, value in settings.items()}
    result = harness.mpirun(ranks, harness.train(output, "--quiet", *more, *options(settings)))
    harness.expect_exit(code, result)
    return result


def read(path):
    """The arrays of a network file by name."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


def effective(arrays):
    """P and the learned weights of a file with its pending updates applied."""
    S = arrays["learning/pending_right"]
    return {"learning/P": arrays["learning/P"] - S @ S.T,
            "network/weights": arrays["network/weights"] - arrays["network/pending_left"] @ S.T,
            "network/readout": arrays["network/readout"] - arrays["network/pending_readout"] @ S.T}


def errors_of_trials(output):
    return np.genfromtxt(f"{output}/metrics.csv", delimiter=",", names=True)["error"]


def source(output):
    with open(f"{output}/summary.json") as file:
        return json.load(file)["start_from"]


def with_underscores(settings):
    return {key.replace(".", "__"): value for key, value in settings.items()}


def all_weights_are_taken():
    """A run of no trials keeps the weights to the bit, whatever its seed. P is fresh, or kept."""
    for name, kind, keep in (("dense", {}, "true"), ("low-rank", {**LOW_RANK, **SPARSE}, "false"),
                             ("modes", {"learning.target_modes": 9}, "false"),
                             ("force", {"learning.rule": "force"}, "true")):
        kind = with_underscores({**kind, "task.reset": "fixed", "network.neurons": 60})
        train(f"{name}-first", ranks=2, **kind)
        first = read(f"{name}-first/network.h5")
        train(name, run__start_from=f"{name}-first/network.h5", run__keep_P=keep, run__seed=77, run__train_trials=0,
              run__test_trials=0, network__gain=0.1, **kind)
        second = read(f"{name}/network.h5")
        same = [key for key in first if key.startswith(("network/", "target/"))
                and not key.endswith(("/x", "/feedback", "/output"))]
        assert {"network/readout", "network/u_in", "network/start_state", "target/u_out"} <= set(same), same
        for key in same:
            assert np.array_equal(first[key], second[key]), f"{name}: {key} differs"
        P = first["learning/P"] if keep == "true" else np.eye(len(first["learning/P"]))
        assert np.array_equal(second["learning/P"], P), f"{name}: P"
        assert not np.array_equal(first["network/x"], second["network/x"]), "the states are fresh"


def pending_updates_are_applied():
    """The weights of a checkpoint count with what is pending in it."""
    for name, kind, keep in (("dense", {}, "true"), ("low-rank", LOW_RANK, "false")):
        kind = with_underscores({**kind, "network.neurons": 60, "learning.panel": 1000})
        train(f"{name}-stopped", code=75, more=("--max-steps", 120), **kind)
        checkpoint = f"{name}-stopped/checkpoint-120.h5"
        wanted = effective(read(checkpoint))
        train(f"{name}-applied", run__start_from=checkpoint, run__keep_P=keep, run__train_trials=0, run__test_trials=0,
              **kind)
        found = read(f"{name}-applied/network.h5")
        for key in ("network/weights", "network/readout"):
            assert np.allclose(found[key], wanted[key], rtol=0, atol=1e-12), f"{name}: {key}"
        P = wanted["learning/P"] if keep == "true" else np.eye(len(wanted["learning/P"]))
        assert np.allclose(found["learning/P"], P, rtol=0, atol=1e-12), f"{name}: P"


def training_goes_on():
    """A run that starts where another one ended begins with its small error, and makes it smaller."""
    task = {"task__name": "oscillation", "network__dt": 0.005, "run__train_trials": 6, "run__test_trials": 0}
    train("short", **task)
    first = errors_of_trials("short")
    for keep in ("false", "true"):
        train(f"longer-{keep}", run__start_from="short/network.h5", run__keep_P=keep, run__seed=8, **task)
        more = errors_of_trials(f"longer-{keep}")
        print(f"keep_P = {keep}: errors {first}, then {more}")
        assert more[0] < 0.5 * first[0] and more[-3:].mean() < first[-3:].mean()


def any_layout_and_any_restart_give_the_same_bits():
    """The file is not needed any more when the run goes on, also where J_D is sparse, and stays named."""
    kind = {"network__in_degree": 9, "run__seed": 5, "task__reset": "random"}
    train("sparse", run__train_trials=3, **{**kind, "run__seed": 4}, checkpoint__every_trials=3)
    checkpoint = max(pathlib.Path("sparse").glob("checkpoint-*.h5"))
    for start in ("sparse/network.h5", str(checkpoint)):
        same_seed = {**kind, "run__seed": 4} if start != "sparse/network.h5" else kind
        keys = {**same_seed, "run__start_from": start, "run__train_trials": 3}
        train("whole", **keys)
        train("others", ranks=3, **keys)
        assert not harness.differences("whole/network.h5", "others/network.h5")
        train("parts", ranks=2, code=75, more=("--max-steps", 120), **keys)
        os.rename("sparse", "away")
        train("parts", ranks=3, **keys)
        os.rename("away", "sparse")
        assert not harness.differences("whole/network.h5", "parts/network.h5")
        assert source("whole") == source("parts") and source("whole")["path"] == start, source("parts")
        with h5py.File("parts/network.h5") as file:
            assert json.loads(file.attrs["start_from"]) == source("parts")
        for folder in ("whole", "others", "parts"):
            shutil.rmtree(folder)


def refused(said, output="refused", more=(), **settings):
    settings.setdefault("run__start_from", "first/network.h5")
    said = [said] if isinstance(said, str) else said
    result = train(output, ranks=2, code=2, more=more, **settings)
    lines = [line for line in result.stderr.splitlines() if line.startswith("fullforce: ")]
    assert len(lines) == 1, result.stderr
    for words in said:
        assert words in result.stderr, f"{words!r} is not in {result.stderr!r}"
    assert not os.path.exists(output), "nothing is written"


def what_does_not_fit_is_refused():
    train("first", run__train_trials=1)
    of_kind = "run.start_from: first/network.h5 has weights of another kind than this configuration"
    refused([of_kind, "network.neurons = 100 in the file, 60 now"], network__neurons=60)
    refused([of_kind, 'learning.rule = "full-force" in the file, "force" now'], learning__rule="force")
    refused([of_kind, "network.in_degree = 0 in the file, 9 now"], network__in_degree=9)
    refused([of_kind, 'learning.features = "dense" in the file, "low-rank" now'], learning__features="low-rank")
    refused([of_kind, 'learning.precision = "double" in the file, "single" now'], learning__precision="single")
    refused([of_kind, "learning.target_modes = 0 in the file, 5 now"], learning__target_modes=5)
    refused("first/network.h5 has 2 input(s), and the task has 1", task__name="oscillation")
    refused("first/network.h5 has 1 hint(s), and the task has 0", task__hint="none")
    refused(["learning.alpha = 1.0 in the file, 2.0 now", "run.keep_P"], learning__alpha=2, run__keep_P="true")
    refused("trials.h5: is a trials file, not a network", run__start_from="trials.h5")
    refused("first: is a folder", run__start_from="first")
    refused("nowhere.h5", run__start_from="nowhere.h5")
    refused("--no-target with run.start_from", more=("--no-target",))
    refused("must not begin with ~", run__start_from="~/network.h5")
    shutil.copy("first/network.h5", "damaged.h5")
    harness.flip("damaged.h5", os.path.getsize("damaged.h5") // 2)
    refused("run.start_from: damaged.h5", run__start_from="damaged.h5")
    train("bare", more=("--no-target",), run__train_trials=1)
    refused(["bare/network.h5 has no J_D", "run.seed = 3 in the file, 4 now"], run__start_from="bare/network.h5", run__seed=4)
    train("redrawn", run__start_from="bare/network.h5", run__train_trials=0)
    assert np.array_equal(read("redrawn/network.h5")["target/J"], read("first/network.h5")["target/J"])


def what_has_no_room_is_refused():
    train("wide", run__train_trials=2, learning__features="low-rank", learning__max_rank=30)
    dimension = len(read("wide/network.h5")["learning/P"])
    refused(f"has a basis of {dimension} directions, which learning.max_rank = 4", run__start_from="wide/network.h5",
            learning__features="low-rank", learning__max_rank=4)
    train("pending", code=75, more=("--max-steps", 120), learning__panel=1000, network__neurons=40)
    refused("pending updates, which learning.panel = 1 has no room for", run__start_from="pending/checkpoint-120.h5",
            learning__panel=1, network__neurons=40)


def a_dry_run_says_so():
    train("dry-first", run__train_trials=1)
    arguments = options({"run.start_from": "dry-first/network.h5", "run.keep_P": "true"})
    result = harness.mpirun(1, harness.train("dry", "--dry-run", *arguments))
    harness.expect_exit(0, result)
    assert "would start with the weights and P of dry-first/network.h5" in result.stdout, result.stdout
    wrong = options({"run.start_from": "dry-first/network.h5", "network.neurons": 60})
    for command in (harness.train("dry", "--dry-run", *wrong), ["plan", "c.toml", *wrong]):
        result = harness.mpirun(1, command)
        harness.expect_exit(2, result)
        assert "network.neurons = 100 in the file, 60 now" in result.stderr, result.stderr


def main():
    with harness.small_run(run={"seed": 3, "init_trials": 1, "train_trials": 2}):
        harness.run_checks([all_weights_are_taken, pending_updates_are_applied, training_goes_on,
                            any_layout_and_any_restart_give_the_same_bits, what_does_not_fit_is_refused,
                            what_has_no_room_is_refused, a_dry_run_says_so])


if __name__ == "__main__":
    sys.exit(main())
