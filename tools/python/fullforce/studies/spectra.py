"""Eigenvalues, principal components and correlations of rates of a task-performing network and its target network."""
from __future__ import annotations

import pathlib
from typing import Any, Sequence

import numpy as np

from ..analysis_panels import plot_components, plot_eigenvalues
from ..files.data_file import DataFile
from ..points import Point
from ..style import BLUE, NETWORKS, THEORY, plt
from .design import Request, Row, Study

GAIN = 1.5  # the radius of the eigenvalues of J_D
LOOKS = {"network": NETWORKS["network"]._replace(label="task-performing network, J"),
         "target": NETWORKS["target"]._replace(label="target-generating network, J$_D$")}


def points(request: Request) -> list[Point]:
    n = request.size(300)
    after = {"analysis.h5": ["analyze", "NETWORK", "--eigenvalues", "--pca", "--output", "RESULT"]}
    return [request.point(f"full-force-{seed}", {"network.neurons": n, "run.seed": seed, "run.train_trials": 200},
                          after) for seed in request.seeds]


def rows(points: Sequence[Point]) -> list[Row]:
    return [row(p, which) for p in points for which in LOOKS]


def row(point: Point, which: str) -> Row:
    """The row of one of the two networks of a point."""
    found = point.result("analysis.json")
    eigenvalues, pca = found.part("eigenvalues").part(which), found.part("pca").part(which)
    return dict(network=which, seed=point.settings["run.seed"],
                spectral_radius=eigenvalues.number("spectral_radius"), rightmost=eigenvalues.number("rightmost"),
                participation_ratio=pca.number("participation_ratio"), dimension_90=pca.number("dimension_90"),
                median_rate_correlation=found.part("rate_correlation").number_or_none("median"))


def figure(rows: Sequence[Row], folder: pathlib.Path) -> Any:
    """Of the first point."""
    figure, (spectrum, variances, correlations) = plt.subplots(1, 3, figsize=(12, 4), constrained_layout=True)
    with DataFile(min(folder.glob("*/analysis.h5")), "an analysis of fullforce") as file:
        draw_spectrum(spectrum, file)
        draw_variances(variances, file)
        draw_correlations(correlations, file.numbers("activity/correlations", (None,)))
    return figure


def draw_spectrum(axes: Any, file: DataFile) -> None:
    """The eigenvalues of both networks, and the circle in which those of J_D lie for many neurons."""
    plot_eigenvalues(axes, file, LOOKS)
    circle = np.exp(1j * np.linspace(0, 2 * np.pi, 200)) * GAIN
    axes.plot(circle.real, circle.imag, color=THEORY, linewidth=0.8, label=f"|z| = {GAIN}")
    axes.set(xlabel="real part (no unit)", ylabel="imaginary part (no unit)", title="Eigenvalues", aspect="equal")
    axes.legend(frameon=False, fontsize=7, loc="upper left", bbox_to_anchor=(0, -0.15))


def draw_variances(axes: Any, file: DataFile) -> None:
    """The principal components of both networks."""
    plot_components(axes, file, LOOKS)
    axes.set(xlabel="principal component (number)", ylabel="share of variance (no unit)",
             title="Activity of both networks", ylim=(1e-9, 1))
    axes.legend(frameon=False, fontsize=7)


def draw_correlations(axes: Any, values: np.ndarray) -> None:
    """A histogram of correlations [N] of neurons' rates with those of their targets."""
    values = values[np.isfinite(values)]
    axes.hist(values, bins=np.linspace(np.floor(values.min() * 100) / 100, 1, 41), color=BLUE)
    axes.set(xlabel="correlation with the target's rate (no unit)", ylabel="neurons (number)",
             title="Rates of single neurons")


STUDY = Study(points, rows, figure, seeds=1)
