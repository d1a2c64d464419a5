"""The table of a scaling study, printed and as CSV."""
from __future__ import annotations

import pathlib
from typing import Sequence

from ..text_files import write_rows
from .points import Case
from .results import Row

HEADING = ("kind    neurons   B precision ranks threads  ms/step  (min - max)       speed-up  efficiency  {}"
           "  (shares, %)")
PARTS = ("repeats", "seconds", "least", "most")


def show(rows: Sequence[Row], title: str) -> None:
    """Prints the table."""
    names = list(rows[0].phases)
    print(f"\n{title}")
    print(HEADING.format("  ".join(names)))
    for row in rows:
        print(line(row, names))


def line(row: Row, names: Sequence[str]) -> str:
    """A row as text, with the shares of these phases."""
    case = row.case
    times = (f"{case.kind:6s} {case.neurons:8d} {case.streams:3d} {case.precision:>9s} {case.ranks:5d} "
             f"{case.threads:7d} {1e3 * row.seconds:8.3f}  ({1e3 * row.least:.3f} - {1e3 * row.most:.3f})")
    shares = "  ".join(f"{100 * row.phases.get(name, 0.0):{len(name)}.0f}" for name in names)
    return f"{times.ljust(68)}{row.speed_up:10.2f} {row.efficiency:11.2f}  {shares}"


def write_csv(rows: Sequence[Row], path: pathlib.Path) -> None:
    """Writes the table."""
    columns = [*Case._fields, *PARTS, "cores", "speed_up", "efficiency", *rows[0].phases]
    write_rows(path, columns, ([*row.case, *(getattr(row, part) for part in PARTS), row.case.cores, row.speed_up,
                                row.efficiency, *row.phases.values()] for row in rows))
