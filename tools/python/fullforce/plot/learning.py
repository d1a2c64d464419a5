"""Learning curves: the errors of training trials, and the test error."""
from __future__ import annotations

import math
import os
import pathlib
from typing import Any, Mapping, Optional, Sequence

import numpy as np

from .. import style
from ..content import read_content
from ..errors import InputError
from ..files.checked import is_one_number, shown
from ..style import plt
from ..text_files import Metric, read_metrics

MANY_TRIALS = 60  # from where on a running median is drawn over the errors of single trials
WINDOWS = 30  # of the running median, in a run
MAX_CONDITIONS = 12  # that are drawn apart


def learning_curve(source: Any, *, held_out: Optional[float] = None) -> Any:
    """Draws the errors of the training trials, and the test error as a line.

    `source` is the folder of a run, a metrics.csv, a FullForce, an array of errors [trials], or an array of
    pairs (trial, error). `held_out` is the test error; by default it is that of the folder's summary.json.
    Returns a figure.
    """
    if held_out is not None and not is_one_number(held_out):
        raise InputError(f"held_out = {shown(held_out)} (must be a number, the test error)")
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


def pairs(source: Any) -> list[Metric]:
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
    return [Metric(int(trial), float(error)) for trial, error in values]


def test_of(folder: pathlib.Path) -> dict[str, float]:
    """The error of the test of a run under the name of its trials; empty before the run is finished."""
    path = folder / "summary.json"
    if not path.exists():
        return {}
    test = read_content(path, "a summary of fullforce train").part("test")
    error = test.number_or_none("error")
    return {} if error is None else {f"test, {test['trials_of']}" if "trials_of" in test else "test": error}


def draw_learning(axes: Any, metrics: Sequence[Metric], tests: Mapping[str, float]) -> None:
    """The error over training trials, those of each condition in its colour, with a line for each test."""
    good = sorted(metric for metric in metrics if math.isfinite(metric.error) and metric.error > 0)
    axes.set_title("Learning curve", loc="left")
    axes.set_xlabel("training trial (number)")
    axes.set_ylabel("error (no unit)")
    draw_training(axes, good)
    for name, error in tests.items():
        axes.axhline(error, color=style.DARK_TARGET, linestyle="--", linewidth=1.4, label=f"{name}: {error:.3g}")
    labels = axes.get_legend_handles_labels()[1]
    if len(labels) > 3:
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=8, frameon=False)
    elif labels:
        axes.legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncol=3, fontsize=8, frameon=False)


def draw_training(axes: Any, metrics: Sequence[Metric]) -> None:
    """A curve for each condition; one for all trials where they have none, or too many to tell apart."""
    colors = style.colors_of([metric.condition for metric in metrics])
    if not metrics:
        axes.text(0.5, 0.5, "no training trial has ended", ha="center", va="center", transform=axes.transAxes)
    elif len(colors) == 1 or len(colors) > MAX_CONDITIONS:
        draw_errors(axes, metrics, style.NETWORKS["network"].color, "training trials")
    else:
        for condition, color in colors.items():
            draw_errors(axes, [metric for metric in metrics if metric.condition == condition], color, condition)


def draw_errors(axes: Any, metrics: Sequence[Metric], color: Any, name: str) -> None:
    """The error of each trial; of many a running median over them."""
    trials, errors = [metric.trial for metric in metrics], [metric.error for metric in metrics]
    half = len(trials) // (2 * WINDOWS) if len(trials) > MANY_TRIALS else 0
    axes.semilogy(trials, errors, color=color, linewidth=0.7 if half else 1.2, alpha=0.4 if half else 1,
                  marker=None if half else "o", markersize=3, label=None if half else name)
    if half:
        middle = [np.median(errors[max(0, k - half):k + half + 1]) for k in range(len(errors))]
        axes.semilogy(trials, middle, color=color, linewidth=1.8, label=f"{name}, median of {2 * half + 1}")
    axes.grid(True, which="major", color=style.GRID)
