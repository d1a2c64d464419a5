"""Sparse features: what it costs in accuracy, and saves in time, that neurons share their presynaptic partners."""
from __future__ import annotations

import pathlib
from typing import Any, Sequence

from ..points import Point
from ..style import SERIES, ZERO_LINE, plot_quartiles, plt, quartiles, set_ticks
from .design import Request, Row, Study

#: The oscillation in as many trials as other studies give it.
LEARNS = {"learning.features": "sparse", "run.streams": 16, "run.train_trials": 128, "run.test_trials": 32}
#: The partners of a group and the neurons in it, for 1000 neurons. Other sizes have as many of them as they are larger.
PARTNERS, GROUPS = (50, 100, 200, 400), (1, 10, 50, 200)
OF_NEURONS = 1000


def scaled(values: Sequence[int], n: int) -> list[int]:
    """Numbers that suit 1000 neurons, for n of them, without repetition."""
    return sorted({max(1, round(value * n / OF_NEURONS)) for value in values})


def points(request: Request) -> list[Point]:
    """Networks for each seed, number of partners and size of groups. One group that reads all neurons is dense.

    Those that take least time come first: an interrupted study then has most of its points."""
    n = request.size(OF_NEURONS)
    kinds = [(n, n), *((K, M) for K in scaled(PARTNERS, n) for M in scaled(GROUPS, n))]
    kinds.sort(key=lambda kind: kind[0] ** 2 / kind[1])
    return [request.point(f"K{K}-M{M}-{seed}", {
        "network.neurons": n, "run.seed": seed, "learning.plastic_in_degree": K, "learning.group": M, **LEARNS})
        for K, M in kinds for seed in request.seeds]


def rows(points: Sequence[Point]) -> list[Row]:
    return [row(p) for p in points]


def row(point: Point) -> Row:
    """Test error, and the time of a step of one stream in microseconds."""
    settings, performance = point.settings, point.summary().part("performance")
    return dict(neurons=settings["network.neurons"], partners=settings["learning.plastic_in_degree"],
                group=settings["learning.group"], seed=settings["run.seed"], error=point.test_result("error"),
                microseconds_per_sample=1e6 / performance.number("samples_per_second"))


def figure(rows: Sequence[Row], folder: pathlib.Path) -> Any:
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), constrained_layout=True)
    labels = {"error": "test error (no unit)", "microseconds_per_sample": "time a sample (µs)"}
    dense = [r for r in rows if r["partners"] == r["neurons"]]
    sparse = [r for r in rows if r["partners"] < r["neurons"]]
    partners = sorted({r["partners"] for r in sparse})
    for axes, (column, label) in zip(panels, labels.items()):
        for style, group in zip(SERIES, sorted({r["group"] for r in sparse})):
            plot_quartiles(axes, [r for r in sparse if r["group"] == group], "partners", column,
                           f"groups of {group}", style)
        if dense:
            axes.axhline(quartiles([r[column] for r in dense])[1], **{**ZERO_LINE, "label": "one group, all partners"})
        axes.set(xscale="log", yscale="log", xlabel="presynaptic partners K (number)", ylabel=label)
        set_ticks(axes, partners, partners)
    panels[0].set_title("Median and quartiles over networks")
    panels[1].legend(frameon=False, fontsize=8)
    return figure


STUDY = Study(points, rows, figure, seeds=5)
