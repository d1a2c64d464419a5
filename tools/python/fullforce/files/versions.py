"""Versions of files, and what to do about one that is not known here."""
from __future__ import annotations

#: The version of every kind of file but trials, and of every section of a network file, that is read here.
VERSION = 1
#: The oldest and the newest version of trials files. Masks, conditions and names of channels came
#: with version 2, and targets of neurons with version 3.
OLDEST_TRIALS, NEWEST_TRIALS = 1, 3

#: The sections of a network file that are known here. Each has a version of its own.
SECTIONS = ("basis", "connectivity", "current_moments", "definition_probe", "drive", "group_rls", "rate_neurons",
            "shared_gain_rls", "streams", "target_modes")


def as_text(number: float) -> str:
    """A number as the program writes it."""
    return repr(float(number)).removesuffix(".0")


def version_problem(found: float, newest: int = VERSION, oldest: int = VERSION) -> str:
    """What is wrong with a file of this version, with what to do, in the program's words; empty if nothing is."""
    if oldest <= found <= newest and found == int(found):
        return ""
    text = f"format_version = {as_text(found)}"
    known = f"version {newest}" if oldest == newest else f"versions {oldest} to {newest}"
    if found > newest:
        return f"{text}, and this program reads {known}; use a newer fullforce to read the file"
    return f"{text} (this program reads {known})"
