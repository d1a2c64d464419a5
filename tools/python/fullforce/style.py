"""How figures look: the palette, marks of series and of the two networks, medians with quartiles."""
from __future__ import annotations

import pathlib
import warnings
from typing import Any, Mapping, NamedTuple, Sequence

import matplotlib.pyplot as plt
import numpy as np

from .errors import ToolError

# The numbers of logarithmic axes go through pyparsing. Under `python -W error` it warns of Matplotlib's own parser.
warnings.filterwarnings("ignore", "warn_|Forward defined here", UserWarning)
# Conditions and names may have letters that the font lacks. They are drawn as boxes.
warnings.filterwarnings("ignore", r"Glyph \d+ .*missing from|Matplotlib currently does not support", UserWarning)

# Okabe and Ito's colours, which colour-blind readers can tell apart.
BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK, GREY = "#E69F00", "#56B4E9", "#000000", "#999999"
COLOURS = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK]
MANY_COLOURS = "viridis"  # for more than these
# Series differ in their markers and line styles too.
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
LINES = ["-", "--", "-.", ":", "-", "--"]
SERIES = [dict(color=color, marker=marker, linestyle=line)
          for color, marker, line in zip(COLOURS, MARKERS, LINES)]
CURVES = [dict(color=color, linestyle=line) for color, line in zip(COLOURS, LINES)]
# The filled parts of a bar, of which neighbours differ in brightness.
FILLS = [BLUE, ORANGE, GREEN, PURPLE, SKY, GREY]
# Greys of what stands beside the data, lightest first: grids, borders of trials, lines of reference, theory, targets.
GRID, BORDER, REFERENCE, THEORY, DARK_TARGET = "0.9", "0.85", "0.6", "0.5", "0.3"
ZERO_LINE = dict(color=REFERENCE, linewidth=0.8, zorder=0)


class Look(NamedTuple):
    """The label and style of one of the two networks."""

    label: str
    color: str
    marker: str
    line: str


# The task-performing network is blue in every figure, and the target-generating network or a target is
# vermilion. The keys are the names of the networks in files of `fullforce analyze`.
NETWORKS = {"network": Look("task-performing network", BLUE, "o", "-"),
            "target": Look("target-generating network", VERMILION, "s", "--")}


def colors_of(names: Sequence[str]) -> dict[str, Any]:
    """A colour for each different name in the order of first use: the palette, or a map where that is too short."""
    different = list(dict.fromkeys(names))
    if len(different) <= len(COLOURS):
        return dict(zip(different, COLOURS))
    return dict(zip(different, plt.get_cmap(MANY_COLOURS)(np.linspace(0, 0.95, len(different)))))


def quartiles(values: Sequence[float]) -> np.ndarray:
    """Lower quartile, median and upper quartile, [3]."""
    return np.percentile(values, [25, 50, 75])


def plot_quartiles(axes: Any, rows: Sequence[Mapping[str, Any]], x: str, y: str, label: str,
                   style: Mapping[str, Any]) -> None:
    """Draws column `y` over column `x`: medians of the rows that share their x, quartiles as a band."""
    rows = [row for row in rows if row[y] is not None]
    places = sorted({row[x] for row in rows})
    if not places:
        return
    low, middle, high = np.transpose([quartiles([r[y] for r in rows if r[x] == place]) for place in places])
    axes.plot(places, middle, label=label, markersize=4, **style)
    axes.fill_between(places, low, high, color=style["color"], alpha=0.2, linewidth=0)


def set_x_ticks(axes: Any, places: Sequence[float], labels: Sequence[Any]) -> None:
    """Ticks of the x axis with labels, in two calls, since Matplotlib before 3.5 does not take both in one."""
    axes.set_xticks(places)
    axes.set_xticklabels(labels)


def set_y_ticks(axes: Any, places: Sequence[float], labels: Sequence[Any]) -> None:
    """The same for the y axis."""
    axes.set_yticks(places)
    axes.set_yticklabels(labels)


def set_ticks(axes: Any, places: Sequence[float], labels: Sequence[Any]) -> None:
    """Ticks of a logarithmic x axis at these places alone."""
    set_x_ticks(axes, places, labels)
    axes.minorticks_off()


def write(figure: Any, path: pathlib.Path, dpi: int) -> None:
    """Writes a figure as its name says, as PNG under a name without an ending, and closes it."""
    ending = path.suffix[1:].lower() or "png"
    known = figure.canvas.get_supported_filetypes()
    if ending not in known:
        raise ToolError(f"{path}: is not a name for a picture (its ending must be one of {', '.join(sorted(known))})")
    try:
        figure.savefig(path, dpi=dpi, format=ending)
    except OSError as error:
        raise ToolError(f"{path}: cannot be written ({error.strerror or error})") from error
    plt.close(figure)


def save(figure: Any, path: pathlib.Path, endings: Sequence[str] = (".png", ".pdf")) -> None:
    """Writes a figure under the name of `path` with each of the endings, and closes it."""
    for ending in endings:
        write(figure, path.with_suffix(ending), dpi=130)
