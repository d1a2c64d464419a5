#!/usr/bin/env python3
"""One inverse correlation matrix a neuron, in NumPy as one would write it, and in fullforce: the time of an update.

    numpy_groups.py BENCH_GROUPS [--neurons N] [--in-degree K] [--rounds n]

BENCH_GROUPS is bin/bench/bench_groups of a build with -DFULLFORCE_BENCHMARKS=ON. NumPy has an array P [N, K, K] in
single precision, and einsum for the products of all neurons. Both take turns in one run, and the printed ratio is the
median over the turns.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np


class NumpyGroups:
    """One P and one row of weights a neuron, and an update by recursive least squares with one sample."""

    def __init__(self, neurons, in_degree):
        random = np.random.default_rng(1)
        self.P = np.zeros((neurons, in_degree, in_degree), np.float32)
        self.P[:, range(in_degree), range(in_degree)] = 1
        self.partners = np.stack([random.permutation(neurons)[:in_degree] for _ in range(neurons)])
        self.rates = np.tanh(random.standard_normal(neurons)).astype(np.float32)

    def update(self):
        r = self.rates[self.partners]
        k = np.einsum("nij,nj->ni", self.P, r)
        c = 1 / (1 + np.einsum("ni,ni->n", r, k))
        self.P -= np.einsum("n,ni,nj->nij", c, k, k)


def numpy_seconds(groups):
    """Returns the median time of an update."""
    seconds = []
    for _ in range(4):
        before = time.perf_counter()
        groups.update()
        seconds.append(time.perf_counter() - before)
    return statistics.median(seconds[1:])


def own_seconds(program, neurons, in_degree):
    """Returns the time of an update by bench_groups, with as many matrices P."""
    panels = -(-in_degree // 8)
    bytes_of_all = 4 * 32 * panels * (panels + 1) * neurons
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "groups.json"
        subprocess.run([program, "--in-degrees", str(in_degree), "--samples", "1", "--bytes", str(bytes_of_all),
                        "--seconds", "2", "--output", str(output)], check=True, stdout=subprocess.DEVNULL)
        points = json.loads(output.read_text())
    return neurons * next(p["seconds_per_group"] for p in points
                          if p["precision"] == "single" and p["of"] == "P")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench_groups")
    parser.add_argument("--neurons", type=int, default=2000)
    parser.add_argument("--in-degree", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    groups = NumpyGroups(arguments.neurons, arguments.in_degree)
    ratios = []
    for _ in range(arguments.rounds):
        numpy = numpy_seconds(groups)
        own = own_seconds(os.path.abspath(arguments.bench_groups), arguments.neurons, arguments.in_degree)
        ratios.append(numpy / own)
        print(f"NumPy {1e3 * numpy:8.2f} ms, fullforce {1e3 * own:8.3f} ms an update of all neurons: {ratios[-1]:.1f} times")
    print(f"median {statistics.median(ratios):.1f} times")
    return 0


if __name__ == "__main__":
    sys.exit(main())
