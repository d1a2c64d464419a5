"""Trials files, which the task "file" reads."""
from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import stat
import tempfile
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence, Union

import h5py
import numpy as np

from ..errors import InputError
from .opening import open_file
from .trials_reader import FORMAT, NAMES, SIGNALS, TrialsReader, names_problem, order_problem, printable
from .versions import NEWEST_TRIALS, OLDEST_TRIALS


def as_columns(signal: Any, length: int, unknown: bool = False, name: str = "a signal") -> np.ndarray:
    """A signal as [length, n]; None is no channel. `unknown` says that NaN may stand for values that are not known.

    Messages call the signal by its name.
    """
    if signal is None:
        return np.zeros((length, 0))
    # What a masked array leaves out is not known.
    signal = signal.astype(float).filled(np.nan) if isinstance(signal, np.ma.MaskedArray) else np.asarray(signal)
    if signal.dtype.kind not in "biuf":
        raise InputError(f"{name} of type {signal.dtype} (must be real numbers; write the parts of complex numbers "
                         f"as two columns)")
    signal = signal.astype(float)
    signal = signal[:, None] if signal.ndim == 1 else signal
    if signal.ndim != 2 or len(signal) != length:
        raise InputError(f"{name} of shape {list(signal.shape)} "
                         f"(must be [{length}] or [{length}, n], as long as the targets)")
    if not np.all(np.isfinite(signal) | (np.isnan(signal) & unknown)):
        raise InputError(f"{name} with values that are not finite")
    return signal


def as_mask(mask: Any, targets: np.ndarray) -> np.ndarray:
    """A mask [T] or [T, n_out] of zeros and ones as bool [T, n_out]; None leaves out nothing."""
    if mask is None:
        return np.ones(targets.shape, dtype=bool)
    columns = as_columns(mask, len(targets), name="a mask")
    if columns.shape[1] not in (1, targets.shape[1]):
        raise InputError(f"a mask of shape {list(np.shape(mask))} (must be [{len(targets)}] or {list(targets.shape)})")
    if not np.isin(columns, (0.0, 1.0)).all():
        raise InputError("a mask has values other than 0 and 1")
    return np.broadcast_to(columns == 1, targets.shape).copy()


def plain_condition(value: Any) -> Any:
    """A condition as Python has it: whole numbers as integers, also those of NumPy; None, no condition, as ""."""
    value = value.item() if isinstance(value, np.generic) else value
    if value is None:
        return ""
    return int(value) if isinstance(value, float) and value.is_integer() else value


@dataclasses.dataclass
class Trial:
    """Signals of a trial of T steps: targets [T, n_out], inputs [T, n_in], hints [T, n_hint].

    A signal of one channel may be given as [T]. Learning and scoring count the samples of targets where
    `mask` [T, n_out] is true; it may be given as [T] for all outputs. A target that is NaN is not known:
    its mask becomes false, and the target 0. `condition` is kept as a text; None and "" stand for no condition.
    """

    targets: np.ndarray
    inputs: np.ndarray = None
    hints: np.ndarray = None
    mask: np.ndarray = None
    condition: str = ""

    def __post_init__(self) -> None:
        length = len(self.targets)
        if length == 0:
            raise InputError("a trial of no steps")
        self.targets = as_columns(self.targets, length, unknown=True, name="targets")
        self.inputs = as_columns(self.inputs, length, name="inputs")
        self.hints = as_columns(self.hints, length, name="hints")
        if self.targets.shape[1] == 0:
            raise InputError("a trial without targets")
        self.mask = as_mask(self.mask, self.targets) & ~np.isnan(self.targets)
        self.targets = np.nan_to_num(self.targets)
        self.condition = str(plain_condition(self.condition))
        if printable(self.condition) != self.condition:
            raise InputError(f"the condition {self.condition!r} is not one line of text")


class TrialList(list):
    """A list of `Trial`. `names` has the names of their channels, under input_names, output_names and hint_names."""

    def __init__(self, trials: Iterable[Trial] = (), names: Optional[Mapping[str, Sequence[str]]] = None):
        super().__init__(trials)
        self.names = {name: list(texts) for name, texts in (names or {}).items() if len(texts) > 0}

    def __getitem__(self, which: Any) -> Any:
        """A trial. A slice of the list is a TrialList with the same names."""
        found = super().__getitem__(which)
        return TrialList(found, self.names) if isinstance(which, slice) else found


def names_of(trials: Sequence[Trial]) -> dict[str, list[str]]:
    """The names of the channels of trials; none where the list does not have them."""
    return dict(getattr(trials, "names", {}))


def make_trials(inputs: Optional[Sequence], targets: Sequence, hints: Optional[Sequence] = None,
                mask: Optional[Sequence] = None, conditions: Optional[Sequence] = None) -> list[Trial]:
    """Trials from their signals.

    Each signal is a list with an array [T, n] for each trial, or [T] for one channel, or it is one array
    [trials, T, n]. The trials of a list may differ in T. `mask` has [T] or [T, n_out] for each trial, and
    `conditions` an integer or a text. ValueError names the trial that is wrong.
    """
    parts = {"inputs": inputs, "hints": hints, "mask": mask, "condition": conditions}
    given = {name: part for name, part in parts.items() if part is not None}
    for name, part in given.items():
        if len(part) != len(targets):
            raise InputError(f"{len(part)} trials of {name} and {len(targets)} of targets (must be as many)")
    trials = []
    for number, target in enumerate(targets):
        try:
            trials.append(Trial(np.asanyarray(target), **{name: part[number] for name, part in given.items()}))
        except (TypeError, ValueError) as error:
            raise InputError(f"trial {number}: {error}") from None
    return trials


def write_trials(path: str | pathlib.Path, inputs: Union[Optional[Sequence], Iterable[Trial]],
                 targets: Optional[Sequence] = None, hints: Optional[Sequence] = None, mask: Optional[Sequence] = None,
                 conditions: Optional[Sequence] = None, *, dt: float, input_names: Sequence[str] = (),
                 output_names: Sequence[str] = (), hint_names: Sequence[str] = ()) -> None:
    """Writes trials (time step dt, s) as a file for the task "file". It takes its name when it is whole.

    The signals are those of `make_trials`. Instead of all of them, the first may be a list of `Trial`.
    The names are those of the channels, by default those that a list from `read_trials` has. The file has the oldest
    version that can hold the trials.
    """
    if targets is None and any(given is not None for given in (hints, mask, conditions)):
        raise ValueError("hints, mask and conditions belong to arrays: a list of Trial has its own")
    trials = TrialList(inputs, names_of(inputs)) if targets is None else make_trials(inputs, targets, hints, mask,
                                                                                     conditions)
    if not trials:
        raise InputError("no trials")
    widths = {tuple(getattr(t, name).shape[1] for name in SIGNALS) for t in trials}
    if len(widths) > 1:
        raise InputError(f"trials differ in their numbers of (targets, inputs, hints): {sorted(widths)}")
    if not (np.isfinite(dt) and dt > 0):
        raise InputError(f"dt = {dt} (must be positive)")
    problem = order_problem(*widths, sum(len(t.targets) for t in trials))
    if problem:
        raise InputError(problem)
    given = {"input_names": input_names, "output_names": output_names, "hint_names": hint_names}
    names = {**names_of(trials), **{name: list(texts) for name, texts in given.items() if len(texts) > 0}}
    _check_names(names, trials[0])
    with _unfinished_file(path) as unfinished, h5py.File(unfinished, "w") as file:
        _write_contents(file, trials, float(dt), names)


def _check_names(names: dict[str, list[str]], trial: Trial) -> None:
    for name, texts in names.items():
        problem = names_problem(texts, getattr(trial, NAMES[name]).shape[1]) if texts else ""
        if problem:
            raise InputError(f"{name} {problem}")


def _write_contents(file: h5py.File, trials: Sequence[Trial], dt: float, names: dict[str, list[str]]) -> None:
    text = h5py.string_dtype()
    mask, conditions = np.concatenate([t.mask for t in trials]), [t.condition for t in trials]
    is_plain = mask.all() and not any(conditions) and not any(names.values())
    file.attrs.update(format=FORMAT, format_version=OLDEST_TRIALS if is_plain else NEWEST_TRIALS, dt=dt)
    file["lengths"] = np.array([len(t.targets) for t in trials], dtype=np.int64)
    for name in SIGNALS:
        signal = np.concatenate([getattr(t, name) for t in trials])
        if signal.shape[1] > 0:
            file[name] = signal
    if not mask.all():
        file["mask"] = mask.astype(np.uint8)
    if any(conditions):
        file.create_dataset("conditions", data=conditions, dtype=text)
    for name, texts in names.items():
        if texts:
            file.attrs.create(name, texts, dtype=text)


@contextlib.contextmanager
def _unfinished_file(path: str | pathlib.Path) -> Iterator[str]:
    """A new file beside `path`, which takes its place when it is whole. A link stays, and its target is replaced.

    No other writer has the file's name, so several may write `path` at once.
    """
    target = os.path.realpath(path)
    try:
        found = os.stat(target)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{path}: is not a file (HDF5 needs one; name a file)")
        mode = found.st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    try:
        handle, unfinished = tempfile.mkstemp(prefix=f"{os.path.basename(target)}.unfinished-", suffix=".part",
                                              dir=os.path.dirname(target))
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    os.close(handle)
    try:
        yield unfinished
        os.chmod(unfinished, mode)
        os.replace(unfinished, target)
    except BaseException:
        os.unlink(unfinished)
        raise


def read_trials(path: str | pathlib.Path) -> tuple[TrialList, float]:
    """The trials of a file with the names of their channels, and their dt (s).

    A file that the program would refuse is refused: ValueError, with the program's words. OSError says
    that a file cannot be opened.
    """
    with open_file(path) as file:
        content = TrialsReader(file, path).read()
    ends = np.cumsum(content.lengths)[:-1]
    parts = {**{name: np.split(signal, ends) for name, signal in content.signals.items()},
             "mask": np.split(content.mask, ends), "condition": content.conditions}
    return TrialList((Trial(**dict(zip(parts, trial))) for trial in zip(*parts.values())), content.names), content.dt


def read_channel_names(path: str | pathlib.Path) -> dict[str, list[str]]:
    """The `input_names`, `output_names` and `hint_names` of a trials file; empty lists where it names none.

    Errors are those of `read_trials`.
    """
    with open_file(path) as file:
        return TrialsReader(file, path).read().names
