"""Trials from NumPy arrays: lists of [T, n], or one array [trials, T, n]."""
from __future__ import annotations

import dataclasses
import pathlib
from typing import Any, Mapping, Optional, Sequence

import numpy as np

from .errors import InputError
from .files.given import as_list, plain_conditions, warn_of_swapped_axes
from .files.trials import Trial, TrialList, make_trials, names_of, write_trials


def as_trials(X: Any, Y: Any = None, *, hints: Any = None, mask: Any = None, conditions: Optional[Sequence[Any]] = None,
              outputs: Optional[int] = None, names: Optional[Mapping[str, Sequence[str]]] = None) -> TrialList:
    """Trials of inputs X, targets Y, hints and masks, all as lists of [T, n] or arrays [trials, T, n].

    A signal of one channel may have the shape [T]. If Y is given, X may be None: there are then no inputs. If
    `outputs` gives the number of outputs, Y may be None: the targets are then not known (NaN). A mask is [T] or
    [T, n_out]. `conditions` has a whole number, a text, or None for each trial. `names` has the names of channels
    under input_names, output_names and hint_names. X may also be a list of `Trial`, with names of its own if it comes
    from `read_trials`.
    """
    names = TrialList(names={name: texts for name, texts in (names or {}).items() if texts is not None}).names
    if isinstance(X, (list, tuple)) and X and all(isinstance(trial, Trial) for trial in X):
        if any(given is not None for given in (Y, hints, mask, conditions)):
            raise InputError("X is a list of Trial, which have targets, hints, mask and condition of their own (leave "
                             "out the other arguments, or give arrays)")
        return TrialList(X, {**names_of(X), **names}, getattr(X, "target_neurons", None))
    signals = {"inputs": as_list(X, "X"), "targets": as_list(Y, "Y"), "hints": as_list(hints, "hints"),
               "mask": as_list(mask, "mask")}
    if signals["targets"] is None:
        if signals["inputs"] is None or outputs is None:
            raise InputError("Y is missing: the targets, a list of [T, n_out] or an array [trials, T, n_out]")
        signals["targets"] = [np.full((len(trial), outputs), np.nan) for trial in signals["inputs"]]
    try:
        trials = make_trials(signals["inputs"], signals["targets"], signals["hints"], signals["mask"], conditions)
        warn_of_swapped_axes({"X": signals["inputs"], "Y": signals["targets"]}, stacklevel=4)
        return TrialList(trials, names)
    except (TypeError, ValueError) as error:
        raise InputError(str(error)) from None


def has_targets(trials: Sequence[Trial]) -> bool:
    """Whether every trial has a target that is known."""
    return all(trial.mask.any() for trial in trials)


def given_conditions(conditions: Optional[Sequence[Any]]) -> dict[str, Any]:
    """The conditions that were given as whole numbers, by the texts that files hold for them."""
    return {str(value): value for value in plain_conditions(conditions) or () if isinstance(value, int)}


def having_hints(trials: Sequence[Trial], count: int) -> TrialList:
    """The trials with `count` hints of zero where none of them has any: a trained network needs no hints in a test."""
    if any(trial.hints.shape[1] > 0 for trial in trials):
        return trials if isinstance(trials, TrialList) else TrialList(trials)
    more = (dataclasses.replace(trial, hints=np.zeros((len(trial.targets), count))) for trial in trials)
    return TrialList(more, names_of(trials), getattr(trials, "target_neurons", None))


def given_trials(name: str, given: Any) -> TrialList:
    """The trials in `given`: (X, Y), or a dictionary with X, Y, hints, mask and conditions. Messages call it `name`."""
    if isinstance(given, dict):
        unknown = set(given) - {"X", "Y", "hints", "mask", "conditions"}
        if unknown:
            raise InputError(f"{name} has {', '.join(sorted(unknown))} (known are X, Y, hints, mask and conditions)")
        return as_trials(given.get("X"), given.get("Y"), **{k: v for k, v in given.items() if k not in ("X", "Y")})
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise InputError(f"{name} must be (X, Y), or a dictionary with X, Y, hints, mask and conditions")
    return as_trials(*given)


def store_trials(file: pathlib.Path, trials: Sequence[Trial], dt: float) -> None:
    """Writes trials of time step dt (s) into a file, and makes its folder if there is none."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_trials(file, trials, dt=dt)
    except OSError as error:
        raise InputError(f"{file}: cannot be written ({error.strerror or error})") from None
    except ValueError as error:
        raise InputError(str(error)) from None
