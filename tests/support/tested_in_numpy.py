"""What `fullforce test` does without noise, in NumPy, on all streams."""
import copy
import heapq

import numpy as np

import harness  # noqa: F401 (it says where the package fullforce is)
from fullforce.files.whole_test import init_trials


def disturbed(network, size):
    """A network whose weights differ by so much, relatively. Rounding does no more in a step."""
    random, other = np.random.default_rng(0), copy.copy(network)
    for name in ("weights", "readout", "J_D", "u_out", "u_in"):
        weights = getattr(network, name)
        if weights is not None:
            setattr(other, name, weights * (1 + size * random.standard_normal(weights.shape)))
    for name in ("sparse", "J_s"):
        matrix = copy.deepcopy(getattr(network, name))
        if matrix is not None:
            matrix.data *= 1 + size * random.standard_normal(matrix.data.shape)
            setattr(other, name, matrix)
    return other


def error(network, trials, count, seed):
    """The test error of `count` trials; NaN where all targets are zero."""
    options = network.config["run"]
    streams, states, free, first = options["streams"], [], [], 0
    for stream in range(streams):
        state = network.initial_state(seed, stream=stream)
        forced = init_trials(trials, seed, stream, streams, options["init_trials"])
        network.run(forced, state=state, forced=True, seed=seed, first_trial=first)
        first += len(forced)
        states.append(state)
        heapq.heappush(free, (sum(len(t.targets) for t in forced), stream))
    squared_error = squared_target = 0.0
    for number in range(count):
        time, stream = heapq.heappop(free)
        trial = trials[number % len(trials)]
        run = network.run([trial], state=states[stream], seed=seed, first_trial=number)[0]
        squared_error += np.sum((run.outputs - run.targets) ** 2, where=run.mask)
        squared_target += np.sum(run.targets**2, where=run.mask)
        heapq.heappush(free, (time + len(trial.targets), stream))
    return squared_error / squared_target if squared_target > 0 else np.nan


def error_and_tolerance(network, trials, count, seed):
    """The test error, and how much rounding may change it: what small disturbances of the weights do."""
    rounding = 1e-14 if network.config["learning"]["precision"] == "double" else 1e-6
    exact = error(network, trials, count, seed)
    spread = max(abs(error(disturbed(network, size), trials, count, seed) - exact)
                 for size in (rounding, -rounding, 3 * rounding))
    return exact, (1e-10 + 100 * rounding) * abs(exact) + 100 * spread
