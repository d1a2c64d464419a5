"""Trajectories of the state in the plane or space of its leading principal components."""
from __future__ import annotations

from typing import Any, Optional, Sequence

import numpy as np
from mpl_toolkits.mplot3d import Axes3D  # noqa: F401  (before Matplotlib 3.2 it registers the projection)

from .. import style
from ..errors import InputError
from ..style import plt
from .recorded import Recorded, recorded

MAX_SAMPLES = 2000  # of which the components are found
MAX_TRAJECTORIES = 40


def state_space(source: Any, *, what: str = "rates", components: int = 3, conditions: Optional[Sequence[Any]] = None,
                trials: Optional[Sequence[int]] = None) -> Any:
    """Draws trajectories of trials in the space of the leading principal components of their rates or states.

    For `source`, `conditions` and `trials` see `outputs`. `what` is "rates" or "states", and `components` is
    2 or 3. The principal components are those of all trials that are drawn, in which every step has the same
    weight. A dot marks where a trial begins. Returns a figure.
    """
    if what not in ("rates", "states") or components not in (2, 3):
        raise InputError(f"what = {what}, components = {components} (must be rates or states, and 2 or 3)")
    data = recorded(source, conditions, trials)
    chosen = data.only(range(min(MAX_TRAJECTORIES, len(data))))
    paths, shares = principal_paths(chosen.of(what), components)
    # Labels in three dimensions are not reckoned with by layouts, which would cut them.
    figure = plt.figure(figsize=(6, 4.6), constrained_layout=components == 2)
    axes = figure.add_subplot(projection="3d" if components == 3 else None)
    if components == 3:
        axes.set_position([0.02, 0.08, 0.74, 0.84])
    draw_trajectories(axes, chosen, paths)
    count = len(chosen.neurons)
    axes.set_title(f"{what.capitalize()} of {count} neurons in {len(chosen)} trial{'s' * (len(chosen) > 1)}")
    axes.tick_params(labelsize=8)
    for axis, share, number in zip("xyz", shares, range(1, components + 1)):
        getattr(axes, f"set_{axis}label")(f"PC {number} ({100 * share:.0f} % of variance)", fontsize=9)
    return figure


def principal_paths(trials: Sequence[np.ndarray], components: int) -> tuple[list[np.ndarray], np.ndarray]:
    """The coordinates [T, components] of trials [T, n], and the components' shares of the variance [components]."""
    every = np.concatenate(trials)
    if not np.isfinite(every).all():
        raise InputError("the activity has values that are not finite, so it has no principal components")
    if every.shape[1] < components:
        raise InputError(f"{components} components need at least {components} neurons, and there are {every.shape[1]} "
                        "(fullforce test --record FILE --neurons all records more)")
    mean = every.mean(axis=0)
    samples = every[::max(1, -(-len(every) // MAX_SAMPLES))] - mean
    _, sizes, directions = np.linalg.svd(samples, full_matrices=False)
    if len(sizes) < components or not sizes[0] > 0:
        raise InputError("the activity does not change, so it has no principal components")
    return [(trial - mean) @ directions[:components].T for trial in trials], (sizes**2 / np.sum(sizes**2))[:components]


def draw_trajectories(axes: Any, data: Recorded, paths: Sequence[np.ndarray]) -> None:
    """A line for each trial, with a dot at its beginning."""
    colors = style.colors_of(data.conditions)
    seen: set[str] = set()
    for k, path in enumerate(paths):
        condition = data.conditions[k] if data.conditions else ""
        color = colors.get(condition, style.BLUE)
        axes.plot(*path.T, color=color, linewidth=1, alpha=0.85,
                  label=condition if condition and condition not in seen else None)
        axes.plot(*path[:1].T, color=color, marker="o", markersize=4, linestyle="none")
        seen.add(condition)
    if data.conditions:
        axes.legend(title="condition", fontsize=8, title_fontsize=8, frameon=False, loc="center left",
                    bbox_to_anchor=(1.16, 0.5))
