"""Runs the points of a study on this machine, several at once."""
from __future__ import annotations

import argparse
import concurrent.futures
import pathlib
import time
from typing import Sequence

from ..errors import ToolError
from ..points import Point
from ..running import STOPPED_EARLY, complaint, environment, find_program, mpirun, run_quietly

WRONG_INPUT = 2  # exit code of fullforce


class Runner:
    """Runs points until one finds a wrong input, which is wrong for all, or the time is over."""

    def __init__(self, config: pathlib.Path, arguments: argparse.Namespace):
        program = [find_program(arguments.program)]
        self.command = program if arguments.ranks == 1 else mpirun(arguments.ranks, program, oversubscribe=True)
        self.config, self.settings = config, arguments.set
        self.end = time.monotonic() + 60 * arguments.minutes if arguments.minutes else float("inf")
        self.failures: list[str] = []
        self.found_wrong_input = False

    def run(self, point: Point) -> None:
        """Trains or goes on training, then does what is to be done afterwards, and says how it went."""
        if time.monotonic() > self.end or self.found_wrong_input:
            return
        start = time.monotonic()
        failure = self._failure(point)
        print(failure or f"{point.name}: {time.monotonic() - start:.1f} s", flush=True)
        if failure:
            self.failures.append(failure)

    def _failure(self, point: Point) -> str | None:
        """Does the steps that are not done; what went wrong."""
        for step in [point.training(self.config, self.settings), *point.afterwards()]:
            if step.is_done():
                continue
            done = run_quietly([*self.command, *step.arguments], env=environment())
            if done.returncode == STOPPED_EARLY:
                return None
            if done.returncode != 0:
                self.found_wrong_input |= done.returncode == WRONG_INPUT
                return f"{point.name}: {complaint(done)}"
        return None


def run_points(points: Sequence[Point], config: pathlib.Path, arguments: argparse.Namespace) -> None:
    """Runs the points with the options --program, --ranks, --jobs, --minutes and --set."""
    runner = Runner(config, arguments)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        try:
            list(pool.map(runner.run, points))
        except BaseException:  # such as an interruption, after which no other point may begin
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    failures = runner.failures
    if failures:
        count = f"{len(failures)} point{'s' * (len(failures) > 1)}"
        raise ToolError(f"{count} failed, the first: {failures[0]}", code=2 if runner.found_wrong_input else 1)
