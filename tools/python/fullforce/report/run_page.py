"""The page of a run, from the files in its folder."""
from __future__ import annotations

import html
import pathlib
from typing import Any, Mapping

from .. import plot
from ..content import Content, read_content
from ..files.data_file import DataFile
from ..files.recording import read_recording
from ..style import FILLS, plt
from ..text_files import read_metrics
from .analysis import analysis
from .html_parts import note, page, picture, section, table, text

def read_summary(path: pathlib.Path) -> Content:
    """What a summary.json holds."""
    return read_content(path, "a summary of fullforce train", missing="{reason} (is the run finished?)")


def run_page(folder: pathlib.Path) -> str:
    """The page of the run in a folder."""
    summary = read_summary(folder / "summary.json")
    body = [scores(summary), warnings(summary), what_was_run(summary), learning(folder), analysis(folder),
            timing(summary), network_config(folder), section("Provenance", table(summary.part("provenance").items()))]
    return page(f"{summary['rule']} network of {summary['neurons']} neurons: {summary['task']}", folder, body)


def scores(summary: Content) -> str:
    """What the run reached, as a row of boxes."""
    test, known = summary.part("test"), ("trials", "steps", "seconds", "error")
    cells = [("test error", test["error"]), ("test trials", test["trials"])]
    cells += [(name.replace("_", " "), value) for name, value in test.items() if name not in known]
    cells += [("training", f'{summary.part("train").number("seconds"):.4g} s'),
              ("samples per second", summary.part("performance").number("samples_per_second"))]
    boxes = "".join(f"<div>{text(name)}<b>{text(value)}</b></div>" for name, value in cells)
    return f'<div class="scores">{boxes}</div>'


def warnings(summary: Content) -> str:
    """The warnings of the run."""
    said = summary.list("warnings") if "warnings" in summary else []
    return "".join(f'<p class="warning">{text(warning)}</p>' for warning in said)


def what_was_run(summary: Content) -> str:
    """The size of the run."""
    names = ["task", "rule", "features", "neurons", "rank", "streams", "precision", "seed", "ranks", "threads"]
    rows = [(name, summary[name]) for name in names if name in summary]
    train = summary.part("train")
    rows += [(f"training {name}", train[name]) for name in ("trials", "steps", "samples")]
    return section("What was run", table(rows))


def learning(folder: pathlib.Path) -> str:
    """The picture of tools/plot.py."""
    recording = folder / "recording.h5"
    data = read_recording(recording) if recording.exists() else None
    drawn = picture(plot.make_figure(data, read_metrics(folder / "metrics.csv")), "output, rates and learning curve")
    if data:
        return section("Learning, output and neurons", drawn)
    advice = "For output and neurons against their targets: fullforce test NETWORK --record recording.h5."
    return section("Learning", drawn, note(advice))


def timing(summary: Content) -> str:
    """Where the time went, speed and memory."""
    performance, peaks = summary.part("performance"), summary.part("memory").numbers("peak_bytes_per_rank")
    measures = ("seconds_per_step", "samples_per_second", "gflops", "gbytes_per_second")
    rows = [(name.replace("_", " "), performance.number(name)) for name in measures]
    phases = {name: phase.number("mean") for name, phase in performance.part("phases").parts()}
    rows += [("largest memory of a rank (MiB)", max(peaks) / 2**20), ("memory of all ranks (MiB)", sum(peaks) / 2**20)]
    drawn = picture(timing_figure(phases), "where the time went")
    return section("Time and memory", drawn, table(rows))


def timing_figure(phases: Mapping[str, float]) -> Any:
    """A bar of the times of the phases."""
    total = sum(phases.values()) or 1.0
    figure, axes = plt.subplots(figsize=(9, 1.5), constrained_layout=True)
    left = 0.0
    for (name, seconds), color in zip(phases.items(), FILLS):
        share = f"{name.replace('_', ' ')} {100 * seconds / total:.0f} %"
        axes.barh(0, seconds, left=left, color=color, label=share)
        left += seconds
    axes.set(xlabel="training time, mean over ranks (s)", yticks=[])
    axes.legend(frameon=False, ncol=6, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1))
    return figure


def network_config(folder: pathlib.Path) -> str:
    """The configuration that the network was trained with, where the network is there."""
    path = folder / "network.h5"
    if not path.exists():
        return ""
    with DataFile(path, "a network of fullforce") as file:
        return section("Configuration", f"<pre>{html.escape(file.text('config'))}</pre>")
