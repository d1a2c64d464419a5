"""What a study consists of."""
from __future__ import annotations

import dataclasses
import pathlib
from typing import Any, Callable, Mapping, Sequence

from ..points import Point

Row = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Request:
    """What is asked of a study: where its points stand, their seeds, and numbers of neurons if not the default."""

    folder: pathlib.Path
    seeds: Sequence[int]
    sizes: Sequence[int] | None = None

    def size(self, default: int) -> int:
        """The number of neurons of a study of one size."""
        return self.sizes[0] if self.sizes else default

    def point(self, name: str, settings: Mapping[str, Any],
              after: Mapping[str, Sequence[str]] | None = None) -> Point:
        """A point of this name in the folder."""
        return Point(self.folder / name, settings, after or {})


@dataclasses.dataclass(frozen=True)
class Study:
    """Which points a study has, the rows of its table (of finished points), and its figure (of rows).

    Rows have the same columns in this order: what a network was made and tested with, its seed, and
    results. The table puts rows together that differ in seed and results alone.
    """

    points: Callable[[Request], list[Point]]
    rows: Callable[[Sequence[Point]], list[Row]]
    figure: Callable[[Sequence[Row], pathlib.Path], Any]
    seeds: int = 10  # how many, unless the user says otherwise
    is_over_sizes: bool = False  # whether it may have several numbers of neurons


RULES = {"full-force": "full-FORCE", "force": "FORCE"}
CONFIG = "[task]\nname = \"oscillation\"\n"  # what the settings of all points are added to
