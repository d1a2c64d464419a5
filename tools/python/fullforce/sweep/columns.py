"""The columns of a sweep's table by their names."""
from __future__ import annotations

from typing import Iterable, Sequence

from ..definitions import DEFINITIONS, last_part
from ..errors import InputError
from ..keys import Keys, default_settings
from ..words import nearest

#: Parts of a summary.json, of which each has columns.
PARTS = ("test", "train", "performance", "memory", "provenance", "trials_file", "test_trials_file", "start_from")
#: Numbers and texts of the part `test` that need no definition.
PLAIN = ("trials", "steps", "training_trials")
#: Columns of a summary.json that belong to no part.
OF_RUN = ("rank", "ranks", "threads", "task")


def full_column(name: str, known: Sequence[str]) -> str:
    """The column that is meant by its name, or by the last part of it where that is the name of no other column."""
    if name in known:
        return name
    meant = [column for column in known if last_part(column) == name]
    if len(meant) > 1:
        raise InputError(f"the column {name} may be {' or '.join(meant)} (give the whole name)")
    if not meant:
        raise InputError(f"the points have no column {name} (the nearest is {nearest(name, known)})")
    return meant[0]



def expect_possible(names: Iterable[str], program: str) -> None:
    """Refuses names that no point of this program can have as a column, before any point is trained."""
    keys = Keys(default_settings(program))
    of_test = [f"test.{name}" for name in (*DEFINITIONS, *PLAIN)]
    known = [*keys.defaults, *keys.short.values(), *DEFINITIONS, *PLAIN, *OF_RUN, *of_test]
    for name in names:
        part = name.partition(".")[0]
        if name not in known and (part == "test" or part == name or part not in PARTS):
            raise InputError(f"the points will have no column {name} (the nearest is {nearest(name, known)})")
