"""The table and the figure of a study."""
from __future__ import annotations

import pathlib
from typing import Sequence

from ..points import Point
from ..studies.design import Row, Study
from ..style import quartiles, save
from ..text_files import write_table


def write_results(study: Study, name: str, points: Sequence[Point], folder: pathlib.Path) -> None:
    """Writes table and figure of the finished points, and prints the table."""
    done = [point for point in points if point.is_finished()]
    if not done:
        print(f"{folder}: no point is finished, so there is no figure")
        return
    rows = study.rows(done)
    write_table(folder / f"{name}.csv", rows)
    for line in table_lines(rows):
        print(line)
    save(study.figure(rows, folder), folder / name)
    print(f"{folder}: {len(done)} of {len(points)} points in {name}.png, {name}.pdf and {name}.csv")


def table_lines(rows: Sequence[Row]) -> list[str]:
    """A line for each setting: medians and quartiles over seeds of every result."""
    columns = list(rows[0])
    settings, results = columns[:columns.index("seed")], columns[columns.index("seed") + 1:]
    groups: dict[tuple, list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[column] for column in settings), []).append(row)
    return [" ".join(f"{column}={value}" for column, value in zip(settings, key)) + f" n={len(groups[key])}"
            + "".join(quartiles_text(column, groups[key]) for column in results)
            for key in sorted(groups, key=str)]


def quartiles_text(column: str, rows: Sequence[Row]) -> str:
    """Median and quartiles of a column, where it has numbers."""
    values = [row[column] for row in rows if row[column] is not None]
    if not values:
        return ""
    low, middle, high = quartiles(values)
    return f"  {column} {middle:.3g} [{low:.3g}, {high:.3g}]"
