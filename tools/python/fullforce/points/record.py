"""What the points of a folder are made with, so that a folder never holds points of two studies or sweeps."""
from __future__ import annotations

import json
import pathlib
from typing import Iterable, Sequence

from ..errors import InputError
from ..options import own_setting, parse_setting
from .point import Point, read_result

NEVER_GIVEN = ("network.neurons", "run.seed", "run.output")  # with --set
BASE = "base.toml"


def refuse_own_settings(points: Sequence[Point], settings: Iterable[str]) -> None:
    """Refuses settings for all points whose keys differ between points, or tell points apart."""
    keys = {key for point in points for key in point.settings}
    own = {key for key in keys if len({point.settings.get(key) for point in points}) > 1}.union(NEVER_GIVEN)
    for text in settings:
        key = parse_setting(text).key.strip()
        complaint = own_setting(f"{key}:", own, key)
        if complaint:
            raise InputError(complaint)


def remember_settings(points: Sequence[Point], folder: pathlib.Path, settings: Sequence[str]) -> None:
    """Writes into points.json what each point of the folder is made with.

    Points that are there with other settings, of another study for example, are refused.
    """
    path = folder / "points.json"
    content = read_result(path) if path.exists() else None
    known = {name: content.list(name) for name, _ in content.items()} if content else {}
    for point in points:
        own = sorted(point.settings_as_toml() + list(settings))
        if known.setdefault(point.name, own) != own:
            made_with = " ".join(map(str, known[point.name]))
            raise InputError(f"{point.folder}: was made with {made_with}, not with {' '.join(own)}; give another --output")
    new = path.with_suffix(".json.new")
    new.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    new.replace(path)


def remember_base(folder: pathlib.Path, text: str) -> pathlib.Path:
    """Writes base.toml, the configuration that the settings of all points are added to; its path."""
    refuse_other_base(folder, text)
    path = folder / BASE
    path.write_text(text, encoding="utf-8")
    return path


def refuse_other_base(folder: pathlib.Path, text: str) -> None:
    """Refuses a folder whose points were made with another base; the message tells the first line that differs."""
    path = folder / BASE
    if not path.exists():
        return
    old, new = meaningful_lines(path.read_text(encoding="utf-8", errors="replace")), meaningful_lines(text)
    if old != new:
        gone, come = ([line for line in some if line not in others] for some, others in ((old, new), (new, old)))
        raise InputError(f"{folder}: was made with another base ({_first(gone)} there, {_first(come)} now); "
                        "give another --output")


def _first(lines: Sequence[str]) -> str:
    return lines[0] if lines else "no such line"


def meaningful_lines(text: str) -> list[str]:
    """The lines of a configuration without those that are empty or comments."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
