"""What a trials file may hold: the same as in the program, which refuses the rest with the same words."""
from __future__ import annotations

import dataclasses
import os
import pathlib
from typing import Callable, Dict, Iterable, List, Optional, Tuple, Union

import h5py
import numpy as np
from h5py import h5a, h5d, h5s, h5t

from ..errors import InputError
from .number_types import kind_unless_numbers
from .versions import NEWEST_TRIALS, OLDEST_TRIALS, as_text, version_problem
from .whole_dataset import expect_whole, open_up_to_the_first_gap

FORMAT = "fullforce-trials"
#: The datasets that a file may hold, each with the version in which it came.
DATASETS = {"lengths": 1, "targets": 1, "inputs": 1, "hints": 1, "mask": 2, "conditions": 2,
            "neuron_targets": 3, "target_neurons": 3}
#: The root attributes that it may have, each with the version in which it came.
ATTRIBUTES = {"format": 1, "format_version": 1, "dt": 1, "input_names": 2, "output_names": 2, "hint_names": 2}
SIGNALS = ("targets", "inputs", "hints", "neuron_targets")
#: The root attributes that name channels, and the signals that they belong to.
NAMES = {"input_names": "inputs", "output_names": "targets", "hint_names": "hints"}
MASK_SHAPE = "[sum of lengths] or [sum of lengths, outputs]"
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


def holds_texts(dataset: h5d.DatasetID) -> bool:
    return dataset.get_type().get_class() == h5t.STRING


def names_problem(names: List[str], channels: int) -> str:
    """What is wrong with the names of so many channels; empty if nothing is."""
    if len(names) != channels:
        return f"has {len(names)} name(s), and there are {channels} channel(s)"
    for i, name in enumerate(names):
        if not name or name in names[:i]:
            return (f'has the name "{name}" {"twice" if name else "without a letter"} (each channel needs a name of its '
                    f'own)')
    return ""


def neurons_problem(neurons: np.ndarray, columns: int) -> str:
    """What is wrong with a list of the neurons that so many columns of targets belong to; empty if nothing is."""
    if len(neurons) != columns:
        return (f"dataset target_neurons has {len(neurons)} neuron(s), and neuron_targets has {columns} column(s) (one "
                f"neuron for each is needed)")
    for i, neuron in enumerate(neurons):
        if not (0 <= neuron <= LONGEST and neuron == np.floor(neuron)):
            return (f"target_neurons[{i}] = {as_text(neuron)} (must be the number of a neuron, which count from 0)")
    known, counts = np.unique(neurons, return_counts=True)
    if (counts > 1).any():
        return f"neuron {as_text(known[counts > 1][0])} stands in target_neurons twice (name it once)"
    return ""


@dataclasses.dataclass
class TrialsContent:
    """What a trials file holds: S is the sum of the lengths.

    A target that is not known (NaN in the file) is 0, and its mask too.
    """

    signals: Dict[str, np.ndarray]  #: by name, each [S, n]
    lengths: np.ndarray  #: [trials]
    dt: float  #: s
    mask: np.ndarray  #: [S, n_out] of bool, where learning and scoring count
    conditions: List[str]  #: [trials]; empty texts where the file has none
    names: Dict[str, List[str]]  #: of channels, by the attribute that names them; empty lists where it names none
    #: [n_neuron], the neurons whose targets the signal neuron_targets has; None stands for 0, 1, ..., n_neuron - 1
    target_neurons: Optional[np.ndarray] = None


def printable(text: str) -> str:
    """The text with each control character, and each byte that is no UTF-8, as \\xHH: it can stand in tables and JSON."""
    return "".join(f"\\x{ord(c) & 0xff:02x}" if ord(c) < 32 or ord(c) == 127 or 0xDC80 <= ord(c) < 0xDD00 else c
                   for c in text)


class TrialsReader:
    """An open trials file. It knows its name for the messages."""

    def __init__(self, file: h5py.File, path: str | pathlib.Path):
        self.file, self.id, self.path = file, file.id, path

    def read(self) -> TrialsContent:
        """All that the file holds. ValueError says what is wrong with it."""
        version = self._version()
        self._check_names(version)
        self._check_attributes(version)
        dt = self._positive_number("dt")
        lengths = self._lengths()
        steps = int(lengths.sum())
        if steps > 2**48:
            self._fail("the lengths add up to more steps than a file can hold")
        signals = {name: self._matrix(name, steps) for name in SIGNALS if name == "targets" or self._contains(name)}
        if signals["targets"].shape[1] == 0:
            self._fail("dataset targets has no columns (at least one output is needed)")
        mask = self._mask(signals["targets"], version)
        self._check_finite(signals)
        problem = order_problem((signal.shape[1] for signal in signals.values()), steps)
        if problem:
            self._fail(problem)
        widths = {name: signals[name].shape[1] if name in signals else 0 for name in SIGNALS}
        names = {name: self._channel_names(name, widths[signal]) if version > 1 else []
                 for name, signal in NAMES.items()}
        conditions = self._conditions(len(lengths))
        return TrialsContent(signals, lengths, dt, mask, conditions, names,
                             self._target_neurons(widths["neuron_targets"]))

    def _fail(self, text: str) -> None:
        raise InputError(f"{self.path}: {text}")

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

    def _version(self) -> int:
        kind = self._attribute("format", f'"{FORMAT}"')
        if kind != FORMAT:
            found = f'"{kind}"' if isinstance(kind, str) else "not a string"
            self._fail(f'root attribute format is {found} (expected "{FORMAT}")')
        version = self._number("format_version", str(NEWEST_TRIALS))
        problem = version_problem(version, NEWEST_TRIALS, OLDEST_TRIALS)
        if problem:
            self._fail(problem)
        return int(version)

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

    def _check_names(self, version: int) -> None:
        """A misnamed dataset would otherwise be left out without a word."""
        for name in sorted(map(os.fsdecode, self.file)):
            if name not in DATASETS:
                nearest = min(DATASETS, key=lambda known: edit_distance(name, known))
                self._fail(f"unknown dataset or group {name} (the nearest known dataset is {nearest})")
            if version < DATASETS[name]:
                self._fail(f"dataset {name} came with format_version {DATASETS[name]}, and the file says "
                           f"format_version = {version}")

    def _check_attributes(self, version: int) -> None:
        """Attributes of other programs may be there, but none that looks like a known one mistyped."""
        for name in sorted(map(os.fsdecode, self.file.attrs)):
            nearest = min(ATTRIBUTES, key=lambda known: edit_distance(name, known))
            # Fewer than a third of the letters are other ones.
            if name != nearest and 3 * edit_distance(name, nearest) < len(name):
                self._fail(f"unknown root attribute {name} (the nearest known root attribute is {nearest})")
            if name == nearest and version < ATTRIBUTES[name]:
                self._fail(f"root attribute {name} came with format_version {ATTRIBUTES[name]}, and the file says "
                           f"format_version = {version}")

    def _contains(self, name: str) -> bool:
        return self.id.links.exists(name.encode())

    def _dataset(self, name: str, fits: Callable[[Extents], bool], shape: str, or_texts: bool = False) -> h5d.DatasetID:
        """A dataset of numbers, `or_texts`, of which the extents fit; `shape` says in messages what they should be."""
        if not self._contains(name):
            self._fail(f"dataset {name} is missing (expected numbers of shape {shape})")
        try:
            dataset = open_up_to_the_first_gap(self.id, name)
        except (KeyError, OSError, RuntimeError, ValueError):
            self._fail(f"{name} is not a dataset that can be read (expected numbers of shape {shape})")
        kind = kind_unless_numbers(dataset)
        if kind and not (or_texts and holds_texts(dataset)):
            expected = "integers or texts" if or_texts else "integers, floating-point numbers or bool"
            self._fail(f"dataset {name} holds {kind}: {expected} are expected")
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
            self._fail_as_transposed(name, dataset.shape, steps)
        if rows != steps:
            self._fail(f"dataset {name} has {rows} rows, but the lengths add up to {steps}")
        return self._values(dataset, name)

    def _fail_as_transposed(self, name: str, extents: Extents, steps: int) -> None:
        self._fail(f"dataset {name} has shape {list(extents)}, but the lengths add up to {steps} rows: it is transposed, "
                   f"since MATLAB, Julia and R write arrays with their dimensions in reverse (transpose it before it is "
                   f"written)")

    def _check_finite(self, signals: Dict[str, np.ndarray]) -> None:
        for name, values in signals.items():
            wrong = np.argwhere(~np.isfinite(values))
            if len(wrong) > 0:
                row, column = wrong[0]
                self._fail(f"{name}[{row}, {column}] = {as_text(values[row, column])} (all values must be finite)")

    def _mask(self, targets: np.ndarray, version: int) -> np.ndarray:
        """The masks [S, n_out] of targets. Targets that are not known become 0."""
        mask = np.ones(targets.shape, dtype=bool)
        if self._contains("mask"):
            mask &= self._mask_values(*targets.shape)
        if version > 1:
            unknown = np.isnan(targets)
            mask[unknown], targets[unknown] = False, 0.0
        return mask

    def _mask_values(self, steps: int, outputs: int) -> np.ndarray:
        dataset = self._dataset("mask", lambda extents: is_list(extents) or is_matrix(extents), MASK_SHAPE)
        extents = dataset.shape
        of_steps = is_list(extents) and int(np.prod(extents)) == steps
        if not of_steps and tuple(extents) != (steps, outputs):
            if is_matrix(extents) and extents[1] == steps:
                self._fail_as_transposed("mask", extents, steps)
            self._fail(f"dataset mask has shape {list(extents)}, but the lengths add up to {steps} steps, and there are "
                       f"{outputs} output(s) (expected {MASK_SHAPE})")
        values = self._values(dataset, "mask").reshape(steps, -1)
        wrong = np.argwhere((values != 0) & (values != 1))
        if len(wrong) > 0:
            step, output = wrong[0]
            self._fail(f"dataset mask has the value {as_text(values[step, output])} at step {step} (must be 1 where "
                       f"learning and scoring count, and 0 where not)")
        return values == 1

    def _conditions(self, trials: int) -> List[str]:
        if not self._contains("conditions"):
            return [""] * trials
        dataset = self._dataset("conditions", is_list, "[trials]", or_texts=True)
        count = int(np.prod(dataset.shape))
        if count != trials:
            self._fail(f"dataset conditions has {count} value(s), and there are {trials} trials")
        if holds_texts(dataset):
            return self._texts(h5py.Dataset(dataset)[()], "dataset conditions")
        values = self._values(dataset, "conditions").reshape(-1)
        for i, value in enumerate(values):
            if not (value == np.floor(value) and abs(value) <= 2**53):
                self._fail(f"conditions[{i}] = {as_text(value)} (must be a whole number or a text)")
        return [str(int(value)) for value in values]

    def _target_neurons(self, columns: int) -> Optional[np.ndarray]:
        """The neurons that the columns of `neuron_targets` belong to; None where the file has no list of them."""
        if not self._contains("target_neurons"):
            return None
        values = self._values(self._dataset("target_neurons", is_list, "[neurons with targets]"), "target_neurons")
        values = values.reshape(-1)
        problem = neurons_problem(values, columns)
        if problem:
            self._fail(problem)
        return values.astype(np.int64)

    def _texts(self, values: np.ndarray, what: str) -> List[str]:
        """Texts without the zeros and spaces that fill up a fixed length."""
        texts = [text.decode(errors="surrogateescape") if isinstance(text, bytes) else str(text)
                 for text in values.reshape(-1).tolist()]
        if values.dtype.kind == "S":
            texts = [text.split("\0")[0].rstrip(" ") for text in texts]
        for i, text in enumerate(texts):
            if printable(text) != text:
                self._fail(f'{what}: its text number {i}, "{printable(text)}", is not one line of valid UTF-8')
        return texts

    def _channel_names(self, attribute: str, channels: int) -> List[str]:
        """The texts of an attribute that names channels; no texts where the file does not have it."""
        if attribute not in self.file.attrs:
            return []
        what = f"root attribute {attribute}"
        found = h5a.open(self.id, attribute.encode())
        if found.get_type().get_class() != h5t.STRING:
            self._fail(f"{what} is not text (expected a name for each of the {channels} channel(s))")
        values = np.empty(found.shape, dtype=found.dtype)
        found.read(values)
        names = self._texts(values, what)
        problem = names_problem(names, channels)
        if problem:
            self._fail(f"{what} {problem}")
        return names
