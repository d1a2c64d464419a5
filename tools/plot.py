#!/usr/bin/python3
"""A picture of a run: output against target, rates against target rates, learning curve.

plot.py RUN_DIR [--recording FILE] [--output PNG]

RUN_DIR is the output folder of `fullforce train`; the learning curve is its metrics.csv. The recording is what
`fullforce test --record FILE` wrote (default RUN_DIR/recording.h5, left out of the picture if that does not exist).
Exit code 2, with a message, when an input is missing or malformed.
"""
import argparse
import csv
import math
import pathlib
import sys

try:
    import h5py
    import matplotlib
    import numpy as np

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
except ImportError as error:
    print(f"plot.py: error: {error} (run it with /usr/bin/python3, after tools/install-dependencies.sh)", file=sys.stderr)
    sys.exit(2)

# Okabe and Ito's colours, which stay apart for colour-blind readers; target and network differ in line style too.
NETWORK, TARGET, INPUTS = "#0072B2", "#D55E00", ["#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
MAX_STEPS = 6000  # drawn: more would be a band of ink
MAX_NEURONS = 5


class InputError(Exception):
    """The message says what is wrong with which file."""


def read_recording(path):
    needed = ("time", "outputs", "targets", "inputs", "neurons", "rates", "trial_ends")
    try:
        with h5py.File(path, "r") as file:
            missing = [name for name in needed if name not in file]
            if missing:
                raise InputError(f"{path}: no dataset {', '.join(missing)} (is it a file of fullforce test --record?)")
            data = {name: file[name][()] for name in needed}
            data["target_rates"] = file["target_rates"][()] if "target_rates" in file else None
    except OSError as error:
        raise InputError(f"{path}: cannot be read as HDF5 ({error})") from error
    check_shapes(path, data)
    return data


def check_shapes(path, data):
    if data["time"].ndim != 1 or len(data["time"]) == 0:
        raise InputError(f"{path}: time has shape {data['time'].shape} (must be one number a step, at least one step)")
    steps, neurons = len(data["time"]), len(data["neurons"])
    for name in ("outputs", "targets", "inputs", "rates", "target_rates"):
        values = data[name]
        if values is None:
            continue
        width = neurons if name.endswith("rates") else None
        if values.ndim != 2 or len(values) != steps or (width is not None and values.shape[1] != width):
            raise InputError(f"{path}: {name} has shape {values.shape} (must be {steps} steps x {width or 'n'})")
    if data["outputs"].shape != data["targets"].shape:
        raise InputError(f"{path}: outputs {data['outputs'].shape} and targets {data['targets'].shape} differ in shape")


def shown_steps(data):
    """As many whole trials as can be drawn, at least (part of) one."""
    ends = [int(end) for end in data["trial_ends"] if 0 < end <= min(MAX_STEPS, len(data["time"]))]
    return ends[-1] if ends else min(MAX_STEPS, len(data["time"]))


def read_metrics(path):
    try:
        with open(path, newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = [name for name in ("trial", "error") if name not in (reader.fieldnames or [])]
            if missing:
                raise InputError(f"{path}: no column {', '.join(missing)} in its first line")
            rows = []
            for line, row in enumerate(reader, start=2):
                try:
                    rows.append((int(row["trial"]), float(row["error"])))
                except (TypeError, ValueError) as error:
                    raise InputError(f"{path}:{line}: {error}") from error
            return rows
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not text ({error.reason})") from error


def mark_trials(axes, data, steps):
    for end in data["trial_ends"]:
        if 0 < end < steps:
            axes.axvline(data["time"][end], color="0.85", linewidth=0.8, zorder=0)


def plot_outputs(axes, data, steps):
    time = data["time"][:steps]
    many = data["inputs"].shape[1] > 1
    for channel in range(data["inputs"].shape[1]):
        axes.plot(time, data["inputs"][:steps, channel], color=INPUTS[channel % len(INPUTS)], linewidth=0.8, alpha=0.8,
                  label=f"input {channel + 1}" if many else "input")
    for channel in range(data["outputs"].shape[1]):
        axes.plot(time, data["outputs"][:steps, channel], color=NETWORK, linewidth=1.6,
                  label="output" if channel == 0 else None)
        axes.plot(time, data["targets"][:steps, channel], color=TARGET, linewidth=1.2, linestyle="--",
                  label="target" if channel == 0 else None)
    axes.set_title("Output and target in the test", loc="left")
    axes.set_ylabel("output (no unit)")
    axes.set_xlabel("time (s)")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncols=6, fontsize=8, frameon=False)


def plot_rates(axes, data, steps):
    time = data["time"][:steps]
    chosen = range(min(MAX_NEURONS, len(data["neurons"])))
    for row, k in enumerate(chosen):
        axes.plot(time, data["rates"][:steps, k] - 2.4 * row, color=NETWORK, linewidth=1.4,
                  label="task-performing network" if row == 0 else None)
        if data["target_rates"] is not None:
            axes.plot(time, data["target_rates"][:steps, k] - 2.4 * row, color=TARGET, linewidth=1.0, linestyle="--",
                      label="target-generating network" if row == 0 else None)
    axes.set_yticks([-2.4 * row for row in chosen], [f"neuron {data['neurons'][k]}" for k in chosen])
    axes.set_title("Rates of single neurons (each from -1 to 1)", loc="left")
    axes.set_ylabel("rate (no unit), stacked")
    axes.set_xlabel("time (s)")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncols=2, fontsize=8, frameon=False)


def plot_learning(axes, rows):
    good = [(trial, error) for trial, error in rows if math.isfinite(error) and error > 0]
    axes.set_title("Learning curve", loc="left")
    axes.set_xlabel("training trial (number)")
    axes.set_ylabel("normalised squared error (no unit)")
    if not good:
        axes.text(0.5, 0.5, "no training trial has ended", ha="center", va="center", transform=axes.transAxes)
        return
    good.sort()
    trials, errors = np.array(good).T
    axes.semilogy(trials, errors, color=NETWORK, linewidth=1.2, marker="o" if len(good) < 50 else None, markersize=3)
    axes.grid(True, which="major", color="0.9")


def make_figure(recording, rows):
    heights = [2.4, 3.4, 2.4] if recording else [3.0]
    figure, panels = plt.subplots(len(heights), 1, figsize=(9, sum(heights) + 1), squeeze=False,
                                  gridspec_kw={"height_ratios": heights}, layout="constrained")
    panels = panels[:, 0]
    if recording:
        steps = shown_steps(recording)
        plot_outputs(panels[0], recording, steps)
        plot_rates(panels[1], recording, steps)
        for axes in panels[:2]:
            mark_trials(axes, recording, steps)
            axes.margins(x=0)
    plot_learning(panels[-1], rows)
    return figure


def run(arguments):
    folder = pathlib.Path(arguments.run)
    if not folder.is_dir():
        raise InputError(f"{folder}: is not a folder (give the output folder of fullforce train)")
    path = pathlib.Path(arguments.recording) if arguments.recording else folder / "recording.h5"
    rows = read_metrics(folder / "metrics.csv")
    recording = read_recording(path) if arguments.recording or path.exists() else None
    output = pathlib.Path(arguments.output) if arguments.output else folder / "figure.png"
    try:
        # Without a format matplotlib adds an ending to a name that has none.
        make_figure(recording, rows).savefig(output, dpi=150, format=None if output.suffix else "png")
    except (OSError, ValueError) as error:
        raise InputError(f"{output}: cannot be written ({error})") from error
    print(f"{output}: written" + ("" if recording else " (learning curve only: there is no recording)"))


def main():
    parser = argparse.ArgumentParser(description="Draw a run: output and target, rates, learning curve.")
    parser.add_argument("run", metavar="RUN_DIR", help="output folder of fullforce train")
    parser.add_argument("--recording", metavar="FILE", help="file of fullforce test --record; default RUN_DIR/recording.h5")
    parser.add_argument("--output", metavar="PNG", help="default RUN_DIR/figure.png")
    try:
        run(parser.parse_args())
    except InputError as error:
        print(f"plot.py: error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
