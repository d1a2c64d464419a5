"""How many neurons must learn: test error against the share of neurons whose recurrent weights are learned."""
from __future__ import annotations

import pathlib
from typing import Any, Sequence

from ..points import Point
from ..style import SERIES, ZERO_LINE, plot_quartiles, plt, set_ticks
from .design import Request, Row, Study

SHARES = (1.0, 0.5, 0.25, 0.1)
N = 300


def points(request: Request) -> list[Point]:
    n = request.size(N)
    return [request.point(f"p{share}-{seed}", {"network.neurons": n, "run.seed": seed,
                                               "learning.plastic_fraction": share})
            for share in SHARES for seed in request.seeds]


def rows(points: Sequence[Point]) -> list[Row]:
    return [dict(neurons=p.settings["network.neurons"], share=p.settings["learning.plastic_fraction"],
                 seed=p.settings["run.seed"], error=p.test_result("error")) for p in points]


def figure(rows: Sequence[Row], folder: pathlib.Path) -> Any:
    figure, axes = plt.subplots(figsize=(6, 4.2), constrained_layout=True)
    plot_quartiles(axes, rows, "share", "error", f"{rows[0]['neurons']} neurons", SERIES[0])
    axes.axhline(1e-2, **ZERO_LINE)
    axes.set(xscale="log", yscale="log", xlabel="share of neurons that learn (no unit)",
             ylabel="test error (no unit)", title="Oscillation: median and quartiles over networks")
    shares = sorted({r["share"] for r in rows})
    set_ticks(axes, shares, shares)
    axes.legend(frameon=False)
    return figure


STUDY = Study(points, rows, figure, seeds=3)
