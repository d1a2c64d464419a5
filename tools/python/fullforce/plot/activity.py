"""Outputs and rates over time. Trials follow one another, or those of conditions are drawn on top of each other."""
from __future__ import annotations

from typing import Any, Optional, Sequence

import numpy as np

from .. import style
from ..errors import InputError
from ..files.checked import as_whole_numbers
from ..style import plt
from .recorded import Recorded, recorded

NETWORK, TARGET = (style.NETWORKS[name].color for name in ("network", "target"))
INPUTS = [style.GREEN, style.PURPLE, style.ORANGE, style.SKY]
MAX_STEPS = 6000  # drawn one after another: more would be a band of ink
MAX_ROWS = 12
MAX_NEURONS = 5
TRIALS_OF_A_CONDITION = 3
ROW = 2.4  # distance of stacked rates, each of which lies between -1 and 1
HEIGHTS = {"inputs": 1.0, "output": 1.5, "rates": 3.4}  # of panels, inches


def outputs(source: Any, *, conditions: Optional[Sequence[Any]] = None, trials: Optional[Sequence[int]] = None,
            outputs: Optional[Sequence[int]] = None) -> Any:
    """Draws outputs with their targets over time, with a row for each output, and the inputs above them.

    `source` is the folder of a run that has a recording.h5, a recording, what `run` returns, or a dict of
    arrays. Each array is a list of [T, n], an array [trials, T, n], or one trial [T, n]. `conditions` has a
    condition for each trial, if the source has none. `trials` and `outputs` choose what is drawn. Trials with
    conditions are drawn on top of each other, in the colour of the condition. Without conditions, trials
    follow one another. Returns a figure.
    """
    shown = shown_trials(recorded(source, conditions, trials))
    shown.of("outputs")
    shown = shown if outputs is None else shown.with_outputs(outputs)
    rows = output_rows(shown)
    heights = [HEIGHTS["inputs" if row == "inputs" else "output"] for row in rows]
    figure, panels = plt.subplots(len(rows), 1, figsize=(9, sum(heights) + 0.8), squeeze=False, sharex=True,
                                  gridspec_kw={"height_ratios": heights}, constrained_layout=True)
    draw_outputs(panels[:, 0], shown)
    return figure


def rates(source: Any, *, neurons: Optional[Sequence[int]] = None, conditions: Optional[Sequence[Any]] = None,
          trials: Optional[Sequence[int]] = None) -> Any:
    """Draws rates of single neurons over time, in a stack, together with those of the target-generating network.

    For `source`, `conditions` and `trials` see `outputs`. `neurons` has the numbers of the neurons that
    are drawn, by default the first five of the source. Those of a dict count from 0, unless it says which they are.
    Returns a figure.
    """
    shown = shown_trials(recorded(source, conditions, trials))
    chosen = columns_of(shown, neurons)
    figure, axes = plt.subplots(figsize=(9, 1 + 0.6 * len(chosen)), constrained_layout=True)
    draw_rates(axes, shown, chosen)
    return figure


def columns_of(data: Recorded, neurons: Optional[Sequence[int]] = None) -> list[int]:
    """The columns of the rates that are drawn: those of the neurons that are asked for, or the first ones."""
    count = data.of("rates")[0].shape[1]
    if neurons is None:
        return list(range(min(MAX_NEURONS, count)))
    chosen = as_whole_numbers(neurons, "neurons")
    if not chosen:
        raise InputError("neurons is empty, so there is nothing to draw")
    for neuron in chosen:
        if neuron not in data.neurons:
            raise InputError(f"neuron {neuron}: was not recorded (there are rates of {spoken(data.neurons)})")
    return [data.neurons.index(neuron) for neuron in chosen]


def spoken(neurons: Sequence[int]) -> str:
    """Numbers of neurons in messages; of many the first and the last one."""
    if len(neurons) > MAX_NEURONS:
        return f"{len(neurons)} neurons, {neurons[0]} to {neurons[-1]}"
    return f"neuron{'s' * (len(neurons) > 1)} {', '.join(map(str, neurons))}"


def shown_trials(data: Recorded) -> Recorded:
    """The trials that are drawn: some of each condition, or the first ones."""
    if data.conditions:
        counts: dict[str, int] = {}
        chosen = []
        for k, condition in enumerate(data.conditions):
            counts[condition] = counts.get(condition, 0) + 1
            if counts[condition] <= TRIALS_OF_A_CONDITION:
                chosen.append(k)
        return data.only(chosen)
    ends = np.cumsum([len(time) for time in data.times])
    return data.only(range(max(1, int(np.searchsorted(ends, MAX_STEPS, side="right")))))


def output_rows(data: Recorded) -> list[str]:
    """What the rows show: inputs where there are some, then the outputs."""
    has_inputs = "inputs" in data.signals and data.signals["inputs"][0].shape[1] > 0
    return (["inputs"] if has_inputs else []) + data.output_names[:MAX_ROWS]


def draw_outputs(panels: Sequence[Any], data: Recorded) -> None:
    """Draws the rows of `output_rows`, each into its panel."""
    rows = output_rows(data)
    for axes, row in zip(panels, rows):
        if row == "inputs":
            draw_inputs(axes, data)
        else:
            draw_output(axes, data, data.output_names.index(row))
        axes.set_ylabel(row)
        axes.margins(x=0)
        axes.tick_params(labelbottom=row == rows[-1])
        mark_trials(axes, data)
    left_out = len(data.output_names) - MAX_ROWS
    more = f" (the first {MAX_ROWS} of {len(data.output_names)})" if left_out > 0 else ""
    panels[0].set_title(f"Outputs and targets{more}", loc="left")
    panels[-1].set_xlabel(data.time_label)
    add_legend(panels[0], data, panels[len(rows) - 1])


def draw_inputs(axes: Any, data: Recorded) -> None:
    """All inputs of the trials that follow one another; of conditions those of one trial each."""
    colors = style.colors_of(data.conditions)
    seen = set()
    for k, (time, inputs) in enumerate(zip(placed_times(data), data.signals["inputs"])):
        condition = data.conditions[k] if data.conditions else None
        if condition is not None and condition in seen:
            continue
        seen.add(condition)
        for channel, signal in enumerate(inputs.T):
            color = INPUTS[channel % len(INPUTS)] if condition is None else colors[condition]
            axes.plot(time, signal, color=color, linewidth=0.8, alpha=0.8)


def draw_output(axes: Any, data: Recorded, channel: int) -> None:
    """An output, and its target where it has one."""
    colors = style.colors_of(data.conditions)
    outputs, targets = data.signals["outputs"], data.signals.get("targets")
    for k, time in enumerate(placed_times(data)):
        color = colors[data.conditions[k]] if data.conditions else NETWORK
        axes.plot(time, outputs[k][:, channel], color=color, linewidth=1.4, alpha=0.9)
        if targets is not None and channel < targets[k].shape[1]:
            axes.plot(time, targets[k][:, channel], color=style.DARK_TARGET if data.conditions else TARGET,
                      linewidth=1.1, linestyle="--")


def placed_times(data: Recorded) -> list[np.ndarray]:
    """When the steps of each trial are drawn: all from zero on by condition, else one trial after another."""
    starts = [time[0] for time in data.times]
    if data.conditions:
        return [time - start for time, start in zip(data.times, starts)]
    if any(later <= earlier for earlier, later in zip(starts, starts[1:])):  # each trial has its own time
        steps = np.concatenate([[0], np.cumsum([len(time) for time in data.times])])
        dt = next((float(time[1] - time[0]) for time in data.times if len(time) > 1), 1.0)
        return [(start + np.arange(len(time))) * dt for start, time in zip(steps, data.times)]
    return data.times


def mark_trials(axes: Any, data: Recorded) -> None:
    """A line at the start of each trial but the first, where trials follow one another."""
    if not data.conditions:
        for time in placed_times(data)[1:]:
            axes.axvline(time[0], color=style.BORDER, linewidth=0.8, zorder=0)


def add_legend(axes: Any, data: Recorded, lowest: Any) -> None:
    """What the lines are, above the panels; conditions below them."""
    main = style.DARK_TARGET if data.conditions else NETWORK
    target = style.DARK_TARGET if data.conditions else TARGET
    lines = [plt.Line2D([], [], color=main), plt.Line2D([], [], color=target, linestyle="--")]
    axes.legend(lines, ["output", "target"], loc="lower right", bbox_to_anchor=(1, 0.98), ncol=2, fontsize=8,
                frameon=False)
    add_conditions(lowest, data)


def add_conditions(axes: Any, data: Recorded) -> None:
    """The colours of the conditions, below a panel."""
    colors = style.colors_of(data.conditions)
    if not colors:
        return
    lines = [plt.Line2D([], [], color=color) for color in colors.values()]
    own = axes.get_legend()
    axes.legend(lines, list(colors), title="condition", loc="upper center", bbox_to_anchor=(0.5, 0), borderaxespad=4.5,
                ncol=min(8, len(colors)), fontsize=8, title_fontsize=8, frameon=False)
    if own is not None:
        axes.add_artist(own)


def draw_rates(axes: Any, data: Recorded, columns: Sequence[int]) -> None:
    """Rates of some neurons in both networks, stacked. Colours are those of conditions where there are some."""
    colors = style.colors_of(data.conditions)
    drawn = [("rates", style.NETWORKS["network"], 1.4)]
    if "target_rates" in data.signals:
        drawn.append(("target_rates", style.NETWORKS["target"], 1.0))
    for name, look, width in drawn:
        for k, (time, values) in enumerate(zip(placed_times(data), data.of(name))):
            for place, column in enumerate(columns):
                axes.plot(time, values[:, column] - ROW * place, linewidth=width, linestyle=look.line,
                          color=colors[data.conditions[k]] if data.conditions else look.color,
                          label=look.label if k == place == 0 else None)
    style.set_y_ticks(axes, [-ROW * place for place in range(len(columns))],
                      [f"neuron {data.neurons[column]}" for column in columns])
    axes.set_title("Rates (each from -1 to 1, no unit)", loc="left")
    axes.set_xlabel(data.time_label)
    axes.margins(x=0)
    mark_trials(axes, data)
    legend = axes.legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncol=2, fontsize=8, frameon=False)
    if data.conditions:
        for line in legend.get_lines():
            line.set_color(style.DARK_TARGET)
    add_conditions(axes, data)
