"""Panels of figures that show what `fullforce analyze` wrote (analysis.h5), one line or cloud a network."""
from __future__ import annotations

import json
from typing import Any, Mapping

import numpy as np

from .content import Content
from .errors import ToolError
from .files.data_file import DataFile
from .style import BLACK, BLUE, GREY, NETWORKS, REFERENCE, VERMILION, Look

KIND = "an analysis of fullforce"
MAX_COMPONENTS = 100


def has_results(found: Content, group: str, which: str) -> bool:
    """Whether an analysis has results of a network. There may be no target-generating network."""
    return which == "network" or which in found.part(group)


def _those_in(file: DataFile, group: str, networks: Mapping[str, Look]) -> list[tuple[str, Look]]:
    """The networks that the file says it has results of."""
    found = read_found(file)
    return [(which, look) for which, look in networks.items() if has_results(found, group, which)]


def read_found(file: DataFile) -> Content:
    """The numbers of an analysis, which it holds as JSON."""
    try:
        return Content(json.loads(file.text("summary")), file.path, KIND)
    except (ValueError, RecursionError) as error:
        raise ToolError(f"{file.path}: attribute summary is not JSON ({error})") from error


def plot_eigenvalues(axes: Any, file: DataFile, networks: Mapping[str, Look] = NETWORKS) -> None:
    """The eigenvalues of the recurrent weights in the complex plane, stored as [N, 2]."""
    for which, look in _those_in(file, "eigenvalues", networks):
        axes.plot(*file.numbers(f"eigenvalues/{which}", (None, 2)).T, look.marker, color=look.color, markersize=3,
                  fillstyle="none", label=look.label)


def plot_components(axes: Any, file: DataFile, networks: Mapping[str, Look] = NETWORKS) -> None:
    """Shares of the variance of the first principal components of the activity, stored as variances [components]."""
    for which, look in _those_in(file, "pca", networks):
        variances = file.numbers(f"pca/{which}/variances", (None,))
        shares = (variances / variances.sum())[:MAX_COMPONENTS]
        axes.semilogy(np.arange(1, len(shares) + 1), shares, color=look.color, linestyle=look.line, label=look.label)


def plot_exponents(axes: Any, file: DataFile, networks: Mapping[str, Look] = NETWORKS) -> None:
    """Lyapunov exponents with their standard errors, stored as [exponents] each."""
    for which, look in _those_in(file, "lyapunov", networks):
        values = file.numbers(f"lyapunov/{which}/exponents", (None,))
        spread = file.numbers(f"lyapunov/{which}/errors", values.shape)
        axes.errorbar(np.arange(1, len(values) + 1), values, spread, color=look.color,
                      marker=look.marker, markersize=4, linestyle="none", capsize=2, label=look.label)


#: How points of each kind look: stable, saddles with one unstable direction, those with more, slow points.
POINTS = {"stable": dict(marker="o", color=BLUE),
          "1 unstable direction": dict(marker="s", color=VERMILION, fillstyle="none"),
          "more unstable directions": dict(marker="^", color=BLACK, fillstyle="none"),
          "slow point": dict(marker="x", color=GREY)}


def plot_fixed_points(axes: Any, file: DataFile) -> None:
    """Fixed and slow points in the plane of the first two principal components of the rates, with the run if it is there.

    The points are stored as rates [points, N] with `fixed` and `unstable` [points]. Without the components of a run,
    those of the points themselves take their place.
    """
    rates = file.numbers("fixed_points/rates", (None, None))
    fixed = file.numbers("fixed_points/fixed", (len(rates),)) > 0
    unstable = file.numbers("fixed_points/unstable", (len(rates),))
    chosen = {"stable": fixed & (unstable == 0), "1 unstable direction": fixed & (unstable == 1),
              "more unstable directions": fixed & (unstable > 1), "slow point": ~fixed}
    if "pca/network" in file:
        axes.plot(*file.numbers("pca/network/projections", (None, None))[:, :2].T, ".", color=REFERENCE, markersize=2,
                  label="the run")
    x, y = _on_a_plane(rates, file)
    for label, style in POINTS.items():
        if np.any(chosen[label]):
            axes.plot(x[chosen[label]], y[chosen[label]], linestyle="none", markersize=6, label=label, **style)


def _on_a_plane(rates: np.ndarray, file: DataFile) -> np.ndarray:
    """The coordinates of rates [points, N] on the first two principal components of the run, [2, points]."""
    if "pca/network" in file:
        means = file.numbers("pca/network/means", (rates.shape[1],))
        components = file.numbers("pca/network/components", (rates.shape[1], None))[:, :2]
    else:
        means = rates.mean(axis=0) if len(rates) else np.zeros(rates.shape[1])
        components = np.linalg.svd(rates - means, full_matrices=False)[2][:2].T
    plane = np.zeros((2, len(rates)))  # a network of one neuron, or a single point, has less than two components
    plane[:components.shape[1]] = ((rates - means) @ components).T
    return plane
