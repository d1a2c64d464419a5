"""The figure of a sweep: one column over another."""
from __future__ import annotations

from typing import Any, Mapping, Sequence

from ..definitions import axis_label
from ..errors import InputError
from ..style import SERIES, plot_quartiles, plt, set_ticks, set_x_ticks

Row = Mapping[str, Any]
SPAN_OF_LOGARITHMS = 20.0  # from where on the largest over the smallest value makes an axis logarithmic


def sweep_figure(rows: Sequence[Row], x: str, y: str, by: Sequence[str], trials_of: str = "") -> Any:
    """Column y over column x, a curve for each combination of the columns `by`; rows that share an x are its seeds.

    Axes with scores of the test say which trials it used, `trials_of`.
    """
    shown = [row for row in rows if is_number(row[y])]
    if not shown:
        raise InputError(f"{y}: no point that is finished has a number there")
    figure, axes = plt.subplots(figsize=(7, 4.2), constrained_layout=True)
    axis = NumberAxis(shown, x) if all(is_number(row[x]) for row in shown) else WordAxis(shown, x)
    groups = sorted({tuple(row[name] for name in by) for row in shown}, key=lambda key: [sortable(v) for v in key])
    for k, group in enumerate(groups):
        own = [{x: axis.place(row[x]), y: row[y]} for row in shown if tuple(row[name] for name in by) == group]
        label = ", ".join(f"{name.rpartition('.')[2]} = {text(value)}" for name, value in zip(by, group))
        plot_quartiles(axes, own, x, y, label, SERIES[k % len(SERIES)])
    if is_logarithmic([row[y] for row in shown]):
        axes.set_yscale("log")
    axis.finish(axes)
    labels = (f"{axis_label(name)}\non the {trials_of}" if trials_of and name.startswith("test.") else axis_label(name)
              for name in (x, y))
    axes.set(**dict(zip(("xlabel", "ylabel"), labels)), title=title(shown, x))
    if by:
        axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def title(rows: Sequence[Row], x: str) -> str:
    """What a mark stands for."""
    return "Median and quartiles over networks" if len(rows) > len({row[x] for row in rows}) else "One network each"


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def sortable(value: Any) -> tuple[bool, Any]:
    return (False, value) if is_number(value) else (True, str(value))


def text(value: Any) -> str:
    return f"{value:g}" if is_number(value) else str(value)


def is_logarithmic(values: Sequence[float]) -> bool:
    """Whether values are seen better on a logarithmic axis."""
    return min(values) > 0 and max(values) / min(values) > SPAN_OF_LOGARITHMS


class NumberAxis:
    """Numbers from left to right. On a logarithmic axis zero stands at the left, with its own tick."""

    def __init__(self, rows: Sequence[Row], x: str):
        self.values = sorted({row[x] for row in rows})
        positive = [value for value in self.values if value > 0]
        self.has_logarithms = self.values[0] >= 0 and bool(positive) and is_logarithmic(positive)
        self.place_of_zero = positive[0] / 10 if positive else 0.0

    def place(self, value: float) -> float:
        return self.place_of_zero if self.has_logarithms and value == 0 else value

    def finish(self, axes: Any) -> None:
        if self.has_logarithms:
            axes.set_xscale("log")
        if len(self.values) <= 10:
            set_ticks(axes, [self.place(value) for value in self.values], [text(value) for value in self.values])


class WordAxis:
    """Texts, and whatever is no number, side by side."""

    def __init__(self, rows: Sequence[Row], x: str):
        self.values = sorted({row[x] for row in rows}, key=sortable)

    def place(self, value: Any) -> float:
        return self.values.index(value)

    def finish(self, axes: Any) -> None:
        set_x_ticks(axes, range(len(self.values)), [str(value) for value in self.values])
