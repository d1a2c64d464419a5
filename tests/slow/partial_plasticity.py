#!/usr/bin/env python3
"""Some neurons learn their recurrent weights, and the others keep random ones (learning.plastic_fraction).

    partial_plasticity.py FULLFORCE [CHECK]...
"""
import json
import os
import pathlib

import h5py
import numpy as np

import harness
from fullforce.files import draws, load_network, read_trials
from harness import expect

N, SHARE, LEARNING, GROUP = 60, 0.4, 24, 7

CONFIG = f"""
[run]
seed = 5
streams = 2
init_trials = 1
train_trials = 12
test_trials = 3
[task]
name = "file"
file = "trials.h5"
[network]
neurons = {N}
gain = 1.3
noise = 0.01
[learning]
plastic_fraction = {SHARE}
"""

KINDS = {"dense": [], "sparse": ["learning.features=sparse", f"learning.group={GROUP}",
                                 "learning.plastic_in_degree=20", "learning.readout_inputs=40"]}


def train(folder, kind, *settings, ranks=1, code=0, options=()):
    words = [word for setting in (*KINDS[kind], *settings) for word in ("--set", setting)]
    done = harness.finish(harness.start(ranks, ["train", "c.toml", "--output", folder, "--quiet", *options, *words]))
    expect(done.returncode == code, f"train {folder} exits with {done.returncode}: {done.stderr}")
    return done


def datasets(folder):
    with h5py.File(f"{folder}/network.h5") as file:
        names = ("network/weights", "network/readout", "learning/P", "network/feedback")
        return {name: file[name][()] for name in names}


def drawn(count):
    """Random weights [N, count], as every neuron draws its own."""
    return 1.3 / np.sqrt(count) * np.array([draws.normal_draws(5, draws.RECURRENT_WEIGHTS, i, count) for i in range(N)])


def check_bits():
    """Any number of ranks and a restart give the same bits; the random rows stay, and the others learn."""
    for kind in KINDS:
        train(f"{kind}1", kind)
        train(f"{kind}3", kind, ranks=3)
        # The restart is within init trials, in which neurons that do not learn have their own currents.
        train(f"{kind}r", kind, ranks=2, code=75, options=["--max-steps", 40])
        train(f"{kind}r", kind, ranks=1)
        for other in ("3", "r"):
            differing = harness.differences(f"{kind}1/network.h5", f"{kind}{other}/network.h5")
            expect(not differing, f"{kind}, {other}: {', '.join(differing)} differ")
        found = datasets(f"{kind}1")
        W = found["network/weights"]
        expect(np.allclose(W[LEARNING:], drawn(W.shape[1])[LEARNING:], rtol=1e-13, atol=0), f"{kind}: random rows changed")
        expect((np.abs(W[:LEARNING] - drawn(W.shape[1])[:LEARNING]).max(axis=1) > 1e-2).all(), f"{kind}: rows do not learn")
        groups = -(-LEARNING // GROUP) if kind == "sparse" else N
        expect(len(found["learning/P"]) == groups, f"{kind}: P of {len(found['learning/P'])} rows, not {groups}")
        summary = json.loads(pathlib.Path(f"{kind}1", "summary.json").read_text())
        expect(summary["plastic_neurons"] == LEARNING, f"{summary['plastic_neurons']} plastic neurons")


def check_one():
    """A share of 1 is what there was before: nothing is drawn, and all rows learn."""
    for kind in KINDS:
        train(f"{kind}whole", kind, "learning.plastic_fraction=1")
        train(f"{kind}nearly", kind, "learning.plastic_fraction=0.999")
        differing = harness.differences(f"{kind}whole/network.h5", f"{kind}nearly/network.h5")
        expect(set(differing) <= {"config"}, f"{kind}: 60 of 60 neurons: {differing} differ")


def check_tools():
    """A test, NumPy and a plan know of neurons that do not learn."""
    for kind in KINDS:
        train(f"{kind}tested", kind)
        done = harness.finish(harness.start(2, ["test", f"{kind}tested/network.h5", "--noise", 0, "--record", "r.h5",
                                                "--neurons", "all"]))
        expect(done.returncode == 0, done.stderr)
        network = load_network(f"{kind}tested/network.h5")
        expect(network.plastic_neurons == LEARNING, "NumPy counts other neurons")
        trials = read_trials("trials.h5")[0]
        with h5py.File("r.h5") as file:
            recorded = file["rates"][()]
        expect(np.allclose(network.run(trials).joined().rates, recorded, rtol=0, atol=1e-8), f"{kind}: NumPy differs")
        # A network that goes on with its P learns the same rows further.
        train(f"{kind}on", kind, f"run.start_from={kind}tested/network.h5", "run.keep_P=true")
        before, after = (datasets(f"{kind}{name}")["network/weights"] for name in ("tested", "on"))
        expect(np.array_equal(before[LEARNING:], after[LEARNING:]), f"{kind}: random rows were not taken")
        expect((before[:LEARNING] != after[:LEARNING]).any(axis=1).all(), f"{kind}: rows do not learn on")
        settings = [word for setting in KINDS[kind] for word in ("--set", setting)]
        planned = harness.finish(harness.start(1, ["plan", "c.toml", *settings]))
        expect(f"plastic      {LEARNING} of {N} neurons" in planned.stdout, planned.stdout + planned.stderr)


def check_refusals():
    """What cannot be is refused by one rank, which says why, and nothing is written."""
    for settings, said in ((["learning.features=low-rank"], 'with learning.features = "low-rank" (must be 1'),
                           (["learning.target_modes=5"], "with learning.target_modes = 5 (must be 1"),
                           (["learning.plastic_fraction=0.0"], "plastic_fraction = 0.0 (must be positive and at most 1)")):
        done = train("wrong", "dense", *settings, ranks=2, code=2)
        expect(said in done.stderr and done.stderr.count("fullforce: error") == 1, done.stderr)
        expect(not os.path.exists("wrong"), "a refused run has written a folder")
    train("start", "sparse")
    done = train("wrong", "sparse", "run.start_from=start/network.h5", "run.keep_P=true", "learning.plastic_fraction=1",
                 code=2)
    expect("has a P of 4 group(s) of neurons, and 9 learn(s) now" in done.stderr, done.stderr)
    done = train("told", "dense", "learning.rule=force", options=["--dry-run"])
    expect("learning.plastic_fraction = 0.4 has no effect" in done.stderr, done.stderr)


def main():
    with harness.own_folder():
        harness.write_mixed_trials("trials.h5")
        pathlib.Path("c.toml").write_text(CONFIG)
        harness.run_checks([check_bits, check_one, check_tools, check_refusals])


if __name__ == "__main__":
    main()
