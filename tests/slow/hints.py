#!/usr/bin/env python3
"""Trains the tasks that need a hint at 300 neurons: most answers are right, in the median of three networks.

    hints.py FULLFORCE

It takes about four minutes on one core.
"""
import statistics
import tempfile

from trained_with_hints import SCORES, share_right

SETTINGS = ("network.neurons=300", "run.streams=16", "run.init_trials=2", "run.train_trials=400", "run.test_trials=160")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for task in SCORES:
            shares = [share_right(folder, task, seed, SETTINGS) for seed in (1, 2, 3)]
            print(f"{task}: {shares}", flush=True)
            assert statistics.median(shares) >= 0.9, f"{task}: too few answers are right, {shares}"


if __name__ == "__main__":
    main()
