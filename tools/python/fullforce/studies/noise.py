"""Test error against noise in the test, of networks that were trained with and without noise, with both rules."""
from __future__ import annotations

import pathlib
from typing import Any, Sequence

from ..points import Point
from ..style import SERIES, plot_quartiles, plt, set_ticks
from .design import RULES, Request, Row, Study

NOISES = [0.0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.1]  # of the tests
TRAINED = (0.0, 0.001)
PLACE_OF_ZERO = NOISES[1] / 10  # on a logarithmic axis
SIZE = 600  # at which both rules work without noise


def result_name(eta: float) -> str:
    """The file of the test with a noise strength."""
    return f"noise-{eta}.json"


def points(request: Request) -> list[Point]:
    n = request.size(SIZE)
    tests = {result_name(eta): ["test", "NETWORK", "--noise", str(eta), "--trials", "20", "--output", "RESULT"]
             for eta in NOISES}
    return [request.point(f"{rule}-trained-{eta}-{seed}", {"network.neurons": n, "learning.rule": rule,
                                                           "run.seed": seed, "network.noise": eta,
                                                           "run.train_trials": 100}, tests)
            for seed in request.seeds for rule in RULES for eta in TRAINED]


def rows(points: Sequence[Point]) -> list[Row]:
    return [dict(rule=p.settings["learning.rule"], trained_noise=p.settings["network.noise"],
                 noise=eta, seed=p.settings["run.seed"], error=p.test_result("error", result_name(eta)))
            for p in points for eta in NOISES]


def figure(rows: Sequence[Row], folder: pathlib.Path) -> Any:
    figure, axes = plt.subplots(figsize=(6, 4.2), constrained_layout=True)
    for style, (rule, eta) in zip(SERIES, [(rule, eta) for rule in RULES for eta in TRAINED]):
        chosen = [dict(r, noise=r["noise"] or PLACE_OF_ZERO) for r in rows
                  if r["rule"] == rule and r["trained_noise"] == eta]
        trained = f"with $\\eta$ = {eta}" if eta else "without noise"
        plot_quartiles(axes, chosen, "noise", "error", f"{RULES[rule]}, trained {trained}", style)
    axes.set(xscale="log", yscale="log", xlabel=r"noise strength $\eta$ in the test (1/s)",
             ylabel="test error (no unit)", title="Oscillation with noise: median and quartiles over networks")
    set_ticks(axes, [PLACE_OF_ZERO] + NOISES[1:], ["0"] + [f"{eta:g}" for eta in NOISES[1:]])
    axes.legend(frameon=False, fontsize=8)
    return figure


STUDY = Study(points, rows, figure)
