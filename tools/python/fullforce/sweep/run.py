"""Runs a sweep on this machine or submits it to SLURM."""
from __future__ import annotations

import dataclasses
import functools
import os
import pathlib
import tempfile
from typing import Any, Iterable, Mapping, Sequence, Union

from ..errors import FullForceError, InputError, RunError
from ..keys import Keys, default_settings
from ..points import Point, Runs, missing, refuse_other_base, remember_base, remember_settings
from ..points import submit as submit_array
from ..running import environment, find_program, on_ranks
from .base import Base, read_base
from .grid import Seeds, grid
from .known import points_in, refuse_changed_files, reused
from .results import Sweep, read_sweep, remember_keys
from .trials import KeptTrials

TOO_LARGE = " are left of "  # in the program's message about memory that a node does not have


def sweep(base: Any, values: Mapping[str, Iterable[Any]], *, seeds: Seeds = None, jobs: int | None = None,
          ranks: int | None = None, threads: int | None = None, output: Union[str, os.PathLike] = "runs/sweep",
          program: str | None = None, launcher: str | None = None, submit: bool = False,
          sbatch: Sequence[str] = (), minutes: float | None = None, trials: Any = None, test: Any = None) -> Sweep:
    """Trains a network for each combination of values and each seed. Each network, a point, has a folder in `output`.

    `base` is the path of a TOML file, a dict of settings, or an object with a method settings(), such as
    a FullForce. `values` has a list of values for each key, such as "learning.alpha" or "alpha". `seeds` is
    the number of seeds, which then are 1, 2, ..., or a list of seeds.

    `trials` are the trials for training, and `test` those for the test. Each is (X, Y) or a dict with X, Y,
    hints, mask and conditions, as in FullForce.fit. If neither is given, the trials are those of `base` if it
    is a fitted FullForce, and otherwise those that the settings name.

    `jobs` points run at once, each on `ranks` ranks of `threads` threads. Points that are finished are
    skipped, and interrupted points go on. More values, keys or seeds may be added later in the same folder, but
    another base is an error, and so is a trials file with another content. A point whose configuration is that of an
    earlier point under another name, such as one with a key that had its base's value, is that earlier point. No
    point is started after `minutes` minutes.

    With `submit`, the missing points are submitted as an array of jobs/sweep.sbatch with the options `sbatch`.
    `jobs` of them run at once. The function does not wait for them. Later, `read_sweep(output)` or the same
    call without `submit` returns the results.

    If a setting is wrong, InputError is raised before anything is trained or written. If a point has failed,
    RunError is raised.
    """
    if not isinstance(values, Mapping):
        raise InputError(f"values = {values!r} (must map keys to lists, as in {{\"learning.alpha\": [0.1, 1]}})")
    folder, full_name = pathlib.Path(output), functools.partial(full_key, program)
    axes = {full_name(key): some for key, some in values.items()}
    points = [Point(folder / name, settings) for name, settings in grid(axes, seeds).items()]
    start = read_base(base, full_name)
    kept = KeptTrials.of(folder, start, base, trials, test, program)
    start = start.having(kept.settings()) if kept.files else start
    refuse_other_base(folder, start.toml)
    points = with_known(points, folder, start, program)
    todo = missing(points)
    layout = Layout.of(start, ranks, threads, jobs, launcher)
    if todo and submit:
        found = checked_for_submission(todo, start, program, kept)
        layout.submit(todo, folder, remember(folder, start, points, list(axes), kept), sbatch, found)
    elif todo:
        runs = layout.runs(find_program(program), minutes)
        check(todo, start, runs, kept)
        runs.train(todo, remember(folder, start, points, list(axes), kept))
    return read_sweep(folder) if todo else Sweep(folder, list(axes), points)


def with_known(points: Sequence[Point], folder: pathlib.Path, base: Base, program: str | None) -> list[Point]:
    """The points, of which some are in the folder already. Files that those have learned from must be as they were."""
    known = points_in(folder)
    if not known:
        return list(points)
    found = program_or_none(program)
    defaults = {} if found is None else default_settings(found)
    chosen = reused(points, known, {**defaults, **base.settings})
    if found is not None:
        refuse_changed_files(known, found)
    return chosen


def program_or_none(program: str | None) -> str | None:
    """The program's path; None where it need not be here, since nobody has named it."""
    try:
        return find_program(program)
    except FullForceError:
        if program is not None:
            raise
        return None


def full_key(program: str | None, name: str) -> str:
    """The key section.key of a name; only for a name without a section is the program asked."""
    if not isinstance(name, str) or "." in name:
        return name
    return Keys(default_settings(find_program(program))).resolve(name)


def remember(folder: pathlib.Path, base: Base, points: Sequence[Point], keys: Sequence[str],
             kept: KeptTrials) -> pathlib.Path:
    """Makes the folder, its records and trials; the path of the configuration that settings are added to."""
    folder.mkdir(parents=True, exist_ok=True)
    kept.write(folder)
    remember_settings(points, folder, ())
    remember_keys(folder, keys)
    return remember_base(folder, base.toml)


def check(points: Sequence[Point], base: Base, runs: Runs, kept: KeptTrials) -> None:
    """Lets the program check every value of every key before the first point is trained."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "base.toml"
        if not kept.are_written():
            kept.write(pathlib.Path(folder))
            base = base.having(kept.settings(pathlib.Path(folder)))
        copy.write_text(base.toml, encoding="utf-8")
        try:
            runs.check(one_of_each_value(points), copy)
        except FullForceError as error:
            _, _, own = str(error).replace(str(copy), base.name).rpartition("fullforce: error: ")
            kind = InputError if error.code == InputError("").code else RunError
            raise kind(own.removeprefix("--set: ")) from None


def checked_for_submission(points: Sequence[Point], base: Base, program: str | None,
                           kept: KeptTrials) -> str | None:
    """Checks the points where the program can be found here, which need not be so where jobs are submitted; its path.

    Memory is that of the nodes of the jobs, which a check here cannot know.
    """
    found = program_or_none(program)
    if found is None:
        return None
    try:
        check(points, base, Runs([found], environment()), kept)
    except FullForceError as error:
        if TOO_LARGE not in str(error):
            raise
    return found


def one_of_each_value(points: Sequence[Point]) -> list[Point]:
    """Points among which every value of every key occurs."""
    seen: set[str] = set()
    chosen = []
    for point in points:
        own = set(map(repr, point.settings.items()))
        if not own <= seen:
            chosen.append(point)
            seen |= own
    return chosen


@dataclasses.dataclass(frozen=True)
class Layout:
    """Ranks of a point, threads of a rank (None: as the environment says), points at once, and what starts ranks."""

    ranks: int
    threads: int | None
    jobs: int | None
    launcher: str | None

    @classmethod
    def of(cls, base: Base, ranks: int | None, threads: int | None, jobs: int | None, launcher: str | None) -> Layout:
        """The layout that was asked for, or else that of the base."""
        for name, number in (("ranks", ranks), ("threads", threads), ("jobs", jobs)):
            if number is not None and (not isinstance(number, int) or number < 1):
                raise InputError(f"{name} = {number!r} (must be a whole number from 1 on)")
        return cls(base.ranks if ranks is None else ranks, base.threads if threads is None else threads, jobs, launcher)

    def runs(self, program: str, minutes: float | None) -> Runs:
        """How the points are run here. Points that run at once share the cores, unless the user says otherwise."""
        jobs, threads = self.jobs or 1, self.threads
        if threads is None and jobs > 1 and "OMP_NUM_THREADS" not in os.environ:
            threads = max(1, len(os.sched_getaffinity(0)) // (jobs * self.ranks))
        return Runs(on_ranks(self.ranks, program, self.launcher), environment(threads), jobs, minutes)

    def submit(self, points: Sequence[Point], folder: pathlib.Path, config: pathlib.Path, more: Sequence[str],
               program: str | None) -> None:
        """Submits the points as an array of jobs."""
        layout = [f"--ntasks={self.ranks}", f"--ntasks-per-node={self.ranks}"] if self.ranks > 1 else []
        layout += [f"--cpus-per-task={self.threads}"] if self.threads else []
        chosen = {"FULLFORCE": program, "FULLFORCE_LAUNCHER": self.launcher}
        variables = {name: value for name, value in chosen.items() if value}
        submit_array(points, folder, config, (), [*layout, *more], variables, self.jobs)
