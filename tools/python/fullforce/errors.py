"""Errors that the user can mend, and how a tool ends: with one line that says what is wrong, never a traceback."""
from __future__ import annotations

import argparse
import os
import pathlib
import sys
import traceback
from typing import Callable, NoReturn

from . import standard_output

INTERRUPTED = 130  # what shells show of a program that SIGINT has ended
PACKAGE = pathlib.Path(__file__).resolve().parent


class FullForceError(Exception):
    """What is wrong, for the user; `code` is the exit code of a tool, which prints it as one line."""

    def __init__(self, message: str, code: int = 2):
        super().__init__(message)
        self.code = code


ToolError = FullForceError  # the name under which tools raise it


class InputError(FullForceError, ValueError):
    """Parameters, trials or a file are wrong; no result was written."""


class RunError(FullForceError):
    """A run failed: it diverged, a disk is full, a launcher could not start it."""

    def __init__(self, message: str, code: int = 1):
        super().__init__(message, code)


class StoppedEarly(RunError):
    """A run was stopped and left a good checkpoint: the same call goes on."""


class PointsFailed(RunError):
    """Some points of a study or a sweep failed; the others have their results."""


class RunWarning(UserWarning):
    """What the program warned of."""


class Parser(argparse.ArgumentParser):
    """A command line whose errors are one line too."""

    def error(self, message: str) -> NoReturn:
        raise ToolError(f"{message} (see {self.prog} --help)")


def exit_code(tool: str, work: Callable[[], int]) -> int:
    """Does the work of a tool and returns its exit code.

    A ToolError, or an error of the operating system, is told as what it is. Any other error is a fault of
    the tool and not of its input; it is told with the place that it comes from.
    """
    output = standard_output.watch()
    try:
        code = work()
        output.flush()
    except ToolError as error:
        return _complain(tool, f"error: {error}", error.code)
    except OSError as error:
        return _complain(tool, f"error: {_os_error(error)}", 2)
    except MemoryError:
        return _complain(tool, "error: there is not enough memory", 1)
    except KeyboardInterrupt:
        return _complain(tool, "interrupted", INTERRUPTED)
    except Exception as error:  # a fault of the tool itself
        return _complain(tool, f"internal error, which is a fault of this tool: {_with_place(error)}", 1)
    if output.failure is not None and not isinstance(output.failure, BrokenPipeError):
        return _complain(tool, f"error: standard output: {output.failure.strerror}", code or 1)
    return code


def _complain(tool: str, text: str, code: int) -> int:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    try:
        print(f"{tool}: {' '.join(lines)}", file=sys.stderr)
    except OSError:
        pass  # nobody is there to read it, and the exit code says the rest
    return code


def _os_error(error: OSError) -> str:
    if error.strerror is None:
        return str(error)
    return ": ".join([*(str(name) for name in (error.filename, error.filename2) if name is not None), error.strerror])


def _with_place(error: BaseException) -> str:
    """What happened, and the innermost place in this package; with FULLFORCE_TRACEBACK set the whole way there."""
    if os.environ.get("FULLFORCE_TRACEBACK"):
        traceback.print_exception(type(error), error, error.__traceback__)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if PACKAGE in pathlib.Path(frame.filename).resolve().parents] or frames
    place = pathlib.Path(own[-1].filename).resolve()
    shown = place.relative_to(PACKAGE.parent) if PACKAGE in place.parents else place
    return (f"{type(error).__name__}: {error} ({shown}:{own[-1].lineno}; "
            "FULLFORCE_TRACEBACK=1 shows how it came to that)")
