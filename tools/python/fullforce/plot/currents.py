"""Currents between regions, as a grid of pictures."""
from __future__ import annotations

import pathlib
from typing import Any, Mapping, Optional, Sequence

import numpy as np

from ..errors import InputError
from ..files.data_file import DataFile
from ..style import plt
from .recorded import by_trial

#: Blue is negative and red positive.
COLOURS = "RdBu_r"


def currents(source: Any, *, trials: Optional[Sequence[int]] = None, dt: Optional[float] = None) -> Any:
    """Draws the currents from each region (a column) into the neurons of each region (a row), over time.

    `source` is the folder of a run with an analysis.h5, the file of `fullforce analyze --currents --output`, or what
    `ActivityFit.currents` returns: under (into, from) a list of [T, neurons] for each trial. `trials` chooses some,
    which follow one another. All panels have the same colours; neurons stand in the order in which their region lists
    them. `dt` is a step in s. Returns a figure.
    """
    pairs = source if isinstance(source, Mapping) else read_currents(pathlib.Path(source))
    names = list(dict.fromkeys(into for into, _ in pairs))
    if not names or any((into, sender) not in pairs for into in names for sender in names):
        raise InputError("source has no currents between each two of its regions")
    shown = {pair: _joined(values, trials) for pair, values in pairs.items()}
    largest = max(np.quantile(np.abs(values), 0.99) for values in shown.values()) or 1.0
    figure, panels = plt.subplots(len(names), len(names), figsize=(1.2 + 2.2 * len(names), 0.8 + 1.7 * len(names)),
                                  squeeze=False, sharex=True, constrained_layout=True)
    for row, into in zip(panels, names):
        for axes, sender in zip(row, names):
            image = _draw(axes, shown[into, sender], largest, dt)
            axes.set_title(f"{sender} to {into}", fontsize=9)
        row[0].set_ylabel(f"neuron of {into}", fontsize=8)
    for axes in panels[-1]:
        axes.set_xlabel("time (s)" if dt else "time (steps)", fontsize=8)
    figure.colorbar(image, ax=panels, label="current (units of the state)", shrink=0.8)
    return figure


def _joined(values: Any, trials: Optional[Sequence[int]]) -> np.ndarray:
    of_trials = by_trial(values, "currents")
    return np.concatenate(of_trials if trials is None else [of_trials[k] for k in trials])


def _draw(axes: Any, values: np.ndarray, largest: float, dt: Optional[float]) -> Any:
    """An image of values [T, neurons]."""
    steps, neurons = values.shape
    axes.tick_params(labelsize=7)
    return axes.imshow(values.T, aspect="auto", cmap=COLOURS, vmin=-largest, vmax=largest, interpolation="nearest",
                       extent=(0, steps * (dt or 1), neurons, 0))


def read_currents(path: pathlib.Path) -> dict[tuple[str, str], list[np.ndarray]]:
    """The currents of an analysis, or of the analysis.h5 in a folder, under (into, from): [T, neurons] for each trial."""
    path = path / "analysis.h5" if path.is_dir() else path
    with DataFile(path, "a file of fullforce analyze --currents FILE --output") as file:
        file.expect(("currents", "regions", "trial_ends"))
        cuts = file.numbers("trial_ends", (None,)).astype(int)[:-1]
        names = file.members("regions")
        return {(into, sender): np.split(file.numbers(f"currents/{into}/{sender}", (None, None)), cuts)
                for into in names for sender in names}
