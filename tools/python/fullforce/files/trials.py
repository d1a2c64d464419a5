"""Trials files, which the task "file" reads."""
from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import stat
import tempfile
from typing import Any, Iterable, Iterator

import h5py
import numpy as np

from .opening import open_file
from .trials_reader import FORMAT, SIGNALS, TrialsReader, order_problem
from .versions import VERSION


def as_columns(signal: Any, length: int) -> np.ndarray:
    """A signal as [length, n]; None is no channel."""
    if signal is None:
        return np.zeros((length, 0))
    signal = np.asarray(signal)
    if signal.dtype.kind not in "biuf":
        raise ValueError(f"a signal of type {signal.dtype} (must be real numbers; write the parts of complex numbers "
                         f"as two columns)")
    signal = signal.astype(float)
    signal = signal[:, None] if signal.ndim == 1 else signal
    if signal.ndim != 2 or len(signal) != length:
        raise ValueError(f"a signal of shape {signal.shape} "
                         f"(must be [{length}] or [{length}, n], as long as the targets)")
    if not np.isfinite(signal).all():
        raise ValueError("a signal has values that are not finite")
    return signal


@dataclasses.dataclass
class Trial:
    """Signals of a trial of T steps: targets [T, n_out], inputs [T, n_in], hints [T, n_hint].

    A signal of one channel may be given as [T].
    """

    targets: np.ndarray
    inputs: np.ndarray = None
    hints: np.ndarray = None

    def __post_init__(self) -> None:
        length = len(self.targets)
        if length == 0:
            raise ValueError("a trial of no steps")
        self.targets, self.inputs, self.hints = (as_columns(s, length)
                                                 for s in (self.targets, self.inputs, self.hints))
        if self.targets.shape[1] == 0:
            raise ValueError("a trial without targets")


def write_trials(path: str | pathlib.Path, trials: Iterable[Trial], dt: float) -> None:
    """Writes trials (time step dt, s) as a file for the task "file". It takes its name when it is whole."""
    trials = list(trials)
    if not trials:
        raise ValueError("no trials")
    widths = {tuple(getattr(t, name).shape[1] for name in SIGNALS) for t in trials}
    if len(widths) > 1:
        raise ValueError(f"trials differ in their numbers of (targets, inputs, hints): {sorted(widths)}")
    if not (np.isfinite(dt) and dt > 0):
        raise ValueError(f"dt = {dt} (must be positive)")
    problem = order_problem(*widths, sum(len(t.targets) for t in trials))
    if problem:
        raise ValueError(problem)
    with _unfinished_file(path) as unfinished, h5py.File(unfinished, "w") as file:
        file.attrs.update(format=FORMAT, format_version=VERSION, dt=float(dt))
        file["lengths"] = np.array([len(t.targets) for t in trials], dtype=np.int64)
        for name in SIGNALS:
            signal = np.concatenate([getattr(t, name) for t in trials])
            if signal.shape[1] > 0:
                file[name] = signal


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
    handle, unfinished = tempfile.mkstemp(prefix=f"{os.path.basename(target)}.unfinished-", suffix=".part",
                                          dir=os.path.dirname(target))
    os.close(handle)
    try:
        yield unfinished
        os.chmod(unfinished, mode)
        os.replace(unfinished, target)
    except BaseException:
        os.unlink(unfinished)
        raise


def read_trials(path: str | pathlib.Path) -> tuple[list[Trial], float]:
    """The trials of a file, and their dt (s).

    A file that the program would refuse is refused: ValueError, with the program's words. OSError says
    that a file cannot be opened.
    """
    with open_file(path) as file:
        signals, lengths, dt = TrialsReader(file, path).read()
    parts = (np.split(signal, np.cumsum(lengths)[:-1]) for signal in signals.values())
    return [Trial(**dict(zip(signals, trial))) for trial in zip(*parts)], dt
