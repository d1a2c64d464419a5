"""Files with the presynaptic partners of each group of neurons, for the key learning.partners."""
from __future__ import annotations

import os
import pathlib
from typing import Any, Sequence, Union

import h5py
import numpy as np

from ..errors import InputError
from .checked import as_numbers
from .trials import _unfinished_file


def write_partners(path: Union[str, "os.PathLike[str]"], partners: Sequence[Any]) -> pathlib.Path:
    """Writes which neurons each group of neurons reads, and returns the path.

    `partners` has a list of neurons for each group: with `learning.group` = 1, one for each neuron. A list may have at
    most `learning.plastic_in_degree` neurons, and each of them once. InputError says what is wrong with a list.
    """
    rows = [_as_list(row, f"partners[{group}]") for group, row in enumerate(partners)]
    with _unfinished_file(path) as unfinished, h5py.File(unfinished, "w") as file:
        file["indptr"] = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
        file["indices"] = np.concatenate([np.empty(0), *rows]).astype(np.int64)
    return pathlib.Path(path)


def _as_list(row: Any, name: str) -> np.ndarray:
    numbers = as_numbers(list(row), (None,), name)
    wrong = numbers[~((numbers >= 0) & (numbers == np.floor(numbers)))]
    if len(wrong) > 0:
        raise InputError(f"{name} has {wrong[0]:g}, which is not the number of a neuron (they count from 0)")
    found, counts = np.unique(numbers, return_counts=True)
    if (counts > 1).any():
        raise InputError(f"{name} has neuron {found[counts > 1][0]:g} twice")
    return found
