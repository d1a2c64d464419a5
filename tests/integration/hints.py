#!/usr/bin/env python3
"""A small network learns ready-set-go with its hint, and does not learn it without. The delays are short."""
import tempfile

from trained_with_hints import share_right

SETTINGS = ("network.neurons=150", "network.dt=0.002", "task.delay_min=0.1", "task.delay_max=0.4", "task.pause_min=0.2",
            "task.pause_random=0.1", "run.streams=8", "run.init_trials=1", "run.train_trials=160", "run.test_trials=40")


def main():
    with tempfile.TemporaryDirectory() as folder:
        with_hint, without = (share_right(folder, "ready-set-go", 2, SETTINGS, hint) for hint in ("phase", "none"))
        print(f"right with hint {with_hint}, without {without}")
        assert with_hint >= 0.9, with_hint
        assert without < 0.7, without


if __name__ == "__main__":
    main()
