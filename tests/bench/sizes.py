#!/usr/bin/env python3
"""Measures time of a sample and memory against the number of neurons, dense and low-rank.

    sizes.py BENCH_STEP [--output PNG] [--tiny]

It makes a table, a CSV and a figure. Networks have single precision and 16 streams, and every stream learns at every
step. Low-rank ones have rank 256, and 50 inputs a neuron in the target-generating network. The default sizes go up to a
million neurons and take about 2 minutes; the largest ones take 4 GB. Dense ones end where memory for N^2 numbers does.
The CSV stands beside the figure.
"""
import argparse
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/python"))

from fullforce.running import run_for_json  # noqa: E402
from fullforce.style import SERIES, plt, save  # noqa: E402
from fullforce.text_files import write_table  # noqa: E402

SIZES = {"dense": [1000, 2000, 4000, 8000, 16000], "low-rank": [1000, 3000, 10000, 30000, 100000, 300000, 1000000]}
OPTIONS = {"dense": [], "low-rank": ["--max-rank", 256, "--in-degree", 50]}
STREAMS = 16


def measure(program, features, neurons, seconds):
    """Returns the row of one size."""
    command = [program, "--neurons", neurons, "--streams", STREAMS, "--precision", "single", "--seconds", seconds,
               "--bytes", 1 << 20, *OPTIONS[features]]
    point = run_for_json(command)["points"][0]
    return {"features": features, "neurons": neurons, "ms_per_sample": 1e3 * point["seconds_per_sample"],
            "gigabytes": 1e-9 * point["peak_bytes"]}


def draw(rows, path):
    """Writes the figure."""
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), constrained_layout=True)
    labels = {"ms_per_sample": "time of a sample (ms)", "gigabytes": "memory (GB)"}
    for axes, (column, label) in zip(panels, labels.items()):
        for features, style in zip(SIZES, SERIES):
            chosen = [row for row in rows if row["features"] == features]
            places, values = ([row[name] for row in chosen] for name in ("neurons", column))
            axes.plot(places, values, label=features, markersize=5, **style)
        axes.set(xscale="log", yscale="log", xlabel="neurons N (number)", ylabel=label)
        axes.grid(alpha=0.3)
    panels[0].legend(frameon=False)
    cores = len(os.sched_getaffinity(0))
    figure.suptitle(f"Learning step, {STREAMS} streams, single precision, {cores} cores")
    save(figure, path, [path.suffix])


def main():
    parser = argparse.ArgumentParser(description="Measure and draw time and memory over the number of neurons.")
    parser.add_argument("bench_step")
    parser.add_argument("--output", default="sizes.png")
    parser.add_argument("--tiny", action="store_true", help="for a test of this script")
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.bench_step)
    seconds = 0.02 if arguments.tiny else 4.0
    rows = []
    print("features     neurons  ms/sample        GB")
    for features, sizes in SIZES.items():
        for neurons in [300, 400] if arguments.tiny else sizes:
            row = measure(program, features, neurons, seconds)
            rows.append(row)
            print(f"{features:9s} {neurons:10d} {row['ms_per_sample']:10.4f} {row['gigabytes']:9.3f}", flush=True)
    path = pathlib.Path(arguments.output)
    write_table(path.with_suffix(".csv"), rows)
    draw(rows, path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
