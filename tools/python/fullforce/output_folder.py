"""The folder of a run: its trials, its configuration, and the furthest network that it holds."""
from __future__ import annotations

import contextlib
import os
import pathlib
import re
import tempfile
from typing import Any, Iterator, Mapping, Sequence, Union

import numpy as np

from .arrays import store_trials
from .errors import InputError
from .files.checked import shown
from .files.network_file import read_step
from .files.target_source import target_neurons
from .files.trials import Trial, read_trials
from .keys import nested
from .toml_text import write_toml


class OutputFolder:
    """A folder that a run is written into, which may hold a run already."""

    def __init__(self, path: Union[str, os.PathLike[str]]):
        try:
            self.path = pathlib.Path(os.path.abspath(os.path.expanduser(path)))
            self._was_there, self._written = self.path.exists(), []
        except (OSError, TypeError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "must be the path of a folder"
            raise InputError(f"output = {shown(path)} ({reason})") from None

    def keep_trials(self, name: str, trials: Sequence[Trial], dt: float) -> str:
        """Writes trials into the folder, and returns the path of their file.

        Where the folder holds a run on other trials, InputError says so, and nothing is changed.
        """
        file = self.path / name
        if self.holds_run() and not (file.exists() and holds_trials(file, trials, dt)):
            raise InputError(f"{self.path}: holds a run on other trials than these, which differ from its {name} (give "
                             f"another output, or remove the folder)")
        if not file.exists() or not holds_trials(file, trials, dt):
            self._written.append(file)
            store_trials(file, trials, dt)
        return str(file)

    def holds_run(self) -> bool:
        return any(_networks(self.path))

    @contextlib.contextmanager
    def configuration(self, settings: Mapping[str, Any]) -> Iterator[pathlib.Path]:
        """A file with these settings. When the run has begun, the folder keeps it as config.toml."""
        with tempfile.TemporaryDirectory(prefix="fullforce-") as scratch:
            file = pathlib.Path(scratch) / "config.toml"
            text = write_toml(nested(settings))
            file.write_text(text, encoding="utf-8")
            try:
                yield file
            except InputError:
                self._take_back()
                raise
            except BaseException:
                self._keep(text)
                raise
            self._keep(text)

    def _take_back(self) -> None:
        """After a wrong input the folder is as it was, since no run has begun in it."""
        for file in self._written:
            file.unlink()
        if not self._was_there and self.path.is_dir() and not any(self.path.iterdir()):
            self.path.rmdir()

    def _keep(self, text: str) -> None:
        if self.path.is_dir():
            (self.path / "config.toml").write_text(text, encoding="utf-8")


def holds_trials(file: pathlib.Path, trials: Sequence[Trial], dt: float) -> bool:
    """Whether a file holds exactly these trials."""
    try:
        found, found_dt = read_trials(file)[:2]
    except (OSError, ValueError):
        return False
    same_neurons = np.array_equal(target_neurons(found), target_neurons(trials))
    return found_dt == dt and len(found) == len(trials) and same_neurons and all(map(_same_trial, found, trials))


def _same_trial(a: Trial, b: Trial) -> bool:
    for name, mine in vars(a).items():
        other = getattr(b, name)
        same = np.array_equal(mine, other, equal_nan=True) if isinstance(mine, np.ndarray) else mine == other
        if not same:
            return False
    return True


def _networks(folder: pathlib.Path) -> list[pathlib.Path]:
    """The networks of a folder, the furthest last."""
    checkpoints = [path for path in folder.glob("checkpoint-*.h5") if re.fullmatch(r"checkpoint-\d+\.h5", path.name)]
    return sorted([*checkpoints, *folder.glob("network.h5")], key=_step)


def _step(path: pathlib.Path) -> int:
    """The step of the run at which a network was written; of network.h5 it stands in the file alone."""
    if path.name != "network.h5":
        return int(path.stem.partition("-")[2])
    try:
        return read_step(path)
    except (OSError, ValueError):
        return 0


def newest_network(folder: pathlib.Path) -> pathlib.Path:
    """The network of a folder that is furthest on in the run: network.h5, or a checkpoint of a run that is longer."""
    found = _networks(folder)
    if not found:
        raise InputError(f"{folder}: holds no network.h5 and no checkpoint")
    return found[-1]
