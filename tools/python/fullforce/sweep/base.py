"""What a sweep starts from: a configuration file, a dict of settings, or an object that has settings."""
from __future__ import annotations

import dataclasses
import os
import pathlib
from typing import Any, Callable, Mapping, Optional

from ..errors import InputError
from ..files.trials import Trial, read_trials
from ..keys import flat, nested
from ..options import plain_value
from ..toml_text import read_toml, write_toml
from .grid import OUTPUT, checked_key

FullName = Callable[[str], str]


@dataclasses.dataclass(frozen=True)
class Base:
    """The configuration that the settings of all points are added to, and how many ranks and threads it asks for."""

    toml: str
    name: str = "the base"  # in messages
    ranks: int = 1
    threads: Optional[int] = None

    @property
    def settings(self) -> dict[str, Any]:
        """The keys section.key of the configuration."""
        try:
            return flat(read_toml(self.toml))
        except ValueError as error:
            raise InputError(f"{self.name}: {error}") from None

    def having(self, settings: Mapping[str, Any]) -> Base:
        """The same with other values of some keys."""
        return dataclasses.replace(self, toml=write_toml(nested({**self.settings, **settings})))


def read_base(base: Any, full_name: FullName = str) -> Base:
    """The base that is given as the path of a TOML file, a mapping of settings, or an object.

    Settings map keys to values, as "section.key" or as a mapping for each section; `full_name` gives the
    key of a name without a section. An object has a method settings() that returns them, and may have
    `ranks` and `threads`.
    """
    if isinstance(base, (str, os.PathLike)):
        return Base(text_of(pathlib.Path(base)), os.fspath(base))
    if isinstance(base, Mapping):
        return Base(as_toml(base, full_name))
    if not callable(getattr(base, "settings", None)):
        raise InputError(f"{type(base).__name__} is no base of a sweep (must be the path of a TOML file, a dict of "
                         "settings, or an object with a method settings())")
    return Base(as_toml(base.settings(), full_name), ranks=getattr(base, "ranks", None) or 1,
                threads=getattr(base, "threads", None))


def text_of(path: pathlib.Path) -> str:
    """The text of a configuration, which the program itself checks."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror} (the base of a sweep is a TOML file)") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not a TOML file ({error})") from error


def as_toml(settings: Mapping[str, Any], full_name: FullName) -> str:
    """A configuration of settings, without the output folder, which the sweep sets."""
    flat_settings: dict[str, Any] = {}
    for key, value in settings.items():
        inner = {f"{key}.{name}": some for name, some in value.items()} if isinstance(value, Mapping) else {key: value}
        flat_settings.update({full_name(name): some for name, some in inner.items()})
    return write_toml(nested({checked_key(key): plain_value(key, value) for key, value in flat_settings.items()
                              if key != OUTPUT}))


def trained_on(base: Any) -> dict[str, tuple[list[Trial], float]]:
    """The trials, with their dt, that an estimator has been fitted to, and those of its test, by the keys of files."""
    path = None if isinstance(base, (str, os.PathLike, Mapping)) else getattr(base, "trials_path", None)
    if path is None:
        return {}
    files = {"task.file": pathlib.Path(path), "task.test_file": pathlib.Path(path).with_name("test_trials.h5")}
    return {key: tuple(read_trials(file)[:2]) for key, file in files.items() if file.exists()}
