#!/usr/bin/env python3
"""A full-FORCE training step written with NumPy as one would write it from the paper.

It has whole products, rank-1 RLS with outer products, and double precision.

    numpy_step.py NEURONS... [--seconds S] [--output JSON]

It prints and writes the median time of a step. Fullforce's own steps are compared with it. It has the same formulas in
the same order, one stream, and an update at every step.
"""
import argparse
import json
import time

import numpy as np


class Network:
    """The target-generating and the task-performing network, with P, J and w (DePasquale et al. 2018)."""

    def __init__(self, neurons, seed=1, dt=0.001, tau=0.01, gain=1.5, alpha=1.0):
        random = np.random.default_rng(seed)
        self.dt_over_tau, self.decay = dt / tau, np.exp(-dt / tau)
        self.J_D = gain * random.standard_normal((neurons, neurons)) / np.sqrt(neurons)
        self.u_out, self.u_in = random.uniform(-1, 1, (2, neurons))
        self.J, self.w, self.P = np.zeros((neurons, neurons)), np.zeros(neurons), np.eye(neurons) / alpha
        self.x, self.x_D = random.standard_normal(neurons), random.standard_normal(neurons)
        self.z_rec = np.zeros(neurons)

    def step(self, f_in, f_out):
        F = self.J_D.dot(np.tanh(self.x_D)) + self.u_out * f_out
        s = F + self.u_in * f_in
        self.x_D = s + (self.x_D - s) * self.decay
        self.x = self.x + self.dt_over_tau * (-self.x + self.z_rec + self.u_in * f_in)
        r = np.tanh(self.x)
        self.z_rec, z = self.J.dot(r), self.w.dot(r)
        k = self.P.dot(r)
        c = 1.0 / (1.0 + r.dot(k))
        self.P -= c * np.outer(k, k)
        self.J -= c * np.outer(self.z_rec - F, k)
        self.w -= c * (z - f_out) * k
        return z


def signals(step):
    """Returns the start pulse and the target of a 2 Hz oscillation with a period of 2 s."""
    time_in_trial = step % 2000 * 0.001
    return float(time_in_trial < 0.05), np.sin(4.0 * np.pi * time_in_trial)


def times(neurons, seconds):
    """Returns the seconds of single steps. They are measured for about `seconds`, after a warm-up."""
    network = Network(neurons)
    found = []
    begin = time.perf_counter()
    step = 0
    while len(found) < 5 or time.perf_counter() - begin < seconds:
        f_in, f_out = signals(step)
        before = time.perf_counter()
        z = network.step(f_in, f_out)
        found.append(time.perf_counter() - before)
        step += 1
    if not np.isfinite(z):
        raise SystemExit(f"N = {neurons}: diverged, so its times mean nothing")
    return found[2:]


def library():
    """Returns the BLAS that NumPy's products run on, which the maps of this process name."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        found = sorted({line.split("/")[-1].strip() for line in maps if "blas" in line})
    return ", ".join(found) or "unknown"


def measure(sizes, seconds):
    points = []
    for neurons in sizes:
        found = times(neurons, seconds)
        points.append({"neurons": neurons, "seconds_per_step": float(np.median(found)),
                       "quartiles": np.quantile(found, [0.25, 0.75]).tolist(), "steps": len(found)})
    return {"numpy": np.__version__, "blas": library(), "points": points}


def main():
    parser = argparse.ArgumentParser(description="Time full-FORCE steps in NumPy.")
    parser.add_argument("neurons", type=int, nargs="+")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--output")
    arguments = parser.parse_args()
    report = measure(arguments.neurons, arguments.seconds)
    for point in report["points"]:
        print(f"N = {point['neurons']:5d}: {1e3 * point['seconds_per_step']:9.3f} ms a step "
              f"(NumPy {report['numpy']} on {report['blas']})")
    if arguments.output:
        with open(arguments.output, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=2)


if __name__ == "__main__":
    main()
