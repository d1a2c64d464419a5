"""Trials from NumPy arrays: lists of [T, n], or one array [trials, T, n]."""
from __future__ import annotations

import dataclasses
import pathlib
from typing import Any, Optional, Sequence

import numpy as np

from .errors import InputError
from .files.trials import Trial, make_trials, write_trials


def as_list(signals: Any, name: str) -> Optional[list[np.ndarray]]:
    """The arrays of trials, each [T, n] or [T]; None where there are none.

    A single array has the trials along its first axis, and the channels along its third.
    """
    if signals is None:
        return None
    if isinstance(signals, np.ndarray) and signals.dtype != object:
        if signals.ndim != 3 and not (name == "mask" and signals.ndim == 2):
            of_mask = "[trials, T], " if name == "mask" else ""
            raise InputError(f"{name} has shape {list(signals.shape)} (must be {of_mask}[trials, T, n], or a list of "
                             f"[T, n])")
        return list(signals)
    try:
        arrays = [np.asanyarray(signal) for signal in signals]
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} is not a list of arrays [T, n]: {error}") from None
    for i, array in enumerate(arrays):
        if array.ndim not in (1, 2):
            raise InputError(f"{name}[{i}] has shape {list(array.shape)} (must be [T, n], a trial)")
    if not arrays:
        raise InputError(f"{name} holds no trials")
    return arrays


def as_trials(X: Any, Y: Any = None, *, hints: Any = None, mask: Any = None, conditions: Optional[Sequence[Any]] = None,
              outputs: Optional[int] = None) -> list[Trial]:
    """Trials of inputs X, targets Y, hints and masks, all as lists of [T, n] or arrays [trials, T, n].

    A signal of one channel may have the shape [T]. If Y is given, X may be None: there are then no inputs. If
    `outputs` gives the number of outputs, Y may be None: the targets are then not known (NaN). A mask is [T] or
    [T, n_out]. `conditions` has a number or a text for each trial. X may also be a list of `Trial`, which is
    then returned.
    """
    if isinstance(X, (list, tuple)) and X and all(isinstance(trial, Trial) for trial in X):
        if any(given is not None for given in (Y, hints, mask, conditions)):
            raise InputError("X is a list of Trial, which have targets, hints, mask and condition of their own (leave "
                             "out the other arguments, or give arrays)")
        return list(X)
    signals = {"inputs": as_list(X, "X"), "targets": as_list(Y, "Y"), "hints": as_list(hints, "hints"),
               "mask": as_list(mask, "mask")}
    if signals["targets"] is None:
        if signals["inputs"] is None or outputs is None:
            raise InputError("Y is missing: the targets, a list of [T, n_out] or an array [trials, T, n_out]")
        signals["targets"] = [np.full((len(trial), outputs), np.nan) for trial in signals["inputs"]]
    if conditions is not None and (isinstance(conditions, str) or not hasattr(conditions, "__len__")):
        raise InputError(f"conditions = {conditions!r} (must be a list with a number or a text for each trial)")
    try:
        return make_trials(signals["inputs"], signals["targets"], signals["hints"], signals["mask"],
                           None if conditions is None else list(conditions))
    except (TypeError, ValueError) as error:
        raise InputError(str(error)) from None


def having_hints(trials: list[Trial], count: int) -> list[Trial]:
    """The trials with `count` hints of zero where none of them has any: a trained network needs no hints in a test."""
    if any(trial.hints.shape[1] > 0 for trial in trials):
        return trials
    return [dataclasses.replace(trial, hints=np.zeros((len(trial.targets), count))) for trial in trials]


def given_trials(name: str, given: Any) -> list[Trial]:
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
