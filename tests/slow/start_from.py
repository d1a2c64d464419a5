#!/usr/bin/env python3
"""Training that starts with the weights of another network.

    start_from.py FULLFORCE
"""
import json
import os
import pathlib
import sys

import h5py
import numpy as np

import harness  # it says where the package fullforce is
from fullforce.files import Trial, load_network, read_trials, write_trials

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


def write_sine(path):
    t = np.arange(200) * 0.001
    write_trials(path, [Trial(targets=np.sin(2 * np.pi * 10 * t), inputs=(t < 0.02).astype(float))], dt=0.001)


def training_goes_on():
    """A run that starts where another one ended begins with its small error, and makes it smaller."""
    write_sine("sine.h5")
    task = {"task__file": "sine.h5", "task__reset": "fixed", "run__streams": 1, "run__test_trials": 0}
    train("short", run__train_trials=6, **task)
    first = errors_of_trials("short")
    for keep in ("false", "true"):
        train(f"longer-{keep}", run__start_from="short/network.h5", run__keep_P=keep, run__seed=8,
              run__train_trials=6, **task)
        more = errors_of_trials(f"longer-{keep}")
        print(f"keep_P = {keep}: errors {first}, then {more}")
        assert more[0] < 0.5 * first[0] and more[-3:].mean() < first[-3:].mean()


def error_of_test(network, seed=5):
    harness.expect_exit(0, harness.mpirun(2, ["test", network, "--seed", seed, "--output", "test.json"]))
    with open("test.json") as file:
        return json.load(file)["test"]["error"]


def an_edited_network_is_tested_and_trained_on():
    """A lesion is made in Python and saved with a valid seal. The program tests it, and heals it by training."""
    write_sine("sine.h5")
    task = {"task__file": "sine.h5", "task__reset": "fixed", "run__streams": 1, "run__test_trials": 1}
    train("healthy", run__train_trials=6, **task)
    network = load_network("healthy/network.h5").lesion(range(10))
    network.save("lesioned.h5")
    lesioned = error_of_test("lesioned.h5")
    sine = list(read_trials("sine.h5")[0])
    assert np.isclose(network.test(sine, init_trials=sine, seed=5).error, lesioned, rtol=1e-9), "NumPy says the same"
    train("healed", run__start_from="lesioned.h5", run__train_trials=6, **task)
    errors = [error_of_test("healthy/network.h5"), lesioned, error_of_test("healed/network.h5")]
    print(f"errors of the network, with a lesion, and after training: {errors}")
    assert errors[1] > 10 * errors[0] and errors[2] < 0.1 * errors[1]


def any_layout_and_any_restart_give_the_same_bits():
    """The file is not needed any more when the run goes on, also where J_D is sparse, and stays named."""
    kind = {"network__in_degree": 9, "task__reset": "random", "run__train_trials": 2, "run__test_trials": 1}
    train("sparse", checkpoint__every_trials=2, **kind)
    start = {"run__start_from": "sparse/network.h5", "run__seed": 5, **kind}
    train("whole", **start)
    train("parts", ranks=2, code=75, more=("--max-steps", 120), **start)
    os.rename("sparse", "away")
    train("parts", ranks=3, **start)
    assert not harness.differences("whole/network.h5", "parts/network.h5")
    assert source("whole") == source("parts") and source("whole")["path"] == "sparse/network.h5", source("parts")
    with h5py.File("parts/network.h5") as file:
        assert json.loads(file.attrs["start_from"]) == source("parts")


def J_D_that_is_missing_is_drawn_again():
    """A checkpoint does not hold a sparse J_D. The seed of that run, which draws it, is asked for."""
    kind = {"network__in_degree": 9, "run__train_trials": 2, "run__test_trials": 0}
    train("bare", checkpoint__every_trials=2, **kind)
    checkpoint = str(max(pathlib.Path("bare").glob("checkpoint-*.h5")))
    refused([f"{checkpoint} has no J_D", "run.seed = 3 in the file, 4 now"], run__start_from=checkpoint, run__seed=4,
            network__in_degree=9)
    train("redrawn", run__start_from=checkpoint, **{**kind, "run__train_trials": 0})
    for name in ("indices", "data"):
        name = f"target/J_sparse/{name}"
        assert np.array_equal(read("redrawn/network.h5")[name], read("bare/network.h5")[name]), name


def refused(said, more=(), **settings):
    result = train("refused", ranks=2, code=2, more=more, **settings)
    lines = [line for line in result.stderr.splitlines() if line.startswith("fullforce: ")]
    assert len(lines) == 1, result.stderr
    for words in [said] if isinstance(said, str) else said:
        assert words in result.stderr, f"{words!r} is not in {result.stderr!r}"
    assert not os.path.exists("refused"), "nothing is written"


def what_does_not_fit_is_refused():
    """Unit tests have the other messages."""
    train("first", run__train_trials=1, run__test_trials=0)
    refused(["run.start_from: first/network.h5 has weights of another kind than this configuration",
             "network.neurons = 100 in the file, 60 now"], run__start_from="first/network.h5", network__neurons=60)
    refused("run.start_from: trials.h5: is a trials file, not a network", run__start_from="trials.h5")
    refused("nowhere.h5", run__start_from="nowhere.h5")
    refused("must not begin with ~", run__start_from="~/network.h5")
    refused("--no-target with run.start_from", more=("--no-target",), run__start_from="first/network.h5")


def a_dry_run_and_a_plan_say_so():
    train("dry-first", run__train_trials=1, run__test_trials=0)
    arguments = options({"run.start_from": "dry-first/network.h5", "run.keep_P": "true"})
    result = harness.expect_exit(0, harness.mpirun(1, harness.train("dry", "--dry-run", *arguments)))
    assert "would start with the weights and P of dry-first/network.h5" in result.stdout, result.stdout
    wrong = options({"run.start_from": "dry-first/network.h5", "network.neurons": 60})
    result = harness.expect_exit(2, harness.mpirun(1, ["plan", "c.toml", *wrong]))
    assert "network.neurons = 100 in the file, 60 now" in result.stderr, result.stderr


def main():
    with harness.small_run(run={"seed": 3, "init_trials": 1, "train_trials": 2}):
        harness.run_checks([all_weights_are_taken, pending_updates_are_applied, training_goes_on,
                            an_edited_network_is_tested_and_trained_on,
                            any_layout_and_any_restart_give_the_same_bits, J_D_that_is_missing_is_drawn_again,
                            what_does_not_fit_is_refused, a_dry_run_and_a_plan_say_so])


if __name__ == "__main__":
    sys.exit(main())
