"""Options that several tools have: numbers from 1 on, and --set section.key=value."""
from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
from typing import Any, Callable, Collection

from .errors import InputError


def at_least_one(name: str, complaint: str = "{}: must be at least 1") -> Callable[[str], int]:
    """A type for argparse: a whole number from 1 on. `name` is what messages call it."""
    def convert(text: str) -> int:
        value = int(text)
        if value < 1:
            raise argparse.ArgumentTypeError(complaint.format(text))
        return value

    convert.__name__ = name
    return convert


def above_zero(text: str) -> float:
    """A type for argparse: a number above 0."""
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text}: must be above 0")
    return value


@dataclasses.dataclass(frozen=True)
class Setting:
    """A setting of the configuration as it was given, and its two parts; a part that is not there is empty."""

    text: str
    key: str
    value: str


def parse_setting(text: str) -> Setting:
    """The parts of `section.key=value`."""
    key, _, value = text.partition("=")
    return Setting(text, key, value)


def own_setting(named: str, keys: Collection[str], key: str) -> str | None:
    """The complaint about a setting, called `named`, whose key is one that the study itself sets; else None."""
    return f"--set {named} is what the study itself sets" if key in keys else None


def as_toml(value: object) -> str:
    """A number, string or boolean as TOML, where these look as they do in JSON."""
    return json.dumps(value, ensure_ascii=False)


def plain_value(key: str, value: Any) -> Any:
    """A value of a configuration, also one of NumPy or a path, as one of Python."""
    value = os.fspath(value) if isinstance(value, os.PathLike) else value
    value = value.item() if hasattr(value, "item") and getattr(value, "ndim", 0) == 0 else value
    if not isinstance(value, (bool, int, float, str)):
        raise InputError(f"{key} = {value!r} (must be a number, a text or a boolean)")
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{key} = {value} (must be finite)")
    return value


def add_set_option(parser: argparse.ArgumentParser) -> None:
    """Adds the option --set, which may be repeated."""
    parser.add_argument("--set", action="append", default=[], metavar="section.key=value",
                        help="for all points; may be repeated")
