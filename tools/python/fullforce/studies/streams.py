"""Test error and speed against the number of streams, with both tasks."""
from __future__ import annotations

import pathlib
from typing import Any, Sequence

from ..points import Point
from ..style import SERIES, plot_quartiles, plt, set_ticks
from .cases import CASES
from .design import Request, Row, Study

# The settings of ready-set-go are those with which N = 300 learns the task.
TASKS = {"oscillation": CASES["oscillation, 16 streams"], "ready-set-go": CASES["ready-set-go"]}
STREAMS = (1, 4, 16, 32)


def points(request: Request) -> list[Point]:
    n = request.size(300)
    return [request.point(f"{task}-{b}-{seed}",
                          {**settings, "network.neurons": n, "run.streams": b, "run.seed": seed})
            for task, settings in TASKS.items() for seed in request.seeds for b in STREAMS]


def rows(points: Sequence[Point]) -> list[Row]:
    return [row(p) for p in points]


def row(point: Point) -> Row:
    """Test error and speed of a point."""
    settings, performance = point.settings, point.summary().part("performance")
    return dict(task=settings["task.name"], streams=settings["run.streams"], seed=settings["run.seed"],
                error=point.test_result("error"), samples_per_second=performance.number("samples_per_second"))


def figure(rows: Sequence[Row], folder: pathlib.Path) -> Any:
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), constrained_layout=True)
    labels = {"error": "test error (no unit)", "samples_per_second": "samples per second (1/s)"}
    streams = sorted({r["streams"] for r in rows})
    for axes, (column, label) in zip(panels, labels.items()):
        for style, task in zip(SERIES, sorted({r["task"] for r in rows})):
            plot_quartiles(axes, [r for r in rows if r["task"] == task], "streams", column, task, style)
        axes.set(xscale="log", yscale="log", xlabel="streams (number)", ylabel=label)
        set_ticks(axes, streams, streams)
    panels[0].set_title("The same training trials, whatever the streams")
    panels[1].legend(frameon=False)
    return figure


STUDY = Study(points, rows, figure, seeds=5)
