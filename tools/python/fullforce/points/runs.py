"""Runs points on this machine, several at once."""
from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import pathlib
import signal
import threading
import time
from typing import Callable, Iterator, Sequence

from ..errors import InputError, PointsFailed
from ..running import STOPPED_EARLY, Started, complaint
from .point import Point, Step

WRONG_INPUT = 2  # exit code of fullforce
STOPPED = "stopped early"  # no failure: the point has a good checkpoint


@dataclasses.dataclass
class Runs:
    """How points are run: the words that start the program, `jobs` at once, with this environment.

    After `minutes`, where that is not None, nothing is started; they count from when this object is made. `tell` is
    given a line for each point.
    """

    command: Sequence[str]
    environment: dict[str, str]
    jobs: int = 1
    minutes: float | None = None
    tell: Callable[[str], None] = lambda line: print(line, flush=True)
    begin: float = dataclasses.field(default_factory=time.monotonic)

    def train(self, points: Sequence[Point], config: pathlib.Path, settings: Sequence[str] = ()) -> None:
        """Trains points from a configuration with more settings, and does what is to be done afterwards.

        The first failure is raised when all points have had their turn.
        """
        self._run(points, lambda point: [point.training(config, settings), *point.afterwards()])

    def check(self, points: Sequence[Point], config: pathlib.Path) -> None:
        """Lets the program check the configurations of points; nothing is written."""
        quiet = dataclasses.replace(self, tell=lambda line: None, minutes=None)
        quiet._run(points, lambda point: [point.check(config)])

    def _run(self, points: Sequence[Point], steps: Callable[[Point], list[Step]]) -> None:
        end = self.begin + 60 * self.minutes if self.minutes else float("inf")
        queue = _Queue(self, steps, end)
        with ended_by_signals(), concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            try:
                list(pool.map(queue.run, points))
            except BaseException:  # such as an interruption, after which no other point may begin
                queue.stop()
                raise
        queue.raise_failures()
        if points and not queue.has_begun:
            self.tell(f"no point was begun: the {self.minutes:g} minutes were over before the first one")


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP interrupt as Ctrl-C does, since they do not reach the points; not where they are ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    changed = [number for number, handler in before.items() if handler == signal.SIG_DFL]
    for number in changed:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)


class _Queue:
    """Points that wait for their turn, until one finds a wrong input, which is wrong for all, or the time is over."""

    def __init__(self, runs: Runs, steps: Callable[[Point], list[Step]], end: float):
        self.runs, self.steps, self.end = runs, steps, end
        self.failures: list[str] = []
        self.is_closed, self.found_wrong_input, self.has_begun = False, False, False
        self.started = Started()

    def run(self, point: Point) -> None:
        """Does the steps of a point that are not done, and says how it went."""
        if self.is_closed or time.monotonic() > self.end:
            return
        self.has_begun, start = True, time.monotonic()
        failure, stopped = self._failure(point), ""
        if failure is STOPPED:
            failure, stopped = None, ", stopped with a checkpoint; the same command goes on"
        self.runs.tell(failure or f"{point.name}: {time.monotonic() - start:.1f} s{stopped}")
        if failure:
            self.failures.append(failure)

    def _failure(self, point: Point) -> str | None:
        """Does the steps that are not done; what went wrong, or STOPPED."""
        for step in self.steps(point):
            if step.is_done():
                continue
            done = self.started.run([*self.runs.command, *step.arguments], self.runs.environment)
            if done.returncode == STOPPED_EARLY:
                return STOPPED
            if done.returncode != 0:
                self.found_wrong_input |= done.returncode == WRONG_INPUT
                self.is_closed |= self.found_wrong_input
                return f"{point.name}: {complaint(done)}"
        return None

    def stop(self) -> None:
        """Lets no point begin, and stops the running ones with a checkpoint."""
        self.is_closed = True
        self.started.stop()

    def raise_failures(self) -> None:
        """Raises the first failure."""
        if self.failures:
            count = f"{len(self.failures)} point{'s' * (len(self.failures) > 1)}"
            kind = InputError if self.found_wrong_input else PointsFailed
            raise kind(f"{count} failed, the first: {self.failures[0]}")
