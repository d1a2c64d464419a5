"""Objects of JSON files: what is missing in them, or is not as expected, is an error that names the file."""
from __future__ import annotations

import pathlib
from typing import Any, Iterator, NoReturn

from .errors import ToolError
from .text_files import read_json


class Content:
    """An object of a JSON file, which should be `kind`; `code` is the exit code of the error that it is not.

    Objects in it are Contents too, under names such as train.seconds in messages.
    """

    def __init__(self, values: Any, file: pathlib.Path, kind: str, code: int = 2, place: str = ""):
        self._values, self._file, self._kind, self._code, self._place = values, file, kind, code, place
        if not isinstance(values, dict):
            self._refuse(f"{place or 'it'} is not an object")

    def _refuse(self, reason: str) -> NoReturn:
        raise ToolError(f"{self._file}: is not {self._kind} ({reason})", self._code)

    def _name(self, key: str) -> str:
        return f"{self._place}.{key}" if self._place else key

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __getitem__(self, key: str) -> Any:
        if key not in self._values:
            self._refuse(f"it has no {self._name(key)}")
        value = self._values[key]
        return Content(value, self._file, self._kind, self._code, self._name(key)) if isinstance(value, dict) else value

    def items(self) -> Iterator[tuple[str, Any]]:
        return ((key, self[key]) for key in self._values)

    def part(self, key: str) -> Content:
        """An object in this one."""
        value = self[key]
        if not isinstance(value, Content):
            self._refuse(f"{self._name(key)} is not an object")
        return value

    def parts(self) -> Iterator[tuple[str, Content]]:
        """All entries, which are objects."""
        return ((key, self.part(key)) for key in self._values)

    def number_or_none(self, key: str) -> float | None:
        """A number; None where JSON has null, as for errors that are not finite."""
        value = self[key]
        if value is not None and not _is_number(value):
            self._refuse(f"{self._name(key)} is not a number")
        return value

    def number(self, key: str) -> float:
        """A number."""
        value = self.number_or_none(key)
        if value is None:
            self._refuse(f"{self._name(key)} is not a number")
        return value

    def list(self, key: str) -> list[Any]:
        """A list."""
        value = self[key]
        if not isinstance(value, list):
            self._refuse(f"{self._name(key)} is not a list")
        return value

    def objects(self, key: str) -> list[Content]:
        """A list of objects."""
        return [Content(value, self._file, self._kind, self._code, f"{self._name(key)}[{k}]")
                for k, value in enumerate(self.list(key))]

    def numbers(self, key: str) -> list[float]:
        """A list of numbers, of which there is at least one."""
        values = self.list(key)
        if not values or not all(map(_is_number, values)):
            self._refuse(f"{self._name(key)} is not a list of numbers")
        return values


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def read_content(path: pathlib.Path, kind: str, code: int = 2, **reasons: str) -> Content:
    """The object of a JSON file; for `reasons` see `read_json`."""
    return Content(read_json(path, code=code, **reasons), path, kind, code)
