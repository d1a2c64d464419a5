#!/usr/bin/python3
"""The paper's results, each a study of many runs: trains what is missing, then draws a figure with its data beside it.

study.py STUDY [--output DIR] [--seeds n] [--set section.key=value]... [--minutes m] [--jobs n] [--ranks r] [--sizes N,N,...]
                [--program PATH] [--figures] [--slurm [SBATCH_OPTION]...]

STUDY: neurons (test error against N, both rules), noise (in training and test), spectra (eigenvalues and principal
components), hints (ready-set-go with and without), comparison (delayed comparison with and without), streams, precision (single
against double), lyapunov (random networks against theory). A point is a folder of DIR (default runs/STUDY); finished ones are skipped, interrupted
ones go on. --minutes starts nothing after that time, --figures nothing at all. --slurm submits what is missing as an array of
jobs/sweep.sbatch, with the options behind it; run the study again afterwards for the tests and the figure. Exit code 75: points are
missing still (the figure shows what is there), 2: a wrong input, 1: a point failed.
"""
import argparse
import concurrent.futures
import csv
import dataclasses
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

try:
    import h5py
    import matplotlib
    import numpy as np

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
except ImportError as error:
    print(f"study.py: error: {error} (run it with /usr/bin/python3, after tools/install-dependencies.sh)", file=sys.stderr)
    sys.exit(2)

# Okabe and Ito's colours, which stay apart for colour-blind readers; series differ in marker and line style too.
STYLES = [dict(color="#0072B2", marker="o", linestyle="-"), dict(color="#D55E00", marker="s", linestyle="--"),
          dict(color="#009E73", marker="^", linestyle="-."), dict(color="#CC79A7", marker="D", linestyle=":"),
          dict(color="#E69F00", marker="v", linestyle="-"), dict(color="#56B4E9", marker="P", linestyle="--")]
RULES = {"full-force": "full-FORCE", "force": "FORCE"}
TOOLS = pathlib.Path(__file__).resolve().parent


class StudyError(Exception):
    """What is wrong, for the user; `code` is the exit code."""

    def __init__(self, message, code=2):
        super().__init__(message)
        self.code = code


@dataclasses.dataclass
class Point:
    """A run and what is done with its network: `after` maps the name of a result file (in the point's folder) to arguments of fullforce,
    in which NETWORK and RESULT stand for the files."""

    name: str
    settings: dict
    after: dict = dataclasses.field(default_factory=dict)

    def finished(self, folder):
        return (folder / self.name / "summary.json").exists() and all(self.has(folder, f) for f in self.after)

    def has(self, folder, name):
        """A result; `fullforce analyze` writes a JSON file beside its own."""
        path = folder / self.name / name
        return path.exists() and (self.after[name][0] != "analyze" or path.with_suffix(".json").exists())


# ---- the studies: their points and their figures ----

def neurons_points(o):
    sizes = o.sizes or [50, 100, 150, 200, 300, 400, 600, 800]
    return [Point(f"{rule}-{n}-{seed}", {"network.neurons": n, "learning.rule": rule, "run.seed": seed, "run.train_trials": 100})
            for n in sizes for seed in o.seed_list for rule in RULES]


def neurons_rows(points, folder):
    return [dict(rule=p.settings["learning.rule"], neurons=p.settings["network.neurons"], seed=p.settings["run.seed"],
                 error=summary(folder, p)["test"]["error"]) for p in points]


def neurons_figure(rows, folder):
    figure, axes = plt.subplots(figsize=(6, 4.2), layout="constrained")
    for style, (rule, label) in zip(STYLES, RULES.items()):
        quartiles(axes, [r for r in rows if r["rule"] == rule], "neurons", "error", label, style)
    axes.axhline(1e-2, color="0.6", linewidth=0.8, zorder=0)
    axes.set(xscale="log", yscale="log", xlabel="neurons N (number)", ylabel="test error (no unit)",
             title="Oscillation: median and quartiles over networks")
    sizes = sorted({r["neurons"] for r in rows})
    axes.set_xticks(sizes, sizes)
    axes.minorticks_off()
    axes.legend(frameon=False)
    return figure


NOISES = [0.0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.1]  # of the tests
TRAINED = (0.0, 0.001)


def noise_points(o):
    """At a size at which both rules work without noise."""
    n = (o.sizes or [600])[0]
    tests = {f"noise-{eta}.json": ["test", "NETWORK", "--noise", str(eta), "--trials", "20", "--output", "RESULT"] for eta in NOISES}
    return [Point(f"{rule}-trained-{eta}-{seed}", {"network.neurons": n, "learning.rule": rule, "run.seed": seed, "network.noise": eta,
                                                   "run.train_trials": 100}, tests)
            for seed in o.seed_list for rule in RULES for eta in TRAINED]


def noise_rows(points, folder):
    return [dict(rule=p.settings["learning.rule"], trained_noise=p.settings["network.noise"], seed=p.settings["run.seed"], noise=eta,
                 error=result(folder, p, f"noise-{eta}.json")["test"]["error"]) for p in points for eta in NOISES]


def noise_figure(rows, folder):
    figure, axes = plt.subplots(figsize=(6, 4.2), layout="constrained")
    for style, (rule, eta) in zip(STYLES, [(r, e) for r in RULES for e in TRAINED]):
        chosen = [dict(r, noise=r["noise"] or NOISES[1] / 10) for r in rows if r["rule"] == rule and r["trained_noise"] == eta]
        quartiles(axes, chosen, "noise", "error", f"{RULES[rule]}, trained " + (f"with $\\eta$ = {eta}" if eta else "without noise"), style)
    axes.set(xscale="log", yscale="log", xlabel=r"noise strength $\eta$ in the test (no unit)", ylabel="test error (no unit)",
             title="Oscillation with noise: median and quartiles over networks")
    axes.set_xticks([NOISES[1] / 10] + NOISES[1:], ["0"] + [f"{eta:g}" for eta in NOISES[1:]])
    axes.minorticks_off()
    axes.legend(frameon=False, fontsize=8)
    return figure


def spectra_points(o):
    n = (o.sizes or [300])[0]
    after = {"analysis.h5": ["analyze", "NETWORK", "--eigenvalues", "--pca", "--output", "RESULT"]}
    return [Point(f"full-force-{seed}", {"network.neurons": n, "run.seed": seed, "run.train_trials": 200}, after) for seed in o.seed_list]


def spectra_rows(points, folder):
    rows = []
    for p in points:
        found = result(folder, p, "analysis.json")
        rows += [dict(seed=p.settings["run.seed"], network=which, spectral_radius=found["eigenvalues"][which]["spectral_radius"],
                      rightmost=found["eigenvalues"][which]["rightmost"], participation_ratio=found["pca"][which]["participation_ratio"],
                      dimension_90=found["pca"][which]["dimension_90"], median_rate_correlation=found["rate_correlation"]["median"])
                 for which in ("network", "target")]
    return rows


WHICH = {"network": ("task-performing network, J", STYLES[0]), "target": ("target-generating network, J$_D$", STYLES[1])}


def spectra_figure(rows, folder):
    figure, (spectrum, variances, correlations) = plt.subplots(1, 3, figsize=(12, 4), layout="constrained")
    first = next(iter(sorted(folder.glob("*/analysis.h5"))))
    with h5py.File(first) as f:
        for which, (label, style) in WHICH.items():
            values = f[f"eigenvalues/{which}"][()]
            spectrum.plot(*values.T, style["marker"], color=style["color"], markersize=3, fillstyle="none", label=label)
            shares = f[f"pca/{which}/variances"][()]
            shown = (shares / shares.sum())[:100]
            variances.semilogy(np.arange(1, len(shown) + 1), shown, color=style["color"], linestyle=style["linestyle"], label=label)
        values = f["activity/correlations"][()]
        values = values[np.isfinite(values)]
        correlations.hist(values, bins=np.linspace(np.floor(values.min() * 100) / 100, 1, 41), color=STYLES[0]["color"])
    circle = np.exp(1j * np.linspace(0, 2 * np.pi, 200)) * 1.5
    spectrum.plot(circle.real, circle.imag, color="0.5", linewidth=0.8, label="|z| = 1.5")
    spectrum.set(xlabel="real part (no unit)", ylabel="imaginary part (no unit)", title="Eigenvalues", aspect="equal")
    spectrum.legend(frameon=False, fontsize=7, loc="upper left", bbox_to_anchor=(0, -0.15))
    variances.set(xlabel="principal component (number)", ylabel="share of variance (no unit)", title="Activity of both networks", ylim=(1e-9, 1))
    variances.legend(frameon=False, fontsize=7)
    correlations.set(xlabel="correlation with the target's rate (no unit)", ylabel="neurons (number)", title="Rates of single neurons")
    return figure


def hints_points(o, task="ready-set-go"):
    n = (o.sizes or [1000])[0]
    after = {"analysis.h5": ["analyze", "NETWORK", "--pca", "--trials", "20", "--output", "RESULT"],
             "recording.h5": ["test", "NETWORK", "--trials", "5", "--record", "RESULT"]}
    settings = {"task.name": task, "network.neurons": n, "learning.update_probability": 1.0, "run.train_trials": 1000, "run.test_trials": 500}
    return [Point(f"{'hint' if hint else 'no-hint'}-{seed}", dict(settings, **{"task.hint": hint, "run.seed": seed}), after)
            for seed in o.seed_list for hint in (True, False)]


def comparison_points(o):
    return hints_points(o, "delayed-comparison")


def hints_rows(points, folder):
    rows = []
    for p in points:
        test = summary(folder, p)["test"]
        found = result(folder, p, "analysis.json")["pca"]["network"]
        scores = {k: v for k, v in test.items() if k.startswith(("timing", "missed", "fraction"))}
        rows.append(dict(hint=p.settings["task.hint"], seed=p.settings["run.seed"], error=test["error"], **scores,
                         participation_ratio=found["participation_ratio"], dimension_90=found["dimension_90"]))
    return rows


def hints_figure(rows, folder):
    scores = [k for k in rows[0] if k in ("error", "timing_within_20_percent", "missed_responses", "fraction_correct", "participation_ratio")]
    labels = {"error": "test error (no unit)", "missed_responses": "trials without a response (fraction)", "fraction_correct": "fraction correct",
              "timing_within_20_percent": "responses within 20 % (fraction)", "participation_ratio": "participation ratio (no unit)"}
    figure, panels = plt.subplots(1, len(scores) + 1, figsize=(3 * len(scores) + 5, 3.6), layout="constrained",
                                  gridspec_kw=dict(width_ratios=[1] * len(scores) + [2]))
    for axes, score in zip(panels, scores):
        for k, (hint, style) in enumerate(zip((True, False), STYLES)):
            values = [r[score] for r in rows if r["hint"] == hint and r[score] is not None]
            axes.plot([k] * len(values), values, style["marker"], color=style["color"], fillstyle="none")
            if values:
                low, middle, high = np.percentile(values, [25, 50, 75])
                axes.plot([k - 0.25, k + 0.25], [middle] * 2, color=style["color"], linewidth=2)
                axes.fill_between([k - 0.25, k + 0.25], low, high, color=style["color"], alpha=0.2, linewidth=0)
        axes.set(ylabel=labels[score], xlim=(-0.5, 1.5))
        axes.set_ylim(0, 1.1 * axes.get_ylim()[1])
        axes.set_xticks([0, 1], ["hint", "no hint"])
    draw_trials(panels[-1], folder)
    return figure


def draw_trials(axes, folder):
    """One or two test trials of the first network of either kind."""
    for offset, (kind, style) in enumerate(zip(("hint", "no-hint"), STYLES)):
        for path in sorted(folder.glob(f"{kind}-*/recording.h5"))[:1]:
            with h5py.File(path) as f:
                end = f["trial_ends"][:2][-1]
                time = f["time"][:end]
                axes.plot(time, f["targets"][:end, 0] - 3 * offset, color="0.3", linewidth=1, linestyle=":", label="target" if not offset else None)
                axes.plot(time, f["outputs"][:end, 0] - 3 * offset, color=style["color"], linestyle=style["linestyle"], label=kind.replace("-", " "))
    axes.set(xlabel="time (s)", ylabel="output (no unit), stacked", title="Test trials")
    axes.set_yticks([])
    axes.legend(frameon=False, fontsize=8, loc="center left")


def streams_points(o):
    """Both tasks; ready-set-go learns at every step, as in its published demonstration."""
    tasks = {"oscillation": {"run.test_trials": 32}, "ready-set-go": {"learning.update_probability": 1.0, "run.test_trials": 64}}
    n = (o.sizes or [300])[0]
    return [Point(f"{task}-{b}-{seed}", {"task.name": task, "network.neurons": n, "run.streams": b, "run.seed": seed, "run.train_trials": 128,
                                         **settings})
            for task, settings in tasks.items() for seed in o.seed_list for b in (1, 4, 16, 32)]


def streams_rows(points, folder):
    return [dict(task=p.settings["task.name"], streams=p.settings["run.streams"], seed=p.settings["run.seed"],
                 error=summary(folder, p)["test"]["error"], samples_per_second=summary(folder, p)["performance"]["samples_per_second"])
            for p in points]


def streams_figure(rows, folder):
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
    for axes, column, label in zip(panels, ("error", "samples_per_second"), ("test error (no unit)", "samples per second (1/s)")):
        for style, task in zip(STYLES, sorted({r["task"] for r in rows})):
            quartiles(axes, [r for r in rows if r["task"] == task], "streams", column, task, style)
        axes.set(xscale="log", yscale="log", xlabel="streams (number)", ylabel=label)
        axes.set_xticks(sorted({r["streams"] for r in rows}), sorted({r["streams"] for r in rows}))
        axes.minorticks_off()
    panels[0].set_title("128 training trials, whatever the streams")
    panels[1].legend(frameon=False)
    return figure


PRECISIONS = ("double", "single")


def precision_points(o):
    n = (o.sizes or [300])[0]
    return [Point(f"{precision}-{b}-{seed}", {"network.neurons": n, "run.streams": b, "run.seed": seed, "run.train_trials": trials,
                                              "run.test_trials": 32, "learning.precision": precision})
            for b, trials in ((1, 60), (16, 128)) for seed in o.seed_list for precision in PRECISIONS]


def precision_rows(points, folder):
    return [dict(precision=p.settings["learning.precision"], streams=p.settings["run.streams"], seed=p.settings["run.seed"],
                 error=summary(folder, p)["test"]["error"]) for p in points]


def precision_figure(rows, folder):
    """A network in single precision against the same in double."""
    figure, axes = plt.subplots(figsize=(4.6, 4.2), layout="constrained")
    errors = {(r["precision"], r["streams"], r["seed"]): r["error"] for r in rows}
    for style, streams in zip(STYLES, sorted({r["streams"] for r in rows})):
        pairs = [(errors["double", b, s], errors["single", b, s]) for precision, b, s in errors
                 if precision == "double" and b == streams and errors[precision, b, s] is not None and errors.get(("single", b, s)) is not None]
        axes.plot(*np.transpose(pairs or [(np.nan, np.nan)]), style["marker"], color=style["color"], label=f"{streams} stream{'s' * (streams > 1)}")
    known = [e for e in errors.values() if e is not None] or [1.0]
    ends = [min(known) / 2, max(known) * 2]
    axes.plot(ends, ends, color="0.6", linewidth=0.8, zorder=0)
    axes.set(xscale="log", yscale="log", xlabel="test error in double precision (no unit)", ylabel="test error in single precision (no unit)", aspect="equal")
    axes.legend(frameon=False)
    return figure


def lyapunov_points(o):
    n = (o.sizes or [1000])[0]
    after = {"analysis.h5": ["analyze", "NETWORK", "--lyapunov", "4", "--autonomous", "--trials", "3", "--output", "RESULT"]}
    settings = {"network.neurons": n, "run.train_trials": 0, "run.init_trials": 1, "run.test_trials": 1}
    return [Point(f"gain-{gain}-{seed}", dict(settings, **{"network.gain": gain, "run.seed": seed}), after)
            for gain in (0.8, 1.0, 1.25, 1.5, 2.0, 3.0) for seed in o.seed_list]


def lyapunov_rows(points, folder):
    rows = []
    for p in points:
        found = result(folder, p, "analysis.json")["lyapunov"]["target"]
        if not found["exponents_per_second"]:
            raise StudyError(f"{folder / p.name}: its run is too short for Lyapunov exponents: they need 20 network.tau", code=1)
        tau = found["largest_times_tau"] / found["exponents_per_second"][0]
        rows.append(dict(gain=p.settings["network.gain"], seed=p.settings["run.seed"], exponent_times_tau=found["largest_times_tau"],
                         standard_error_times_tau=found["standard_errors"][0] * tau))
    return rows


def lyapunov_figure(rows, folder):
    figure, axes = plt.subplots(figsize=(6, 4.2), layout="constrained")
    quartiles(axes, rows, "gain", "exponent_times_tau", "random networks", STYLES[0])
    gains = np.array([1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0])
    axes.plot(gains, [mean_field_exponent(g) for g in gains], color=STYLES[1]["color"], linestyle="--", label="mean-field theory, N to infinity")
    axes.axhline(0, color="0.6", linewidth=0.8, zorder=0)
    axes.set(xlabel="gain g (no unit)", ylabel=r"largest Lyapunov exponent $\times\ \tau$ (no unit)", title="Chaos in random networks without input")
    axes.legend(frameon=False)
    return figure


def mean_field_exponent(g):
    """The largest exponent (times tau) of tanh networks for N to infinity, after Sompolinsky, Crisanti & Sommers (1988): the autocorrelation
    D(t) obeys D'' = D - g^2 <tanh tanh>, and the exponent is sqrt(1 - E) - 1, with E the lowest eigenvalue of
    -d^2/dt^2 + 1 - g^2 <tanh' tanh'>."""
    if g <= 1:
        return g - 1 if g < 1 else 0.0
    points, weights = np.polynomial.hermite_e.hermegauss(64)
    weights = weights / weights.sum()

    def product(f, D, D0):
        """<f(x) f(y)> for normal x, y of variance D0 and covariance D."""
        inner = f(np.sqrt(D) * points[:, None] + np.sqrt(max(D0 - D, 0)) * points) @ weights
        return weights @ inner**2

    log_cosh = lambda x: np.logaddexp(x, -x) - np.log(2)
    potential = lambda D, D0: -D * D / 2 + g * g * (product(log_cosh, D, D0) - product(log_cosh, 0, D0))
    low, high = 1e-6, g * g  # the variance D(0) at which D comes to rest at zero
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if potential(middle, middle) > 0 else (low, middle)
    # D falls from D(0) at the speed that its potential gives; in s, D = D(0) (1 - s^2), the time to reach it has no singularity.
    s = np.linspace(0, 1 - 1e-5, 2000)
    grid = low * (1 - s * s)
    slopes = np.array([product(lambda x: 1 - np.tanh(x)**2, D, low) for D in grid])
    force = g * g * product(np.tanh, low, low) - low
    speeds = np.sqrt(np.maximum(1e-30, -2 * np.array([potential(D, low) for D in grid[1:]])))
    pace = np.concatenate([[np.sqrt(2 * low / force)], 2 * low * s[1:] / speeds])
    times = np.concatenate([[0], np.cumsum((pace[1:] + pace[:-1]) / 2 * np.diff(s))])
    step = 0.02
    course = np.interp(np.arange(0, 40, step), times, grid)
    course = np.concatenate([course[:0:-1], course])
    diagonal = 2 / step**2 + 1 - g * g * np.interp(course, grid[::-1], slopes[::-1])
    return np.sqrt(1 - lowest_eigenvalue(diagonal, -1 / step**2)) - 1


def lowest_eigenvalue(diagonal, beside):
    """Of a symmetric tridiagonal matrix, by bisection with Sturm's count."""
    low, high = diagonal.min() - 2 * abs(beside), diagonal.min()
    for _ in range(60):
        middle, pivot, negative = (low + high) / 2, 1.0, False
        for d in diagonal:
            pivot = d - middle - beside * beside / pivot if pivot != 1.0 else d - middle
            if pivot <= 0:
                negative = True
                break
        low, high = (low, middle) if negative else (middle, high)
    return low


@dataclasses.dataclass
class Study:
    points: callable
    rows: callable
    figure: callable
    config: str = "[task]\nname = \"oscillation\"\n"
    seeds: int = 10


STUDIES = {"neurons": Study(neurons_points, neurons_rows, neurons_figure),
           "noise": Study(noise_points, noise_rows, noise_figure),
           "spectra": Study(spectra_points, spectra_rows, spectra_figure, seeds=1),
           "hints": Study(hints_points, hints_rows, hints_figure, seeds=3),
           "comparison": Study(comparison_points, hints_rows, hints_figure, seeds=3),
           "streams": Study(streams_points, streams_rows, streams_figure, seeds=5),
           "precision": Study(precision_points, precision_rows, precision_figure, seeds=5),
           "lyapunov": Study(lyapunov_points, lyapunov_rows, lyapunov_figure, seeds=3)}


# ---- results ----

def result(folder, point, name):
    return read_json(folder / point.name / name)


def read_json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StudyError(f"{path}: is damaged ({error}); remove it to make it again", code=1) from error


def summary(folder, point):
    return result(folder, point, "summary.json")


def quartiles(axes, rows, x, y, label, style):
    """Medians as a line, quartiles as a band, over what shares its x."""
    rows = [r for r in rows if r[y] is not None]
    places = sorted({r[x] for r in rows})
    if not places:
        return
    low, middle, high = np.transpose([np.percentile([r[y] for r in rows if r[x] == place], [25, 50, 75]) for place in places])
    axes.plot(places, middle, label=label, markersize=4, **style)
    axes.fill_between(places, low, high, color=style["color"], alpha=0.2, linewidth=0)


def write_figure(study, name, points, folder):
    done = [p for p in points if p.finished(folder)]
    if not done:
        print(f"{folder}: no point is finished, so there is no figure")
        return
    rows = study.rows(done, folder)
    with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    print_table(rows)
    figure = study.figure(rows, folder)
    for ending in ("png", "pdf"):
        figure.savefig(folder / f"{name}.{ending}", dpi=130)
    plt.close(figure)
    print(f"{folder}: {len(done)} of {len(points)} points in {name}.png, {name}.pdf and {name}.csv")


SETTINGS = ("rule", "neurons", "trained_noise", "noise", "network", "hint", "task", "streams", "precision", "gain")  # columns; the others are results


def print_table(rows):
    """Medians and quartiles over seeds of every number, a line for each setting."""
    settings = [k for k in rows[0] if k in SETTINGS]
    measured = [k for k in rows[0] if k not in SETTINGS and k != "seed"]
    for key in sorted({tuple(r[k] for k in settings) for r in rows}, key=str):
        chosen = [r for r in rows if tuple(r[k] for k in settings) == key]
        line = " ".join(f"{k}={v}" for k, v in zip(settings, key)) + f" n={len(chosen)}"
        for k in measured:
            values = [r[k] for r in chosen if r[k] is not None]
            if values:
                low, middle, high = np.percentile(values, [25, 50, 75])
                line += f"  {k} {middle:.3g} [{low:.3g}, {high:.3g}]"
        print(line)


# ---- running ----

def find_program(given):
    if given and not os.access(given, os.X_OK):
        raise StudyError(f"{given}: is not a program")
    for path in filter(None, (given, shutil.which("fullforce"), TOOLS.parent / "build" / "bin" / "fullforce",
                              TOOLS.parent.parent.parent / "bin" / "fullforce")):
        if os.access(path, os.X_OK):
            return str(pathlib.Path(path).resolve())
    raise StudyError("there is no program fullforce (build it, or give --program PATH)")


def settings_of(point):
    as_toml = lambda v: json.dumps(v)  # numbers, strings and booleans look the same
    return [f"{k}={as_toml(v)}" for k, v in point.settings.items()]


def remember_settings(points, folder, extra):
    """What each point of the folder is made with, so that no other study takes it for its own."""
    for key in (s.split("=")[0].strip() for s in extra):
        if key in ("network.neurons", "run.seed", "run.output") or len({p.settings.get(key) for p in points}) > 1:
            raise StudyError(f"--set {key}: is what the study itself sets")
    path = folder / "points.json"
    known = read_json(path) if path.exists() else {}
    for p in points:
        settings = sorted(settings_of(p) + extra)
        if known.setdefault(p.name, settings) != settings:
            raise StudyError(f"{folder / p.name}: was made with {' '.join(known[p.name])}, not with {' '.join(settings)}; give another --output")
    new = path.with_suffix(".json.new")
    new.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    new.replace(path)


def run_point(point, folder, config, command, extra):
    """Trains (or goes on training), then does what is to be done afterwards; what failed, or nothing, and the exit code."""
    home = folder / point.name
    steps = [] if (home / "summary.json").exists() else [
        (["train", config, "--output", home, "--quiet"] + [w for s in settings_of(point) + extra for w in ("--set", s)], None)]
    for name, words in point.after.items():
        if not point.has(folder, name):
            steps.append(([{"NETWORK": home / "network.h5", "RESULT": home / name}.get(w, w) for w in words], home / name))
    for words, _ in steps:
        done = subprocess.run(command + [str(w) for w in words], capture_output=True, text=True)
        if done.returncode not in (0, 75):
            return f"{point.name}: exit {done.returncode}: {done.stderr.strip()}", done.returncode
        if done.returncode == 75:
            break
    return None, 0


def run_points(points, folder, config, options):
    command = [find_program(options.program)]
    if options.ranks > 1:
        command = ["mpirun", "--oversubscribe", "-n", str(options.ranks)] + command
    end = time.monotonic() + 60 * options.minutes if options.minutes else float("inf")
    failures, codes = [], set()

    def go(point):
        if time.monotonic() > end or 2 in codes:  # a wrong input is wrong for all
            return
        start = time.monotonic()
        failure, code = run_point(point, folder, config, command, options.set)
        codes.add(code)
        print(failure or f"{point.name}: {time.monotonic() - start:.1f} s", flush=True)
        if failure:
            failures.append(failure)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(go, points))
    if failures:
        raise StudyError(f"{len(failures)} point{'s' * (len(failures) > 1)} failed, the first: {failures[0]}", code=2 if 2 in codes else 1)


def submit(points, folder, config, options):
    jobs = TOOLS.parent / "jobs"
    # A file of its own: tasks of an earlier array that still wait read theirs when they start.
    lines = next(path for k in itertools.count(1) if not (path := folder / f"sweep-{k}.txt").exists())
    lines.write_text("".join(" ".join([p.name] + [s.replace('"', "") for s in settings_of(p)]) + "\n" for p in points))
    command = ["sbatch", f"--array=1-{len(points)}", *options.slurm, str(jobs / "sweep.sbatch"), str(lines), str(config), str(folder)]
    command += [w for s in options.set for w in ("--set", s)]
    print(" ".join(command), flush=True)
    try:
        subprocess.run(command, check=True, env=dict(os.environ, FULLFORCE_JOBS=str(jobs)))
    except (OSError, subprocess.CalledProcessError) as error:
        raise StudyError(f"sbatch: {error}", code=1) from error


def positive(text):
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: must be at least 1")
    return int(text)


def sizes(text):
    return [positive(n) for n in text.split(",")]


def minutes(text):
    if not float(text) > 0:
        raise argparse.ArgumentTypeError(f"{text}: must be above 0")
    return float(text)


def main():
    parser = argparse.ArgumentParser(description="Run a study of many networks and draw its figure.", epilog=__doc__.split("\n\n")[2])
    parser.add_argument("study", choices=list(STUDIES))
    parser.add_argument("--output", metavar="DIR", help="default runs/STUDY")
    parser.add_argument("--seeds", type=positive, help="networks for each setting; seeds 1, 2, ...")
    parser.add_argument("--sizes", type=sizes, help="numbers of neurons: several for neurons, one for the others")
    parser.add_argument("--set", action="append", default=[], metavar="section.key=value", help="for all points; may be repeated")
    parser.add_argument("--minutes", type=minutes, help="start nothing after this time")
    parser.add_argument("--jobs", type=positive, default=1, help="points that run at once")
    parser.add_argument("--ranks", type=positive, default=1, help="ranks of each")
    parser.add_argument("--program", metavar="PATH", help="fullforce, if it is not found")
    parser.add_argument("--figures", action="store_true", help="draw what is there, run nothing")
    parser.add_argument("--slurm", nargs=argparse.REMAINDER, help="submit what is missing, with these options of sbatch")
    options = parser.parse_args()
    study = STUDIES[options.study]
    options.seed_list = list(range(1, (options.seeds or study.seeds) + 1))
    folder = pathlib.Path(options.output or f"runs/{options.study}")
    try:
        if options.sizes and len(options.sizes) > 1 and options.study != "neurons":
            raise StudyError(f"--sizes {','.join(map(str, options.sizes))}: the study {options.study} takes one size")
        points = study.points(options)
        missing = [p for p in points if not p.finished(folder)]
        if not options.figures:
            folder.mkdir(parents=True, exist_ok=True)
            remember_settings(points, folder, options.set)
        if missing and not options.figures:
            config = folder / "base.toml"
            config.write_text(study.config)
            if options.slurm is not None:
                submit(missing, folder, config, options)
                return 0
            run_points(missing, folder, config, options)
        write_figure(study, options.study, points, folder)
    except StudyError as error:
        print(f"study.py: error: {error}", file=sys.stderr)
        return error.code
    except OSError as error:
        print(f"study.py: error: {error}", file=sys.stderr)
        return 2
    return 0 if all(p.finished(folder) for p in points) else 75


if __name__ == "__main__":
    sys.exit(main())
