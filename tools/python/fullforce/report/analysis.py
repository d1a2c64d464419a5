"""The part of a run's page that shows its analysis.h5."""
from __future__ import annotations

import pathlib
from typing import Any

from ..analysis_panels import (KIND, has_results, plot_components, plot_eigenvalues, plot_exponents, plot_fixed_points,
                               read_found)
from ..content import Content
from ..definitions import definition
from ..files.data_file import DataFile
from ..plot.currents import currents
from ..style import NETWORKS, ZERO_LINE, plt
from .html_parts import definitions, note, picture, section, table

TITLE = "Spectrum and activity"
# Group of the file and name of the number.
NUMBERS = [("eigenvalues", "spectral_radius"), ("eigenvalues", "rightmost"), ("pca", "participation_ratio"),
           ("pca", "dimension_90"), ("pca", "dimension_99"), ("lyapunov", "largest_times_tau"),
           ("lyapunov", "kaplan_yorke_dimension"), ("weights", "deviation")]
# Name of the number of fixed points, and how the page calls it.
POINTS = [("fixed", "fixed points"), ("stable", "stable fixed points"), ("slow", "slow points"),
          ("starts", "starts of the search for them")]
POINT_COLUMNS = ("kind", "unstable", "q", "distance")
MAX_POINTS = 20  # in the table


def analysis(folder: pathlib.Path) -> str:
    """The section on the analysis of the run in a folder, or how to make one."""
    path = folder / "analysis.h5"
    if not path.exists():
        return section(TITLE, note("Not analysed: fullforce analyze NETWORK --output analysis.h5."))
    with DataFile(path, KIND) as file:
        found, figure, has_currents = read_found(file), analysis_figure(file), "currents" in file
    drawn = picture(figure, "eigenvalues, principal components, Lyapunov exponents, fixed points") if figure else ""
    flow = picture(currents(path, trials=[0]), "currents between regions in the first trial") if has_currents else ""
    return section(TITLE, drawn, flow, numbers(found), points_table(found))


def numbers(found: Content) -> str:
    """A table of what was found, with a column for each network. There may be no target-generating network."""
    looks = {which: look for which, look in NETWORKS.items()
             if all(has_results(found, group, which) for group, _ in NUMBERS if group in found)}
    rows = [(f"{name.replace('_', ' ')} ({group})",
             *(found.part(group).part(which).number_or_none(name) for which in looks))
            for group, name in NUMBERS if group in found]
    empty = [""] * (len(looks) - 1)
    if "rate_correlation" in found:
        median = found.part("rate_correlation").number_or_none("median")
        rows.append(("median correlation of rates with their targets", median, *empty))
    if "fixed_points" in found:
        points = found.part("fixed_points")
        rows += [(label, points.number_or_none(name), *empty) for name, label in POINTS]
    names = [name for group, name in NUMBERS if group in found]
    names += [name for name in ("rate_correlation", "fixed_points") if name in found]
    return table(rows, True, ["", *(look.label for look in looks.values())]) + definitions(
        (name.replace("_", " "), definition(name)) for name in names)


def points_table(found: Content) -> str:
    """The fixed and slow points, where they were looked for."""
    points = found.part("fixed_points").objects("points") if "fixed_points" in found else []
    if not points:
        return ""
    columns = [column for column in POINT_COLUMNS if all(column in point for point in points)]
    rows = [[k, *(point[column] for column in columns)] for k, point in enumerate(points[:MAX_POINTS])]
    meanings = definitions((name, definition(name)) for name in columns)
    return table(rows, True, ["point", *columns]) + meanings


def analysis_figure(file: DataFile) -> Any:
    """A panel for each group that the file has; None where it has none that is drawn."""
    panels = (("eigenvalues", eigenvalues), ("pca", components), ("lyapunov", exponents),
              ("fixed_points", fixed_points))
    drawn = [draw for group, draw in panels if group in file]
    if not drawn:
        return None
    count = len(drawn)
    figure, axes = plt.subplots(1, count, figsize=(3.4 * count, 3.4), squeeze=False, constrained_layout=True)
    for panel, draw in zip(axes[0], drawn):
        draw(panel, file)
    return figure


def eigenvalues(axes: Any, file: DataFile) -> None:
    """Eigenvalues, with the legend below the panel, which they fill."""
    plot_eigenvalues(axes, file)
    axes.set(title="Eigenvalues", xlabel="real part (no unit)", ylabel="imaginary part (no unit)")
    axes.axis("equal")
    axes.legend(frameon=False, fontsize=7, loc="upper left", bbox_to_anchor=(0, -0.2))


def components(axes: Any, file: DataFile) -> None:
    """Principal components."""
    plot_components(axes, file)
    axes.set(title="Principal components", xlabel="component (number)", ylabel="share of variance (no unit)",
             ylim=(1e-10, 1.5))
    axes.legend(frameon=False, fontsize=7)


def exponents(axes: Any, file: DataFile) -> None:
    """Lyapunov exponents."""
    plot_exponents(axes, file)
    axes.axhline(0, **ZERO_LINE)
    axes.set(title="Lyapunov exponents", xlabel="exponent (number)", ylabel="growth (1/s)")
    axes.legend(frameon=False, fontsize=7)


def fixed_points(axes: Any, file: DataFile) -> None:
    """Fixed and slow points, with the legend below the panel, which they fill."""
    plot_fixed_points(axes, file)
    axes.set(title="Fixed points", xlabel="first component (no unit)", ylabel="second component (no unit)")
    axes.legend(frameon=False, fontsize=7, loc="upper left", bbox_to_anchor=(-0.2, -0.2), ncol=2)
