"""The test errors of networks that learned in single or mixed precision against those of the same ones in double."""
from __future__ import annotations

import pathlib
from typing import Any, Sequence

import numpy as np

from ..points import Point
from ..style import SERIES, ZERO_LINE, plt
from .cases import CASES, case_of, points_over
from .design import Request, Row, Study

PRECISIONS = ("double", "mixed", "single")


def points(request: Request) -> list[Point]:
    return points_over(request, "learning.precision", PRECISIONS)


def rows(points: Sequence[Point]) -> list[Row]:
    return [dict(case=case_of(p), precision=p.settings["learning.precision"], seed=p.settings["run.seed"],
                 error=p.test_result("error")) for p in points]


def error_pairs(rows: Sequence[Row], case: str, precision: str) -> list[tuple[float, float]]:
    """Errors in double and in another precision, for the seeds of which both are known."""
    errors = {(r["seed"], r["precision"]): r["error"] for r in rows if r["case"] == case}
    pairs = [(error, errors.get((seed, precision))) for (seed, which), error in errors.items() if which == "double"]
    return [pair for pair in pairs if None not in pair]


def figure(rows: Sequence[Row], folder: pathlib.Path) -> Any:
    others = [precision for precision in PRECISIONS if precision != "double"]
    figure, panels = plt.subplots(1, len(others), figsize=(4.2 * len(others), 4.2), constrained_layout=True)
    known = [r["error"] for r in rows if r["error"] is not None] or [1.0]
    ends = [min(known) / 2, max(known) * 2]
    for axes, precision in zip(panels, others):
        for style, case in zip(SERIES, CASES):
            pairs = error_pairs(rows, case, precision) or [(np.nan, np.nan)]
            axes.plot(*np.transpose(pairs), style["marker"], color=style["color"], label=case)
        axes.plot(ends, ends, **ZERO_LINE)
        axes.set(xscale="log", yscale="log", xlabel="test error in double precision (no unit)",
                 ylabel=f"test error in {precision} precision (no unit)", aspect="equal")
    panels[0].legend(frameon=False, fontsize=8)
    return figure


STUDY = Study(points, rows, figure, seeds=5)
