#!/usr/bin/env python3
"""Sparse features: users' own partners, restarts, tests, analyses, and networks to start from.

    sparse_features.py FULLFORCE
"""
import json
import os
from unittest import mock

import h5py
import numpy as np

import harness

NEURONS, GROUP, IN_DEGREE = 60, 7, 12
GROUPS = -(-NEURONS // GROUP)
SPARSE = {"features": '"sparse"', "group": GROUP, "plastic_in_degree": IN_DEGREE, "readout_inputs": 40}


def write_partners(path, indptr, indices):
    with h5py.File(path, "w") as f:
        f["indptr"], f["indices"] = np.asarray(indptr), np.asarray(indices)


def own_partners(path):
    """Partners of the user, of which some groups have fewer than others."""
    random = np.random.default_rng(4)
    rows = [random.permutation(NEURONS)[: 3 + g] for g in range(GROUPS)]
    write_partners(path, np.cumsum([0, *map(len, rows)]), np.concatenate(rows))
    return rows


def with_settings(*settings):
    return [word for setting in settings for word in ("--set", setting)]


def test_partners_of_the_user():
    rows = own_partners("mine.h5")
    settings = with_settings("learning.partners=mine.h5", "run.train_trials=12")
    harness.expect_exit(0, harness.mpirun(2, harness.train("whole", "--quiet", *settings)))
    with h5py.File("whole/network.h5") as f:
        partners, weights = f["network/partners"][...], f["network/weights"][...]
        assert f["learning/P"].shape == (GROUPS, 32 * 2 * 3) and f["learning/P_readout"].shape == (32 * 5 * 6,)
        assert len(np.unique(f["network/readout_inputs"][...])) == 40
    for g, row in enumerate(rows):
        assert list(partners[g, : len(row)]) == sorted(row) and set(partners[g, len(row):]) <= {-1}
        of_group = weights[GROUP * g : GROUP * (g + 1)]
        assert (of_group[:, : len(row)] != 0).all() and not of_group[:, len(row):].any()
    # The partners come with a checkpoint, so the file is not needed again.
    harness.expect_exit(75, harness.mpirun(3, harness.train("parts", "--quiet", "--max-steps", 150, *settings)))
    os.rename("mine.h5", "elsewhere.h5")
    harness.expect_exit(0, harness.mpirun(1, harness.train("parts", "--quiet", *settings)))
    differing = harness.differences("whole/network.h5", "parts/network.h5")
    harness.expect(not differing, f"a restart on other ranks equals no restart, but {differing} differ")


def test_malformed_partners():
    good = (np.arange(GROUPS + 1), np.arange(GROUPS))
    for name, indptr, indices, message in (
        ("rows", good[0][:-1], good[1], f"{GROUPS} groups of neurons need {GROUPS + 1}"),
        ("many", [0] + GROUPS * [IN_DEGREE + 1], range(IN_DEGREE + 1), "at most learning.plastic_in_degree"),
        ("ghost", good[0], np.where(good[1] == 3, NEURONS, good[1]), f"group 3 has the partner {NEURONS}"),
        ("twice", [0] + GROUPS * [2], [5, 5], "group 0 has the partner 5 twice"),
    ):
        write_partners(f"{name}.h5", indptr, indices)
        result = harness.mpirun(2, harness.train(name, *with_settings(f"learning.partners={name}.h5")))
        harness.expect_exit(2, result)
        harness.expect(message in result.stderr, f"{name}: {result.stderr}")
        harness.expect(not os.path.exists(name), "nothing is written")
    result = harness.mpirun(2, harness.train("none", *with_settings("learning.partners=none.h5")))
    harness.expect_exit(2, result)


def test_tests_and_analyses():
    harness.expect_exit(0, harness.mpirun(1, harness.train("net", "--quiet", *with_settings("run.train_trials=6"))))
    with open("net/summary.json") as f:
        error = json.load(f)["test"]["error"]
    found = []
    for ranks in (1, 3):
        harness.expect_exit(0, harness.mpirun(ranks, ["test", "net/network.h5", "--output", "test.json"]))
        with open("test.json") as f:
            found.append(json.load(f)["test"]["error"])
        harness.expect_exit(
            0, harness.mpirun(ranks, ["analyze", "net/network.h5", "--eigenvalues", "--output", f"analysis-{ranks}.h5"]))
    assert found == [error, error], found
    with h5py.File("net/network.h5") as f:
        J = np.zeros((NEURONS, NEURONS))
        for i, (row, partners) in enumerate(zip(f["network/weights"], f["network/partners"][...].repeat(GROUP, 0))):
            J[i, partners] = row
        static = f["network/J_static"]
        for i in range(NEURONS):
            part = slice(static["indptr"][i], static["indptr"][i + 1])
            J[i, static["indices"][part]] += static["data"][part]
    radius = abs(np.linalg.eigvals(J)).max()
    for ranks in (1, 3):
        with open(f"analysis-{ranks}.json") as f:
            assert abs(json.load(f)["eigenvalues"]["network"]["spectral_radius"] / radius - 1) < 1e-6


def test_start_from():
    start = ["run.start_from=net/network.h5", "run.train_trials=2"]
    for keep in ("true", "false"):
        name = f"kept-{keep}"
        harness.expect_exit(
            0, harness.mpirun(2, harness.train(name, "--quiet", *with_settings(*start, f"run.keep_P={keep}"))))
        with h5py.File(f"{name}/network.h5") as f, h5py.File("net/network.h5") as before:
            assert (f["network/partners"][...] == before["network/partners"][...]).all()
            # An element on the diagonal only shrinks. It is at most 1 at the beginning.
            shrunk = (f["learning/P"][:, 0] <= before["learning/P"][:, 0]).all()
            assert shrunk == (keep == "true")
    result = harness.mpirun(1, harness.train("other", *with_settings(*start, "learning.group=3")))
    harness.expect_exit(2, result)
    harness.expect("learning.group = 7 in the file, 3 now" in result.stderr, result.stderr)


FEW_RATES = """
[run]
streams = 3
init_trials = 0
[network]
neurons = 12000
in_degree = 1
[learning]
features = "sparse"
plastic_in_degree = 8
group = 500
readout_inputs = 60
update_probability = 1.0
"""


def test_few_rates_travel():
    """Where ranks read few rates of each other, only these are sent, which changes no bit."""
    with open("few.toml", "w") as f:
        f.write(FEW_RATES)

    def run(ranks, sharing, output, steps):
        with mock.patch.dict(os.environ, FULLFORCE_SHARED_MEMORY=sharing):
            harness.expect_exit(75, harness.mpirun(
                ranks, ["train", "few.toml", "--quiet", "--output", output, "--max-steps", steps]))
        return f"{output}/checkpoint-{steps}.h5"

    reference = run(1, "on", "few-1", 30)
    run(3, "off", "few-3", 20)  # a restart on other ranks has other rates to choose
    for other in (run(4, "2", "few-4", 30), run(2, "off", "few-3", 30)):
        differing = harness.differences(reference, other)
        harness.expect(not differing, f"{other}: {differing} differ")


def main():
    with harness.small_run(
        run={"seed": 1, "init_trials": 1, "train_trials": 40, "test_trials": 2},
        network={"neurons": NEURONS, "static_in_degree": 9},
        learning=SPARSE,
    ):
        for check in (test_partners_of_the_user, test_malformed_partners, test_tests_and_analyses, test_start_from,
                      test_few_rates_travel):
            check()
            print(f"{check.__name__}: ok")


if __name__ == "__main__":
    main()
