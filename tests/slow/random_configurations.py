#!/usr/bin/env python3
"""Many configurations, drawn over all keys, hold what every configuration must hold (random_runs.py).

    random_configurations.py FULLFORCE [--seed S] [--count n] [--only k]
"""
import random_runs

if __name__ == "__main__":
    random_runs.main(count=160)
