"""The picture of a run: outputs and rates of its recording, and its learning curve."""
from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence

from ..files.recording import Recording
from ..style import plt
from ..text_files import Metric
from .activity import HEIGHTS, columns_of, draw_outputs, draw_rates, output_rows, shown_trials
from .learning import draw_learning
from .recorded import from_recording

LEARNING = 2.6  # height of the learning curve, inches


def make_figure(recording: Optional[Recording], metrics: Sequence[Metric],
                tests: Mapping[str, float]) -> Any:
    """The picture of a run; without a recording the learning curve alone. `tests` are errors of tests by their name."""
    if recording is None:
        figure, axes = plt.subplots(figsize=(9, LEARNING + 1), constrained_layout=True)
        draw_learning(axes, metrics, tests)
        return figure
    data = shown_trials(from_recording(recording))
    rows = output_rows(data)
    heights = [HEIGHTS["inputs" if row == "inputs" else "output"] for row in rows] + [HEIGHTS["rates"], LEARNING]
    figure, panels = plt.subplots(len(heights), 1, figsize=(9, sum(heights) + 1), squeeze=False,
                                  gridspec_kw={"height_ratios": heights}, constrained_layout=True)
    draw_outputs(panels[:len(rows), 0], data)
    draw_rates(panels[-2, 0], data, columns_of(data))
    draw_learning(panels[-1, 0], metrics, tests)
    return figure
