"""Names that were meant: the nearest known one to a name that is not known."""
from __future__ import annotations

from typing import Iterable

from .files.trials_reader import edit_distance


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name with the fewest letters to change."""
    return min(known, key=lambda other: edit_distance(name, other))
