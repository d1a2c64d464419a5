"""Starts a tool from its script."""
from __future__ import annotations

import importlib
import sys

ADVICE = "run it with /usr/bin/python3, after tools/install-dependencies.sh"


def run(name: str) -> int:
    """The exit code of `fullforce.NAME.main()`; 2 where a library that it imports is not installed."""
    try:
        tool = importlib.import_module(f"fullforce.{name}")
    except ImportError as error:
        print(f"{name}.py: error: {error} ({ADVICE})", file=sys.stderr)
        return 2
    return tool.main()
