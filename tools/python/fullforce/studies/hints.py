"""Two studies of hints in training: ready-set-go and delayed comparison, with and without, and FORCE beside them."""
from __future__ import annotations

import functools
import pathlib
from typing import Any, Sequence

import numpy as np

from ..files.recording import read_recording
from ..points import Point
from ..style import DARK_TARGET, SERIES, ZERO_LINE, plt, quartiles, set_x_ticks
from .design import Request, Row, Study

LABELS = {"error": "test error (no unit)", "timing_within_20_percent": "responses within 20 % (fraction)",
          "missed_responses": "trials without a response (fraction)", "fraction_correct": "fraction correct",
          "participation_ratio": "participation ratio (no unit)", "speed": "mean speed of the rates (1/s)",
          "target_exponent_times_tau": "target network: exponent times tau"}


# What is trained, with its title in the figure. FORCE has no target-generating network to which a hint could be given.
KINDS = {"hint": "hint", "no-hint": "no hint", "force": "FORCE"}


# The hint of a task, and the settings in which its study differs from others.
TASKS: dict[str, tuple[str, dict[str, Any]]] = {
    "ready-set-go": ("phase", {"network.output_gain": 2.0}),
    "delayed-comparison": ("published", {}),
}


def points(task: str, request: Request) -> list[Point]:
    after = {"analysis.h5": ["analyze", "NETWORK", "--pca", "--trials", "20", "--output", "RESULT"],
             "lyapunov.h5": ["analyze", "NETWORK", "--lyapunov", "1", "--trials", "10", "--output", "RESULT"],
             "recording.h5": ["test", "NETWORK", "--trials", "5", "--record", "RESULT"]}
    settings = {"task.name": task, "network.neurons": request.size(1000), "learning.update_probability": 1.0,
                "learning.precision": "mixed", "run.streams": 16, "run.init_trials": 2, "run.train_trials": 320,
                "run.test_trials": 160, **TASKS[task][1]}
    differences = {"hint": {"task.hint": TASKS[task][0]}, "no-hint": {"task.hint": "none"},
                   "force": {"task.hint": "none", "learning.rule": "force"}}
    return [request.point(f"{kind}-{seed}", {**settings, **differences[kind], "run.seed": seed}, after)
            for seed in request.seeds for kind in KINDS]


def rows(points: Sequence[Point]) -> list[Row]:
    return [row(p) for p in points]


def row(point: Point) -> Row:
    """Test error, the scores of the task, and what the activity is like."""
    test, pca = point.summary().part("test"), point.result("analysis.json").part("pca").part("network")
    exponents = point.result("lyapunov.json").part("lyapunov")
    names = [name for name, _ in test.items() if name.startswith(("timing", "missed", "fraction"))]
    scores = {name: test.number_or_none(name) for name in ["error", *names]}
    return dict(kind=point.folder.name.rpartition("-")[0], seed=point.settings["run.seed"], **scores,
                participation_ratio=pca.number("participation_ratio"), dimension_90=pca.number("dimension_90"),
                speed=mean_speed(point.folder / "recording.h5"),
                exponent_times_tau=exponents.part("network").number("largest_times_tau"),
                target_exponent_times_tau=exponents.part("target").number("largest_times_tau"))


def mean_speed(path: pathlib.Path) -> float:
    """How fast rates change along the recorded trials: the mean over steps of |dr/dt| / sqrt(n) of n neurons, in 1/s."""
    recording = read_recording(path)
    rates, time = recording["rates"], recording["time"]
    inside = np.setdiff1d(np.arange(len(time) - 1), recording["trial_ends"] - 1)  # steps within a trial
    steps = rates[inside + 1] - rates[inside]
    return float(np.mean(np.sqrt(np.mean(steps**2, axis=1))) / (time[1] - time[0]))


def figure(rows: Sequence[Row], folder: pathlib.Path) -> Any:
    """The scores in two lines of panels, and test trials on their right."""
    scores = [name for name in rows[0] if name in LABELS]
    columns = (len(scores) + 1) // 2
    figure = plt.figure(figsize=(3 * columns + 5, 7), constrained_layout=True)
    grid = figure.add_gridspec(2, columns + 1, width_ratios=[1] * columns + [1.7])
    for k, score in enumerate(scores):
        draw_score(figure.add_subplot(grid[k // columns, k % columns]), rows, score)
    draw_trials(figure.add_subplot(grid[:, -1]), folder)
    return figure


def draw_score(axes: Any, rows: Sequence[Row], score: str) -> None:
    """A column of the table: a mark for each network, median and quartiles, for each kind of network."""
    for k, (kind, style) in enumerate(zip(KINDS, SERIES)):
        values = [r[score] for r in rows if r["kind"] == kind and r[score] is not None]
        axes.plot([k] * len(values), values, style["marker"], color=style["color"], fillstyle="none")
        if values:
            low, middle, high = quartiles(values)
            ends = [k - 0.25, k + 0.25]
            axes.plot(ends, [middle] * 2, color=style["color"], linewidth=2)
            axes.fill_between(ends, low, high, color=style["color"], alpha=0.2, linewidth=0)
    axes.set(ylabel=LABELS[score], xlim=(-0.5, len(KINDS) - 0.5))
    known = [0.0, *(r[score] for r in rows if r[score] is not None)]
    margin = 0.08 * (max(known) - min(known)) or 0.1
    axes.set_ylim(min(known) - margin, max(known) + margin)
    axes.axhline(0.0, **ZERO_LINE)
    set_x_ticks(axes, range(len(KINDS)), list(KINDS.values()))


def draw_trials(axes: Any, folder: pathlib.Path) -> None:
    """One or two test trials of the first network of each kind."""
    for offset, (kind, style) in enumerate(zip(KINDS, SERIES)):
        for path in sorted(folder.glob(f"{kind}-*/recording.h5"))[:1]:
            recording = read_recording(path)
            end = int(recording["trial_ends"][:2][-1])
            time = recording["time"][:end]
            target, output = (recording[name][:end, 0] - 3 * offset for name in ("targets", "outputs"))
            axes.plot(time, target, color=DARK_TARGET, linewidth=1, linestyle=":", label=None if offset else "target")
            axes.plot(time, output, color=style["color"], linestyle=style["linestyle"], label=KINDS[kind])
    axes.set(xlabel="time (s)", ylabel="output (no unit), stacked", title="Test trials")
    axes.set_yticks([])
    axes.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.1), ncol=4)


HINTS = Study(functools.partial(points, "ready-set-go"), rows, figure, seeds=5)
COMPARISON = Study(functools.partial(points, "delayed-comparison"), rows, figure, seeds=5)
