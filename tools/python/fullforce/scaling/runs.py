"""Runs, plans or submits the points of a scaling study."""
from __future__ import annotations

import os
import pathlib
import shutil
import sys
from typing import Sequence

from ..errors import ToolError
from ..running import Sbatch, complaint, environment, mpirun, run_quietly
from .points import Point


def run(program: str, points: Sequence[Point]) -> None:
    """Runs the points without a result one after another, since points that run at once slow each other down."""
    expect_program(program)
    todo = [point for point in points if not point.training().is_done()]
    cores = len(os.sched_getaffinity(0))
    for number, point in enumerate(todo, start=1):
        crowded = " (more ranks and threads than cores)" if point.case.cores > cores else ""
        print(f"{number}/{len(todo)} {point.folder.name}{crowded}", flush=True)
        train(program, point)


def expect_program(program: str) -> None:
    """Launchers say in many words that a program is not there."""
    if shutil.which(program) is None:
        raise ToolError(f"{program}: is not a program (build it, or give --fullforce PROGRAM)")


def train(program: str, point: Point) -> None:
    """Runs a point. Its network is of no use."""
    command = mpirun(point.case.ranks, [program, *point.training().arguments])
    result = run_quietly(command, env=environment(point.case.threads))
    if result.returncode != 0:
        raise ToolError(f"{' '.join(command)}: {complaint(result)}", code=1)
    (point.run_folder / "network.h5").unlink(missing_ok=True)


def plan(program: str, machine: str | None, points: Sequence[Point]) -> None:
    """Predicts all points with the constants of a machine; one that does not fit has no prediction."""
    expect_program(program)
    for point in points:
        step = point.planning()
        command = [program, *step.arguments]
        options = ["--machine", machine] if machine else []
        result = run_quietly(command + options, env=environment(point.case.threads))
        if result.returncode == 2 and "would fit" in result.stderr:
            step.results[0].unlink(missing_ok=True)
            print(result.stderr.strip(), file=sys.stderr)
        elif result.returncode != 0:
            raise ToolError(f"{' '.join(command)}: {complaint(result)}", code=1)


def submit(program: str, points: Sequence[Point], sbatch_options: Sequence[str]) -> None:
    """Submits one job for all points of the same ranks and threads that have no result."""
    layouts: dict[tuple[int, int], list[pathlib.Path]] = {}
    for point in points:
        if not point.training().is_done():
            layouts.setdefault((point.case.ranks, point.case.threads), []).append(point.folder.resolve())
    for (ranks, threads), folders in sorted(layouts.items()):
        said = submit_layout(program, ranks, threads, folders, sbatch_options)
        print(f"{ranks} x {threads}: {len(folders)} point(s), {said}")
    if not layouts:
        print("every point has its result: nothing to submit")


def submit_layout(program: str, ranks: int, threads: int, folders: Sequence[pathlib.Path],
                  sbatch_options: Sequence[str]) -> str:
    """Submits jobs/scaling.sbatch for points of one layout; what sbatch says."""
    layout = [f"--ntasks={ranks}", f"--cpus-per-task={threads}", f"--job-name=scaling-{ranks}x{threads}", "--exclusive"]
    job = Sbatch([*layout, *sbatch_options], "scaling.sbatch", list(map(str, folders)),
                 {"FULLFORCE": shutil.which(program) or program})
    result = job.submit(capture_output=True, text=True)
    if result.returncode != 0:
        raise ToolError(f"{' '.join(job.command[:8])} ...: {result.stderr.strip()}", code=1)
    return result.stdout.strip()
