"""fit_activity: networks whose neurons are fitted to recorded rates, and the currents between groups of neurons."""
from __future__ import annotations

import functools
import os
import pathlib
from typing import Any, Mapping, Optional, Sequence, Union

import numpy as np

from .arrays import as_list
from .errors import InputError
from .estimator import FullForce
from .files import draws
from .files.activity import Activity
from .files.checked import as_neurons
from .files.network import STATES, Network
from .files.trials import Trial, TrialList

#: The largest magnitude that rates are scaled to, as CURBD does (Perich et al. 2020).
LARGEST = 0.999
#: A step is this share of the time constant of the neurons, unless `tau` says otherwise.
STEP_OF_TAU = 0.1
#: The noise of learning is this number over tau by default. Without recurrent currents, the variance of a state is then
#: half of this number.
NOISE = 0.001
METHODS = ("rates", "currents")
Currents = dict[tuple[str, str], list[np.ndarray]]


class ActivityFit:
    """A network that was fitted to recorded rates of n neurons.

    model    the FullForce, with all that it can do
    scale    the number that recorded rates were multiplied by
    r2       R^2 of the rates over the test: 1 minus the sum of squared differences over that of squared deviations of
             the recorded rates from the mean of their neuron. The test has the held-out conditions if there are any, and
             otherwise those that the network was fitted to. The result of fit_activity is tested without noise, and others
             with `noise` (1/s).
    """

    def __init__(self, model: FullForce, scale: float, tested: TrialList, rates: Sequence[np.ndarray],
                 noise: float = 0.0):
        self.model, self.scale = model, scale
        self._tested, self._rates, self._noise = tested, list(rates), noise
        self.r2 = r_squared(self.rates, self._rates, self._means)

    def __repr__(self) -> str:
        return (f"<ActivityFit of {self._rates[0].shape[1]} recorded neurons by a network of {self.network.neurons}, "
                f"R^2 {self.r2:.4g}>")

    @property
    def network(self) -> Network:
        """The network in NumPy."""
        return self.model.network

    @property
    def _means(self) -> np.ndarray:
        return np.concatenate(self._rates).mean(axis=0)

    @property
    def r2_per_trial(self) -> np.ndarray:
        """R^2 of the rates in each trial of the test, [trials]. The mean of a neuron is that over all trials."""
        return np.array([r_squared([made], [rates], self._means) for made, rates in zip(self.rates, self._rates)])

    @property
    def r2_per_condition(self) -> dict[str, float]:
        """R^2 of the rates by the names of conditions; empty where trials of the test have none."""
        names = [trial.condition for trial in self._tested]
        chosen = {name: [k for k, other in enumerate(names) if other == name] for name in dict.fromkeys(names) if name}
        return {name: r_squared([self.rates[k] for k in those], [self._rates[k] for k in those], self._means)
                for name, those in chosen.items()}

    @functools.cached_property
    def activity(self) -> Activity:
        """What the network does in the trials of the test, in scaled rates."""
        return self.model.run(self._tested, states=False, noise=self._noise)

    @functools.cached_property
    def rates(self) -> list[np.ndarray]:
        """The rates that the network makes of the recorded neurons in the trials of the test, [T, n] each, as recorded."""
        return [trial[:, :self._rates[0].shape[1]] / self.scale for trial in self.activity.rates]

    def score(self, rates: Any, inputs: Any = None, noise: float = 0.0) -> float:
        """R^2 of the rates of other conditions, [conditions, T, n] or a list of [T, n], with their inputs [T, n_in].

        It takes the rates as they were recorded. The network makes its rates with this noise. InputError says where
        the recorded rates do not fit those of the network.
        """
        trials = trials_to_learn(self.model, as_list(rates, "rates"), as_list(inputs, "inputs"), None, self.scale)
        return ActivityFit(self.model, self.scale, trials, as_list(rates, "rates"), noise).r2

    def currents(self, regions: Mapping[str, Any]) -> Currents:
        """The currents between regions in the trials of the test: J_AB r_B from region B into the neurons of region A.

        `regions` has the neurons of each region by its name: a list or range of their numbers, or truth values [N].
        The result has a list with an array [T, neurons of A] for each trial under (A, B). Currents are in units of the
        state, whose rate is scaled. `fullforce analyze --currents` does the same for large networks.
        """
        N, J = self.network.neurons, self.network.J
        chosen = {str(name): as_neurons(neurons, N) for name, neurons in regions.items()}
        if not chosen or any(len(neurons) == 0 for neurons in chosen.values()):
            raise InputError("regions names no neurons (give a dictionary such as {\"A\": range(0, 100)})")
        return {(into, source): [trial[:, senders] @ J[np.ix_(receivers, senders)].T for trial in self.activity.rates]
                for into, receivers in chosen.items() for source, senders in chosen.items()}


def fit_activity(rates: Any, dt: float, *, inputs: Any = None, conditions: Optional[Sequence[Any]] = None,
                 test: Any = None, test_inputs: Any = None, test_conditions: Optional[Sequence[Any]] = None,
                 method: str = "rates", neurons: Optional[int] = None, passes: int = 50, scale: Optional[float] = None,
                 output: Optional[Union[str, "os.PathLike[str]"]] = None, **parameters: Any) -> ActivityFit:
    """Fits a network to recorded rates, so that each recorded neuron has a neuron of the network that does the same.

        fit = ff.fit_activity(rates, dt=0.01, inputs=cues, test=held_out, test_inputs=cues_of_these)
        fit.r2
        fit.currents({"M1": range(0, 100), "PMd": range(100, 180)})

    rates       [conditions, T, n], or a list of [T, n] whose T may differ; a step is `dt` seconds long
    inputs      [conditions, T, n_in] or a list of [T, n_in], what the network receives in these trials
    conditions  a whole number or a text for each trial
    test        rates of held-out conditions, which the network never learns, with test_inputs and test_conditions.
                Without it, the test has the conditions that the network was fitted to.
    method      "rates": J starts at random, and recursive least squares takes the rates of the network to the recorded
                ones, as in CURBD (Perich et al. 2020). "currents": J starts at 0 and learns the recurrent currents under
                which neurons with this tau have the recorded rates, F = x + (x(k+1) - x(k)) tau/dt - u_in f_in.
    neurons     N, at least n, which it is by default. Further neurons keep their random recurrent weights.
    passes      how often the network learns each trial
    scale       what rates are multiplied by. By default the largest magnitude of all rates becomes 0.999.
    output      folder of the run; by default a temporary one

    `parameters` are those of `FullForce`. Some have other defaults here, also where None is given: tau = 10 dt,
    reset = "targets" (each trial begins with its recorded rates), init_trials = 0, and noise = 0.001/tau. A network that
    learns with noise finds back to the recorded rates after a disturbance, and does better in conditions that it has
    not learned. InputError says what is wrong with what was given.
    """
    if method not in METHODS:
        raise InputError(f"method = {method!r} (must be \"rates\" or \"currents\")")
    trained, held_out = as_list(rates, "rates"), as_list(test, "test")
    if trained is None:
        raise InputError("rates is missing: a list of [T, n] or an array [conditions, T, n]")
    every = [*trained, *(held_out or [])]
    recorded = _width(every)
    scale = scale_of(every) if scale is None else float(scale)
    defaults = {"tau": dt / STEP_OF_TAU, "reset": "targets", "init_trials": 0, "train_trials": passes * len(trained),
                "test_trials": len(trained if held_out is None else held_out)}
    given = {name: value for name, value in parameters.items() if value is not None}
    named = {name.rpartition(".")[2] for name in given}
    given.update({name: value for name, value in defaults.items() if name not in named})
    model = FullForce(given, target=method, dt=dt, neurons=recorded if neurons is None else neurons)
    if "noise" not in named:
        model.set_params(noise=NOISE / model.tau)
    training = trials_to_learn(model, trained, as_list(inputs, "inputs"), conditions, scale)
    testing = training
    if held_out is not None:
        testing = trials_to_learn(model, held_out, as_list(test_inputs, "test_inputs"), test_conditions, scale)
    model.fit(training, test=None if held_out is None else (testing, None),
              output=None if output is None else pathlib.Path(output))
    return ActivityFit(model, scale, testing, trained if held_out is None else held_out)


def r_squared(made: Sequence[np.ndarray], rates: Sequence[np.ndarray], means: np.ndarray) -> float:
    """R^2 of the rates of trials, all [T, n], about the means [n]; NaN where all rates are constant."""
    misses = sum(float(np.sum((a - b) ** 2)) for a, b in zip(made, rates))
    deviations = sum(float(np.sum((trial - means) ** 2)) for trial in rates)
    return 1 - misses / deviations if deviations > 0 else float("nan")


def _width(trials: Sequence[np.ndarray]) -> int:
    """The number of recorded neurons."""
    widths = {trial.shape[1] for trial in trials if trial.ndim == 2}
    if len(widths) != 1 or any(trial.ndim != 2 for trial in trials):
        raise InputError(f"rates of {sorted(widths) or 'no'} neurons (each trial must be [T, n] with the same n)")
    return widths.pop()


def scale_of(trials: Sequence[np.ndarray]) -> float:
    """The number that takes the largest magnitude of all rates to `LARGEST`."""
    largest = max(np.abs(trial).max(initial=0.0) for trial in trials)
    if not (np.isfinite(largest) and largest > 0):
        raise InputError("rates are all zero, or not finite (give finite rates)")
    return LARGEST / float(largest)


def trials_to_learn(model: FullForce, rates: Optional[list[np.ndarray]], inputs: Optional[list[np.ndarray]],
                    conditions: Optional[Sequence[Any]], scale: float) -> TrialList:
    """Trials whose neurons have these rates, or the currents behind them, as targets.

    Their output, which every network needs, is the mean rate.
    """
    if rates is None:
        raise InputError("rates is missing: a list of [T, n] or an array [conditions, T, n]")
    for name, given in (("inputs", inputs), ("conditions", conditions)):
        if given is not None and len(given) != len(rates):
            raise InputError(f"{len(given)} {name} for {len(rates)} trials of rates (must be as many)")
    trials = TrialList()
    for k, trial in enumerate(rates):
        try:
            scaled = scale * np.asarray(trial, dtype=float)
            found = Trial(scaled.mean(axis=1), None if inputs is None else inputs[k], neuron_targets=scaled,
                          condition="" if conditions is None else conditions[k])
        except (TypeError, ValueError) as error:
            raise InputError(f"rates[{k}]: {error}") from None
        trials.append(found if model.target == "rates" else _with_currents(model, found))
    return trials


def _with_currents(model: FullForce, trial: Trial) -> Trial:
    """The trial with the recurrent currents F(k) under which the states of its rates follow each other.

    The first step has the state in which the trial begins, one step before its first rates. Nothing is learned from it,
    nor from the last step, whose current is not known.
    """
    steps, recorded = trial.neuron_targets.shape
    if steps < 3:
        raise InputError(f"a trial of {steps} steps (method \"currents\" needs at least 3)")
    with np.errstate(invalid="ignore", divide="ignore"):
        x = STATES[model.nonlinearity](trial.neuron_targets)
    if not np.isfinite(x).all():
        raise InputError(f"rates that \"{model.nonlinearity}\" neurons cannot have (scale them to less than 1)")
    n_in = trial.inputs.shape[1]
    u_in = np.array([draws.uniform_draws(model.seed, draws.INPUT_WEIGHTS, i, n_in) for i in range(recorded)])
    driven = trial.inputs @ (model.input_gain * (2 * u_in.reshape(recorded, n_in) - 1)).T
    share = model.dt / model.tau if model.integrator == "euler" else -np.expm1(-model.dt / model.tau)
    currents = x.copy()
    currents[:-1] += np.diff(x, axis=0) / share - driven[1:]
    currents[0] = 2 * x[0] - x[1]
    mask = np.ones(steps)
    mask[[0, -1]] = 0
    return Trial(trial.targets, trial.inputs, mask=mask, condition=trial.condition, neuron_targets=currents)
