#!/usr/bin/env python3
"""Currents between three regions, recovered from their rates alone (the example of CURBD, Perich et al. 2020).

    curbd.py FULLFORCE

Three chaotic networks of 100 neurons, A, B and C, are coupled by sparse weights. B is driven through a sequence of
states, and C into two fixed points, one after the other. A receives only what the others send. A network of 300 neurons
is fitted to their rates, and its currents J_AB r_B between each two regions are compared with the true ones.
"""
import os
import sys
import time

import numpy as np

import harness  # noqa: F401  (it says where the package is)

os.environ["FULLFORCE"] = os.path.abspath(sys.argv[1])

import fullforce as ff  # noqa: E402

N, STEPS, TRIALS, WINDOW, DT, TAU = 100, 1000, 16, 100, 0.01, 0.1
REGIONS = {name: range(k * N, (k + 1) * N) for k, name in enumerate("ABC")}
GAINS = {"A": 1.8, "B": 1.5, "C": 1.5}
COUPLED, COUPLING = 0.05, 0.5  # share of the connections between regions that exist, and their magnitude


def true_weights(random):
    """The recurrent weights, [3 N, 3 N]."""
    J = np.empty((3 * N, 3 * N))
    for into, rows in REGIONS.items():
        for sender, columns in REGIONS.items():
            own = GAINS[into] * random.normal(size=(N, N)) / np.sqrt(N)
            other = COUPLING * (random.random((N, N)) < COUPLED) * random.choice([-1, 1], (N, N))
            J[np.ix_(rows, columns)] = own if into == sender else other
    return J


def external(step, driven):
    """The external currents [3 N] in a step: a bump that moves over B, and one that sits at two places of C."""
    neurons, currents = np.arange(N), np.zeros(3 * N)
    place = 0.25 * N if step < STEPS // 2 else 0.75 * N
    currents[list(REGIONS["B"])] = np.exp(-0.5 * ((neurons - N * step / STEPS) / 10) ** 2)
    currents[list(REGIONS["C"])] = -np.exp(-0.5 * ((neurons - place) / 10) ** 2)
    return currents * driven


def record(J, random):
    """The rates [STEPS, 3 N] of TRIALS trials, which begin in random states."""
    driven, trials = random.random(3 * N) < 0.5, []
    for _ in range(TRIALS):
        x, rates = random.uniform(-1, 1, 3 * N), []
        for step in range(STEPS):
            x = x + DT / TAU * (-x + J @ np.tanh(x) + external(step, driven))
            rates.append(np.tanh(x))
        trials.append(np.array(rates))
    return trials


def main():
    random = np.random.default_rng(1)
    J = true_weights(random)
    rates = record(J, random)
    windows = [trial[k:k + WINDOW] for trial in rates for k in range(0, STEPS, WINDOW)]
    begin = time.time()
    fit = ff.fit_activity(windows, DT, tau=TAU, method="currents", scale=1 - 1e-9, passes=12, seed=1,
                          update_probability=1.0)
    print(f"{fit}, fitted in {time.time() - begin:.0f} s")
    currents, made = fit.currents(REGIONS), np.concatenate(windows)
    smallest = 1.0
    for (into, sender), found in currents.items():
        true = made[:, REGIONS[sender]] @ J[np.ix_(REGIONS[into], REGIONS[sender])].T
        correlation = np.corrcoef(np.concatenate(found).ravel(), true.ravel())[0, 1]
        print(f"{sender} to {into}: correlation {correlation:.3f}")
        smallest = min(smallest, correlation)
    if not smallest > 0.9:
        sys.exit("FAILED: currents between regions are not recovered")


if __name__ == "__main__":
    main()
