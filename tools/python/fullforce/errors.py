"""Errors that the user can mend, and how a tool ends on one."""
from __future__ import annotations

import sys
from typing import Callable


class ToolError(Exception):
    """One line that says what is wrong, for the user; `code` is the exit code of the tool."""

    def __init__(self, message: str, code: int = 2):
        super().__init__(message)
        self.code = code


def exit_code(tool: str, work: Callable[[], int], os_error_code: int = 2) -> int:
    """Does the work of a tool and returns its exit code.

    A ToolError, or an error of the operating system, becomes one line on standard error.
    """
    try:
        return work()
    except ToolError as error:
        print(f"{tool}: error: {error}", file=sys.stderr)
        return error.code
    except OSError as error:
        print(f"{tool}: error: {error}", file=sys.stderr)
        return os_error_code
