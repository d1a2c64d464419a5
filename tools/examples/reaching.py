#!/usr/bin/env python3
"""Reaching: four muscles, eight directions, and the same state of the network at the start of every trial.

    reaching.py [OUTPUT_FOLDER]

Two inputs say where the target is, and a third one says go. The muscles are silent until then, and make a pattern that
depends on the direction. Held-out trials have other times of the go signal. The script draws reaching.png and
state_space.png in the output folder.
"""
import sys

import numpy as np

import fullforce as ff

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "runs/reaching"
STEPS, DIRECTIONS, MUSCLES = 1000, 8, 4  # steps of 1 ms
# Preferred directions of the muscles, and the times after the go signal at which their two bursts are strongest.
PREFERRED = 2 * np.pi * np.arange(MUSCLES) / MUSCLES
BURSTS, WIDTH = (120, 300), 50


def muscle_activity(angle, go):
    """The activity [STEPS, MUSCLES]: the agonists are active first, then the antagonists."""
    time = np.arange(STEPS)[:, None] - go
    drive = np.cos(angle - PREFERRED)
    bursts = [np.exp(-0.5 * ((time - burst) / WIDTH) ** 2) for burst in BURSTS]
    return bursts[0] * np.maximum(drive, 0) + 0.7 * bursts[1] * np.maximum(-drive, 0)


def make_trials(repeats, rng, odd):
    """Inputs [trials, STEPS, 3], targets [trials, STEPS, MUSCLES], and the direction of each trial as a text.

    `odd` is 0 or 1 and says whether go signals come at odd steps: no test trial is then one that the network learned
    from.
    """
    directions = np.tile(np.arange(DIRECTIONS), repeats)
    X = np.zeros((len(directions), STEPS, 3))
    Y = np.zeros((len(directions), STEPS, MUSCLES))
    for k, direction in enumerate(directions):
        angle, go = 2 * np.pi * direction / DIRECTIONS, 2 * rng.integers(100, 250) + odd
        X[k, :, :2] = np.cos(angle), np.sin(angle)
        X[k, go:, 2] = 1.0
        Y[k] = muscle_activity(angle, go)
    return X, Y, [f"{360 * direction // DIRECTIONS} deg" for direction in directions]


def main():
    rng = np.random.default_rng(1)
    X, Y, conditions = make_trials(10, rng, odd=0)
    X_test, Y_test, test_conditions = make_trials(2, rng, odd=1)

    m = ff.FullForce(neurons=300, output_gain=2.0, reset="fixed", seed=1, init_trials=2, train_trials=120)
    m.fit(X, Y, conditions=conditions, output=FOLDER)
    run = m.run(X_test, Y_test, conditions=test_conditions)
    print(f"error on held-out trials: {run.error:.2g}")
    errors = m.score(X_test, Y_test, conditions=test_conditions, per="condition")
    for condition in test_conditions[:DIRECTIONS]:
        print(f"  {condition}: {errors[condition]:.2g}")

    ff.plot.outputs(run, trials=range(DIRECTIONS)).savefig(f"{FOLDER}/reaching.png")
    ff.plot.state_space(run).savefig(f"{FOLDER}/state_space.png")


if __name__ == "__main__":
    main()
