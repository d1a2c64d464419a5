#!/usr/bin/env python3
"""Recorded activity: a network whose outputs are the firing rates of recorded neurons, tested on held-out conditions.

    recorded_activity.py [OUTPUT_FOLDER]

The recording is made here: 40 neurons respond to a stimulus of one of twelve orientations. Three of the orientations
are left out of the training. The script draws recorded_activity.png in the output folder.
"""
import sys

import numpy as np

import fullforce as ff

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "runs/recorded_activity"
STEPS, NEURONS, ORIENTATIONS = 600, 40, 12  # steps of 1 ms


def record(rng):
    """Inputs [conditions, STEPS, 3], rates [conditions, STEPS, NEURONS] between 0 and 1, and names of conditions."""
    preferred = np.pi * rng.random(NEURONS)
    onset, decay = rng.integers(120, 200, NEURONS), rng.uniform(100, 400, NEURONS)
    time = np.arange(STEPS)[:, None] - onset
    shape = np.where(time > 0, (1 - np.exp(-time / 30)) * np.exp(-time / decay), 0.0)
    orientations = np.pi * np.arange(ORIENTATIONS) / ORIENTATIONS
    tuning = np.exp(np.cos(2 * (orientations[:, None] - preferred)) - 1)
    X = np.zeros((ORIENTATIONS, STEPS, 3))
    X[:, 100:, 0] = np.cos(2 * orientations)[:, None]
    X[:, 100:, 1] = np.sin(2 * orientations)[:, None]
    X[:, 100:, 2] = 1.0
    return X, tuning[:, None, :] * shape, [f"{180 * k // ORIENTATIONS} deg" for k in range(ORIENTATIONS)]


def main():
    X, Y, names = record(np.random.default_rng(1))
    left_out = np.arange(ORIENTATIONS) % 4 == 1
    trained = ~left_out

    # Weak recurrent weights and inputs make smooth responses, which carry over to the orientations between.
    m = ff.FullForce(neurons=200, gain=0.8, input_gain=0.3, reset="fixed", seed=1, init_trials=2, train_trials=60)
    m.fit(X[trained], Y[trained], output=FOLDER)
    for name, chosen in (("trained", trained), ("left out", left_out)):
        scores = m.test(X[chosen], Y[chosen])
        print(f"orientations that were {name}: error {scores['error']:.2g}, R^2 {scores['r2']:.3f}")

    run = m.run(X[left_out], Y[left_out], conditions=np.array(names)[left_out])
    ff.plot.outputs(run, outputs=range(4)).savefig(f"{FOLDER}/recorded_activity.png")


if __name__ == "__main__":
    main()
