"""Recordings that are read trial by trial, so that they may be larger than memory."""
from __future__ import annotations

import collections.abc
import pathlib
from typing import Any, Iterator, Optional, Union, overload

import numpy as np

from ..errors import ToolError
from ..scratch import ScratchFolder, UsesScratch
from .activity import SIGNALS, Activity
from .data_file import DataFile
from .opening import open_file


class TrialSlices(UsesScratch, collections.abc.Sequence):
    """A dataset [sum of T, n] of a file as a sequence of trials [T, n], each read when it is asked for."""

    def __init__(self, path: pathlib.Path, name: str, ends: np.ndarray, scratch: Optional[ScratchFolder]):
        self._path, self._name, self._ends, self._scratch = path, name, ends, scratch

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, trial: int) -> np.ndarray: ...

    @overload
    def __getitem__(self, trial: slice) -> list[np.ndarray]: ...

    def __getitem__(self, trial: Union[int, slice]) -> Any:
        if isinstance(trial, slice):
            return [self[i] for i in range(*trial.indices(len(self)))]
        number = range(len(self))[trial]
        begin = self._ends[number - 1] if number > 0 else 0
        with open_file(self._path) as file:
            return file[self._name][begin:self._ends[number]]

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"<{len(self)} trials of {self._name} in {self._path}>"


def read_activity(path: pathlib.Path, dt: float, scratch: Optional[ScratchFolder] = None) -> Activity:
    """The activity that `fullforce test --record` wrote. Its signals are read trial by trial."""
    with DataFile(path, "a file of fullforce test --record") as file:
        file.expect(("outputs", "targets", "inputs", "neurons", "rates", "trial_ends"))
        neurons, ends = file.numbers("neurons", (None,)), file.numbers("trial_ends", (None,)).astype(int)
        conditions = list(file.texts("conditions", len(ends))) if "conditions" in file else None
        signals = {name: TrialSlices(path, name, ends, scratch) if name in file else None for name in SIGNALS}
    if len(ends) == 0:
        raise ToolError(f"{path}: trial_ends has no trial")
    return Activity(**signals, neurons=neurons, dt=dt, conditions=conditions)
