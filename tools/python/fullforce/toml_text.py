"""TOML as the program writes it: sections of keys with one value each. Python itself reads TOML only from 3.11 on."""
from __future__ import annotations

import json
import re
from typing import Any, Mapping

from .options import as_toml

_SECTION = re.compile(r"\[([\w.-]+)\]\s*(?:#.*)?$")
_ENTRY = re.compile(r"([\w-]+)\s*=\s*(.+)$")
_VALUE = re.compile(r'''("(?:[^"\\]|\\.)*"|'[^']*'|\[[^\]]*\]|[^\s#]+)\s*(?:#.*)?$''')


def read_toml(text: str) -> dict[str, dict[str, Any]]:
    """The sections of a text, each a dictionary of its keys. ValueError names a line that cannot be read."""
    sections: dict[str, dict[str, Any]] = {}
    section: dict[str, Any] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        heading, entry = _SECTION.match(line), _ENTRY.match(line)
        if heading:
            section = sections.setdefault(heading.group(1), {})
        elif entry:
            section[entry.group(1)] = _value(entry.group(2), number)
        else:
            raise ValueError(f"line {number}: {line!r} is neither a [section] nor key = value")
    return sections


def _value(text: str, line: int) -> Any:
    match = _VALUE.match(text)
    if not match:
        raise ValueError(f"line {line}: the value {text!r} is not one of TOML")
    word = match.group(1)
    if word.startswith("'"):
        return word[1:-1]
    if word in ("inf", "+inf", "-inf", "nan"):
        return float(word)
    try:
        # What is left of TOML's values looks as in JSON, except for these.
        return json.loads(word if word[0] in '"[' else word.replace("_", "").lstrip("+"))
    except ValueError:
        raise ValueError(f"line {line}: the value {word} is not one of TOML") from None


def write_toml(sections: Mapping[str, Mapping[str, Any]]) -> str:
    """A text with these sections, whose values are numbers, booleans and strings."""
    return "\n".join(f"[{name}]\n" + "".join(f"{key} = {as_toml(value)}\n" for key, value in keys.items())
                     for name, keys in sections.items())
