"""Arrays that a user gives to a network, in the shape that they must have."""
from __future__ import annotations

from typing import Any, Optional, Sequence

import numpy as np

from ..errors import InputError


def as_numbers(values: Any, shape: Sequence[Optional[int]], name: str) -> np.ndarray:
    """Values as numbers of this shape, in which None stands for any size. InputError calls them `name`."""
    try:
        array = np.asarray(values)
        if array.dtype.kind == "c":
            raise TypeError("parts would be left out")
        array = np.asarray(array, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"{name} is not an array of numbers") from None
    fits = array.ndim == len(shape) and all(size in (None, found) for size, found in zip(shape, array.shape))
    if not fits:
        wanted = ", ".join("any" if size is None else str(size) for size in shape)
        raise InputError(f"{name} has shape {list(array.shape)} (must be [{wanted}])")
    return array


def shown(value: Any) -> str:
    """A value in messages, which have one line."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def is_one_number(value: Any) -> bool:
    """Whether a value is a number, of Python or NumPy; truth values are none."""
    return np.ndim(value) == 0 and np.asarray(value).dtype.kind in "iuf"


def as_whole_numbers(values: Any, name: str) -> list[int]:
    """A list of whole numbers. InputError calls them `name`; one number alone might mean how many, and is refused."""
    try:
        array = np.asarray(values if isinstance(values, np.ndarray) else list(values))
    except (TypeError, ValueError):
        array = np.array(None)
    is_list = array.ndim == 1 and (array.size == 0 or array.dtype.kind in "iuf")
    if not is_list or not np.all(array == np.floor(array)):
        raise InputError(f"{name} = {shown(values)} (must be a list of whole numbers, such as [0, 5])")
    return [int(number) for number in array]


def as_neurons(neurons: Any, count: int) -> np.ndarray:
    """Numbers of neurons of a network that has `count` of them, also where they are given as truth values [count]."""
    if not is_one_number(neurons) and np.asarray(neurons).dtype == bool:
        if np.shape(neurons) != (count,):
            raise InputError(f"neurons: truth values of shape {list(np.shape(neurons))} (must be [{count}])")
        return np.flatnonzero(neurons)
    numbers = as_whole_numbers(neurons, "neurons")
    for number in numbers:
        if not 0 <= number < count:
            raise InputError(f"there is no neuron {number} (the {count} neurons count from 0 to {count - 1})")
    return np.array(numbers, dtype=int)
