#!/usr/bin/python3
"""One page about a run or a study: an HTML file with everything inside, for any browser, offline.

report.py RUN [--output HTML]

RUN is the output folder of `fullforce train`, or of tools/study.py. Of a run the page shows what summary.json and metrics.csv hold, and
more where these files are there too: recording.h5 (`fullforce test --record`), analysis.h5 (`fullforce analyze --output`). The page is
RUN/report.html unless --output says otherwise. Exit code 2, with a message, when an input is missing or malformed.
"""
import argparse
import base64
import csv
import html
import io
import json
import pathlib
import sys

import plot  # says what is missing, and exits

import h5py
import matplotlib.pyplot as plt
import numpy as np

BARS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#999999"]
WHICH = {"network": ("task-performing network", plot.NETWORK, "o", "-"), "target": ("target-generating network", plot.TARGET, "s", "--")}
STYLE = """
:root { color-scheme: light; } body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid #ccc; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .15rem .9rem .15rem 0; vertical-align: top; font-weight: normal; }
th { color: #555; } td { font-variant-numeric: tabular-nums; } .numbers td, .numbers th { text-align: right; }
.scores { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0; } .scores div { background: #f2f5f8; border-radius: 6px; padding: .5rem .9rem; }
.scores b { display: block; font-size: 1.25rem; } .warning { background: #fff3cd; padding: .5rem .9rem; border-radius: 6px; }
img { max-width: 100%; height: auto; } pre { background: #f6f6f6; padding: .7rem; overflow-x: auto; font-size: 12.5px; }
figcaption, .note { color: #555; font-size: .9rem; } figure { margin: 1rem 0; }
"""


def text(value):
    """A value as people read it, safe in HTML."""
    if value is None:
        return "none"
    if isinstance(value, bool) or not isinstance(value, float):
        return html.escape(str(value))
    return f"{value:.4g}"


def table(rows, numbers=False, head=None):
    parts = [f'<table{" class=numbers" if numbers else ""}>']
    if head:
        parts.append("<tr>" + "".join(f"<th>{text(cell)}</th>" for cell in head) + "</tr>")
    for row in rows:
        first, *rest = row
        parts.append(f"<tr><th>{text(first)}</th>" + "".join(f"<td>{text(cell)}</td>" for cell in rest) + "</tr>")
    return "".join(parts) + "</table>"


def picture(figure, alternative, caption=""):
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=130)
    plt.close(figure)
    return embedded(stream.getvalue(), alternative, caption)


def embedded(png, alternative, caption=""):
    data = base64.b64encode(png).decode()
    return (f'<figure><img alt="{html.escape(alternative)}" src="data:image/png;base64,{data}">'
            f"<figcaption>{html.escape(caption)}</figcaption></figure>")


def section(title, *parts):
    return f"<h2>{html.escape(title)}</h2>" + "".join(parts)


def read_json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise plot.InputError(f"{path}: {error.strerror} (is the run finished?)") from error
    except (ValueError, UnicodeDecodeError) as error:
        raise plot.InputError(f"{path}: is not JSON ({error})") from error


# ---- a run ----

def scores(summary):
    cells = [("test error", summary["test"]["error"]), ("test trials", summary["test"]["trials"])]
    cells += [(k.replace("_", " "), v) for k, v in summary["test"].items() if k not in ("trials", "steps", "seconds", "error")]
    cells += [("training", f'{summary["train"]["seconds"]:.4g} s'), ("samples per second", summary["performance"]["samples_per_second"])]
    return '<div class="scores">' + "".join(f"<div>{text(name)}<b>{text(value)}</b></div>" for name, value in cells) + "</div>"


def what_was_run(summary):
    names = ["task", "rule", "features", "neurons", "rank", "streams", "precision", "seed", "ranks", "threads"]
    rows = [(name, summary[name]) for name in names if name in summary]
    rows += [(f"training {name}", summary["train"][name]) for name in ("trials", "steps", "samples")]
    return section("What was run", table(rows))


def network_config(folder):
    path = folder / "network.h5"
    if not path.exists():
        return ""
    try:
        with h5py.File(path, "r") as file:
            return section("Configuration", f'<pre>{html.escape(str(file.attrs["config"]))}</pre>')
    except (OSError, KeyError) as error:
        raise plot.InputError(f"{path}: is not a network of fullforce, or is damaged ({error})") from error


def learning(folder):
    recording = folder / "recording.h5"
    data = plot.read_recording(recording) if recording.exists() else None
    figure = plot.make_figure(data, plot.read_metrics(folder / "metrics.csv"))
    note = "" if data else '<p class="note">For output and neurons against their targets: fullforce test NETWORK --record recording.h5.</p>'
    return section("Learning, output and neurons" if data else "Learning", picture(figure, "output, rates and learning curve"), note)


def analysis(folder):
    path = folder / "analysis.h5"
    if not path.exists():
        return section("Spectrum and activity", '<p class="note">Not analysed: fullforce analyze NETWORK --output analysis.h5.</p>')
    try:
        with h5py.File(path, "r") as file:
            found = json.loads(file.attrs["summary"])
            drawings = [draw for group, draw in (("eigenvalues", draw_eigenvalues), ("pca", draw_components), ("lyapunov", draw_exponents))
                        if group in file]
            figure, panels = plt.subplots(1, max(1, len(drawings)), figsize=(3.4 * max(1, len(drawings)), 3.4), squeeze=False,
                                          layout="constrained")
            for axes, draw in zip(panels[0], drawings):
                draw(axes, file)
    except (OSError, KeyError, ValueError) as error:
        raise plot.InputError(f"{path}: is not an analysis ({error})") from error
    return section("Spectrum and activity", picture(figure, "eigenvalues, principal components, Lyapunov exponents"), analysis_table(found))


def analysis_table(found):
    picks = [("eigenvalues", "spectral_radius"), ("eigenvalues", "rightmost"), ("pca", "participation_ratio"), ("pca", "dimension_90"),
             ("pca", "dimension_99"), ("lyapunov", "largest_times_tau"), ("lyapunov", "kaplan_yorke_dimension"), ("weights", "deviation")]
    rows = [(f"{name.replace('_', ' ')} ({group})", *(found[group][which][name] for which in WHICH)) for group, name in picks if group in found]
    if "rate_correlation" in found:
        rows.append(("median correlation of rates with their targets", found["rate_correlation"]["median"], ""))
    return table(rows, True, ["", *(label for label, *_ in WHICH.values())])


def draw_eigenvalues(axes, file):
    for which, (label, color, marker, _) in WHICH.items():
        axes.plot(*file[f"eigenvalues/{which}"][()].T, marker, color=color, markersize=3, fillstyle="none", label=label)
    axes.set(title="Eigenvalues", xlabel="real part (no unit)", ylabel="imaginary part (no unit)")
    axes.axis("equal")
    axes.legend(frameon=False, fontsize=7, loc="upper left", bbox_to_anchor=(0, -0.2))  # eigenvalues fill the panel


def draw_components(axes, file):
    for which, (label, color, _, line) in WHICH.items():
        variances = file[f"pca/{which}/variances"][()]
        shares = variances / variances.sum()
        axes.semilogy(np.arange(1, len(shares) + 1)[:100], shares[:100], color=color, linestyle=line, label=label)
    axes.set(title="Principal components", xlabel="component (number)", ylabel="share of variance (no unit)", ylim=(1e-10, 1.5))
    axes.legend(frameon=False, fontsize=7)


def draw_exponents(axes, file):
    for which, (label, color, marker, _) in WHICH.items():
        group = file[f"lyapunov/{which}"]
        values = group["exponents"][()]
        axes.errorbar(np.arange(1, len(values) + 1), values, group["errors"][()], color=color, marker=marker, markersize=4, linestyle="none",
                      capsize=2, label=label)
    axes.axhline(0, color="0.7", linewidth=0.8, zorder=0)
    axes.set(title="Lyapunov exponents", xlabel="exponent (number)", ylabel="growth (1/s)")
    axes.legend(frameon=False, fontsize=7)


def timing(summary):
    performance = summary["performance"]
    phases = performance["phases"]
    total = sum(p["mean"] for p in phases.values()) or 1.0
    figure, axes = plt.subplots(figsize=(9, 1.5), layout="constrained")
    left = 0.0
    for (name, phase), color in zip(phases.items(), BARS):
        axes.barh(0, phase["mean"], left=left, color=color, label=f"{name.replace('_', ' ')} {100 * phase['mean'] / total:.0f} %")
        left += phase["mean"]
    axes.set(xlabel="training time, mean over ranks (s)", yticks=[])
    axes.legend(frameon=False, ncols=6, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1))
    rows = [(name.replace("_", " "), performance[name]) for name in ("seconds_per_step", "samples_per_second", "gflops", "gbytes_per_second")]
    memory = [b for b in summary["memory"]["peak_bytes_per_rank"]]
    rows += [("largest memory of a rank (MiB)", max(memory) / 2**20), ("memory of all ranks (MiB)", sum(memory) / 2**20)]
    return section("Time and memory", picture(figure, "where the time went"), table(rows))


def warnings(summary):
    return "".join(f'<p class="warning">{text(w)}</p>' for w in summary.get("warnings", []))


def run_page(folder):
    summary = read_json(folder / "summary.json")
    try:
        body = [scores(summary), warnings(summary), what_was_run(summary), learning(folder), analysis(folder), timing(summary),
                network_config(folder), section("Provenance", table(summary["provenance"].items()))]
    except (KeyError, TypeError) as error:
        raise plot.InputError(f"{folder / 'summary.json'}: is not a summary of fullforce train (no {error})") from error
    return page(f"{summary['rule']} network of {summary['neurons']} neurons: {summary['task']}", folder, body)


# ---- a study ----

def study_page(folder, tables):
    body = []
    for path in tables:
        try:
            with open(path, newline="", encoding="utf-8") as file:
                head, *rows = csv.reader(file)
        except ValueError as error:  # empty, or not text
            raise plot.InputError(f"{path}: is not a table of tools/study.py ({error})") from error
        image = path.with_suffix(".png")
        if image.exists():
            body.append(section(path.stem, embedded(image.read_bytes(), f"figure of the study {path.stem}")))
        body.append(section("Data", table([[shortened(cell) for cell in row] for row in rows], True, head)))
    points = sorted(p.parent for p in folder.glob("*/summary.json"))
    summaries = [read_json(p / "summary.json") for p in points]
    try:
        body.append(section("Points", table([(p.name, s["train"]["seconds"]) for p, s in zip(points, summaries)], True, ["run", "training (s)"])))
        if points:
            body.append(section("Provenance of the first", table(summaries[0]["provenance"].items())))
    except (KeyError, TypeError) as error:
        raise plot.InputError(f"{folder}: a summary.json in it is not one of fullforce train (no {error})") from error
    return page(f"Study: {', '.join(p.stem for p in tables)}", folder, body)


def shortened(cell):
    try:
        return cell if cell.lstrip("-").isdigit() else f"{float(cell):.4g}"
    except ValueError:
        return cell


def page(title, folder, body):
    return (f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{html.escape(title)}</title><style>{STYLE}</style></head><body><h1>{html.escape(title)}</h1>"
            f'<p class="note">{html.escape(str(folder))}</p>{"".join(body)}</body></html>\n')


def run(arguments):
    folder = pathlib.Path(arguments.run)
    if not folder.is_dir():
        raise plot.InputError(f"{folder}: is not a folder (give the output folder of fullforce train or tools/study.py)")
    tables = sorted(folder.glob("*.csv"))
    whole = (folder / "summary.json").exists() or (folder / "metrics.csv").exists() or not tables
    if not (folder / "summary.json").exists() and not tables and list(folder.glob("*/summary.json")):
        raise plot.InputError(f"{folder}: is a study without its table (run tools/study.py again, or with --figures)")
    output = pathlib.Path(arguments.output) if arguments.output else folder / "report.html"
    contents = run_page(folder) if whole else study_page(folder, tables)
    try:
        output.write_text(contents, encoding="utf-8")
    except OSError as error:
        raise plot.InputError(f"{output}: {error.strerror}") from error
    print(f"{output}: written")


def main():
    parser = argparse.ArgumentParser(description="One HTML page about a run or a study.")
    parser.add_argument("run", metavar="RUN", help="output folder of fullforce train or of tools/study.py")
    parser.add_argument("--output", metavar="HTML", help="default RUN/report.html")
    try:
        run(parser.parse_args())
    except plot.InputError as error:
        print(f"report.py: error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
