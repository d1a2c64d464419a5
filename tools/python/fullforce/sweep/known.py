"""What the folder of a sweep holds already: points that need not be trained again, and the files that they used."""
from __future__ import annotations

import pathlib
from typing import Any, Mapping, Optional, Sequence

from ..errors import InputError
from ..files.seal import seal_text
from ..keys import OUTPUT
from ..points import Point
from ..running import complaint, environment, run_quietly
from .grid import one_form
from .results import RECORD, read_sweep

#: The sections of a summary.json that name a trials file and its fingerprint.
TRIALS = ("trials_file", "test_trials_file")


def points_in(folder: pathlib.Path) -> list[Point]:
    """The points of the sweep in a folder; none where there is no sweep yet."""
    return read_sweep(folder).points if (folder / RECORD).is_file() else []


def reused(points: Sequence[Point], known: Sequence[Point], base: Mapping[str, Any]) -> list[Point]:
    """The points, of which those with the configuration of a known point are that point.

    The same network may have several names: a key that is added to a sweep has its base's value in earlier points.
    `base` has the values of the keys that a point does not set.
    """
    by_configuration = {_configuration(point, base): point for point in reversed(known)}
    names = {point.name for point in known}
    return [point if point.name in names else by_configuration.get(_configuration(point, base), point)
            for point in points]


def _configuration(point: Point, base: Mapping[str, Any]) -> frozenset[tuple[str, bool, Any]]:
    """All that decides what a point learns."""
    every = {key: one_form(value) for key, value in {**base, **point.settings}.items() if key != OUTPUT}
    return frozenset((key, isinstance(value, bool), value) for key, value in every.items())


def refuse_changed_files(points: Sequence[Point], program: str) -> None:
    """Refuses to go on where a file that a finished point used has another content now."""
    now: dict[str, Optional[str]] = {}
    for point in points:
        if not point.summary_path.exists():
            continue
        for path, then, kind in _used_files(point):
            if path not in now:
                now[path] = seal_text(path) if kind == "seal" else _fingerprint(path, program)
            if now[path] not in (None, then):
                raise InputError(f"{path}: has another content ({kind} {now[path]}) than when {point.folder} was made "
                                 f"from it ({kind} {then}); give the former file, or another output")


def _used_files(point: Point) -> list[tuple[str, str, str]]:
    """The files that a finished point used, with their checksums and what these are called."""
    summary = point.summary()
    kinds = {**dict.fromkeys(TRIALS, "fingerprint"), "start_from": "seal"}
    parts = [(summary.part(name), kind) for name, kind in kinds.items() if name in summary]
    return [(str(part["path"]), str(part[kind]), kind) for part, kind in parts]


def _fingerprint(path: str, program: str) -> Optional[str]:
    """The fingerprint of a trials file as the program tells it; None where the file is not there."""
    if not pathlib.Path(path).exists():
        return None
    said = run_quietly([program, "info", path], env=environment())
    if said.returncode != 0:
        raise InputError(f"{path}: {complaint(said)}")
    _, found, rest = said.stdout.partition("fingerprint ")
    return rest.split()[0] if found else None
