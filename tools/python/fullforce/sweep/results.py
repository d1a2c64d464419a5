"""What a sweep has found: a table and a figure of any columns of configuration and scores."""
from __future__ import annotations

import json
import os
import pathlib
from typing import Any, Iterable, Mapping, Sequence, Union

from ..content import Content, read_content
from ..errors import InputError
from ..points import Point, missing, read_result
from ..text_files import write_json, write_rows
from .columns import full_column
from .grid import SEED, Settings

Row = dict[str, Any]
RECORD = "sweep.json"  # marks a folder as a sweep, and holds the keys that are swept over
# Scores that every table has first, where the runs have them; the others of the test follow.
MAIN_SCORES = ("test.error", "test.r2")
TRIALS_OF = "test.trials_of"  # which trials the test used
NOT_SCORES = ("test.trials", "test.steps", "test.seconds", TRIALS_OF)


class Sweep:
    """The points of a sweep in its folder.

    keys: what was swept over; points: all of them, finished or not.
    """

    def __init__(self, folder: Union[str, os.PathLike], keys: Sequence[str], points: Sequence[Point]):
        self.folder, self.keys, self.points = pathlib.Path(folder), list(keys), list(points)
        self._rows: dict[pathlib.Path, Row] = {}

    def __repr__(self) -> str:
        return f"<sweep {self.folder}: {len(self.finished)} of {len(self.points)} points are finished>"

    def __str__(self) -> str:
        return self.as_text() if self.finished else repr(self)

    def __len__(self) -> int:
        return len(self.points)

    @property
    def finished(self) -> list[Point]:
        """The points that have a result."""
        return [point for point in self.points if point.is_finished()]

    @property
    def missing(self) -> list[Point]:
        """The points that have none yet."""
        return missing(self.points)

    def rows(self) -> list[Row]:
        """All columns of each finished point: its configuration and what its summary.json holds."""
        return [self._row(point) for point in self.finished]

    def _row(self, point: Point) -> Row:
        if point.folder not in self._rows:
            self._rows[point.folder] = row_of(point)
        return self._rows[point.folder]

    def columns(self) -> list[str]:
        """The names of all columns that a table may have."""
        return list(dict.fromkeys(name for row in self.rows() for name in row))

    def default_columns(self) -> list[str]:
        """What was swept over, the seed, the scores of the test, and which trials it used."""
        rows, known = self.rows(), self.columns()
        seed = [SEED] if any(SEED in point.settings for point in self.points) else []
        of_test = (name for name in known if name.startswith("test.") and name not in NOT_SCORES)
        scores = [name for name in of_test if is_score(rows, name)]
        first = [name for name in MAIN_SCORES if name in scores]
        trials_of = [TRIALS_OF] if TRIALS_OF in known else []
        return list(dict.fromkeys([*self.keys, *seed, *first, *scores, *trials_of]))

    def records(self, columns: Iterable[str] | None = None) -> list[Row]:
        """A dict for each finished point, from column to value; None where a point has no such value."""
        chosen = self.default_columns() if columns is None else self._checked(columns)
        return [{name: row.get(name) for name in chosen} for row in self.rows()]

    def table(self, columns: Iterable[str] | None = None) -> Any:
        """The table of the finished points: a DataFrame where there is pandas, else a list of dicts.

        Columns are named as in summary.json, "test.error" for example, and keys of the configuration as
        "learning.alpha". The last part of a name is enough where no other column has it. The default is what was
        swept over, the seed and the scores.
        """
        records = self.records(columns)
        try:
            import pandas
        except ImportError:
            return records
        return pandas.DataFrame.from_records(records)

    def as_text(self, columns: Iterable[str] | None = None) -> str:
        """The table of the finished points as lines of text, which `print` of the sweep shows too.

        If no point is finished, it is a line that says so.
        """
        records = self.records(columns)
        return "\n".join(table_lines(records)) if records else f"{self.folder}: no point is finished"

    def to_csv(self, path: Union[str, os.PathLike, None] = None, columns: Iterable[str] | None = None) -> pathlib.Path:
        """Writes the table as CSV, by default sweep.csv in the folder; its path."""
        target = self.folder / "sweep.csv" if path is None else pathlib.Path(path)
        names = self.default_columns() if columns is None else self._checked(columns)
        write_rows(target, names, (record.values() for record in self.records(names)))
        return target

    def plot(self, x: str | None = None, y: str = "test.error", by: Sequence[str] | None = None) -> Any:
        """A figure of Matplotlib: column y over column x, medians and quartiles over seeds.

        There is a curve for each combination of the columns `by`, by default the other keys that were
        swept over. The default of x is the first key.
        """
        from .figure import sweep_figure
        x = (self.keys or [SEED])[0] if x is None else x
        x, y = self._checked([x, y])
        chosen = [key for key in self.keys if key not in (x, y)] if by is None else self._checked(by)
        return sweep_figure(self.records([x, y, *chosen]), x, y, chosen, self.trials_of())

    def trials_of(self) -> str:
        """Which trials the tests used, such as "training trials"; empty where the runs do not say it."""
        return " and ".join(dict.fromkeys(row[TRIALS_OF] for row in self.rows() if row.get(TRIALS_OF)))

    def _checked(self, columns: Iterable[str]) -> list[str]:
        """The full names of columns; before a point is finished nobody knows what these are."""
        names, known = [columns] if isinstance(columns, str) else list(columns), self.columns()
        return [full_column(name, known) for name in names] if known else names


def table_lines(records: Sequence[Row]) -> list[str]:
    """The table as text, in columns."""
    lines = [list(records[0]), *([shown(value) for value in record.values()] for record in records)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(line, widths)) for line in lines]


def shown(value: Any) -> str:
    """A cell of the table."""
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def is_score(rows: Sequence[Row], name: str) -> bool:
    """Whether a column has numbers."""
    return any(isinstance(row.get(name), (int, float)) and not isinstance(row[name], bool) for row in rows)


def row_of(point: Point) -> Row:
    """All columns of a point; keys of the configuration have no prefix."""
    summary = point.summary()
    config = flat(summary.part("config")) if "config" in summary else {}
    results = {name: value for name, value in flat(summary).items() if not name.startswith("config.")}
    return {**results, **config, **point.settings}


def flat(content: Content, place: str = "") -> Row:
    """All numbers and texts of an object under names such as test.error; lists are left out."""
    found: Row = {}
    for key, value in content.items():
        name = f"{place}{key}"
        if isinstance(value, Content):
            found.update(flat(value, name + "."))
        elif not isinstance(value, list):
            found[name] = value
    return found


def remember_keys(folder: pathlib.Path, keys: Iterable[str]) -> list[str]:
    """Adds keys to those that the sweep in a folder is over, and returns all of them."""
    path = folder / RECORD
    known = recorded_keys(path) if path.exists() else []
    every = list(dict.fromkeys([*known, *keys]))
    write_json(path, {"keys": every})
    return every


def recorded_keys(path: pathlib.Path) -> list[str]:
    """The keys of a sweep.json."""
    return [str(key) for key in read_content(path, "the record of a sweep").list("keys")]


def read_sweep(folder: Union[str, os.PathLike]) -> Sweep:
    """The sweep that an earlier call or fullforce-sweep has made in a folder, with all its points."""
    folder = pathlib.Path(folder)
    if not (folder / RECORD).is_file():
        raise InputError(f"{folder}: holds no sweep (there is no {RECORD} in it)")
    keys = recorded_keys(folder / RECORD)
    content = read_result(folder / "points.json")
    points = [Point(folder / name, recorded_settings(content, name)) for name, _ in content.items()]
    return Sweep(folder, keys, sorted(points, key=lambda point: sort_key(point.settings, keys)))


def recorded_settings(content: Content, name: str) -> Settings:
    """The settings of a point of a points.json, whose values look in TOML as they do in JSON."""
    parts = [str(text).partition("=") for text in content.list(name)]
    try:
        return {key: json.loads(value) for key, _, value in parts}
    except ValueError as error:
        raise InputError(f"{name}: its settings in points.json cannot be read ({error})") from error


def sort_key(settings: Mapping[str, Any], keys: Sequence[str]) -> list[tuple[bool, Any]]:
    """By the values of the keys, numbers before texts, then by the seed. Points with the base's value come first."""
    values = [settings.get(key, float("-inf")) for key in (*keys, SEED)]
    return [(isinstance(value, str), value) for value in values]
