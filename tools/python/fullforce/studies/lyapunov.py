"""The largest Lyapunov exponent of random networks against their gain, and mean-field theory."""
from __future__ import annotations

import pathlib
from typing import Any, Sequence

from ..errors import ToolError
from ..points import Point
from ..style import SERIES, ZERO_LINE, plot_quartiles, plt
from .design import Request, Row, Study
from .mean_field import largest_exponent

GAINS = (0.8, 1.0, 1.25, 1.5, 2.0, 3.0)
GAINS_OF_THEORY = (1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)


def points(request: Request) -> list[Point]:
    after = {"analysis.h5": ["analyze", "NETWORK", "--lyapunov", "4", "--autonomous", "--trials", "3",
                             "--output", "RESULT"]}
    settings = {"network.neurons": request.size(1000), "run.train_trials": 0, "run.init_trials": 1,
                "run.test_trials": 1}
    return [request.point(f"gain-{gain}-{seed}", {**settings, "network.gain": gain, "run.seed": seed}, after)
            for gain in GAINS for seed in request.seeds]


def rows(points: Sequence[Point]) -> list[Row]:
    return [row(p) for p in points]


def row(point: Point) -> Row:
    """The exponent of a point, in units of 1/tau."""
    found = point.result("analysis.json").part("lyapunov").part("target")
    if not found.list("exponents_per_second"):
        complaint = "its run is too short for Lyapunov exponents: they need 20 network.tau"
        raise ToolError(f"{point.folder}: {complaint}", code=1)
    largest = found.number("largest_times_tau")
    tau = largest / found.numbers("exponents_per_second")[0]
    return dict(gain=point.settings["network.gain"], seed=point.settings["run.seed"], exponent_times_tau=largest,
                standard_error_times_tau=found.numbers("standard_errors")[0] * tau)


def figure(rows: Sequence[Row], folder: pathlib.Path) -> Any:
    figure, axes = plt.subplots(figsize=(6, 4.2), constrained_layout=True)
    plot_quartiles(axes, rows, "gain", "exponent_times_tau", "random networks", SERIES[0])
    axes.plot(GAINS_OF_THEORY, [largest_exponent(g) for g in GAINS_OF_THEORY], color=SERIES[1]["color"],
              linestyle="--", label="mean-field theory, N to infinity")
    axes.axhline(0, **ZERO_LINE)
    axes.set(xlabel="gain g (no unit)", ylabel=r"largest Lyapunov exponent $\times\ \tau$ (no unit)",
             title="Chaos in random networks without input")
    axes.legend(frameon=False)
    return figure


STUDY = Study(points, rows, figure, seeds=3)
