"""The points of a study: what each of them runs, what is there, and what is missing."""
from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Any, Iterable, Mapping, Sequence

from .content import Content, read_content
from .errors import ToolError
from .options import as_toml, own_setting, parse_setting

NEVER_GIVEN = ("network.neurons", "run.seed", "run.output")  # with --set


@dataclasses.dataclass(frozen=True)
class Step:
    """One start of the program: its arguments, and the files that are there when it is done."""

    arguments: tuple[str, ...]
    results: tuple[pathlib.Path, ...]

    def is_done(self) -> bool:
        return all(path.exists() for path in self.results)


@dataclasses.dataclass(frozen=True)
class Point:
    """A network of a study: its folder, its settings, and what is done with it once it is trained.

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
        options = [word for text in [*self.settings_as_toml(), *more_settings] for word in ("--set", text)]
        arguments = ("train", str(config), "--output", str(self.folder), "--quiet", *options)
        return Step(arguments, (self.summary_path,))

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
    """A JSON file that a study can make again."""
    return read_content(path, "a result of this study (remove it to make it again)", code=1,
                        damaged="is damaged ({error}); remove it to make it again")


def missing(points: Iterable[Point]) -> list[Point]:
    """The points that are not finished."""
    return [point for point in points if not point.is_finished()]


def refuse_own_settings(points: Sequence[Point], settings: Iterable[str]) -> None:
    """Refuses settings for all points whose keys differ between points, or tell points apart."""
    keys = {key for point in points for key in point.settings}
    own = {key for key in keys if len({point.settings.get(key) for point in points}) > 1}.union(NEVER_GIVEN)
    for text in settings:
        key = parse_setting(text).key.strip()
        complaint = own_setting(f"{key}:", own, key)
        if complaint:
            raise ToolError(complaint)


def remember_settings(points: Sequence[Point], folder: pathlib.Path, settings: Sequence[str]) -> None:
    """Writes into points.json what each point of the folder is made with.

    Points that are there with other settings, of another study for example, are refused.
    """
    path = folder / "points.json"
    content = read_result(path) if path.exists() else None
    known = {name: content.list(name) for name, _ in content.items()} if content else {}
    for point in points:
        own = sorted(point.settings_as_toml() + list(settings))
        if known.setdefault(point.name, own) != own:
            made_with = " ".join(map(str, known[point.name]))
            raise ToolError(f"{point.folder}: was made with {made_with}, not with {' '.join(own)}; give another --output")
    new = path.with_suffix(".json.new")
    new.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    new.replace(path)
