"""A point of a study or a sweep: one network with its own settings, what is run for it, and what is there."""
from __future__ import annotations

import dataclasses
import pathlib
from typing import Any, Iterable, Mapping, Sequence

from ..content import Content, read_content
from ..options import as_toml


@dataclasses.dataclass(frozen=True)
class Step:
    """One start of the program: its arguments, and the files that are there when it is done, if it leaves any."""

    arguments: tuple[str, ...]
    results: tuple[pathlib.Path, ...]

    def is_done(self) -> bool:
        return bool(self.results) and all(path.exists() for path in self.results)


@dataclasses.dataclass(frozen=True)
class Point:
    """A network of many: its folder, its settings, and what is done with it once it is trained.

    `settings` maps keys section.key to values. `after` maps the name of a result file in the folder to
    the arguments of fullforce that make it, in which NETWORK and RESULT stand for the two files.
    """

    folder: pathlib.Path
    settings: Mapping[str, Any]
    after: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.folder.name

    def settings_as_toml(self) -> list[str]:
        """The settings as section.key=value."""
        return [f"{key}={as_toml(value)}" for key, value in self.settings.items()]

    def training(self, config: pathlib.Path, more_settings: Sequence[str] = ()) -> Step:
        """The training from a configuration, with more settings."""
        return Step(self._train(config, more_settings), (self.summary_path,))

    def check(self, config: pathlib.Path, more_settings: Sequence[str] = ()) -> Step:
        """The same without training: the program only checks the configuration, and leaves nothing."""
        return Step((*self._train(config, more_settings), "--dry-run"), ())

    def _train(self, config: pathlib.Path, more_settings: Sequence[str]) -> tuple[str, ...]:
        options = [word for text in [*self.settings_as_toml(), *more_settings] for word in ("--set", text)]
        return ("train", str(config), "--output", str(self.folder), "--quiet", *options)

    def afterwards(self) -> list[Step]:
        """What is done with the network once it is trained."""
        return [self._step_after(name, words) for name, words in self.after.items()]

    def _step_after(self, name: str, words: Sequence[str]) -> Step:
        result = self.folder / name
        files = {"NETWORK": str(self.folder / "network.h5"), "RESULT": str(result)}
        # `fullforce analyze` writes a JSON file beside its own.
        results = (result, result.with_suffix(".json")) if words[0] == "analyze" else (result,)
        return Step(tuple(files.get(word, word) for word in words), results)

    def is_finished(self) -> bool:
        return self.summary_path.exists() and all(step.is_done() for step in self.afterwards())

    @property
    def summary_path(self) -> pathlib.Path:
        return self.folder / "summary.json"

    def summary(self) -> Content:
        """What the training wrote."""
        return read_result(self.summary_path)

    def result(self, name: str) -> Content:
        """A result file in JSON."""
        return read_result(self.folder / name)

    def test_result(self, name: str, file: str = "summary.json") -> float | None:
        """A number that the test at the end of the training found, or another test; None where it is not finite."""
        return self.result(file).part("test").number_or_none(name)


def read_result(path: pathlib.Path) -> Content:
    """A JSON file that can be made again."""
    return read_content(path, "a result of a point (remove it to make it again)", code=1,
                        damaged="is damaged ({error}); remove it to make it again")


def missing(points: Iterable[Point]) -> list[Point]:
    """The points that are not finished."""
    return [point for point in points if not point.is_finished()]
