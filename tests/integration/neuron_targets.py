#!/usr/bin/env python3
"""Targets of neurons that come from a trials file: currents and rates (task.target).

    neuron_targets.py FULLFORCE [CHECK]...
"""
import json
import pathlib
import shutil

import h5py
import numpy as np

import harness
from fullforce.files import draws, load_network, read_trials, write_trials
from harness import expect

N, DT, LENGTHS = 40, 0.001, (70, 55, 90)

CONFIG = """
[run]
seed = 5
init_trials = 1
train_trials = 9
test_trials = 3
{run}
[task]
name = "file"
file = "{file}"
{task}
[network]
neurons = 40
gain = 1.3
{network}
[learning]
{learning}
"""


def program(ranks, arguments):
    """The finished process; one rank has no launcher, which is faster."""
    return harness.finish(harness.start(ranks, arguments))


def signals(seed=1):
    """Inputs [T, 1] and targets [T, 2] of three trials."""
    random = np.random.default_rng(seed)
    inputs = [np.exp(-np.arange(length) / 20)[:, None] * random.normal() for length in LENGTHS]
    targets = [np.sin(np.arange(length)[:, None] / [9.0, 14.0] + random.uniform(0, 6)) for length in LENGTHS]
    return inputs, targets


def rates(seed=2):
    """Rates [T, N] that oscillate."""
    random = np.random.default_rng(seed)
    phases = random.uniform(0, 6, N)
    return [0.8 * np.sin(np.arange(length)[:, None] / 12 + phases + k) for k, length in enumerate(LENGTHS)]


def write(name, neuron_targets, **more):
    write_trials(name, *signals(), dt=DT, neuron_targets=neuron_targets, **more)


def train(folder, file, ranks=1, task="", run="", network="", learning="", options=()):
    """A training run, and its network file as HDF5 datasets by name."""
    pathlib.Path(f"{folder}.toml").write_text(CONFIG.format(file=file, task=task, run=run, network=network,
                                                            learning=learning))
    done = program(ranks, ["train", f"{folder}.toml", "--output", folder, "--quiet", *options])
    expect(done.returncode == 0, f"train {folder}: {done.stderr}")
    return done


def weights(folder):
    with h5py.File(f"{folder}/network.h5") as file:
        return {name: file[name][()] for name in ("network/weights", "network/readout", "learning/P", "network/x")}


def expect_same_bits(one, other):
    for name, values in weights(one).items():
        expect(np.array_equal(values, weights(other)[name]), f"{one} and {other} differ in {name}")


def summary(folder):
    return json.loads(pathlib.Path(folder, "summary.json").read_text())


def check_currents_of_the_generator():
    """A network that learns the recorded currents of a target-generating network gets the same weights."""
    write_trials("plain.h5", *signals(), dt=DT)
    train("generated", "plain.h5", task='reset = "zero"')
    done = program(2, ["test", "generated/network.h5", "--record", "r.h5", "--neurons", "all", "--currents"])
    expect(done.returncode == 0, done.stderr)
    with h5py.File("r.h5") as file:
        currents = np.split(file["target_currents"][()], file["trial_ends"][()][:-1])
        own, rates_of_trained = file["currents"][()], file["rates"][()]
    expect(np.allclose(own, rates_of_trained @ load_network("generated/network.h5").J.T, rtol=0, atol=1e-10),
           "recorded currents are not J r")
    write("currents.h5", currents)
    train("from_file", "currents.h5", task='reset = "zero"\ntarget = "currents"')
    for name, values in weights("generated").items():
        expect(np.allclose(values, weights("from_file")[name], rtol=1e-9, atol=1e-11), f"{name} differs")
    expect("target/J" not in h5py.File("from_file/network.h5"), "there is a J_D without a target-generating network")
    # Low-rank features and target modes learn from currents of all neurons too.
    for learning in ('features = "low-rank"\nmax_rank = 30', "target_modes = 12"):
        train("a", "plain.h5", task='reset = "zero"', learning=learning)
        train("b", "currents.h5", task='reset = "zero"\ntarget = "currents"', learning=learning)
        errors = summary("a")["test"]["error"], summary("b")["test"]["error"]
        expect(abs(errors[0] - errors[1]) < 1e-6 * errors[0], f"{learning}: errors {errors}")
        for folder in ("a", "b"):
            shutil.rmtree(folder)


def naive_rates(trials, seed=5, gain=1.3, alpha=1.0):
    """J [N, N] after one pass through trials in their order, by the update of one sample at a time."""
    J = np.array([draws.normal_draws(seed, draws.RECURRENT_WEIGHTS, i, N) for i in range(N)]) * gain / np.sqrt(N)
    u_in = load_network("naive/network.h5").u_in
    P = np.eye(N) / alpha
    for trial in trials:
        x = np.arctanh(trial.neuron_targets[0])
        z = J @ np.tanh(x)
        for k, target in enumerate(trial.neuron_targets):
            x = x + 0.1 * (-x + z + u_in @ trial.inputs[k])
            r = np.tanh(x)
            z = J @ r
            gain_vector = P @ r / (1 + r @ P @ r)
            J, P = J - np.outer(r - target, gain_vector), P - np.outer(gain_vector, P @ r)
            # A step responds with the weights from before its update.
    return J


def check_rates():
    """Learning from rates is the plain algorithm, the scores are those of the recording, and NumPy runs the same."""
    inputs, targets = signals()
    write_trials("one.h5", inputs[:1], targets[:1], dt=DT, neuron_targets=rates()[:1])
    task = 'target = "rates"\nreset = "targets"'
    train("naive", "one.h5", task=task, run="", learning="update_probability = 1.0",
          options=["--set", "run.init_trials=0", "--set", "run.train_trials=1"])
    found, wanted = weights("naive")["network/weights"], naive_rates(read_trials("one.h5")[0])
    expect(np.allclose(found, wanted, rtol=0, atol=1e-9), f"J differs by {np.abs(found - wanted).max()}")

    write("rates.h5", rates(), conditions=["a", "b", "a"])
    train("rates", "rates.h5", task=task)
    done = program(3, ["test", "rates/network.h5", "--record", "r.h5", "--neurons", "all"])
    expect("of the rates of 40 neurons" in done.stdout, done.stdout + done.stderr)
    with h5py.File("r.h5") as file:
        made, wanted, ends = file["rates"][()], file["target_rates"][()], file["trial_ends"][()]
    expect(np.array_equal(wanted, np.concatenate(rates())), "recorded target rates are not those of the file")
    deviations = (wanted - wanted.mean(axis=0)) ** 2
    r2 = 1 - ((made - wanted) ** 2).sum() / deviations.sum()
    scores = summary("rates")["test"]["neuron_targets"]
    expect(abs(scores["r2"] - r2) < 1e-9 and scores["neurons"] == N, f"R^2 {scores['r2']}, of the recording {r2}")
    of_a = np.r_[0:ends[0], ends[1]:ends[2]]
    r2_of_a = 1 - ((made - wanted) ** 2)[of_a].sum() / deviations[of_a].sum()
    expect(abs(scores["per_condition"][0]["r2"] - r2_of_a) < 1e-9, "R^2 of condition a")
    activity = load_network("rates/network.h5").run(read_trials("rates.h5")[0])
    expect(np.allclose(activity.joined().rates, made, rtol=0, atol=1e-9), "NumPy runs another network")
    expect(np.array_equal(activity.joined().target_rates, wanted), "NumPy has other target rates")


def check_same_bits():
    """Any number of ranks, and a restart, give the same bits, with targets of some neurons in any order."""
    listed = [31, 2, 17, 5, 38, 20, 9]
    masks = [np.arange(length) % 7 > 0 for length in LENGTHS]
    write("some_rates.h5", [trial[:, listed] for trial in rates()], target_neurons=listed, mask=masks)
    write("some_currents.h5", [2 * trial[:, listed] for trial in rates()], target_neurons=listed)
    others = np.setdiff1d(np.arange(N), listed)
    drawn = np.array([draws.normal_draws(5, draws.RECURRENT_WEIGHTS, i, N) for i in range(N)]) * (1.3 / np.sqrt(N))
    for file, task in (("some_rates.h5", 'target = "rates"\nreset = "targets"'),
                       ("some_currents.h5", 'target = "currents"\nreset = "targets"')):
        name = file.partition(".")[0]
        for ranks in (1, 3):
            train(f"{name}{ranks}", file, ranks, task, "streams = 2", "noise = 0.01")
        expect_same_bits(f"{name}1", f"{name}3")
        scores = [summary(f"{name}{ranks}")["test"] for ranks in (1, 3)]
        expect(scores[0]["neuron_targets"] == scores[1]["neuron_targets"], "scores differ between numbers of ranks")
        stopped = program(2, ["train", f"{name}1.toml", "--output", f"{name}r", "--quiet", "--max-steps", 170])
        expect(stopped.returncode == 75, f"exit {stopped.returncode}: {stopped.stderr}")
        train(f"{name}r", file, 3, task, "streams = 2", "noise = 0.01")
        expect_same_bits(f"{name}1", f"{name}r")
        J = weights(f"{name}1")["network/weights"]
        expect(np.allclose(J[others], drawn[others], rtol=1e-13, atol=0), "rows without targets have changed")
        start = drawn[listed] if "rates" in name else np.zeros((len(listed), N))
        expect((np.abs(J[listed] - start).max(axis=1) > 1e-3).all(), "rows with targets have not learned")
        recorded = program(1, ["test", f"{name}1/network.h5", "--noise", 0, "--record", "r.h5", "--neurons", "all"])
        expect(recorded.returncode == 0, recorded.stderr)
        activity = load_network(f"{name}1/network.h5").run(read_trials(file)[0])
        with h5py.File("r.h5") as recording:
            expect(np.allclose(activity.joined().rates, recording["rates"][()], rtol=0, atol=1e-8),
                   f"{name}: NumPy runs another network")
    check_sparse_features(listed, others)
    # Learning goes on from the weights of another network.
    train("further", "some_currents.h5", task='target = "currents"', options=["--set", "run.start_from=some_rates1/network.h5"])
    J, before = weights("further")["network/weights"], weights("some_rates1")["network/weights"]
    expect(np.array_equal(J[others], before[others]) and not np.array_equal(J, before), "J was not taken")


def check_sparse_features(listed, others):
    """Neurons in groups learn from some targets, too. One of the ranks has no neurons."""
    learning = 'features = "sparse"\ngroup = 6\nplastic_in_degree = 15\nreadout_inputs = 30'
    for target in ("rates", "currents"):
        for ranks in (1, 6):
            train(f"sparse_{target}{ranks}", f"some_{target}.h5", ranks, f'target = "{target}"', learning=learning)
        expect_same_bits(f"sparse_{target}1", f"sparse_{target}6")
        W = weights(f"sparse_{target}1")["network/weights"]
        random = 1.3 / np.sqrt(15) * np.array([draws.normal_draws(5, draws.RECURRENT_WEIGHTS, i, 15) for i in range(N)])
        expect(np.allclose(W[others], random[others], rtol=1e-13, atol=0), "rows without targets have changed")
        start = random[listed] if target == "rates" else np.zeros((len(listed), 15))
        expect((np.abs(W[listed] - start).max(axis=1) > 1e-3).all(), "rows with targets have not learned")


def refused(said, file="rates.h5", task='target = "rates"', learning="", network="", ranks=1):
    """The run is refused with these words, by one rank, and writes nothing."""
    pathlib.Path("wrong.toml").write_text(CONFIG.format(file=file, task=task, learning=learning, network=network, run=""))
    done = program(ranks, ["train", "wrong.toml", "--output", "wrong", "--quiet"])
    expect(done.returncode == 2 and done.stderr.count("fullforce: error") == 1, f"exit {done.returncode}: {done.stderr}")
    expect(said in done.stderr, f"{said!r} is not in {done.stderr}")
    expect(not pathlib.Path("wrong").exists(), "a refused run has written a folder")


def check_refusals():
    """What cannot be learned is refused with a reason, and keys without effect are told."""
    write("rates.h5", rates())
    write_trials("plain.h5", *signals(), dt=DT)
    large = [1.5 * trial for trial in rates()]
    write("large.h5", large)
    write("some.h5", [trial[:, :3] for trial in rates()], target_neurons=[0, 4, 60])
    write("few.h5", [trial[:, :3] for trial in rates()])
    refused("has no dataset neuron_targets", "plain.h5", ranks=2)
    refused('task.reset = "targets", but plain.h5 has no dataset neuron_targets', "plain.h5",
            'target = "rates"\nreset = "targets"')
    refused('rates of "tanh" neurons lie between -1 and 1; scale all rates, for example by 0.8', "large.h5", ranks=3)
    refused("rates of \"relu\" neurons lie from 0 to 100", network='nonlinearity = "relu"')
    refused("has a target of neuron 60, but network.neurons = 40", "some.h5")
    refused("J starts at random", learning='features = "low-rank"')
    refused("learning.target_modes = 3", learning="target_modes = 3")
    refused("which learns no recurrent weights", learning='rule = "force"')
    refused("has targets of 3 of 40 neurons", "few.h5", 'target = "currents"', 'features = "low-rank"')
    refused("task.reset = \"targets\" (needs targets of neurons", task='reset = "targets"')
    refused('has targets of 3 neuron(s), but task.file = "rates.h5" has those of 40',
            task='target = "rates"\ntest_file = "few.h5"')
    done = train("told", "rates.h5", task='target = "rates"\nhint = false', network="in_degree = 5\noutput_gain = 2.0",
                 options=["--dry-run"])
    for key in ("task.hint", "network.in_degree", "network.output_gain"):
        expect(f"{key} = " in done.stderr, f"{key} is not told: {done.stderr}")
    done = program(1, ["train", "told.toml", "--dry-run", "--set", "task.name=oscillation"])
    expect("task.target" in done.stderr and done.returncode == 0, done.stderr)
    for command in (["plan", "told.toml"], ["info", "rates.h5"]):
        done = program(1, command)
        expect(done.returncode == 0, done.stderr)
    expect("targets of 40 neuron(s)" in done.stdout, done.stdout)


def main():
    with harness.own_folder():
        harness.run_checks([check_currents_of_the_generator, check_rates, check_same_bits, check_refusals])


if __name__ == "__main__":
    main()
