#!/usr/bin/env python3
"""A memory of two bits: training, a test on held-out trials of random length, and the fixed points that keep the bits.

    flip_flop.py [OUTPUT_FOLDER]

Two inputs give short pulses of +1 or -1. Each of two outputs keeps the sign of the last pulse of its input. The script
draws flip_flop.png in the output folder.
"""
import sys

import numpy as np

import fullforce as ff

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "runs/flip_flop"
PULSE = 50  # steps of 1 ms


def make_trials(count, rng):
    """Inputs and targets, lists of arrays [T, 2]: each trial begins with a pulse in both inputs."""
    inputs, targets = [], []
    for _ in range(count):
        steps = rng.integers(800, 1600)
        x, y = np.zeros((steps, 2)), np.zeros((steps, 2))
        for bit in range(2):
            start = 20
            while start + PULSE < steps:
                sign = rng.choice([-1.0, 1.0])
                x[start:start + PULSE, bit] = sign
                y[start + PULSE:, bit] = sign
                start += PULSE + 100 + int(rng.exponential(300))
        inputs.append(x)
        targets.append(y)
    return inputs, targets


def sign_accuracy(outputs, targets):
    """The share of samples at which an output has the sign of its target, where that is not zero."""
    z, f = np.concatenate(outputs), np.concatenate(targets)
    return np.mean(np.sign(z[f != 0]) == f[f != 0])


def main():
    rng = np.random.default_rng(1)
    X, Y = make_trials(100, rng)
    X_test, Y_test = make_trials(20, rng)  # other trials, which are never trained on

    m = ff.FullForce(neurons=200, reset="zero", seed=1, train_trials=100)
    m.fit(X, Y, test=(X_test, Y_test), output=FOLDER)
    run = m.run(X_test, Y_test)
    print(f"error on held-out trials: {m.error_:.2g}")
    print(f"outputs with the right sign: {100 * sign_accuracy(run.outputs, Y_test):.2f} %")

    # The search for points where the network stands still begins from states that it has visited.
    points = m.network.fixed_points(starts=np.concatenate(run.states)[::500])
    stable = [point for point in points if point.stable]
    print(f"{len(stable)} stable fixed points and {len(points) - len(stable)} unstable ones; outputs at the stable ones:")
    for point in stable:
        print("  " + ", ".join(f"{z:+.2f}" for z in point.output))

    ff.plot.outputs(run, trials=range(3)).savefig(f"{FOLDER}/flip_flop.png")


if __name__ == "__main__":
    main()
