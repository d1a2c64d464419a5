"""Test error against the number of neurons, with both learning rules."""
from __future__ import annotations

import pathlib
from typing import Any, Sequence

from ..points import Point
from ..style import SERIES, ZERO_LINE, plot_quartiles, plt, set_ticks
from .design import RULES, Request, Row, Study

SIZES = [50, 100, 150, 200, 300, 400, 600, 800]


def points(request: Request) -> list[Point]:
    return [request.point(f"{rule}-{n}-{seed}", {"network.neurons": n, "learning.rule": rule, "run.seed": seed,
                                                 "run.train_trials": 100})
            for n in request.sizes or SIZES for seed in request.seeds for rule in RULES]


def rows(points: Sequence[Point]) -> list[Row]:
    return [dict(rule=p.settings["learning.rule"], neurons=p.settings["network.neurons"],
                 seed=p.settings["run.seed"], error=p.test_result("error")) for p in points]


def figure(rows: Sequence[Row], folder: pathlib.Path) -> Any:
    figure, axes = plt.subplots(figsize=(6, 4.2), constrained_layout=True)
    for style, (rule, label) in zip(SERIES, RULES.items()):
        plot_quartiles(axes, [r for r in rows if r["rule"] == rule], "neurons", "error", label, style)
    axes.axhline(1e-2, **ZERO_LINE)
    axes.set(xscale="log", yscale="log", xlabel="neurons N (number)", ylabel="test error (no unit)",
             title="Oscillation: median and quartiles over networks")
    sizes = sorted({r["neurons"] for r in rows})
    set_ticks(axes, sizes, sizes)
    axes.legend(frameon=False)
    return figure


STUDY = Study(points, rows, figure, is_over_sizes=True)
