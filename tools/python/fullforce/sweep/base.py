"""What a sweep starts from: a configuration file, a dict of settings, or an object that has settings."""
from __future__ import annotations

import dataclasses
import os
import pathlib
from typing import Any, Mapping

from ..errors import ToolError
from ..options import as_toml
from .grid import OUTPUT, checked_key, plain_value


@dataclasses.dataclass(frozen=True)
class Base:
    """The configuration that the settings of all points are added to, and how many ranks and threads it asks for."""

    toml: str
    name: str = "the base"  # in messages
    ranks: int = 1
    threads: int | None = None


def read_base(base: Any) -> Base:
    """The base that is given as the path of a TOML file, a mapping of settings, or an object.

    Settings map keys to values, as "section.key" or as a mapping for each section. An object has a
    method settings() that returns them. It may have `trials_path`, the trials that it is trained on, and
    `ranks` and `threads`.
    """
    if isinstance(base, (str, os.PathLike)):
        return Base(read_toml(pathlib.Path(base)), os.fspath(base))
    if isinstance(base, Mapping):
        return Base(settings_as_toml(flat_settings(base)))
    if not callable(getattr(base, "settings", None)):
        raise ToolError(f"{type(base).__name__} is no base of a sweep (must be the path of a TOML file, a dict of "
                        "settings, or an object with a method settings())")
    settings = flat_settings(base.settings())
    trials = getattr(base, "trials_path", None)
    if trials is not None:
        settings.update({"task.name": "file", "task.file": str(pathlib.Path(trials).resolve())})
    return Base(settings_as_toml(settings), ranks=getattr(base, "ranks", None) or 1,
                threads=getattr(base, "threads", None))


def read_toml(path: pathlib.Path) -> str:
    """The text of a configuration, which the program itself checks."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ToolError(f"{path}: {error.strerror} (the base of a sweep is a TOML file)") from error
    except UnicodeDecodeError as error:
        raise ToolError(f"{path}: is not a TOML file ({error})") from error


def flat_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with keys section.key, without the output folder, which the sweep sets."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        inner = {f"{key}.{name}": some for name, some in value.items()} if isinstance(value, Mapping) else {key: value}
        flat.update(inner)
    return {checked_key(key): plain_value(key, value) for key, value in flat.items() if key != OUTPUT}


def settings_as_toml(settings: Mapping[str, Any]) -> str:
    """A configuration with these settings."""
    sections: dict[str, list[str]] = {}
    for key, value in settings.items():
        section, _, name = key.partition(".")
        sections.setdefault(section, []).append(f"{name} = {as_toml(value)}")
    return "\n".join("\n".join([f"[{section}]", *lines, ""]) for section, lines in sections.items())
