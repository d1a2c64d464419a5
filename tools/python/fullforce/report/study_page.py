"""The page of a study, from its tables, figures and points."""
from __future__ import annotations

import pathlib
from typing import Sequence

from ..text_files import read_table
from .html_parts import image, page, section, table
from .run_page import read_summary


def study_page(folder: pathlib.Path, tables: Sequence[pathlib.Path]) -> str:
    """The page of the study in a folder, whose results are in these CSV files."""
    body = [part for path in tables for part in results(path)] + points(folder)
    return page(f"Study: {', '.join(path.stem for path in tables)}", folder, body)


def results(path: pathlib.Path) -> list[str]:
    """A table, and the figure that was drawn of it where there is one."""
    head, rows = read_table(path)
    figure = path.with_suffix(".png")
    parts = []
    if figure.exists():
        parts.append(section(path.stem, image(figure.read_bytes(), f"figure of the study {path.stem}")))
    data = table([[shortened(cell) for cell in row] for row in rows], True, head)
    return parts + [section("Data", data)]


def points(folder: pathlib.Path) -> list[str]:
    """The training times of the points, and the provenance of the first."""
    paths = sorted(folder.glob("*/summary.json"), key=lambda path: path.parent)
    summaries = [read_summary(path) for path in paths]
    times = [(path.parent.name, summary.part("train").number("seconds")) for path, summary in zip(paths, summaries)]
    parts = [section("Points", table(times, True, ["run", "training (s)"]))]
    if summaries:
        parts.append(section("Provenance of the first", table(summaries[0].part("provenance").items())))
    return parts


def shortened(cell: str) -> str:
    """A number with four digits; whole numbers and words as they are."""
    try:
        return cell if cell.lstrip("-").isdigit() else f"{float(cell):.4g}"
    except ValueError:
        return cell
