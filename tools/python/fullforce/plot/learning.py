"""The error over training, and that of held-out trials beside it."""
from __future__ import annotations

import math
import os
import pathlib
from typing import Any, Mapping, Optional, Sequence

import numpy as np

from .. import style
from ..content import read_content
from ..errors import InputError
from ..style import plt
from ..text_files import read_metrics

MANY_TRIALS = 60  # from where on a running median is drawn over the errors of single trials
WINDOWS = 30  # of the running median, in a run


def learning_curve(source: Any, *, held_out: Optional[float] = None) -> Any:
    """The errors of training trials, and the error of the test beside them.

    `source`: the folder of a run, a metrics.csv, an estimator, errors [trials], or pairs (trial, error).
    `held_out` is the error of a test; by default that of the folder's summary.json. Returns a figure.
    """
    figure, axes = plt.subplots(figsize=(8, 3.4), constrained_layout=True)
    folder = folder_of(source)
    metrics = read_metrics(metrics_path(folder)) if folder is not None else pairs(source)
    tests = test_of(folder) if folder is not None and held_out is None else {}
    draw_learning(axes, metrics, {"test": held_out} if held_out is not None else tests)
    return figure


def folder_of(source: Any) -> Optional[pathlib.Path]:
    """The folder of a run, or a file in it; that of an estimator is its attribute `output_`."""
    source = getattr(source, "output_", source)
    return pathlib.Path(source) if isinstance(source, (str, os.PathLike)) else None


def metrics_path(path: pathlib.Path) -> pathlib.Path:
    return path / "metrics.csv" if path.is_dir() else path


def pairs(source: Any) -> list[tuple[int, float]]:
    """Numbers of trials and their errors, from errors [trials] or pairs [trials, 2]."""
    try:
        values = np.asarray(source, dtype=float)
    except (TypeError, ValueError):
        values = np.zeros((0, 0))
    if values.ndim == 1:
        values = np.stack([np.arange(1, len(values) + 1), values], axis=1)
    if values.ndim != 2 or values.shape[1] != 2:
        raise InputError(f"{type(source).__name__} is no learning curve (give the folder of a run, a metrics.csv, "
                         "errors [trials], or pairs (trial, error))")
    return [(int(trial), float(error)) for trial, error in values]


def test_of(folder: pathlib.Path) -> dict[str, float]:
    """The error of the test of a run under the name of its trials; empty before the run is finished."""
    path = folder / "summary.json"
    if not path.exists():
        return {}
    test = read_content(path, "a summary of fullforce train").part("test")
    error = test.number_or_none("error")
    return {} if error is None else {f"test, {test['trials_of']}" if "trials_of" in test else "test": error}


def draw_learning(axes: Any, metrics: Sequence[tuple[int, float]], tests: Mapping[str, float]) -> None:
    """The error over training trials, with a line for each test."""
    good = sorted((trial, error) for trial, error in metrics if math.isfinite(error) and error > 0)
    axes.set_title("Learning curve", loc="left")
    axes.set_xlabel("training trial (number)")
    axes.set_ylabel("error (no unit)")
    if good:
        draw_errors(axes, *np.array(good).T)
    else:
        axes.text(0.5, 0.5, "no training trial has ended", ha="center", va="center", transform=axes.transAxes)
    for name, error in tests.items():
        axes.axhline(error, color=style.VERMILION, linestyle="--", linewidth=1.4, label=f"{name}: {error:.3g}")
    if good or tests:
        axes.legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncol=3, fontsize=8, frameon=False)


def draw_errors(axes: Any, trials: np.ndarray, errors: np.ndarray) -> None:
    """The error of each trial; of many a running median over them."""
    color = style.NETWORKS["network"].color
    many = len(trials) > MANY_TRIALS
    axes.semilogy(trials, errors, color=color, linewidth=0.7 if many else 1.2, alpha=0.4 if many else 1,
                  marker=None if many else "o", markersize=3, label="training trials")
    if many:
        half = max(1, len(trials) // (2 * WINDOWS))
        middle = [np.median(errors[max(0, k - half):k + half + 1]) for k in range(len(errors))]
        axes.semilogy(trials, middle, color=color, linewidth=1.8, label=f"median of {2 * half + 1} trials")
    axes.grid(True, which="major", color=style.GRID)
