"""The test error of networks that learned in single precision against that of the same ones in double."""
from __future__ import annotations

import pathlib
from typing import Any, Sequence

import numpy as np

from ..points import Point
from ..style import SERIES, ZERO_LINE, plt
from .design import Request, Row, Study

PRECISIONS = ("double", "single")
TRIALS = {1: 60, 16: 128}  # streams and training trials


def points(request: Request) -> list[Point]:
    n = request.size(300)
    return [request.point(f"{precision}-{b}-{seed}", {"network.neurons": n, "run.streams": b, "run.seed": seed,
                                                      "run.train_trials": trials, "run.test_trials": 32,
                                                      "learning.precision": precision})
            for b, trials in TRIALS.items() for seed in request.seeds for precision in PRECISIONS]


def rows(points: Sequence[Point]) -> list[Row]:
    return [dict(precision=p.settings["learning.precision"], streams=p.settings["run.streams"],
                 seed=p.settings["run.seed"], error=p.test_result("error")) for p in points]


def error_pairs(rows: Sequence[Row], streams: int) -> list[tuple[float, float]]:
    """(double, single) errors of the seeds for which both are known."""
    errors = {(r["seed"], r["precision"]): r["error"] for r in rows if r["streams"] == streams}
    pairs = [tuple(errors.get((seed, which)) for which in PRECISIONS)
             for seed, precision in errors if precision == "double"]
    return [pair for pair in pairs if None not in pair]


def figure(rows: Sequence[Row], folder: pathlib.Path) -> Any:
    figure, axes = plt.subplots(figsize=(4.6, 4.2), constrained_layout=True)
    for style, streams in zip(SERIES, sorted({r["streams"] for r in rows})):
        pairs = error_pairs(rows, streams) or [(np.nan, np.nan)]
        axes.plot(*np.transpose(pairs), style["marker"], color=style["color"],
                  label=f"{streams} stream{'s' * (streams > 1)}")
    known = [r["error"] for r in rows if r["error"] is not None] or [1.0]
    ends = [min(known) / 2, max(known) * 2]
    axes.plot(ends, ends, **ZERO_LINE)
    axes.set(xscale="log", yscale="log", xlabel="test error in double precision (no unit)",
             ylabel="test error in single precision (no unit)", aspect="equal")
    axes.legend(frameon=False)
    return figure


STUDY = Study(points, rows, figure, seeds=5)
