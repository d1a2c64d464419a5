"""Submits the training of points to SLURM, as an array of jobs/sweep.sbatch."""
from __future__ import annotations

import itertools
import pathlib
import subprocess
from typing import Mapping, Sequence

from ..errors import ToolError
from ..running import Sbatch
from .point import Point


def submit(points: Sequence[Point], folder: pathlib.Path, config: pathlib.Path, settings: Sequence[str],
           sbatch_options: Sequence[str], variables: Mapping[str, str] | None = None,
           at_once: int | None = None) -> None:
    """Submits points of a folder, a task of the array for each; `variables` reach the jobs.

    At most `at_once` tasks run at a time; None leaves it to SLURM.
    """
    lines = parameter_file(points, folder)
    more = [word for text in settings for word in ("--set", text)]
    array = Sbatch([f"--array=1-{len(points)}{f'%{at_once}' if at_once else ''}", *sbatch_options], "sweep.sbatch",
                   [str(lines), str(config), str(folder), *more], variables or {})
    print(" ".join(array.command), flush=True)
    try:
        array.submit(check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ToolError(f"sbatch: {error}", code=1) from error


def parameter_file(points: Sequence[Point], folder: pathlib.Path) -> pathlib.Path:
    """Writes the parameter file of an array.

    Each array has a file of its own: tasks of an earlier one that still wait read theirs when they start.
    """
    names = (folder / f"sweep-{k}.txt" for k in itertools.count(1))
    path = next(path for path in names if not path.exists())
    path.write_text("".join(sweep_line(point) + "\n" for point in points), encoding="utf-8")
    return path


def sweep_line(point: Point) -> str:
    """A point as a line of a parameter file, in which spaces between quotes do not separate."""
    return " ".join([point.name, *point.settings_as_toml()])
