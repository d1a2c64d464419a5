"""JSON and CSV files: an error says which file and why, and tables are written with a heading line."""
from __future__ import annotations

import csv
import json
import pathlib
from typing import Any, Iterable, Mapping, Sequence

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
    except ValueError as error:
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


def read_metrics(path: pathlib.Path) -> list[tuple[int, float]]:
    """The (training trial, error) pairs of a metrics.csv of `fullforce train`."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = [name for name in ("trial", "error") if name not in (reader.fieldnames or [])]
            if missing:
                raise ToolError(f"{path}: no column {', '.join(missing)} in its first line")
            return [_trial_and_error(row, f"{path}:{line}") for line, row in enumerate(reader, start=2)]
    except OSError as error:
        raise ToolError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ToolError(f"{path}: is not text ({error.reason})") from error


def _trial_and_error(row: Mapping[str, str], place: str) -> tuple[int, float]:
    try:
        return int(row["trial"]), float(row["error"])
    except (TypeError, ValueError) as error:
        raise ToolError(f"{place}: {error}") from error
