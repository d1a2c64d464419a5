#!/usr/bin/env python3
"""A recording has all trials of all streams in their order, and the scores of a test are what NumPy makes of it.

    recordings.py FULLFORCE

Any number of ranks writes the same bits, and a recording takes no more memory the longer it is.
"""
import json
import os
import pathlib
import subprocess

import h5py
import numpy as np

import harness
from fullforce.files import load_network, read_recording
from harness import expect

# No rank of a refused run has anything to save, so that Open MPI need not wait before it kills the others.
os.environ["OMPI_MCA_odls_base_sigkill_timeout"] = "0"

TRIALS = 23
STREAMS = (1, 3, 16)


def test(ranks, *options, network="run/network.h5"):
    """Runs a test with a recording, and returns the recording and what the file of scores holds."""
    arguments = ["test", network, "--trials", TRIALS, "--record", "r.h5", "--output", "t.json", *options]
    harness.expect_exit(0, harness.mpirun(ranks, arguments))
    with open("t.json") as file:
        return read_recording(pathlib.Path("r.h5")), json.load(file)


def refused(words, *options):
    result = harness.expect_exit(2, harness.mpirun(2, ["test", "run/network.h5", *options]))
    lines = [line for line in result.stderr.splitlines() if line.startswith("fullforce: error:")]
    expect(len(lines) == 1 and words in lines[0], f"{options}: {result.stderr}")


def check_layouts():
    """All neurons and states: the same bits on any number of ranks, and rates that are those of the states."""
    first, _ = test(1, "--neurons", "all", "--states", "--noise", 0.01)
    for ranks in (2, 3):
        other, _ = test(ranks, "--neurons", "all", "--states", "--noise", 0.01)
        for name, values in first.items():
            expect(values is None or np.array_equal(values, other[name]), f"{name} differs on {ranks} ranks")
    for rates, states in (("rates", "states"), ("target_rates", "target_states")):
        expect(first[rates].shape == (len(first["time"]), 100), f"{rates} has shape {first[rates].shape}")
        expect(np.allclose(first[rates], np.tanh(first[states]), rtol=0, atol=1e-15), f"{rates} are not those of states")
    readout = load_network("run/network.h5").readout
    expect(np.allclose(first["rates"] @ readout.T, first["outputs"], rtol=0, atol=1e-12), "outputs are not w r")


def check_order():
    """The trials of all streams stand in the order of their numbers, and those of the file in its order."""
    with h5py.File("trials.h5") as file:
        lengths, targets, inputs = file["lengths"][()], file["targets"][()], file["inputs"][()]
    rows = np.arange(TRIALS) % 3
    starts = np.concatenate([[0], np.cumsum(lengths)])
    places = np.concatenate([np.arange(starts[row], starts[row + 1]) for row in rows])
    for streams in STREAMS:
        recording, _ = test(2, network=f"streams-{streams}/network.h5")
        expect(np.array_equal(recording["trial_ends"], np.cumsum(lengths[rows])), f"trial_ends with {streams} streams")
        expect(np.array_equal(recording["targets"], targets[places]), f"targets with {streams} streams")
        expect(np.array_equal(recording["inputs"], inputs[places]), f"inputs with {streams} streams")
        expect(np.allclose(recording["time"], np.arange(len(places)) * 0.001, rtol=1e-12), "time")
        expect(np.all(recording["mask"] == 1), "mask")
        expect(np.array_equal(recording["neurons"], np.arange(10) * 10), f"neurons {recording['neurons']}")
        expect("states" not in h5py.File("r.h5"), "states that nobody asked for")


def check_scores():
    """Scores by trial and output, and R^2, from the recorded outputs and targets."""
    for streams in STREAMS:
        recording, found = test(2, network=f"streams-{streams}/network.h5")
        scores, squares = found["test"], np.square(recording["outputs"] - recording["targets"])
        target = np.square(recording["targets"])
        variation = np.square(recording["targets"] - recording["targets"].mean(axis=0)).sum(axis=0)
        close = [(scores["error"], squares.sum() / target.sum()), (scores["r2"], 1 - squares.sum() / variation.sum())]
        for o, output in enumerate(scores["per_output"]):
            close += [(output["error"], squares[:, o].sum() / target[:, o].sum()),
                      (output["squared_error"], squares[:, o].sum()),
                      (output["r2"], 1 - squares[:, o].sum() / variation[o])]
        begin = 0
        for trial, end in zip(scores["per_trial"], recording["trial_ends"]):
            expect(trial["steps"] == end - begin, f"{trial} has {end - begin} steps")
            close += [(trial["squared_error"], squares[begin:end].sum()),
                      (trial["error"], squares[begin:end].sum() / target[begin:end].sum())]
            begin = end
        expect(len(scores["per_trial"]) == TRIALS and len(scores["per_output"]) == 2, f"{scores}")
        expect(all(np.isclose(*pair, rtol=1e-9, atol=0) for pair in close), f"{streams} streams: {close}")
        expect(sum(trial["squared_error"] for trial in scores["per_trial"]) / target.sum() == scores["error"]
               or np.isclose(scores["error"], squares.sum() / target.sum(), rtol=1e-14), "the sum of the trials")


def check_what_files_say():
    """Network, trials, noise and seed stand in the recording; the summary and the scores hold the configuration."""
    _, scores = test(1, "--noise", 0.25, "--seed", 99)
    with h5py.File("r.h5") as file:
        said = dict(file.attrs)
    expect(said["noise"] == 0.25 and said["seed"] == 99 and said["network"] == "run/network.h5", f"{said}")
    expect(said["trials_file"] == "trials.h5" and len(said["trials_fingerprint"]) == 16, f"{said}")
    with open("run/network.h5", "rb") as file:
        seal = int.from_bytes(file.read(24)[16:], "little")
    expect(said["network_seal"] == f"{seal:016x}", f"{said['network_seal']} is not the seal {seal:016x}")
    with open("run/summary.json") as file:
        summary = json.load(file)
    for config, noise in ((summary["config"], 0.0), (scores["config"], 0.25)):
        expect(config["network"]["neurons"] == 100 and config["network"]["noise"] == noise, f"{config}")
        expect(config["task"]["file"] == "trials.h5" and config["checkpoint"]["every_minutes"] == 0.0, f"{config}")
    expect(summary["test"]["trials_of"] == scores["test"]["trials_of"] == "training trials", "whose trials")
    harness.write_mixed_trials("other.h5")
    with h5py.File("other.h5", "r+") as file:
        file["targets"][0, 0] += 0.5
    expect(test(1, "--trials-file", "other.h5")[1]["test"]["trials_of"] == "training and held-out trials", "other trials")
    expect("over 2 training trials" in open("run/log.txt").read(), "the log does not say which trials")


def write_masked_trials(path):
    """Trials with conditions, names, a mask, and an output whose target is zero."""
    random = np.random.default_rng(5)
    mask = random.random((228, 2)) < 0.6
    targets = random.standard_normal((228, 2)) * [0.5, 0]
    with h5py.File(path, "w") as file:
        file.attrs.update(format="fullforce-trials", format_version=2, dt=0.001, output_names=["elbow", "wrist"])
        file["lengths"], file["conditions"] = [90, 61, 77], ["10", "9", "10"]
        file["inputs"], file["hints"] = random.standard_normal((228, 2)), np.zeros((228, 1))
        file["targets"], file["mask"] = targets, mask


def check_masks_and_conditions():
    """Samples that a mask leaves out count in no score; a ratio to zero is null, has its reason, and its squared error."""
    write_masked_trials("masked.h5")
    recording, found = test(2, "--trials-file", "masked.h5", "--seed", 7)
    scores, mask, ends = found["test"], recording["mask"].astype(bool), recording["trial_ends"]
    squares = np.where(mask, np.square(recording["outputs"] - recording["targets"]), 0)
    target = np.where(mask, np.square(recording["targets"]), 0)
    of_trial = np.repeat(np.arange(TRIALS), np.diff(ends, prepend=0))
    expect(list(recording["trials"]) == [n % 3 for n in range(TRIALS)], f"rows {recording['trials']}")
    expect(list(recording["conditions"][:4]) == ["10", "9", "10", "10"], f"conditions {recording['conditions']}")
    expect(list(recording["output_names"]) == ["elbow", "wrist"], f"names {recording['output_names']}")
    close = [(scores["error"], squares.sum() / target.sum())]
    for trial, row in zip(scores["per_trial"], range(TRIALS)):
        chosen = of_trial == row
        expect((trial["trial"], trial["condition"]) == (row % 3, "9" if row % 3 == 1 else "10"), f"{trial}")
        close += [(trial["error"], squares[chosen].sum() / target[chosen].sum())]
    expect([score["condition"] for score in scores["per_condition"]] == ["9", "10"], "the order of conditions")
    for score in scores["per_condition"]:
        chosen = np.isin(of_trial, [n for n in range(TRIALS) if (n % 3 == 1) == (score["condition"] == "9")])
        close += [(score["error"], squares[chosen].sum() / target[chosen].sum())]
    first, second = scores["per_output"]
    variation = np.square(recording["targets"][mask[:, 0], 0] - recording["targets"][mask[:, 0], 0].mean()).sum()
    close += [(first["r2"], 1 - squares[:, 0].sum() / variation), (second["squared_error"], squares[:, 1].sum())]
    expect(all(np.isclose(*pair, rtol=1e-9, atol=0) for pair in close), f"{close}")
    expect((first["name"], second["name"], second["error"], second["r2"]) == ("elbow", "wrist", None, None), f"{second}")
    for words in ("test.per_output: error is null for wrist", "test.per_output: r2 is null for wrist"):
        expect(any(words in warning for warning in found["warnings"]), f"{words}: {found['warnings']}")


def check_neurons():
    """Neurons in the order of a list, and lists that are none."""
    every, _ = test(1, "--neurons", "all")
    some, _ = test(3, "--neurons", "70,5,99")
    expect(np.array_equal(some["neurons"], [70, 5, 99]), f"{some['neurons']}")
    expect(np.array_equal(some["rates"], every["rates"][:, [70, 5, 99]]), "rates of a list")
    os.remove("r.h5")
    refused("no neuron 100", "--record", "r.h5", "--neurons", "3,100")
    refused("--neurons says what to record", "--neurons", "3")
    refused("--states says what to record", "--states")
    expect(not os.path.exists("r.h5"), "a refused recording left a file")


def peak_memory(*options):
    """The largest memory of a test on one rank, in MiB."""
    process = subprocess.Popen([harness.PROGRAM, "test", "wide/network.h5", *map(str, options)],
                               stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    expect(status == 0, f"{options}: ends with {status}")
    return usage.ru_maxrss / 1024


def check_memory():
    """A recording of 77 MB adds less than a tenth of that to the memory of the test."""
    wide = ("--set", "network.neurons=2000", "--set", "network.in_degree=10", "--set", "learning.features=low-rank",
            "--set", "learning.max_rank=10", "--set", "run.streams=2", "--set", "run.train_trials=1")
    harness.expect_exit(0, harness.mpirun(1, harness.train("wide", "--quiet", *wide)))
    without = peak_memory("--trials", 16)
    with_recording = peak_memory("--trials", 16, "--record", "wide.h5", "--neurons", "all", "--states")
    size = os.path.getsize("wide.h5") / 2**20
    expect(size > 70, f"the recording has {size:.1f} MiB")
    expect(with_recording < without + size / 10, f"{with_recording:.1f} MiB with it, {without:.1f} MiB without it")


def main():
    with harness.small_run(run={"train_trials": 3}):
        harness.expect_exit(0, harness.mpirun(1, harness.train("run", "--quiet")))
        for streams in STREAMS:
            setting = ("--set", f"run.streams={streams}", "--quiet")
            harness.expect_exit(0, harness.mpirun(1, harness.train(f"streams-{streams}", *setting)))
        harness.run_checks([check_layouts, check_order, check_scores, check_what_files_say, check_masks_and_conditions,
                            check_neurons, check_memory])


if __name__ == "__main__":
    main()
