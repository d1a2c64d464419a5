"""What a trials file may hold: the same as in the program, which refuses the rest with the same words."""
from __future__ import annotations

import os
import pathlib
from typing import Callable, Iterable, Optional, Tuple, Union

import h5py
import numpy as np
from h5py import h5a, h5d, h5s, h5t

from .number_types import kind_unless_numbers
from .versions import VERSION, as_text, version_problem
from .whole_dataset import expect_whole, open_up_to_the_first_gap

FORMAT = "fullforce-trials"
DATASETS = ("lengths", "targets", "inputs", "hints")
SIGNALS = DATASETS[1:]
Extents = Tuple[int, ...]
#: No trial is longer than the bound, which keeps the sum away from overflow.
LONGEST = 2**40


def edit_distance(a: str, b: str) -> int:
    """Levenshtein's distance: the fewest insertions, deletions and replacements that make one text the other."""
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(b, start=1):
            diagonal, row[j] = row[j], min(diagonal + (letter != other), row[j - 1] + 1, row[j] + 1)
    return row[-1]


def order_problem(columns: Iterable[int], steps: int) -> Optional[str]:
    """What is wrong with signals of so many columns (targets first) over so many steps; None if nothing is.

    A square signal might be transposed. Any other signal shows that its writer transposes nothing.
    """
    columns = list(columns)
    if steps == 1 or any(n not in (0, steps) for n in columns):
        return None
    return (f"dataset targets has as many columns as rows, {steps}, so nothing shows whether it is transposed "
            f"(add a trial, which may be a copy of another one)")


def is_list(extents: Extents) -> bool:
    """Whether a dataset of these extents is a list. MATLAB writes it as a matrix of one row or one column."""
    return len(extents) == 1 or (len(extents) == 2 and 1 in extents)


def is_matrix(extents: Extents) -> bool:
    return len(extents) == 2


class TrialsReader:
    """An open trials file. It knows its name for the messages."""

    def __init__(self, file: h5py.File, path: str | pathlib.Path):
        self.file, self.id, self.path = file, file.id, path

    def read(self) -> tuple[dict[str, np.ndarray], np.ndarray, float]:
        """The signals by name, each [sum of lengths, n], the lengths, and dt (s)."""
        self._check_format()
        self._check_names()
        dt = self._positive_number("dt")
        lengths = self._lengths()
        steps = int(lengths.sum())
        if steps > 2**48:
            self._fail("the lengths add up to more steps than a file can hold")
        signals = {name: self._matrix(name, steps) for name in SIGNALS if name == "targets" or self._contains(name)}
        if signals["targets"].shape[1] == 0:
            self._fail("dataset targets has no columns (at least one output is needed)")
        problem = order_problem((signal.shape[1] for signal in signals.values()), steps)
        if problem:
            self._fail(problem)
        return signals, lengths, dt

    def _fail(self, text: str) -> None:
        raise ValueError(f"{self.path}: {text}")

    def _attribute(self, name: str, expected: str) -> Union[str, float]:
        """The value of an attribute that is one number or one string."""
        if not h5a.exists(self.id, name.encode()):
            self._fail(f"root attribute {name} is missing (expected {expected})")
        attribute = h5a.open(self.id, name.encode())
        kind = attribute.get_type()
        if attribute.get_space().get_simple_extent_npoints() != 1:
            self._fail(f"attribute {name} is not one value")
        if kind.get_class() in (h5t.INTEGER, h5t.FLOAT):
            value = np.empty(attribute.shape)
            attribute.read(value)
            return float(value.reshape(-1)[0])
        if kind.get_class() == h5t.STRING:
            return self._string(attribute)
        self._fail(f"attribute {name} is neither a number nor a string")

    @staticmethod
    def _string(attribute: h5a.AttrID) -> str:
        value = np.empty(attribute.shape, dtype=attribute.dtype)
        attribute.read(value)
        text = value.reshape(-1)[0]
        text = text.decode(errors="surrogateescape") if isinstance(text, bytes) else str(text)
        # Strings of fixed length are filled up with zeros or spaces.
        return text if attribute.get_type().is_variable_str() else text.split("\0")[0].rstrip(" ")

    def _check_format(self) -> None:
        kind = self._attribute("format", f'"{FORMAT}"')
        if kind != FORMAT:
            found = f'"{kind}"' if isinstance(kind, str) else "not a string"
            self._fail(f'root attribute format is {found} (expected "{FORMAT}")')
        problem = version_problem(self._number("format_version", str(VERSION)))
        if problem:
            self._fail(problem)

    def _number(self, name: str, expected: str) -> float:
        value = self._attribute(name, expected)
        if isinstance(value, str):
            self._fail(f"root attribute {name} is a string (expected {expected})")
        return value

    def _positive_number(self, name: str) -> float:
        value = self._number(name, "the step in seconds")
        if not (np.isfinite(value) and value > 0):
            self._fail(f"root attribute {name} = {as_text(value)} (must be positive and finite, in seconds)")
        return value

    def _check_names(self) -> None:
        """A misnamed dataset would otherwise be left out without a word."""
        for name in sorted(map(os.fsdecode, self.file)):
            if name not in DATASETS:
                nearest = min(DATASETS, key=lambda known: edit_distance(name, known))
                self._fail(f"unknown dataset or group {name} (the nearest known dataset is {nearest})")

    def _contains(self, name: str) -> bool:
        return self.id.links.exists(name.encode())

    def _dataset(self, name: str, fits: Callable[[Extents], bool], shape: str) -> h5d.DatasetID:
        """A dataset of numbers of which the extents fit; `shape` says in messages what they should be."""
        if not self._contains(name):
            self._fail(f"dataset {name} is missing (expected numbers of shape {shape})")
        try:
            dataset = open_up_to_the_first_gap(self.id, name)
        except (KeyError, OSError, RuntimeError, ValueError):
            self._fail(f"{name} is not a dataset that can be read (expected numbers of shape {shape})")
        kind = kind_unless_numbers(dataset)
        if kind:
            self._fail(f"dataset {name} holds {kind}: integers, floating-point numbers or bool are expected")
        expect_whole(dataset, f"{self.path}: dataset {name}")
        extents = dataset.shape or ()  # a dataset without values has no shape
        if not fits(extents):
            self._fail(f"dataset {name} has shape {list(extents)} (expected {shape})")
        return dataset

    def _values(self, dataset: h5d.DatasetID, name: str) -> np.ndarray:
        values = np.zeros(dataset.shape)
        if values.size > 0:
            try:
                dataset.read(h5s.ALL, h5s.ALL, values, h5t.NATIVE_DOUBLE)
            except OSError as error:
                self._fail(f"dataset {name} cannot be read ({error})")
        return values

    def _lengths(self) -> np.ndarray:
        values = self._values(self._dataset("lengths", is_list, "[trials]"), "lengths").reshape(-1)
        if len(values) == 0:
            self._fail("dataset lengths is empty (at least one trial is needed)")
        for i, length in enumerate(values):
            if not (1 <= length <= LONGEST and length == np.floor(length)):
                self._fail(f"lengths[{i}] = {as_text(length)} (must be a whole number of steps, at least 1)")
        return values.astype(np.int64)

    def _matrix(self, name: str, steps: int) -> np.ndarray:
        dataset = self._dataset(name, is_matrix, "[sum of lengths, columns]")
        rows, columns = dataset.shape
        if columns == 0:
            return np.zeros((steps, 0))
        if rows != steps and columns == steps:
            self._fail(f"dataset {name} has shape [{rows}, {columns}], but the lengths add up to {steps} rows: it is "
                       f"transposed, since MATLAB, Julia and R write arrays with their dimensions in reverse "
                       f"(transpose it before it is written)")
        if rows != steps:
            self._fail(f"dataset {name} has {rows} rows, but the lengths add up to {steps}")
        values = self._values(dataset, name)
        wrong = np.argwhere(~np.isfinite(values))
        if len(wrong) > 0:
            row, column = wrong[0]
            self._fail(f"{name}[{row}, {column}] = {as_text(values[row, column])} (all values must be finite)")
        return values
