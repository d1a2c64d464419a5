#!/usr/bin/env python3
"""Ready-set-go from own signals, trained with a hint and without one.

    ready_set_go.py [OUTPUT_FOLDER]

Two pulses come, and then a response, as long after the second pulse as that was after the first. The hint drives the
target-generating network alone: it says how much time has passed, and which of the two intervals it is. Neither network
gets a hint when it is tested. The script draws ready_set_go.png in the output folder.
"""
import sys

import numpy as np

import fullforce as ff

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "runs/ready_set_go"
PULSE, PAUSE, SHORTEST, LONGEST = 50, 300, 200, 600  # steps of 1 ms
RESPONSE = np.sin(np.linspace(0, np.pi, 200)) ** 2


def make_trials(count, rng, odd):
    """Inputs [T, 1], targets [T, 1] and hints [T, 2] of each trial.

    `odd` is 0 or 1 and says whether delays are odd: no test trial is then one that the network learned from.
    """
    inputs, targets, hints = [], [], []
    for _ in range(count):
        delay = 2 * rng.integers(SHORTEST // 2, LONGEST // 2) + odd
        ready, second = PAUSE, PAUSE + delay
        go = second + delay
        steps = go + len(RESPONSE) + PAUSE
        x, y, h = np.zeros((steps, 1)), np.zeros((steps, 1)), np.zeros((steps, 2))
        x[ready:ready + PULSE] = x[second:second + PULSE] = 1.0
        y[go:go + len(RESPONSE), 0] = RESPONSE
        h[ready:second, 0] = np.arange(delay) / LONGEST  # the time since the first pulse,
        h[second:go, 0] = np.arange(delay, 0, -1) / LONGEST  # and the time that is left until the response
        h[ready:second, 1], h[second:go, 1] = 0.5, -0.5  # which of the intervals it is
        inputs.append(x)
        targets.append(y)
        hints.append(h)
    return inputs, targets, hints


def share_in_time(outputs, targets):
    """The share of trials whose output is largest within 20 % of the delay around the target's largest value."""
    peaks = [(int(np.argmax(z)), int(np.argmax(f))) for z, f in zip(outputs, targets)]
    delays = [(right - PAUSE - len(RESPONSE) // 2) / 2 for _, right in peaks]
    return np.mean([abs(peak - right) < 0.2 * delay for (peak, right), delay in zip(peaks, delays)])


def main():
    rng = np.random.default_rng(1)
    X, Y, H = make_trials(100, rng, odd=0)
    X_test, Y_test, _ = make_trials(32, rng, odd=1)
    runs = {}
    for name, hints in (("with hint", H), ("without hint", None)):
        m = ff.FullForce(neurons=300, output_gain=2.0, streams=16, init_trials=1, train_trials=320,
                         update_probability=1.0, seed=1)
        m.fit(X, Y, hints=hints, output=f"{FOLDER}/{name.replace(' ', '-')}")
        runs[name] = m.run(X_test, Y_test)
        print(f"{name}: error on held-out trials {runs[name].error:.2g}, "
              f"{100 * share_in_time(runs[name].outputs, Y_test):.0f} % of the responses in time")

    # Both networks had the same trials, so that their outputs can stand under each other.
    outputs = [np.hstack(pair) for pair in zip(*(run.outputs for run in runs.values()))]
    targets = [np.hstack([target, target]) for target in Y_test]
    figure = ff.plot.outputs({"inputs": X_test, "outputs": outputs, "targets": targets, "output_names": list(runs),
                              "dt": 0.001}, trials=range(4))
    figure.savefig(f"{FOLDER}/ready_set_go.png")


if __name__ == "__main__":
    main()
