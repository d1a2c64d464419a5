"""The points of a scaling study: each is a folder with a configuration, for one number of ranks and threads."""
from __future__ import annotations

import argparse
import dataclasses
import itertools
import math
import pathlib
from typing import Iterable, Iterator, NamedTuple, Sequence

from ..content import Content, read_content
from ..errors import ToolError
from ..options import parse_setting
from ..points import Step
from ..text_files import write_json
from .configuration import configuration


class Case(NamedTuple):
    """What a point measures; repeats have the same case. `base` is N in the options, `neurons` that of the point."""

    kind: str
    base: int
    neurons: int
    streams: int
    precision: str
    ranks: int
    threads: int
    steps: int

    @property
    def cores(self) -> int:
        return self.ranks * self.threads

    @property
    def series(self) -> tuple:
        """What cases that are compared with each other have in common."""
        return self.kind, self.base, self.streams, self.precision


@dataclasses.dataclass(frozen=True)
class Point:
    """One repeat of a case in its folder, with settings section.key=value of the user."""

    folder: pathlib.Path
    case: Case
    repeat: int
    settings: list[str]

    @property
    def config(self) -> pathlib.Path:
        return self.folder / "config.toml"

    @property
    def run_folder(self) -> pathlib.Path:
        return self.folder / "run"

    def training(self) -> Step:
        """The run that is measured."""
        arguments = ("train", str(self.config), "--output", str(self.run_folder), "--no-target", "--quiet")
        return Step(arguments, (self.run_folder / "summary.json",))

    def planning(self) -> Step:
        """The prediction of that run."""
        output, case = self.folder / "plan.json", self.case
        arguments = ("plan", str(self.config), "--ranks", str(case.ranks), "--threads", str(case.threads),
                     "--output", str(output))
        return Step(arguments, (output,))

    def write(self) -> None:
        """Writes the configuration, and point.json, from which `read_point` makes the point again."""
        text = configuration(self.case, self.settings)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(text, encoding="utf-8")
        write_json(self.folder / "point.json", {**self.case._asdict(), "repeat": self.repeat, "set": self.settings})


def read_point(path: pathlib.Path) -> Point:
    """The point of a point.json."""
    content = read_content(path, "a point of a scaling study")
    words = {name: content[name] for name in ("kind", "precision")}
    numbers = {name: content.number(name) for name in Case._fields if name not in words}
    return Point(path.parent, Case(**words, **numbers), content.number("repeat"), settings_of(content))


def settings_of(content: Content) -> list[str]:
    """The settings of a point.json; points of earlier programs have none."""
    return [str(text) for text in content.list("set")] if "set" in content else []


def read_points(folder: pathlib.Path) -> list[Point]:
    """All points of a study, the repeats outermost, so that a slow hour of the machine hits all cases alike."""
    points = [read_point(path) for path in sorted(folder.glob("points/*/point.json"))]
    if not points:
        raise ToolError(f"{folder}: holds no points")
    return sorted(points, key=lambda point: (point.repeat, [str(value) for value in point.case]))


def grows_like_N(settings: Iterable[str]) -> bool:
    """Whether work grows like N, not N^2: with low-rank or sparse features and a sparse target-generating network.

    One of the two alone is refused.
    """
    choices = {setting.key: setting.value.strip("\"'") for setting in map(parse_setting, settings)}
    learns_little = choices.get("learning.features") in ("low-rank", "sparse")
    if learns_little != (choices.get("network.in_degree", "0") != "0"):
        raise ToolError("--kind weak: one part of the work grows like N and another like N^2; "
                        "set both learning.features, to low-rank or sparse, and network.in_degree, or neither")
    return learns_little


def weak_neurons(base: int, cores: int, settings: Sequence[str]) -> int:
    """N for as much work a core as `base` has on one; whole blocks of 8."""
    factor = cores if grows_like_N(settings) else math.sqrt(cores)
    return max(8, round(base * factor / 8) * 8)


def points_of(folder: pathlib.Path, options: argparse.Namespace) -> Iterator[Point]:
    """All points that the options ask for."""
    for repeat, base, streams, precision, ranks, threads in itertools.product(
            range(options.repeats), options.neurons, options.streams, options.precision, options.ranks,
            options.threads):
        neurons = base if options.kind == "strong" else weak_neurons(base, ranks * threads, options.set)
        case = Case(options.kind, base, neurons, streams, precision, ranks, threads, options.steps)
        name = f"{options.kind}-{base}-N{neurons}-B{streams}-{precision}-{ranks}x{threads}-{options.steps}-{repeat}"
        yield Point(folder / "points" / name, case, repeat, options.set)


def make_points(points: Iterable[Point]) -> None:
    """Writes the points that have no result yet; one that has some must have been made with the same settings."""
    for point in points:
        if not (point.training().is_done() or point.planning().is_done()):
            point.write()
        elif read_point(point.folder / "point.json").settings != point.settings:
            raise ToolError(f"{point.folder}: was made with other --set options; take another FOLDER")
