"""Arrays that a user gives to a network, in the shape that they must have."""
from __future__ import annotations

from typing import Any, Optional, Sequence

import numpy as np

from ..errors import InputError


def as_numbers(values: Any, shape: Sequence[Optional[int]], name: str) -> np.ndarray:
    """Values as numbers of this shape, in which None stands for any size. InputError calls them `name`."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"{name} is not an array of numbers") from None
    fits = array.ndim == len(shape) and all(size in (None, found) for size, found in zip(shape, array.shape))
    if not fits:
        wanted = ", ".join("any" if size is None else str(size) for size in shape)
        raise InputError(f"{name} has shape {list(array.shape)} (must be [{wanted}])")
    return array


def as_neurons(neurons: Any, count: int) -> np.ndarray:
    """Numbers of neurons of a network that has `count` of them."""
    numbers = as_numbers(list(neurons), (None,), "neurons")
    wrong = [number for number in numbers if not (number == number // 1 and 0 <= number < count)]
    if wrong:
        raise InputError(f"there is no neuron {wrong[0]:g} (the {count} neurons count from 0 to {count - 1})")
    return numbers.astype(int)
