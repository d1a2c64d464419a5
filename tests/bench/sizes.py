#!/usr/bin/python3
"""Time of a sample and memory against the number of neurons, dense and low-rank, measured; a table, CSV and figure.

    sizes.py BENCH_STEP [--output PNG] [--tiny]

Single precision, 16 streams, every stream learns at every step. Low-rank: rank 256, 50 inputs a neuron in the target-generating network. About 2 minutes
for the default sizes, up to a million neurons; the largest take 4 GB. Dense ones end where N^2 does. The CSV stands beside the figure.
"""
import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

SIZES = {"dense": [1000, 2000, 4000, 8000, 16000], "low-rank": [1000, 3000, 10000, 30000, 100000, 300000, 1000000]}
OPTIONS = {"dense": [], "low-rank": ["--max-rank", "256", "--in-degree", "50"]}
STYLES = {"dense": dict(color="#0072B2", marker="o", linestyle="-"), "low-rank": dict(color="#D55E00", marker="s", linestyle="--")}
STREAMS = 16


def measure(program, features, neurons, seconds):
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "step.json"
        command = [program, "--neurons", str(neurons), "--streams", str(STREAMS), "--precision", "single", "--seconds", str(seconds), "--bytes", str(1 << 20),
                   "--output", str(output), *OPTIONS[features]]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        point = json.loads(output.read_text(encoding="utf-8"))["points"][0]
    return {"features": features, "neurons": neurons, "ms_per_sample": 1e3 * point["seconds_per_sample"], "gigabytes": 1e-9 * point["peak_bytes"]}


def draw(rows, path):
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
    for axes, column, label in zip(panels, ("ms_per_sample", "gigabytes"), ("time of a sample (ms)", "memory (GB)")):
        for features, style in STYLES.items():
            chosen = [row for row in rows if row["features"] == features]
            axes.plot([row["neurons"] for row in chosen], [row[column] for row in chosen], label=features, markersize=5, **style)
        axes.set(xscale="log", yscale="log", xlabel="neurons N (number)", ylabel=label)
        axes.grid(alpha=0.3)
    panels[0].legend(frameon=False)
    figure.suptitle(f"Learning step, {STREAMS} streams, single precision, {len(os.sched_getaffinity(0))} cores")
    figure.savefig(path, dpi=130)


def main():
    parser = argparse.ArgumentParser(description="Measure and draw time and memory over the number of neurons.")
    parser.add_argument("bench_step")
    parser.add_argument("--output", default="sizes.png")
    parser.add_argument("--tiny", action="store_true", help="for a test of this script")
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.bench_step)
    rows = []
    print("features     neurons  ms/sample        GB")
    for features, sizes in SIZES.items():
        for neurons in [300, 400] if arguments.tiny else sizes:
            row = measure(program, features, neurons, 0.02 if arguments.tiny else 4.0)
            rows.append(row)
            print(f"{features:9s} {neurons:10d} {row['ms_per_sample']:10.4f} {row['gigabytes']:9.3f}", flush=True)
    path = pathlib.Path(arguments.output)
    with open(path.with_suffix(".csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    draw(rows, path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
