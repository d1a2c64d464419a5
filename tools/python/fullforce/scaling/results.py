"""What the points of a scaling study gave: one row a case, the median over its repeats."""
from __future__ import annotations

import dataclasses
import statistics
from typing import Callable, Mapping, Sequence

from ..content import Content, read_content
from ..points import Step
from .points import Case, Point, grows_like_N

IO = "io"  # the phase in which network.h5 is written, after the last step


@dataclasses.dataclass
class Row:
    """Times of a step in seconds, shares of its phases, speed-up and efficiency; work grows like N^power."""

    case: Case
    repeats: int
    seconds: float
    least: float
    most: float
    phases: Mapping[str, float]
    power: int
    speed_up: float = 1.0
    efficiency: float = 1.0


@dataclasses.dataclass(frozen=True)
class Source:
    """Where results come from: the step whose result file has them, the time of a step, and those of its phases."""

    step: Callable[[Point], Step]
    seconds: Callable[[Content], float]
    phases: Callable[[Content], Mapping[str, float]]


def measured_phases(summary: Content) -> dict[str, float]:
    """Means over ranks, so that the slowest rank does not count double."""
    steps, phases = summary.part("train").number("steps"), summary.part("performance").part("phases")
    return {name: phase.number("mean") / steps for name, phase in phases.parts()}


def planned_step(plan: Content) -> Content:
    """The predicted times of a training step."""
    return plan.part("seconds_per_step").part("training")


def planned_phases(plan: Content) -> dict[str, float]:
    step = planned_step(plan)
    return {name: step.number(name) for name, _ in step.items() if name != "total"}


MEASURED = Source(Point.training, lambda summary: summary.part("performance").number("seconds_per_step"),
                  measured_phases)
PLANNED = Source(Point.planning, lambda plan: planned_step(plan).number("total"), planned_phases)


def collect(points: Sequence[Point], source: Source) -> list[Row]:
    """The rows of all cases that have results."""
    groups: dict[Case, list[Point]] = {}
    for point in points:
        if source.step(point).is_done():
            groups.setdefault(point.case, []).append(point)
    rows = [row_of(case, group, source) for case, group in groups.items()]
    rows.sort(key=lambda row: (row.case.series, row.case.threads, row.case.ranks))
    for row in rows:
        compare(row, first_of_series(rows, row.case.series))
    return rows


def row_of(case: Case, points: Sequence[Point], source: Source) -> Row:
    """The row of a case, from its repeats."""
    results = [read_content(source.step(point).results[0], "a result of fullforce") for point in points]
    times = [source.seconds(result) for result in results]
    seconds = statistics.median(times)
    phases = mean_shares([source.phases(result) for result in results], seconds)
    power = 1 if case.kind == "weak" and grows_like_N(points[-1].settings) else 2
    return Row(case, len(times), seconds, min(times), max(times), phases, power)


def mean_shares(parts: Sequence[Mapping[str, float]], seconds: float) -> dict[str, float]:
    """Shares of phases in the time of a step, means over repeats."""
    shares: dict[str, float] = {}
    for repeat in parts:
        for name, part in repeat.items():
            if name != IO:
                shares[name] = shares.get(name, 0.0) + part / seconds / len(parts)
    return shares


def first_of_series(rows: Sequence[Row], series: tuple) -> Row:
    """The row with the fewest cores in a series."""
    return min((row for row in rows if row.case.series == series), key=lambda row: (row.case.cores, row.case.threads))


def compare(row: Row, first: Row) -> None:
    """Sets speed-up and efficiency against the first row of a series, in weak scaling of the work done a second."""
    work = (row.case.neurons / first.case.neurons) ** row.power
    row.speed_up = work * first.seconds / row.seconds
    row.efficiency = row.speed_up * first.case.cores / row.case.cores
