"""The trials of a sweep that come from arrays: they are kept in its folder, for all points."""
from __future__ import annotations

import dataclasses
import pathlib
from typing import Any

from ..arrays import given_trials, having_hints, store_trials
from ..errors import InputError
from ..files.trials import Trial
from ..keys import default_settings
from ..output_folder import holds_trials
from ..running import find_program
from .base import Base, trained_on

#: The files in the folder of a sweep, by the keys that name them.
NAMES = {"task.file": "trials.h5", "task.test_file": "test_trials.h5"}


@dataclasses.dataclass(frozen=True)
class KeptTrials:
    """Trials with their dt, by the key that names their file; none where the configuration names files itself."""

    folder: pathlib.Path
    files: dict[str, tuple[list[Trial], float]]

    @classmethod
    def of(cls, folder: pathlib.Path, start: Base, base: Any, trials: Any, test: Any,
           program: str | None) -> KeptTrials:
        """The trials that were given, or else those that the base was fitted to."""
        if trials is None and test is None:
            files = trained_on(base)
        else:
            given = {"task.file": ("trials", trials), "task.test_file": ("test", test)}
            dt = dt_of(start, program)
            files = {key: (given_trials(name, some), dt) for key, (name, some) in given.items() if some is not None}
            if len(files) == 2:
                of_training = files["task.file"][0][0].hints.shape[1]
                files["task.test_file"] = (having_hints(files["task.test_file"][0], of_training), dt)
        kept = cls(folder, files)
        kept.refuse_others()
        return kept

    def refuse_others(self) -> None:
        """Refuses a folder that holds a sweep on other trials."""
        for key, (trials, dt) in self.files.items():
            file = self.folder / NAMES[key]
            if file.exists() and not holds_trials(file, trials, dt):
                raise InputError(f"{self.folder}: was made with other trials than these, which differ from its "
                                 f"{file.name}; give another output")

    def settings(self, folder: pathlib.Path | None = None) -> dict[str, Any]:
        """The keys that name the files in the folder."""
        if not self.files:
            return {}
        place = (self.folder if folder is None else folder).resolve()
        return {"task.name": "file", **{key: str(place / NAMES[key]) for key in self.files}}

    def are_written(self) -> bool:
        return all((self.folder / NAMES[key]).exists() for key in self.files)

    def write(self, folder: pathlib.Path) -> None:
        """Writes the files that are not there."""
        for key, (trials, dt) in self.files.items():
            if not (folder / NAMES[key]).exists():
                store_trials(folder / NAMES[key], trials, dt)


def dt_of(base: Base, program: str | None) -> float:
    """The length of a step in s, as the base has it or else the program."""
    settings = base.settings
    return settings["network.dt"] if "network.dt" in settings else default_settings(find_program(program))["network.dt"]
