"""The program's random numbers: the counter-based generator Philox 4x64-10."""
from __future__ import annotations

import numpy as np

# What random numbers are for, as the program numbers it.
TARGET_WEIGHTS, TARGET_COLUMNS, NETWORK_STATE, TARGET_STATE, TEST_NETWORK_STATE, TEST_TARGET_STATE = 1, 18, 5, 6, 7, 8
TEST_INIT_TRIAL, TRIAL_STATE, INPUT_WEIGHTS, RECURRENT_WEIGHTS = 16, 21, 2, 40


def raw_draws(seed: int, purpose: int, trial: int, count: int, step: int = 0) -> np.ndarray:
    """The program's first 64-bit draws for (seed, purpose, trial, step): `count` or up to three more, uint64."""
    counter = (step << 64) + (trial << 128) + (purpose << 192)
    # NumPy adds one to the counter before it draws.
    return np.random.Philox(key=seed, counter=(counter - 1) % (1 << 256)).random_raw(-(-count // 4) * 4)


def uniform_draws(seed: int, purpose: int, trial: int, count: int) -> np.ndarray:
    """The same draws as numbers in [0, 1), [count]."""
    return (raw_draws(seed, purpose, trial, count)[:count] >> np.uint64(11)) * 2.0**-53


def distinct_inputs(seed: int, neuron: int, neurons: int, degree: int) -> np.ndarray:
    """The neurons that the program connects to a neuron, ascending, [degree]: by Floyd's method, without repetition
    and without the neuron itself."""
    taken: set[int] = set()
    uniforms = uniform_draws(seed, TARGET_COLUMNS, neuron, degree)
    for candidates, uniform in zip(range(neurons - degree, neurons), uniforms):
        chosen = int(uniform * candidates)
        taken.add(candidates - 1 if chosen in taken else chosen)
    return np.array([column + (column >= neuron) for column in sorted(taken)], dtype=np.int32)


def normal_draws(seed: int, purpose: int, trial: int, count: int, step: int = 0) -> np.ndarray:
    """The same draws as standard normal numbers, [count], by Box and Muller's transform of pairs."""
    words = (raw_draws(seed, purpose, trial, count, step) >> np.uint64(11)).reshape(-1, 2)
    radius = np.sqrt(-2 * np.log((words[:, 0] + np.uint64(1)) * 2.0**-53))
    angle = 2 * np.pi * (words[:, 1] * 2.0**-53)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()[:count]
