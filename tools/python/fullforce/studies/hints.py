"""Two studies of hints in training: ready-set-go and delayed comparison, each with and without."""
from __future__ import annotations

import functools
import pathlib
from typing import Any, Sequence

from ..files.recording import read_recording
from ..points import Point
from ..style import DARK_TARGET, SERIES, plt, quartiles, set_x_ticks
from .design import Request, Row, Study

LABELS = {"error": "test error (no unit)", "timing_within_20_percent": "responses within 20 % (fraction)",
          "missed_responses": "trials without a response (fraction)", "fraction_correct": "fraction correct",
          "participation_ratio": "participation ratio (no unit)"}


def points(task: str, request: Request) -> list[Point]:
    after = {"analysis.h5": ["analyze", "NETWORK", "--pca", "--trials", "20", "--output", "RESULT"],
             "recording.h5": ["test", "NETWORK", "--trials", "5", "--record", "RESULT"]}
    settings = {"task.name": task, "network.neurons": request.size(1000), "learning.update_probability": 1.0,
                "run.train_trials": 1000, "run.test_trials": 500}
    return [request.point(f"{'hint' if hint else 'no-hint'}-{seed}",
                          {**settings, "task.hint": hint, "run.seed": seed}, after)
            for seed in request.seeds for hint in (True, False)]


def rows(points: Sequence[Point]) -> list[Row]:
    return [row(p) for p in points]


def row(point: Point) -> Row:
    """Test error, the scores of the task, and dimensions of the activity."""
    test, pca = point.summary().part("test"), point.result("analysis.json").part("pca").part("network")
    names = [name for name, _ in test.items() if name.startswith(("timing", "missed", "fraction"))]
    scores = {name: test.number_or_none(name) for name in ["error", *names]}
    return dict(hint=point.settings["task.hint"], seed=point.settings["run.seed"], **scores,
                participation_ratio=pca.number("participation_ratio"), dimension_90=pca.number("dimension_90"))


def figure(rows: Sequence[Row], folder: pathlib.Path) -> Any:
    scores = [name for name in rows[0] if name in LABELS]
    figure, panels = plt.subplots(1, len(scores) + 1, figsize=(3 * len(scores) + 5, 3.6), constrained_layout=True,
                                  gridspec_kw=dict(width_ratios=[1] * len(scores) + [2]))
    for axes, score in zip(panels, scores):
        draw_score(axes, rows, score)
    draw_trials(panels[-1], folder)
    return figure


def draw_score(axes: Any, rows: Sequence[Row], score: str) -> None:
    """A column of the table: a mark for each network, median and quartiles, with and without hints."""
    for k, (hint, style) in enumerate(zip((True, False), SERIES)):
        values = [r[score] for r in rows if r["hint"] == hint and r[score] is not None]
        axes.plot([k] * len(values), values, style["marker"], color=style["color"], fillstyle="none")
        if values:
            low, middle, high = quartiles(values)
            ends = [k - 0.25, k + 0.25]
            axes.plot(ends, [middle] * 2, color=style["color"], linewidth=2)
            axes.fill_between(ends, low, high, color=style["color"], alpha=0.2, linewidth=0)
    axes.set(ylabel=LABELS[score], xlim=(-0.5, 1.5))
    axes.set_ylim(0, 1.1 * axes.get_ylim()[1])
    set_x_ticks(axes, [0, 1], ["hint", "no hint"])


def draw_trials(axes: Any, folder: pathlib.Path) -> None:
    """One or two test trials of the first network of either kind."""
    for offset, (kind, style) in enumerate(zip(("hint", "no-hint"), SERIES)):
        for path in sorted(folder.glob(f"{kind}-*/recording.h5"))[:1]:
            recording = read_recording(path)
            end = int(recording["trial_ends"][:2][-1])
            time = recording["time"][:end]
            target, output = (recording[name][:end, 0] - 3 * offset for name in ("targets", "outputs"))
            axes.plot(time, target, color=DARK_TARGET, linewidth=1, linestyle=":", label=None if offset else "target")
            axes.plot(time, output, color=style["color"], linestyle=style["linestyle"], label=kind.replace("-", " "))
    axes.set(xlabel="time (s)", ylabel="output (no unit), stacked", title="Test trials")
    axes.set_yticks([])
    axes.legend(frameon=False, fontsize=8, loc="center left")


HINTS = Study(functools.partial(points, "ready-set-go"), rows, figure, seeds=3)
COMPARISON = Study(functools.partial(points, "delayed-comparison"), rows, figure, seeds=3)
