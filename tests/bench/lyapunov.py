#!/usr/bin/python3
"""Draws Lyapunov exponents of systems with known ones as they converge (PNG, PDF, and CSV beside them): a linear map and the Lorenz system, by the code that analyses networks.

    lyapunov.py BENCH_LYAPUNOV [--output PNG] [--steps n]
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
import numpy as np

TITLES = {"linear_map": ("Linear map", "steps (number)", "exponent (1/step)"), "lorenz": ("Lorenz system", "time (no unit)", "exponent (no unit)")}
STYLES = [dict(color="#0072B2", linestyle="-"), dict(color="#D55E00", linestyle="--"), dict(color="#009E73", linestyle="-.")]


def draw(found, path):
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
    for axes, (name, (title, time, label)) in zip(panels, TITLES.items()):
        system = found[name]
        for k, (style, curve, known) in enumerate(zip(STYLES, np.transpose(system["convergence"]), system["known"])):
            axes.plot(system["time"], curve, label=f"exponent {k + 1}: {round(system['exponents'][k], 3) + 0.0:.3f} (known: {known:.3f})", **style)
            axes.axhline(known, color="0.6", linewidth=0.8, zorder=0)
        axes.set(title=title, xlabel=time, ylabel=label, xscale="log")
        axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(0, 0.7))
    for ending in (".png", ".pdf"):
        figure.savefig(path.with_suffix(ending), dpi=130)
    with open(path.with_suffix(".csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["system", "time", "exponent", "estimate", "known"])
        for name, system in found.items():
            for time, estimates in zip(system["time"], system["convergence"]):
                writer.writerows([name, time, k + 1, e, known] for k, (e, known) in enumerate(zip(estimates, system["known"])))


def main():
    parser = argparse.ArgumentParser(description="Draw Lyapunov exponents of systems with known ones.")
    parser.add_argument("bench_lyapunov")
    parser.add_argument("--output", default="lyapunov_known.png")
    parser.add_argument("--steps", type=int, default=60000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "lyapunov.json"
        subprocess.run([os.path.abspath(arguments.bench_lyapunov), "--steps", str(arguments.steps), "--output", str(output)], check=True)
        found = json.loads(output.read_text(encoding="utf-8"))
    draw(found, pathlib.Path(arguments.output))
    for name, system in found.items():
        print(name, " ".join(f"{e:.4f} +- {s:.4f} (known {k:.4f})" for e, s, k in zip(system["exponents"], system["standard_errors"], system["known"])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
