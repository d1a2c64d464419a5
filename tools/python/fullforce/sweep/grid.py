"""The grid of a sweep: the settings of every point, and the names of their folders."""
from __future__ import annotations

import itertools
import re
from typing import Any, Iterable, Mapping, Sequence, Union

from ..errors import InputError
from ..options import plain_value

SEED, OUTPUT = "run.seed", "run.output"
#: How many seeds, from 1 on, or which ones; None leaves the seed to the base.
Seeds = Union[int, Iterable[int], None]
Settings = dict[str, Any]


def grid(values: Mapping[str, Iterable[Any]], seeds: Seeds = None) -> dict[str, Settings]:
    """The settings of each point under the name of its folder.

    `values` maps keys section.key to lists of values; the points are all combinations, times the seeds.
    """
    axes = {checked_key(key): checked_values(key, some) for key, some in values.items()}
    if seeds is not None:
        if SEED in axes:
            raise InputError(f"{SEED}: is swept over and given by seeds too; leave one of them out")
        axes[SEED] = checked_seeds(seeds)
    if not axes:
        raise InputError("a sweep needs a key with its values, or seeds")
    labels = short_names(list(axes))
    points: dict[str, Settings] = {}
    for combination in itertools.product(*axes.values()):
        settings = dict(zip(axes, combination))
        name = "_".join(f"{labels[key]}-{value_name(value)}" for key, value in settings.items())
        if name in points:
            raise InputError(f"two points would share the folder {name}: {points[name]} and {settings}")
        points[name] = settings
    return points


def checked_key(key: Any) -> str:
    """A key section.key that a sweep can change."""
    if not isinstance(key, str) or not re.fullmatch(r"[a-z_]+\.[A-Za-z_]+", key):
        raise InputError(f"{key}: is not a key of the configuration (these look like learning.alpha)")
    if key == OUTPUT:
        raise InputError(f"{key}: is what the sweep itself sets, for each point")
    return key


def checked_values(key: str, values: Any) -> list[Any]:
    """The values of a key as numbers, texts or booleans of Python, of which no two are the same."""
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise InputError(f"{key} = {values!r} (must be a list of values)")
    plain = [one_form(plain_value(key, value)) for value in values]
    if not plain:
        raise InputError(f"{key}: its list of values is empty")
    for k, value in enumerate(plain):
        if any(value == other and isinstance(value, bool) == isinstance(other, bool) for other in plain[:k]):
            raise InputError(f"{key}: its list has the value {value} twice")
    return plain


def one_form(value: Any) -> Any:
    """A value in the form that all its spellings have, so that 1.0 and 1e0 are the point of 1."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def checked_seeds(seeds: Seeds) -> list[int]:
    """The seeds: 1, 2, ... or those of a list."""
    if isinstance(seeds, int) and not isinstance(seeds, bool):
        if seeds < 1:
            raise InputError(f"seeds = {seeds} (must be at least 1)")
        return list(range(1, seeds + 1))
    chosen = checked_values("seeds", seeds)
    for seed in chosen:
        if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
            raise InputError(f"seeds: {seed!r} is not a seed (a whole number from 0 on)")
    return chosen


def short_names(keys: Sequence[str]) -> dict[str, str]:
    """The last part of each key; all of it where two have the same last part."""
    last = {key: key.rpartition(".")[2] for key in keys}
    shared = {name for name in last.values() if list(last.values()).count(name) > 1}
    return {key: key.replace(".", "-") if name in shared else name for key, name in last.items()}


def value_name(value: Any) -> str:
    """A value as a part of the name of a folder."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return re.sub(r"[^A-Za-z0-9.+-]+", "-", text).strip("-.") if isinstance(value, str) else text
