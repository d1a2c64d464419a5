#!/usr/bin/env python3
"""Three ways of keeping Dale's law, and learning without it, compared in NumPy on the oscillation.

    sign_methods.py [--neurons N] [--trials N] [--test-trials N] [--seeds N] [--methods METHOD ...]

Each network learns by full-FORCE with the program's default parameters, in double precision and with one P over all
rates. The first four fifths of the neurons are excitatory. The methods are

    free         no law, for comparison
    projected    weights of the wrong sign become 0 after each update
    weights      coordinate descent on the weights, by the sums A = alpha I + sum r r^T and B = sum F r^T: one round every
                 ten updates (after Ingrosso and Abbott 2019)
    multipliers  coordinate descent on the multipliers of the law, with P: two rounds every N/16 updates. This is what
                 learning.signs = "dale" does with one group of all neurons, one stream and the default panel, up to
                 N = 1024.

Each line has the error of the recurrent currents J r in the last training trial (the sum of |J r - F|^2 over that of
|F|^2), the error of the test, as `fullforce test` defines it, and the share of the weights that are 0. Both errors are
infinite if the network diverged. With N = 400 a network takes some minutes.
"""
import argparse

import numpy as np

DT, TAU, GAIN, PROBABILITY, ALPHA, INIT_TRIALS, EXCITATORY = 1e-3, 1e-2, 1.5, 0.5, 1.0, 10, 0.8


def oscillation():
    """The input and the target of a trial, [steps] each: a sine that becomes faster and slower again within 2 s."""
    time_ = np.arange(1, 2001) * DT
    s = time_ / 2.0
    cycles = np.where(s <= 0.5, s * (6 * s + 3), -3 + s * (15 - 6 * s))
    return (time_ <= 0.05 + DT / 2).astype(float), np.sin(2 * np.pi * cycles)


class Free:
    """Recursive least squares: v is W, and P the inverse of alpha I + sum r r^T."""

    def __init__(self, neurons, signs):
        self.signs, self.P = signs, np.eye(neurons) / ALPHA
        self.v, self.w, self.updates = np.zeros((neurons, neurons)), np.zeros(neurons), 0

    @property
    def W(self):
        return self.v

    def learn(self, r, F, f_out):
        k = self.P @ r
        k_of_error = k / (1 + r @ k)
        miss, miss_of_output = self.v @ r - F, self.w @ r - f_out
        self.P -= np.outer(k_of_error, k)
        self.v -= np.outer(miss, k_of_error)
        self.w -= miss_of_output * k_of_error
        self.updates += 1
        self.keep_signs(r, F)

    def keep_signs(self, r, F):
        pass

    def projection(self, weights):
        return np.where(weights * self.signs >= 0, weights, 0.0)


class Projected(Free):
    def keep_signs(self, r, F):
        self.v = self.projection(self.v)


class Weights(Free):
    every = 10

    def __init__(self, neurons, signs):
        super().__init__(neurons, signs)
        self.A, self.B, self.found = ALPHA * np.eye(neurons), np.zeros((neurons, neurons)), np.zeros((neurons, neurons))

    @property
    def W(self):
        return self.found

    def keep_signs(self, r, F):
        self.A += np.outer(r, r)
        self.B += np.outer(F, r)
        if self.updates % self.every:
            return
        for j in range(len(r)):
            better = self.found[:, j] + (self.B[:, j] - self.found @ self.A[:, j]) / self.A[j, j]
            self.found[:, j] = self.signs[j] * np.maximum(0.0, self.signs[j] * better)


class Multipliers(Free):
    rounds = 2

    def __init__(self, neurons, signs):
        super().__init__(neurons, signs)
        self.multipliers, self.every = np.zeros((neurons, neurons)), max(1, neurons // 16)

    @property
    def W(self):
        return self.projection(self.v)

    def keep_signs(self, r, F):
        if self.updates % self.every:
            return
        for _ in range(self.rounds):
            for j, sign in enumerate(self.signs):
                old = self.multipliers[:, j]
                step = sign * np.maximum(0.0, sign * (old - self.v[:, j] / self.P[j, j])) - old
                rows = np.flatnonzero(step)
                self.multipliers[rows, j] += step[rows]
                self.v[rows] += np.outer(step[rows], self.P[j])


METHODS = {"free": Free, "projected": Projected, "weights": Weights, "multipliers": Multipliers}


def run(method, neurons, trials, test_trials, seed):
    """The errors of the currents and of the test, and the share of the weights that are 0."""
    random = np.random.default_rng(seed)
    J_D = GAIN * random.normal(size=(neurons, neurons)) / np.sqrt(neurons)
    u_in, u_out = random.uniform(-1, 1, (2, neurons))
    x_D, x = random.normal(size=(2, neurons))
    signs = np.where(np.arange(neurons) < EXCITATORY * neurons, 1.0, -1.0)
    f_in, f_out = oscillation()
    learner, z_rec = METHODS[method](neurons, signs), np.zeros(neurons)
    missed, power = np.zeros(2), np.zeros(2)  # of currents and of outputs
    phases = ["init"] * INIT_TRIALS + ["training"] * trials + ["init"] * INIT_TRIALS + ["test"] * test_trials
    for trial, phase in enumerate(phases):
        W, is_last = learner.W, trial == INIT_TRIALS + trials - 1
        for of_input, target in zip(f_in, f_out):
            F = J_D @ np.tanh(x_D) + u_out * target
            rest = F + u_in * of_input
            x_D = rest + (x_D - rest) * np.exp(-DT / TAU)
            x += DT / TAU * (-x + z_rec + u_in * of_input)
            r = np.tanh(x)
            z_rec = F if phase == "init" else W @ r
            if is_last:
                missed[0], power[0] = missed[0] + np.sum((z_rec - F) ** 2), power[0] + np.sum(F**2)
            if phase == "training" and random.random() < PROBABILITY:
                learner.learn(r, F, target)
                W = learner.W
            if phase == "test":
                missed[1], power[1] = missed[1] + (learner.w @ r - target) ** 2, power[1] + target**2
            if not np.isfinite(z_rec).all():
                return np.full(2, np.inf), np.mean(W == 0)
    return missed / power, np.mean(learner.W == 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--neurons", type=int, default=400)
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--test-trials", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    arguments = parser.parse_args()
    print(f"N = {arguments.neurons}, {arguments.trials} trials")
    for method in arguments.methods:
        for seed in range(1, arguments.seeds + 1):
            with np.errstate(over="ignore", invalid="ignore"):
                (currents, test), zeros = run(method, arguments.neurons, arguments.trials, arguments.test_trials, seed)
            print(f"{method:12} seed {seed}: error of currents {currents:.2g}, of the test {test:.2g}, "
                  f"{100 * zeros:.0f} % of the weights are 0", flush=True)


if __name__ == "__main__":
    main()
