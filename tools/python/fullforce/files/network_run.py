"""Runs a network through trials, step by step, in NumPy."""
from __future__ import annotations

from typing import TYPE_CHECKING, Optional, Sequence

import numpy as np

from ..errors import InputError
from . import draws
from .activity import SIGNALS, Activity
from .target_source import spread_targets, target_neurons
from .trials import Trial

if TYPE_CHECKING:
    from .network import Network

#: The kinds of trials in a test, as the program numbers them.
TEST_INIT, TEST = 2, 3


class Noise:
    """The noise on the states: standard normal numbers times sqrt(eta dt), drawn one trial after another."""

    def __init__(self, network: Network, eta: float, seed: int):
        self._neurons, self._deviation = network.neurons, np.sqrt(eta * network.dt)
        self._random = np.random.default_rng(seed)

    def of_trial(self, steps: int) -> Optional[np.ndarray]:
        """The noise of the next steps, [steps, N]; None without noise."""
        return self._deviation * self._random.standard_normal((steps, self._neurons)) if self._deviation > 0 else None


class State:
    """Both networks between two steps: x, x_D [N], recurrent currents z_rec (feedback) [N], outputs z [n_out]."""

    def __init__(self, x: np.ndarray, x_D: np.ndarray, outputs: int):
        self.x, self.x_D = x, x_D
        self.feedback, self.z = np.zeros_like(x), np.zeros(outputs)


def start_states(network: Network, trials: range, seed: int, kind: int = TEST) -> Optional[np.ndarray]:
    """The states in which trials with these numbers begin, [trials, N]; None where they run on from each other."""
    reset, N = network.config["task"].get("reset", "none"), network.neurons
    if reset == "none":
        return None
    if reset == "random":
        states = np.array([draws.normal_draws(seed, draws.TRIAL_STATE, trial, N, kind) for trial in trials])
        single = network.config["learning"]["precision"] != "double"
        return states.astype(np.float32).astype(float) if single else states
    return np.tile(network.start_state[:, 0] if reset == "fixed" else np.zeros(N), (len(trials), 1))


def states_of_targets(network: Network, trials: Sequence[Trial]) -> np.ndarray:
    """The states that belong to the targets of the first steps of trials, [trials, N]; 0 where there is no target.

    They are those of target rates, or equal to target currents.
    """
    neurons = target_neurons(trials)
    first = np.array([spread_targets(trial, neurons, network.neurons)[0] for trial in trials])
    if trials and len(neurons) == 0:
        raise InputError('task.reset = "targets", and the trials have no neuron_targets to begin with')
    states = np.where(np.isnan(first), 0.0, first)
    if network.target_source == "rates":
        states = network.states(states)
    single = network.config["learning"]["precision"] != "double"
    return states.astype(np.float32).astype(float) if single else states


def _expect_widths(network: Network, trial: Trial) -> None:
    for name, weights in (("targets", network.u_out), ("inputs", network.u_in), ("hints", network.u_hint)):
        given, wanted = getattr(trial, name).shape[1], weights.shape[1]
        # A network trained without hints has no weights for them, and does not look at them. Hints that are not given
        # are zero.
        if given != wanted and not (name == "hints" and 0 in (given, wanted)):
            raise InputError(f"a trial has {given} {name} and the network {wanted}")


def run_network(network: Network, trials: Sequence[Trial], state: State, forced: bool, noise: Noise,
                seed: int, first_trial: int) -> Activity:
    """Runs trials one after another from a state, which is moved on."""
    for trial in trials:
        _expect_widths(network, trial)
    if network.config["task"].get("reset") == "targets":
        starts = states_of_targets(network, trials)
    else:
        numbers = range(first_trial, first_trial + len(trials))
        starts = start_states(network, numbers, seed, TEST_INIT if forced else TEST)
    neurons = target_neurons(trials)
    records: dict[str, Optional[list[np.ndarray]]] = {name: [] for name in SIGNALS}
    for number, trial in enumerate(trials):
        if starts is not None:
            network.reset(state, starts[number])
        noises = noise.of_trial(len(trial.targets))
        of_neurons = None if network.has_generator else spread_targets(trial, neurons, network.neurons)
        signals = _run_trial(network, trial, state, forced, noises, of_neurons)
        for record, values in zip(records.values(), signals):
            record.append(values)
    for name, values in records.items():
        if any(value is None for value in values):
            records[name] = None
    conditions = [trial.condition for trial in trials]
    return Activity(**records, neurons=np.arange(network.neurons), dt=network.dt,
                    conditions=conditions if any(conditions) else None)


def _run_trial(network: Network, trial: Trial, state: State, forced: bool,
               noises: Optional[np.ndarray], of_neurons: Optional[np.ndarray]) -> tuple[Optional[np.ndarray], ...]:
    """The signals of `SIGNALS` in one trial. `of_neurons` [T, N] are the targets of neurons that come from a file."""
    steps, N = len(trial.targets), network.neurons
    n_hint = network.u_hint.shape[1]
    hints = trial.hints if trial.hints.shape[1] == n_hint else np.zeros((steps, n_hint))
    outputs, states, target_states = np.empty_like(trial.targets), np.empty((steps, N)), np.empty((steps, N))
    for k in range(steps):
        network.step(state, trial.inputs[k], trial.targets[k], hints[k], forced, None if noises is None else noises[k],
                     None if of_neurons is None else of_neurons[k])
        outputs[k], states[k], target_states[k] = state.z, state.x, state.x_D
    if network.has_generator:
        of_target = network.rates(target_states), target_states
    else:
        of_target = of_neurons if network.target_source == "rates" else None, None
    return (trial.inputs, trial.targets, outputs, network.rates(states), states, *of_target, trial.mask)
