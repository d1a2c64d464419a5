"""The keys of the configuration by name, with their defaults: those of the program, or of a file that it wrote."""
from __future__ import annotations

import collections
import functools
import os
from typing import Any, Mapping

from .errors import InputError
from .running import complaint, environment, run_quietly
from .toml_text import read_toml
from .words import nearest

OUTPUT = "run.output"


def flat(sections: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Keys section.key of nested ones."""
    return {f"{section}.{key}": value for section, keys in sections.items() for key, value in keys.items()}


def nested(settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Sections of keys section.key."""
    sections: dict[str, dict[str, Any]] = {}
    for name, value in settings.items():
        section, _, key = name.partition(".")
        sections.setdefault(section, {})[key] = value
    return sections


def default_settings(program: str) -> dict[str, Any]:
    """Every key section.key of this program with its default."""
    return dict(_default_settings(program, os.stat(program).st_mtime_ns))


@functools.lru_cache(maxsize=None)
def _default_settings(program: str, _: int) -> Mapping[str, Any]:
    said = run_quietly([program, "--dump-defaults"], env=environment())
    if said.returncode != 0:
        raise InputError(f"{program} --dump-defaults: {complaint(said)}")
    try:
        found = flat(read_toml(said.stdout))
    except ValueError as error:
        raise InputError(f"{program} --dump-defaults: {error} (is it fullforce?)") from None
    if not found:
        raise InputError(f"{program}: is not fullforce (its --dump-defaults prints no key of a configuration)")
    return found


class Keys:
    """The keys section.key with their defaults, and their short names where these are not ambiguous."""

    def __init__(self, defaults: Mapping[str, Any]):
        self.defaults = {key: value for key, value in defaults.items() if key != OUTPUT}
        counts = collections.Counter(key.partition(".")[2] for key in self.defaults)
        self.short = {key: key.partition(".")[2] if counts[key.partition(".")[2]] == 1 else key
                      for key in self.defaults}
        self.full = {short: key for key, short in self.short.items()}

    def resolve(self, name: str, others: tuple[str, ...] = ()) -> str:
        """The key of a short or full name. InputError names the nearest one, which may be one of `others`."""
        if name in self.defaults:
            return name
        if name in self.full:
            return self.full[name]
        known = [*self.defaults, *self.full, *others]
        raise InputError(f"unknown parameter {name} (the nearest known one is {nearest(name, known)})")
