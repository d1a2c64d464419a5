"""The picture of a run: output against target, rates against target rates, learning curve."""
from __future__ import annotations

import argparse
import math
import pathlib
from typing import Any, Sequence

import numpy as np

from . import style
from .errors import Parser, ToolError
from .files.recording import Recording, read_recording
from .style import plt
from .text_files import read_metrics

NETWORK, TARGET = (style.NETWORKS[name].color for name in ("network", "target"))
INPUTS = [style.GREEN, style.PURPLE, style.ORANGE, style.SKY]
MAX_STEPS = 6000  # drawn: more would be a band of ink
MAX_NEURONS = 5
ROW = 2.4  # distance of stacked rates, each of which lies between -1 and 1


def shown_steps(data: Recording) -> int:
    """How many steps are drawn: as many whole trials as possible, or part of one that is too long."""
    most = min(MAX_STEPS, len(data["time"]))
    return max((int(end) for end in data["trial_ends"] if 0 < end <= most), default=most)


def mark_trials(axes: Any, data: Recording, steps: int) -> None:
    """A line at the start of each trial but the first."""
    for end in data["trial_ends"]:
        if 0 < end < steps:
            axes.axvline(data["time"][end], color=style.BORDER, linewidth=0.8, zorder=0)


def plot_outputs(axes: Any, data: Recording, steps: int) -> None:
    """Inputs, outputs and targets of the first steps over time."""
    time = data["time"][:steps]
    many = data["inputs"].shape[1] > 1
    for channel, signal in enumerate(data["inputs"][:steps].T):
        axes.plot(time, signal, color=INPUTS[channel % len(INPUTS)], linewidth=0.8, alpha=0.8,
                  label=f"input {channel + 1}" if many else "input")
    for channel, (output, target) in enumerate(zip(data["outputs"][:steps].T, data["targets"][:steps].T)):
        first = channel == 0
        axes.plot(time, output, color=NETWORK, linewidth=1.6, label="output" if first else None)
        axes.plot(time, target, color=TARGET, linewidth=1.2, linestyle="--", label="target" if first else None)
    axes.set_title("Output and target in the test", loc="left")
    axes.set_ylabel("output (no unit)")
    finish_time_axes(axes)


def plot_rates(axes: Any, data: Recording, steps: int) -> None:
    """Rates of the first few neurons in both networks over time, stacked."""
    shown = range(min(MAX_NEURONS, len(data["neurons"])))
    drawn = [("network", "rates", 1.4), ("target", "target_rates", 1.0)]
    for k in shown:
        for which, name, width in drawn:
            if data[name] is not None:
                look = style.NETWORKS[which]
                axes.plot(data["time"][:steps], data[name][:steps, k] - ROW * k, color=look.color, linewidth=width,
                          linestyle=look.line, label=look.label if k == 0 else None)
    style.set_y_ticks(axes, [-ROW * k for k in shown], [f"neuron {data['neurons'][k]}" for k in shown])
    axes.set_title("Rates of single neurons (each from -1 to 1)", loc="left")
    axes.set_ylabel("rate (no unit), stacked")
    finish_time_axes(axes, columns=2)


def finish_time_axes(axes: Any, columns: int = 6) -> None:
    """Names the time axis and puts the legend above the panel."""
    axes.set_xlabel("time (s)")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncol=columns, fontsize=8, frameon=False)


def plot_learning(axes: Any, metrics: Sequence[tuple[int, float]]) -> None:
    """The error over training trials."""
    good = sorted((trial, error) for trial, error in metrics if math.isfinite(error) and error > 0)
    axes.set_title("Learning curve", loc="left")
    axes.set_xlabel("training trial (number)")
    axes.set_ylabel("normalised squared error (no unit)")
    if not good:
        axes.text(0.5, 0.5, "no training trial has ended", ha="center", va="center", transform=axes.transAxes)
        return
    trials, values = np.array(good).T
    axes.semilogy(trials, values, color=NETWORK, linewidth=1.2, marker="o" if len(good) < 50 else None, markersize=3)
    axes.grid(True, which="major", color=style.GRID)


def make_figure(recording: Recording | None, metrics: Sequence[tuple[int, float]]) -> Any:
    """The picture of a run; without a recording the learning curve alone."""
    heights = [2.4, 3.4, 2.4] if recording else [3.0]
    figure, panels = plt.subplots(len(heights), 1, figsize=(9, sum(heights) + 1), squeeze=False,
                                  gridspec_kw={"height_ratios": heights}, constrained_layout=True)
    panels = panels[:, 0]
    if recording:
        steps = shown_steps(recording)
        plot_outputs(panels[0], recording, steps)
        plot_rates(panels[1], recording, steps)
        for axes in panels[:2]:
            mark_trials(axes, recording, steps)
            axes.margins(x=0)
    plot_learning(panels[-1], metrics)
    return figure


def draw(arguments: argparse.Namespace) -> int:
    """Draws what the options ask for."""
    folder = pathlib.Path(arguments.run)
    if not folder.is_dir():
        raise ToolError(f"{folder}: is not a folder (give the output folder of fullforce train)")
    path = pathlib.Path(arguments.recording) if arguments.recording else folder / "recording.h5"
    metrics = read_metrics(folder / "metrics.csv")
    recording = read_recording(path) if arguments.recording or path.exists() else None
    output = pathlib.Path(arguments.output) if arguments.output else folder / "figure.png"
    style.write(make_figure(recording, metrics), output, dpi=150)
    print(f"{output}: written" + ("" if recording else " (learning curve only: there is no recording)"))
    return 0


def parse() -> argparse.Namespace:
    """The options of the command line."""
    parser = Parser(description="Draw a run: output and target, rates, learning curve.")
    parser.add_argument("run", metavar="RUN_DIR", help="output folder of fullforce train")
    parser.add_argument("--recording", metavar="FILE",
                        help="file of fullforce test --record; default RUN_DIR/recording.h5")
    parser.add_argument("--output", metavar="PNG", help="default RUN_DIR/figure.png")
    return parser.parse_args()


def main() -> int:
    """Does the work of tools/plot.py, and returns its exit code."""
    return draw(parse())
