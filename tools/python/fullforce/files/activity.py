"""What networks did in trials: outputs, rates and states, trial by trial."""
from __future__ import annotations

import dataclasses
from typing import Iterator, Optional, Sequence

import numpy as np


@dataclasses.dataclass
class TrialActivity:
    """One trial of T steps: inputs [T, n_in], targets, outputs, mask [T, n_out], and of k neurons rates, states,
    target_rates, target_states [T, k].

    The k neurons are those of `Activity.neurons`. What was not recorded is None.
    """

    inputs: np.ndarray
    targets: np.ndarray
    outputs: np.ndarray
    rates: np.ndarray
    states: Optional[np.ndarray] = None
    target_rates: Optional[np.ndarray] = None
    target_states: Optional[np.ndarray] = None
    mask: Optional[np.ndarray] = None


SIGNALS = tuple(field.name for field in dataclasses.fields(TrialActivity))


@dataclasses.dataclass
class Activity:
    """The activity of both networks in trials. Every signal is a sequence with an array for each trial.

    inputs [T, n_in], targets and outputs [T, n_out]; rates and states [T, k] of the task-performing
    network, target_rates and target_states [T, k] of the target-generating one; mask [T, n_out], which is
    true or 1 where scores count. If the network has learned rates of a file, target_rates are these, and NaN for
    neurons without any. What was not recorded is None. `neurons` [k] says which neurons these
    are, `conditions` [trials] is a list of texts where trials have conditions, and dt is a step in s.
    `activity[i]` is trial i with the same names, and `len(activity)` the number of trials. Signals are not
    all in memory where they come from a file.
    """

    inputs: Sequence[np.ndarray]
    targets: Sequence[np.ndarray]
    outputs: Sequence[np.ndarray]
    rates: Sequence[np.ndarray]
    states: Optional[Sequence[np.ndarray]]
    target_rates: Optional[Sequence[np.ndarray]]
    target_states: Optional[Sequence[np.ndarray]]
    mask: Optional[Sequence[np.ndarray]]
    neurons: np.ndarray
    dt: float
    conditions: Optional[list[str]] = None

    def __len__(self) -> int:
        return len(self.outputs)

    def __getitem__(self, trial: int) -> TrialActivity:
        signals = (getattr(self, name) for name in SIGNALS)
        return TrialActivity(*(None if signal is None else signal[trial] for signal in signals))

    def __iter__(self) -> Iterator[TrialActivity]:
        return (self[trial] for trial in range(len(self)))

    def joined(self) -> TrialActivity:
        """All trials one after another, as one trial."""
        signals = (getattr(self, name) for name in SIGNALS)
        return TrialActivity(*(None if signal is None else np.concatenate(list(signal)) for signal in signals))

    @property
    def error(self) -> float:
        """The test error: the sum of squared differences over that of squared targets, where the mask counts.

        NaN where all targets are zero.
        """
        sums = np.zeros(2)
        for trial in self:
            counts = True if trial.mask is None else np.asarray(trial.mask, dtype=bool)
            sums += [np.sum(values**2, where=counts) for values in (trial.outputs - trial.targets, trial.targets)]
        return float(sums[0] / sums[1]) if sums[1] > 0 else float("nan")

    def __repr__(self) -> str:
        steps = sum(len(outputs) for outputs in self.outputs)
        recorded = [name for name in SIGNALS if name != "mask" and getattr(self, name) is not None]
        return f"<Activity of {len(self.neurons)} neurons in {len(self)} trials, {steps} steps: {', '.join(recorded)}>"
