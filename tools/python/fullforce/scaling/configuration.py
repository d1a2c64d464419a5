"""The configuration of a point, in which every stream learns at every step."""
from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Iterable

from ..errors import ToolError
from ..options import as_toml, own_setting, parse_setting

if TYPE_CHECKING:
    from .points import Case

STEPS_OF_A_TRIAL = 400
Sections = dict[str, dict[str, str]]  # by name, and in each the values by key, as TOML


def configuration(case: Case, settings: Iterable[str]) -> str:
    """The configuration of a case with settings section.key=value of the user, as TOML."""
    sections = own_sections(case)
    for text in settings:
        add_setting(sections, text)
    lines = ["# A point of a scaling study, made by tools/scaling.py."]
    for section, keys in sections.items():
        lines += [f"[{section}]"] + [f"{name} = {value}" for name, value in keys.items()]
    return "\n".join(lines) + "\n"


def own_sections(case: Case) -> Sections:
    """What the study itself sets."""
    trials = case.streams * math.ceil(case.steps / STEPS_OF_A_TRIAL)
    values: dict[str, dict[str, Any]] = {
        "run": {"streams": case.streams, "init_trials": 0, "train_trials": trials, "test_trials": 0},
        "task": {"name": "oscillation"},
        "network": {"neurons": case.neurons, "dt": 0.005},
        "learning": {"precision": case.precision, "update_probability": 1.0},
        "checkpoint": {"every_minutes": 0.0}}
    return {section: {name: as_toml(value) for name, value in keys.items()} for section, keys in values.items()}


def add_setting(sections: Sections, text: str) -> None:
    """Adds a setting of the user; words need no quotes."""
    setting = parse_setting(text)
    section, _, name = setting.key.partition(".")
    if not (section in sections and name and setting.value):
        known = ", ".join(sections)
        raise ToolError(f"--set {text}: not of the form section.key=value, with one of the sections {known}")
    complaint = own_setting(f"{text}: {setting.key}", sections[section], name)
    if complaint:
        raise ToolError(complaint)
    value = setting.value
    is_toml = value in ("true", "false") or value[0] in "\"'+-.0123456789"
    sections[section][name] = value if is_toml else as_toml(value)
