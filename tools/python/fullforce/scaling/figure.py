"""The figure of a scaling study: time of a step and efficiency against cores; predictions are dashed."""
from __future__ import annotations

import math
import pathlib
from typing import Any, Sequence

from matplotlib.ticker import NullFormatter, ScalarFormatter

from ..style import COLOURS, GRID, MARKERS, ZERO_LINE, plt, write
from .results import Row, first_of_series

MAX_TICKS = 8
IDEAL = dict(ZERO_LINE, linestyle=":")
Line = tuple  # a series and a number of threads


def draw(measured: Sequence[Row], planned: Sequence[Row], path: pathlib.Path) -> None:
    """Writes the figure."""
    figure, panels = plt.subplot_mosaic([["left", "right"], ["legend", "legend"]], figsize=(11, 5.5),
                                        gridspec_kw={"height_ratios": [5, 1]}, constrained_layout=True)
    times, efficiencies, rows = panels["left"], panels["right"], [*measured, *planned]
    lines = sorted({line_of(row) for row in rows})
    for number, line in enumerate(lines):
        draw_line(times, efficiencies, [row for row in measured if line_of(row) == line], look_of(number, False))
    for number, line in enumerate(lines):
        draw_line(times, efficiencies, [row for row in planned if line_of(row) == line], look_of(number, True))
    finish_cores(panels, sorted({row.case.cores for row in rows}))
    finish_times(times, rows)
    finish_efficiencies(efficiencies)
    panels["legend"].axis("off")
    panels["legend"].legend(*times.get_legend_handles_labels(), loc="center", ncol=2, fontsize=8, frameon=False)
    write(figure, path, dpi=150)
    print(f"{path}: written")


def line_of(row: Row) -> Line:
    """Rows with the same value are joined by a line."""
    return (*row.case.series, row.case.threads)


def look_of(number: int, is_planned: bool) -> dict[str, Any]:
    """The style of a line."""
    return {"color": COLOURS[number % len(COLOURS)], "marker": MARKERS[number % len(MARKERS)], "markersize": 5,
            "linestyle": "--" if is_planned else "-", "markerfacecolor": "none" if is_planned else None}


def label_of(row: Row, is_planned: bool) -> str:
    """The name of the line of a row."""
    case = row.case
    size = f"N = {case.base}{' on a core' if case.kind == 'weak' else ''}"
    label = f"{case.kind}, {size}, B = {case.streams}, {case.precision}, {case.threads} thread(s)"
    return label + (", planned" if is_planned else "")


def draw_line(times: Any, efficiencies: Any, rows: Sequence[Row], look: dict[str, Any]) -> None:
    """A line in both panels, with a band of all repeats in that of times."""
    if not rows:
        return
    rows = sorted(rows, key=lambda row: row.case.cores)
    cores, label = [row.case.cores for row in rows], label_of(rows[0], look["linestyle"] == "--")
    times.plot(cores, [1e3 * row.seconds for row in rows], label=label, **look)
    times.fill_between(cores, [1e3 * row.least for row in rows], [1e3 * row.most for row in rows],
                       color=look["color"], alpha=0.2, linewidth=0)
    efficiencies.plot(cores, [row.efficiency for row in rows], label=label, **look)


def finish_cores(panels: dict[str, Any], cores: Sequence[int]) -> None:
    """The axes of cores, with a tick at each number, or at every second, third, ... of many."""
    for axes in (panels["left"], panels["right"]):
        axes.set_xscale("log")
        axes.set_xticks(cores[:: math.ceil(len(cores) / MAX_TICKS)])
        axes.xaxis.set_major_formatter(ScalarFormatter())
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("cores (ranks x threads)")
        axes.grid(True, color=GRID)


def finish_times(axes: Any, rows: Sequence[Row]) -> None:
    """The panel of times, with what strong scaling would ideally give."""
    cores = sorted({row.case.cores for row in rows})
    strong = [row for row in rows if row.case.kind == "strong"]
    for number, series in enumerate(sorted({row.case.series for row in strong})):
        first = first_of_series(strong, series)
        ideal = [1e3 * first.seconds * first.case.cores / c for c in cores]
        axes.plot(cores, ideal, label=None if number else "strong, ideal", **IDEAL)
    axes.set_yscale("log")
    axes.set_ylabel("time of a step (ms; median, band: all repeats)")
    axes.set_title("Time of a step", loc="left")


def finish_efficiencies(axes: Any) -> None:
    """The panel of efficiencies."""
    axes.axhline(1.0, **IDEAL)
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel("efficiency (no unit)")
    axes.set_title("Efficiency against the fewest cores", loc="left")
