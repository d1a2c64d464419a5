"""A test in NumPy, as the program does it: on streams that begin with teacher-forced init trials."""
from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Sequence

import numpy as np

from . import draws
from .activity import SIGNALS, Activity
from .network_run import Noise, run_network
from .trials import Trial, TrialList

if TYPE_CHECKING:
    from .network import Network


def run_test(network: Network, trials: Sequence[Trial], noise: Noise, seed: int) -> Activity:
    """The activity in `trials`, which go to the streams one after another, as soon as a stream is free.

    Without resets each stream first runs the init trials that the program would run in a test of `trials`. Where
    every trial begins in a state of its own, what was before does not matter.
    """
    options = network.config["run"]
    has_resets = network.config["task"].get("reset", "none") != "none"
    states, free, parts = [], [], []
    for stream in range(options["streams"]):
        forced: Sequence[Trial] = [] if has_resets else init_trials(trials, seed, stream, options["streams"], options["init_trials"])
        states.append(network.initial_state(seed, stream=stream))
        run_network(network, like(trials, forced), states[-1], True, noise, seed, 0)
        heapq.heappush(free, (sum(len(trial.targets) for trial in forced), stream))
    for number, trial in enumerate(trials):
        steps, stream = heapq.heappop(free)
        parts.append(run_network(network, like(trials, [trial]), states[stream], False, noise, seed, number))
        heapq.heappush(free, (steps + len(trial.targets), stream))
    return _one_after_another(network, trials, parts)


def like(trials: Sequence[Trial], some: Sequence[Trial]) -> TrialList:
    """Some trials of a list, with targets of the same neurons."""
    return TrialList(some, target_neurons=getattr(trials, "target_neurons", None))


def init_trials(trials: Sequence[Trial], seed: int, stream: int, streams: int, count: int) -> list[Trial]:
    """The init trials of a stream of a test: `count` of these trials, in the program's random order.

    If there is a single trial, each stream begins at another step of it, and completes it first.
    """
    if count == 0 or len(trials) == 0:
        return []
    numbers = range(stream * count, (stream + 1) * count)
    chosen = [trials[_order(seed, number // len(trials), len(trials))[number % len(trials)]] for number in numbers]
    start = stream * len(trials[0].targets) // streams if len(trials) == 1 else 0
    return [_cut(chosen[0], start), *chosen] if start > 0 else chosen


def _order(seed: int, epoch: int, count: int) -> np.ndarray:
    """The order of init trials in one pass through `count` trials."""
    return np.argsort(draws.uniform_draws(seed, draws.TEST_INIT_TRIAL, epoch, count), kind="stable")


def _cut(trial: Trial, first: int) -> Trial:
    """A trial from a step on."""
    return Trial(trial.targets[first:], trial.inputs[first:], trial.hints[first:], trial.mask[first:],
                 neuron_targets=trial.neuron_targets[first:])


def _one_after_another(network: Network, trials: Sequence[Trial], parts: Sequence[Activity]) -> Activity:
    signals = {name: None if any(getattr(part, name) is None for part in parts)
               else [getattr(part, name)[0] for part in parts] for name in SIGNALS}
    conditions = [trial.condition for trial in trials]
    return Activity(**signals, neurons=np.arange(network.neurons), dt=network.dt,
                    conditions=conditions if any(conditions) else None)
