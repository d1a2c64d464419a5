#!/usr/bin/env python3
"""Draws how the Lyapunov exponents of systems with known ones converge: of a linear map and of the Lorenz system.

    lyapunov.py BENCH_LYAPUNOV [--output PNG] [--steps n]

The exponents come from the code that analyses networks. PDF and CSV stand beside the PNG.
"""
import argparse
import os
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/python"))

from fullforce.running import run_for_json  # noqa: E402
from fullforce.style import CURVES, ZERO_LINE, plt, save  # noqa: E402
from fullforce.text_files import write_rows  # noqa: E402

TITLES = {"linear_map": ("Linear map", "steps (number)", "exponent (1/step)"),
          "lorenz": ("Lorenz system", "time (no unit)", "exponent (no unit)")}


def draw_system(axes, system, title, time, label):
    """Draws the estimates of each exponent over time, and the known one."""
    for k, (style, curve, known) in enumerate(zip(CURVES, np.transpose(system["convergence"]), system["known"])):
        found = round(system["exponents"][k], 3) + 0.0  # adding 0 turns -0.000 into 0.000
        axes.plot(system["time"], curve, label=f"exponent {k + 1}: {found:.3f} (known: {known:.3f})", **style)
        axes.axhline(known, **ZERO_LINE)
    axes.set(title=title, xlabel=time, ylabel=label, xscale="log")
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(0, 0.7))


def rows(found):
    """Returns a row for each system, time and exponent."""
    return [[name, time, k + 1, estimate, known] for name, system in found.items()
            for time, estimates in zip(system["time"], system["convergence"])
            for k, (estimate, known) in enumerate(zip(estimates, system["known"]))]


def draw(found, path):
    """Writes the figure and its data."""
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), constrained_layout=True)
    for axes, (name, texts) in zip(panels, TITLES.items()):
        draw_system(axes, found[name], *texts)
    save(figure, path)
    write_rows(path.with_suffix(".csv"), ["system", "time", "exponent", "estimate", "known"], rows(found))


def main():
    parser = argparse.ArgumentParser(description="Draw Lyapunov exponents of systems with known ones.")
    parser.add_argument("bench_lyapunov")
    parser.add_argument("--output", default="lyapunov_known.png")
    parser.add_argument("--steps", type=int, default=60000)
    arguments = parser.parse_args()
    found = run_for_json([os.path.abspath(arguments.bench_lyapunov), "--steps", arguments.steps])
    draw(found, pathlib.Path(arguments.output))
    for name, system in found.items():
        values = zip(system["exponents"], system["standard_errors"], system["known"])
        print(name, " ".join(f"{e:.4f} +- {s:.4f} (known {k:.4f})" for e, s, k in values))
    return 0


if __name__ == "__main__":
    sys.exit(main())
