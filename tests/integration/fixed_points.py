#!/usr/bin/env python3
"""fullforce analyze finds the fixed points of every kind of network, and the four memories of a flip-flop.

    fixed_points.py FULLFORCE

The velocities and the eigenvalues are compared with NumPy on the same network, and the results of 1 and 3 ranks bit for
bit. The options are refused where they make no sense. MANUAL.md has the text of --explain.
"""
import json
import os
import pathlib
import sys

import h5py
import numpy as np

import harness
from fullforce import files

CONFIG = """
[run]
seed = 1
init_trials = 1
train_trials = {trials}
[task]
name = "file"
[network]
neurons = {neurons}
"""
MANUAL = pathlib.Path(__file__).resolve().parents[2] / "MANUAL.md"
TOLERANCE = 1e-20


def flip_flop(random, steps):
    """A trial of two flip-flops: each output has the sign of the last pulse of its input."""
    inputs, targets = np.zeros((steps, 2)), np.zeros((steps, 2))
    for channel in range(2):
        for start in (0, *np.sort(random.choice(np.arange(150, steps - 100, 10), 3, replace=False))):
            sign = random.choice([-1.0, 1.0])
            inputs[start:start + 50, channel] = sign
            targets[start + 25:, channel] = sign
    return files.Trial(targets=targets, inputs=inputs)


def train(folder, neurons, trials, *changes):
    pathlib.Path("c.toml").write_text(CONFIG.format(neurons=neurons, trials=trials))
    settings = [word for change in changes for word in ("--set", change)]
    harness.expect_exit(0, harness.mpirun(1, ["train", "c.toml", "--output", folder, "--quiet", *settings]))
    return pathlib.Path(folder, "network.h5")


def analyze(ranks, network, *options, output="found.h5"):
    return harness.expect_exit(0, harness.mpirun(
        ranks, ["analyze", network, "--fixed-points", "--noise", 0, *options, "--output", output]))


def read(path):
    """The datasets of the fixed points by name, and the section of the summary."""
    with h5py.File(path) as file:
        arrays = {name: data[()] for name, data in file["fixed_points"].items()}
        return arrays, json.loads(file.attrs["summary"])["fixed_points"]


def check_points(path, input, arrays, summary):
    """Compares speeds and eigenvalues with those that NumPy finds in the same states."""
    network = files.load_network(path)
    J, points = network.J, summary["points"]
    harness.expect(len(points) == len(arrays["states"]) > 0, f"{path}: no points")
    for point, x, eigenvalues in zip(points, arrays["states"], arrays["eigenvalues"]):
        rates = network.rates(x)
        slopes = 1 - rates**2 if network.config["network"]["nonlinearity"] == "tanh" else (rates > 0).astype(float)
        F = -x + J @ rates + network.u_in @ input
        q = F @ F / (2 * len(x))
        harness.expect(abs(q - point["q"]) <= 1e-6 * q + 1e-22, f"{path}: q is {q}, not {point['q']}")
        harness.expect((point["kind"] == "fixed") == (point["q"] <= TOLERANCE), f"{path}: {point}")
        jacobian = J * slopes - np.eye(len(x))
        if point["kind"] == "slow":  # a minimum of q
            harness.expect(np.linalg.norm(jacobian.T @ F) <= 1.1e-5 * np.linalg.norm(F), f"{path}: no minimum")
        expected = np.linalg.eigvals(jacobian)
        expected = expected[np.lexsort((-expected.imag, -np.round(expected.real, 9)))]
        found = eigenvalues[~np.isnan(eigenvalues[:, 0])] @ [1, 1j]
        harness.expect(np.abs(found[0].real - expected[0].real) < 1e-6, f"{path}: {found[0]} is not {expected[0]}")
        harness.expect(point["unstable"] == np.sum(expected.real > 1e-6), f"{path}: {point['unstable']} unstable")
    ends = [start for point in points for start in point["found_from"]] + summary["unfinished"]
    harness.expect(sorted(ends) == list(range(summary["starts"])), f"{path}: starts are lost")
    for p, point in enumerate(points):
        harness.expect(np.flatnonzero(arrays["start_points"] == p).tolist() == point["found_from"], f"{path}: {point}")


def flip_flop_has_four_memories():
    """A stable point for each pair of signs, with saddles between them."""
    random = np.random.default_rng(0)
    files.write_trials("trials.h5", [flip_flop(random, 1000) for _ in range(60)], dt=0.001)
    path = train("flip-flop", 200, 60)
    analyze(1, path, "--trials", 5, "--starts", 32)
    arrays, summary = read("found.h5")
    check_points(path, np.zeros(2), arrays, summary)
    network = files.load_network(path)
    stable = [np.sign(network.readout @ network.rates(x)) for x, unstable, fixed in
              zip(arrays["states"], arrays["unstable"], arrays["fixed"]) if fixed and unstable == 0]
    harness.expect(summary["stable"] == 4, f"{summary['stable']} stable points")
    harness.expect(len({tuple(signs) for signs in stable}) == 4, f"the memories are {stable}")
    harness.expect(summary["fixed"] > 4, "there is no saddle between the memories")


# Changes of the configuration for every kind of weights, rates and precision.
KINDS = {
    "dense": (),
    "single": ("learning.precision='single'", "learning.target_modes=5"),
    "low-rank": ("learning.features='low-rank'", "network.in_degree=5"),
    "force": ("learning.rule='force'", "network.in_degree=5"),
    "relu": ("network.nonlinearity='relu'", "network.gain=0.3", "network.output_gain=0.3"),
}


def every_kind_of_network():
    """Points of small networks under a constant input, which have the same bits on 1 and on 3 ranks."""
    random = np.random.default_rng(1)
    files.write_trials("trials.h5", [flip_flop(random, 300) for _ in range(4)], dt=0.001)
    for kind, changes in KINDS.items():
        path = train(kind, 40, 4, *changes)
        options = ("--trials", 2, "--starts", 6, "--input", "0.5,-0.25")
        analyze(1, path, *options, output="one.h5")
        analyze(3, path, *options, output="three.h5")
        arrays, summary = read("one.h5")
        others, _ = read("three.h5")
        differing = [name for name in arrays if arrays[name].tobytes() != others[name].tobytes()]
        harness.expect(not differing, f"{kind}: 1 rank and 3 differ in {differing}")
        check_points(path, np.array([0.5, -0.25]), arrays, summary)
        print(f"  {kind}: {summary['fixed']} fixed, {summary['slow']} slow, {len(summary['unfinished'])} unfinished")


def wrong_options_are_refused():
    """One line that names the option, and no results."""
    for wrong, words in (
        (("--fixed-points", "--starts", -1), "--starts -1 (must be an integer of at least 1"),
        (("--fixed-points", "--input", "1"), "--input: 1 number(s) for the 2 input(s)"),
        (("--fixed-points", "--input", "1,x"), "--input 1,x (must be numbers"),
        (("--fixed-points", "--input", "1,inf"), "--input 1,inf (must be numbers"),
        (("--starts", 3), "--starts has no effect without --fixed-points"),
        (("--pca", "--input", "0,0"), "--input has no effect without --fixed-points"),
    ):
        result = harness.expect_exit(2, harness.mpirun(2, ["analyze", "dense/network.h5", *wrong, "--output", "no.h5"]))
        harness.expect(result.stderr.count("fullforce: error:") == 1 and words in result.stderr, result.stderr)
        harness.expect(not os.path.exists("no.h5"), f"{wrong}: results were written")
    result = harness.expect_exit(2, harness.mpirun(2, ["analyze"]))
    harness.expect("NETWORK is required" in result.stderr, result.stderr)


def names_in(section):
    """The names of all numbers of a section of a summary, also of those of each network and of each point."""
    for name, value in section.items():
        parts = [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, dict)]
        if not parts and value != []:
            yield name
        for part in parts:
            yield from names_in(part)


def every_number_is_explained():
    """--explain has a line for each number of the summary, and MANUAL.md has all explanations word for word."""
    result = harness.expect_exit(0, harness.mpirun(2, ["analyze", "--explain"]))
    harness.expect(result.stdout.strip() in MANUAL.read_text(encoding="utf-8"),
                   "MANUAL.md does not have what fullforce analyze --explain prints")
    options = ("--eigenvalues", "--pca", "--lyapunov", 2, "--trials", 2, "--starts", 6)
    text = analyze(2, "dense/network.h5", *options, "--explain", output="all.h5").stdout
    with h5py.File("all.h5") as file:
        summary = json.loads(file.attrs["summary"])
    del summary["provenance"]
    for section, numbers in summary.items():
        part = result.stdout.split(f"**{section}**")[1].split("**")[0]
        for name in names_in(numbers):
            harness.expect(f"- `{name}` (" in part, f"{section}: {name} is not explained")
            harness.expect(f"\n  {name} [" in text, f"{section}: {name} is not printed")


def main():
    with harness.own_folder():
        harness.run_checks([flip_flop_has_four_memories, every_kind_of_network, wrong_options_are_refused,
                            every_number_is_explained])


if __name__ == "__main__":
    main()
