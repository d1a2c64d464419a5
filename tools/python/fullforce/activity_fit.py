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
from .files.activity import Activity
from .files.checked import as_neurons
from .files.network import Network
from .files.trials import Trial, TrialList

#: The largest magnitude that rates are scaled to, as CURBD does (Perich et al. 2020).
LARGEST = 0.999
#: A step is this share of the time constant of the neurons, unless `tau` says otherwise.
STEP_OF_TAU = 0.1
Currents = dict[tuple[str, str], list[np.ndarray]]


class ActivityFit:
    """A network that was fitted to recorded rates of n neurons.

    model    the FullForce, with all that it can do
    scale    the number that recorded rates were multiplied by
    r2       R^2 of the rates over the test: 1 minus the sum of squared differences over that of squared deviations of
             the recorded rates from the mean of their neuron. The test has the held-out conditions if there are any, and
             otherwise those that the network was fitted to.
    """

    def __init__(self, model: FullForce, scale: float, recorded: int):
        self.model, self.scale, self._recorded = model, scale, recorded
        self._test = (model.summary_ or {})["test"]["neuron_targets"]
        self.r2: float = _number(self._test["r2"])

    def __repr__(self) -> str:
        return (f"<ActivityFit of {self._recorded} recorded neurons by a network of {self.network.neurons}, "
                f"R^2 {self.r2:.4g}>")

    @property
    def network(self) -> Network:
        """The network in NumPy."""
        return self.model.network

    @property
    def r2_per_trial(self) -> np.ndarray:
        """R^2 of the rates in each trial of the test, [trials]."""
        return np.array([_number(row["r2"]) for row in self._test["per_trial"]])

    @property
    def r2_per_condition(self) -> dict[str, float]:
        """R^2 of the rates by the names of conditions; empty where trials of the test have none."""
        return {row["condition"]: _number(row["r2"]) for row in self._test.get("per_condition", ())}

    @functools.cached_property
    def activity(self) -> Activity:
        """What the network does in the trials of the test, in scaled rates."""
        return self.model.run(states=False)

    @property
    def rates(self) -> list[np.ndarray]:
        """The rates that the network makes of the recorded neurons in the trials of the test, [T, n] each, as recorded."""
        return [trial[:, :self._recorded] / self.scale for trial in self.activity.rates]

    def score(self, rates: Any, inputs: Any = None) -> float:
        """R^2 of the rates of other conditions, [conditions, T, n] or a list of [T, n], with their inputs [T, n_in].

        It takes the rates as they were recorded. InputError says where they do not fit those of the network.
        """
        trials = activity_trials(as_list(rates, "rates"), as_list(inputs, "inputs"), None, self.scale)
        return _number(self.model.test(trials)["neuron_targets"]["r2"])

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
                 neurons: Optional[int] = None, passes: int = 50, scale: Optional[float] = None,
                 output: Optional[Union[str, "os.PathLike[str]"]] = None, **parameters: Any) -> ActivityFit:
    """Fits a network to recorded rates, so that each recorded neuron has a neuron of the network that does the same.

        fit = ff.fit_activity(rates, dt=0.01, inputs=cues, test=held_out, test_inputs=cues_of_these)
        fit.r2
        fit.currents({"M1": range(0, 100), "PMd": range(100, 180)})

    The method is that of CURBD (Perich et al. 2020): J starts at random, and recursive least squares takes the rates r
    of the network to the recorded ones (task.target = "rates").

    rates       [conditions, T, n], or a list of [T, n] whose T may differ; a step is `dt` seconds long
    inputs      [conditions, T, n_in] or a list of [T, n_in], what the network receives in these trials
    conditions  a whole number or a text for each trial
    test        rates of held-out conditions, which the network never learns, with test_inputs and test_conditions.
                Without it, the test has the conditions that the network was fitted to.
    neurons     N, at least n, which it is by default. Further neurons keep their random recurrent weights.
    passes      how often the network learns each trial
    scale       what rates are multiplied by. By default the largest magnitude of all rates becomes 0.999.
    output      folder of the run; by default a temporary one

    `parameters` are those of `FullForce`. Some have other defaults here: tau = 10 dt, reset = "targets" (each trial
    begins with its recorded rates) and init_trials = 0. InputError says what is wrong with what was given.
    """
    trained, held_out = as_list(rates, "rates"), as_list(test, "test")
    if trained is None:
        raise InputError("rates is missing: a list of [T, n] or an array [conditions, T, n]")
    recorded = _width([*trained, *(held_out or [])])
    scale = scale_of([*trained, *(held_out or [])]) if scale is None else float(scale)
    training = activity_trials(trained, as_list(inputs, "inputs"), conditions, scale)
    testing = None
    if held_out is not None:
        testing = activity_trials(held_out, as_list(test_inputs, "test_inputs"), test_conditions, scale)
    defaults = {"tau": dt / STEP_OF_TAU, "reset": "targets", "init_trials": 0, "train_trials": passes * len(training),
                "test_trials": len(training if testing is None else testing)}
    model = FullForce(**{**defaults, **parameters, "target": "rates", "dt": dt,
                         "neurons": recorded if neurons is None else neurons})
    model.fit(training, test=None if testing is None else (testing, None),
              output=None if output is None else pathlib.Path(output))
    return ActivityFit(model, scale, recorded)


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


def activity_trials(rates: Optional[list[np.ndarray]], inputs: Optional[list[np.ndarray]],
                    conditions: Optional[Sequence[Any]], scale: float) -> TrialList:
    """Trials whose neurons have these rates as targets. Their output, which every network needs, is the mean rate."""
    if rates is None:
        raise InputError("rates is missing: a list of [T, n] or an array [conditions, T, n]")
    for name, given in (("inputs", inputs), ("conditions", conditions)):
        if given is not None and len(given) != len(rates):
            raise InputError(f"{len(given)} {name} for {len(rates)} trials of rates (must be as many)")
    trials = TrialList()
    for k, trial in enumerate(rates):
        try:
            scaled = scale * np.asarray(trial, dtype=float)
            trials.append(Trial(scaled.mean(axis=1), None if inputs is None else inputs[k], neuron_targets=scaled,
                                condition="" if conditions is None else conditions[k]))
        except (TypeError, ValueError) as error:
            raise InputError(f"rates[{k}]: {error}") from None
    return trials


def _number(value: Optional[float]) -> float:
    return float("nan") if value is None else float(value)
