"""Test errors against learning.alpha, the regularisation with which learning begins."""
from __future__ import annotations

import pathlib
from typing import Any, Sequence

from ..points import Point
from ..style import SERIES, plot_quartiles, plt, set_ticks
from .cases import CASES, case_of, points_over
from .design import Request, Row, Study

ALPHAS = (0.1, 1.0, 10.0, 100.0)


def points(request: Request) -> list[Point]:
    return points_over(request, "learning.alpha", ALPHAS)


def rows(points: Sequence[Point]) -> list[Row]:
    return [dict(case=case_of(p), alpha=p.settings["learning.alpha"], seed=p.settings["run.seed"],
                 error=p.test_result("error")) for p in points]


def figure(rows: Sequence[Row], folder: pathlib.Path) -> Any:
    figure, axes = plt.subplots(figsize=(6, 4.2), constrained_layout=True)
    for style, case in zip(SERIES, CASES):
        plot_quartiles(axes, [r for r in rows if r["case"] == case], "alpha", "error", case, style)
    axes.set(xscale="log", yscale="log", xlabel=r"$\alpha$ (no unit)", ylabel="test error (no unit)",
             title="Median and quartiles over networks")
    set_ticks(axes, ALPHAS, [f"{alpha:g}" for alpha in ALPHAS])
    axes.legend(frameon=False, fontsize=8)
    return figure


STUDY = Study(points, rows, figure, seeds=5)
