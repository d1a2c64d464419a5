"""Trials as users give them: lists of arrays, conditions, and names of channels."""
from __future__ import annotations

import warnings
from typing import Any, Mapping, Optional, Sequence, Set

import numpy as np

from ..errors import InputError, RunWarning
from .checked import shown

#: Trials of so few steps, of more channels than steps, are rather arrays whose axes are swapped.
FEW_STEPS = 16


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


def warn_of_swapped_axes(signals: Mapping[str, Optional[Sequence[np.ndarray]]], stacklevel: int) -> None:
    """Warns where every trial has few steps, and each signal has more channels than steps: time may come last there.

    Signals that agree in their first axis are all right, whatever it means, so that nothing else can show it.
    """
    given = {name: arrays for name, arrays in signals.items() if arrays is not None}
    shapes = [np.shape(array) for arrays in given.values() for array in arrays]
    if shapes and all(len(shape) == 2 and shape[0] <= FEW_STEPS and shape[0] < shape[1] for shape in shapes):
        steps, channels = shapes[0]
        warnings.warn(f"{' and '.join(given)}: their trials were read as {steps} step{'s' * (steps > 1)} of {channels} "
                      "channels, since steps come before channels (if it is the other way round, give "
                      "X.transpose(0, 2, 1), and Y likewise)", RunWarning, stacklevel=stacklevel)


def plain_condition(value: Any) -> Any:
    """A condition as Python has it: whole numbers as integers, NumPy's too; None and NaN, no condition, as ""."""
    value = value.item() if isinstance(value, np.generic) else value
    value = value.decode(errors="surrogateescape") if isinstance(value, bytes) else value
    if hasattr(value, "__len__") and not isinstance(value, str):
        raise InputError(f"condition {shown(value)} (must be a whole number, a text, or None)")
    if value is None or value != value:
        return ""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def plain_conditions(conditions: Optional[Sequence[Any]]) -> Optional[list[Any]]:
    """The conditions of trials in the form of `plain_condition`, where there are some.

    Files hold texts, so a number and the text of this number would be one condition. InputError names them.
    """
    if conditions is None:
        return None
    is_list = hasattr(conditions, "__len__") and not isinstance(conditions, (str, bytes, Mapping, Set))
    if not is_list or (isinstance(conditions, np.ndarray) and conditions.ndim != 1):
        raise InputError(f"conditions = {shown(conditions)} (must be a list with a number or a text for each trial)")
    plain, kinds = [plain_condition(condition) for condition in conditions], {}
    for value in plain:
        known = kinds.setdefault(str(value), value)
        if type(known) is not type(value):
            raise InputError(f"conditions: {known!r} and {value!r} are both {value} in files (give numbers alone, or "
                             "texts alone)")
    return plain


def channel_names(name: str, texts: Any) -> list[str]:
    """The names of channels, a list of texts, which messages call `name`."""
    try:
        names = [] if isinstance(texts, (str, bytes, Mapping, Set)) else list(texts)
    except TypeError:
        names = []
    if not all(isinstance(text, str) for text in names) or (not names and np.size(texts) > 0):
        raise InputError(f"{name} = {shown(texts)} (must be a list with a text for each channel)")
    return [str(text) for text in names]
