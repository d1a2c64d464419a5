"""JSON and CSV files: an error says which file and why, and tables are written with a heading line."""
from __future__ import annotations

import csv
import json
import pathlib
from typing import Any, Iterable, Mapping, NamedTuple, Sequence

from .errors import ToolError


def read_json(path: pathlib.Path, missing: str = "{reason}", damaged: str = "is not JSON ({error})",
              code: int = 2) -> Any:
    """The content of a JSON file.

    `missing` and `damaged` say what is wrong with a file that cannot be read, or that holds something
    else; {reason} and {error} stand for what the system says. `code` belongs to damaged files.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ToolError(f"{path}: " + missing.format(reason=error.strerror, error=error)) from error
    except (ValueError, RecursionError) as error:
        raise ToolError(f"{path}: " + damaged.format(error=error), code) from error


def write_json(path: pathlib.Path, content: Any, indent: int = 1) -> None:
    """Writes a JSON file."""
    path.write_text(json.dumps(content, indent=indent), encoding="utf-8")


def write_table(path: pathlib.Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes rows with the same columns as CSV; the first row says their order."""
    columns = list(rows[0])
    write_rows(path, columns, ([row[column] for column in columns] for row in rows))


def write_rows(path: pathlib.Path, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    """Writes a line of column names, then the rows, as CSV."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def read_table(path: pathlib.Path) -> tuple[list[str], list[list[str]]]:
    """The column names and the rows of a CSV file."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file))
    except OSError as error:
        raise ToolError(f"{path}: {error.strerror}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise ToolError(f"{path}: is not a table ({error})") from error
    if not lines:
        raise ToolError(f"{path}: is empty")
    return lines[0], lines[1:]


class Metric(NamedTuple):
    """A training trial: its number, its error, and its condition, which is empty where it has none."""

    trial: int
    error: float
    condition: str = ""


def read_metrics(path: pathlib.Path) -> list[Metric]:
    """The training trials of a metrics.csv of `fullforce train`."""
    columns, rows = read_table(path)
    missing = [name for name in ("trial", "error") if name not in columns]
    if missing:
        raise ToolError(f"{path}: no column {', '.join(missing)} in its first line")
    places = [columns.index(name) for name in Metric._fields if name in columns]
    return [_metric(row, places, f"{path}:{line}") for line, row in enumerate(rows, start=2)]


def _metric(row: Sequence[str], places: Sequence[int], where: str) -> Metric:
    if len(row) <= max(places):
        raise ToolError(f"{where}: the line is cut short")
    trial, error, *condition = (row[place] for place in places)
    try:
        return Metric(int(trial), float(error), *condition)
    except ValueError as problem:
        raise ToolError(f"{where}: {problem}") from problem
