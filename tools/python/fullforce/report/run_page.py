"""The page of a run, from the files in its folder."""
from __future__ import annotations

import html
import pathlib
from typing import Any, Mapping

from ..content import Content, read_content
from ..files.data_file import DataFile
from ..files.recording import Recording, read_recording
from ..plot import picture as drawing
from ..plot import state_space
from ..plot.learning import test_of
from ..plot.recorded import from_recording
from ..style import FILLS, plt
from ..text_files import read_metrics
from .analysis import analysis
from .html_parts import note, page, picture, section, table, text
from .scores import parts_of_test, scores, worst_trials

LEARNING_CURVE = ("The learning curve shows the error of each training trial while the network learns from it; the "
                  "line is the error of the test, without learning.")
STATE_SPACE = ("Trajectories of the recorded rates on their three leading principal components, which are the "
               "directions of largest variance; a dot marks where a trial begins.")


def read_summary(path: pathlib.Path) -> Content:
    """What a summary.json holds."""
    return read_content(path, "a summary of fullforce train", missing="{reason} (is the run finished?)")


def run_page(folder: pathlib.Path) -> str:
    """The page of the run in a folder: what it has found first, then how it was made."""
    summary = read_summary(folder / "summary.json")
    test = summary.part("test")
    body = [scores(test), warnings(summary), parts_of_test(test), *activity(folder), worst_trials(test),
            analysis(folder), what_was_run(summary), network_config(folder), timing(summary),
            section("Provenance", table(summary.part("provenance").items()))]
    return page(f"{summary['rule']} network of {summary['neurons']} neurons: {summary['task']}", folder, body)


def warnings(summary: Content) -> str:
    """The warnings of the run."""
    said = summary.list("warnings") if "warnings" in summary else []
    return "".join(f'<p class="warning">{text(warning)}</p>' for warning in said)


def what_was_run(summary: Content) -> str:
    """The size of the run."""
    names = ["task", "rule", "features", "neurons", "rank", "groups", "group", "plastic_in_degree",
             "readout_inputs", "plastic_neurons", "streams", "precision", "seed", "ranks", "threads"]
    rows = [(name, summary[name]) for name in names if name in summary]
    train = summary.part("train")
    rows += [(f"training {name}", train[name]) for name in ("trials", "steps", "samples")]
    return section("What was run", table(rows))


def activity(folder: pathlib.Path) -> list[str]:
    """The picture of tools/plot.py, and trajectories of the state."""
    path = folder / "recording.h5"
    data = read_recording(path) if path.exists() else None
    figure = drawing.make_figure(data, read_metrics(folder / "metrics.csv"), test_of(folder))
    drawn = picture(figure, "outputs, rates and learning curve")
    if data is None:
        advice = "For outputs and neurons against their targets: fullforce test NETWORK --record RUN/recording.h5."
        return [section("Learning", drawn, note(advice))]
    return [section("Outputs, neurons and learning", drawn, note(LEARNING_CURVE)), trajectories(data)]


def trajectories(data: Recording) -> str:
    """The state of the network in three dimensions, where enough neurons were recorded."""
    if data["rates"].shape[1] < 3 or not data["rates"].std(axis=0).any():
        return ""
    drawn = picture(state_space(from_recording(data)), "trajectories of the rates")
    return section("State space", drawn, note(STATE_SPACE))


def timing(summary: Content) -> str:
    """Where the time went, speed and memory."""
    performance, peaks = summary.part("performance"), summary.part("memory").numbers("peak_bytes_per_rank")
    seconds = [("training (s)", summary.part("train").number("seconds"))]
    measures = ("seconds_per_step", "samples_per_second", "gflops", "gbytes_per_second")
    rows = seconds + [(name.replace("_", " "), performance.number(name)) for name in measures]
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
