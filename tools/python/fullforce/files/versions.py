"""Versions of files, and what to do about one that is not known here."""
from __future__ import annotations

#: The version of every kind of file, and of every section of a network file, that is read here.
VERSION = 1

#: The sections of a network file that are known here. Each has a version of its own.
SECTIONS = ("basis", "connectivity", "current_moments", "definition_probe", "drive", "rate_neurons", "shared_gain_rls",
            "streams", "target_modes")


def as_text(number: float) -> str:
    """A number as the program writes it."""
    return repr(float(number)).removesuffix(".0")


def version_problem(found: float, known: int = VERSION) -> str:
    """What is wrong with a file of this version, with what to do, in the program's words; empty if nothing is."""
    if found == known:
        return ""
    text = f"format_version = {as_text(found)}"
    if found > known:
        return f"{text}, and this program reads version {known}; use a newer fullforce to read the file"
    return f"{text} (this program reads version {known})"
