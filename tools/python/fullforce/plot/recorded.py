"""The activity that a figure shows, trial by trial, from any of its sources."""
from __future__ import annotations

import dataclasses
import os
import pathlib
from typing import Any, Mapping, Optional, Sequence

import numpy as np

from ..errors import InputError
from ..files.checked import as_whole_numbers, is_one_number, shown
from ..files.recording import Recording, read_recording

#: Signals of a trial, each [T, n].
SIGNALS = ("inputs", "outputs", "targets", "rates", "target_rates", "states")
CHOICES = ("the folder of a run with a recording.h5, a recording, what run() returns, or a dict of arrays with "
           "outputs, targets, inputs, rates or states")


@dataclasses.dataclass
class Recorded:
    """The activity of trials: `signals` maps each name of SIGNALS that is there to a list with a [T, n] per trial.

    times: a list of [T] per trial, in s, or in steps where `has_seconds` is false. Conditions are texts,
    one a trial, or empty; output_names and neurons are the names and numbers of the columns of outputs and rates.
    """

    signals: dict[str, list[np.ndarray]]
    times: list[np.ndarray]
    conditions: list[str]
    output_names: list[str]
    neurons: list[int]
    has_seconds: bool = True

    def __len__(self) -> int:
        return len(self.times)

    @property
    def time_label(self) -> str:
        return "time (s)" if self.has_seconds else "time (steps)"

    def of(self, name: str) -> list[np.ndarray]:
        """A signal that must be there."""
        if name not in self.signals:
            raise InputError(f"there are no {name.replace('_', ' ')} to draw (what there is: "
                            f"{', '.join(sorted(self.signals)) or 'nothing'})")
        return self.signals[name]

    def only(self, trials: Sequence[int]) -> Recorded:
        """The same with these trials alone."""
        trials = as_whole_numbers(trials, "trials")
        if not trials:
            raise InputError("trials is empty, so there is nothing to draw")
        for trial in trials:
            if not -len(self) <= trial < len(self):
                raise InputError(f"trial {trial}: there are {len(self)} trials, 0 to {len(self) - 1}")
        signals = {name: [values[k] for k in trials] for name, values in self.signals.items()}
        conditions = [self.conditions[k] for k in trials] if self.conditions else []
        return dataclasses.replace(self, signals=signals, times=[self.times[k] for k in trials], conditions=conditions)

    def with_outputs(self, columns: Sequence[int]) -> Recorded:
        """The same with these outputs alone."""
        columns = as_whole_numbers(columns, "outputs")
        if not columns:
            raise InputError("outputs is empty, so there is nothing to draw")
        count = len(self.output_names)
        for column in columns:
            if not 0 <= column < count:
                raise InputError(f"output {column}: there are {count} outputs, 0 to {count - 1}")
        chosen = {name: [trial[:, columns] for trial in self.signals[name]]
                  for name in ("outputs", "targets") if name in self.signals}
        return dataclasses.replace(self, signals={**self.signals, **chosen},
                                   output_names=[self.output_names[column] for column in columns])


def recorded(source: Any, conditions: Optional[Sequence[Any]] = None,
             trials: Optional[Sequence[int]] = None) -> Recorded:
    """The activity of a source; `conditions` names those of its trials, and `trials` chooses some."""
    found = source if isinstance(source, Recorded) else _read(source)
    if conditions is not None:
        if len(conditions) != len(found):
            raise InputError(f"conditions has {len(conditions)} entries for {len(found)} trials")
        found = dataclasses.replace(found, conditions=[str(condition) for condition in conditions])
    return found if trials is None else found.only(trials)


def _read(source: Any) -> Recorded:
    if isinstance(source, (str, os.PathLike)):
        path = pathlib.Path(source)
        return from_recording(read_recording(path / "recording.h5" if path.is_dir() else path))
    values = source if isinstance(source, Mapping) else {name: _data_in(source, name)
                                                         for name in (*SIGNALS, "mask", "conditions", "output_names",
                                                                      "neurons", "dt")}
    signals = {name: by_trial(values[name], name) for name in SIGNALS if values.get(name) is not None}
    if not signals:
        raise InputError(f"{type(source).__name__} has nothing to draw (give {CHOICES})")
    if "targets" in signals and values.get("mask") is not None:
        masks = by_trial(values["mask"], "mask")
        signals["targets"] = [scored(*pair) for pair in zip(signals["targets"], masks)]
    return _assembled(signals, values)


def _data_in(source: Any, name: str) -> Any:
    """What an object has under a name; methods and functions, such as the rates of a network, are no data."""
    value = getattr(source, name, None)
    return None if callable(value) else value


def scored(targets: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The targets that count, where the mask is not 0; the others are NaN, so that they are not drawn."""
    return np.where(mask != 0, targets, np.nan)


def _assembled(signals: dict[str, list[np.ndarray]], values: Mapping[str, Any]) -> Recorded:
    """Signals with names, conditions and times."""
    first = next(iter(signals.values()))
    lengths = [len(trial) for trial in first]
    for name, some in signals.items():
        if [len(trial) for trial in some] != lengths:
            raise InputError(f"{name}: its trials have other numbers of steps than those of {next(iter(signals))}")
    dt, conditions = values.get("dt") or 0, values.get("conditions")
    if not is_one_number(dt) or not 0 <= dt < np.inf:
        raise InputError(f"dt = {shown(dt)} (must be the length of a step, in s)")
    conditions = [] if conditions is None else [str(condition) for condition in conditions]
    if conditions and len(conditions) != len(lengths):
        raise InputError(f"conditions has {len(conditions)} entries for {len(lengths)} trials")
    return Recorded(signals, [np.arange(length) * (dt or 1) for length in lengths], conditions,
                    output_names_of(signals, values.get("output_names")), neurons_of(signals, values.get("neurons")),
                    bool(dt))


def by_trial(values: Any, name: str) -> list[np.ndarray]:
    """A list of [T, n] from a list of [T, n] or [T], from [trials, T, n], or from one trial as [T, n] or [T]."""
    if isinstance(values, np.ndarray) and values.dtype != object and values.ndim < 3:
        values = [values]
    try:
        trials = [np.asarray(trial) for trial in values]
    except (TypeError, ValueError):
        trials = []
    if not trials or not all(trial.ndim in (1, 2) and len(trial) and trial.dtype.kind in "biuf" for trial in trials):
        raise InputError(f"{name} must be a list of arrays [T, n], an array [trials, T, n], or one trial [T, n], of "
                         "real numbers")
    return [trial[:, None] if trial.ndim == 1 else trial for trial in trials]


def output_names_of(signals: Mapping[str, list[np.ndarray]], names: Optional[Sequence[str]]) -> list[str]:
    """The names of the outputs; those without one have a number, from 0 on."""
    if "outputs" not in signals:
        return []
    count = signals["outputs"][0].shape[1]
    own = list(map(str, names)) if names is not None else []
    return [own[k] if k < len(own) and own[k] else f"output {k}" for k in range(count)]


def neurons_of(signals: Mapping[str, list[np.ndarray]], neurons: Optional[Sequence[int]]) -> list[int]:
    """Which neurons the columns of rates are; where nothing says it, they count from 0 on."""
    of_neurons = signals.get("rates", signals.get("states"))
    if of_neurons is None:
        return []
    count = of_neurons[0].shape[1]
    numbers = list(range(count)) if neurons is None else as_whole_numbers(neurons, "neurons of the source")
    if len(numbers) != count:
        raise InputError(f"the source has {len(numbers)} neurons for {count} columns of rates")
    return numbers


def from_recording(data: Recording) -> Recorded:
    """The trials of a recording, whose times begin with its first step."""
    if data.get("mask") is not None:
        data = {**data, "targets": scored(data["targets"], data["mask"])}
    ends = [int(end) for end in data["trial_ends"] if end > 0]
    steps = len(data["time"])
    cuts = [end for end in ends if end < steps]
    signals = {name: np.split(data[name], cuts) for name in SIGNALS if data.get(name) is not None}
    conditions = list(data["conditions"]) if data.get("conditions") is not None else []
    times = np.split(data["time"], cuts)
    return Recorded(signals, times, conditions if len(conditions) == len(times) else [],
                    output_names_of(signals, data.get("output_names")), neurons_of(signals, data["neurons"]))
