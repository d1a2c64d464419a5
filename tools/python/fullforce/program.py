"""The program as a function: its errors become exceptions, its warnings warnings, and it can be interrupted."""
from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import warnings
from types import MappingProxyType
from typing import Any, Callable, Iterable, Mapping, Optional

from .errors import InputError, RunError, RunWarning, StoppedEarly
from .running import OWN, STOPPED_EARLY, environment, find_program, on_ranks, said_by_others

INPUT_IS_WRONG = 2
MOST_LINES = 8  # that an error quotes of a launcher


class Program:
    """fullforce on `ranks` ranks of `threads` threads each."""

    def __init__(self, program: Optional[str] = None, ranks: int = 1, threads: Optional[int] = None,
                 launcher: Optional[str] = None):
        for name, number in (("ranks", ranks), ("threads", threads)):
            if number is not None and (isinstance(number, bool) or int(number) != number or number < 1):
                raise InputError(f"{name} = {number!r} (must be a whole number from 1 on)")
        self.path = find_program(program)
        self._command = on_ranks(int(ranks), self.path, launcher)
        self._environment = environment(None if threads is None else int(threads))

    def run(self, arguments: Iterable[Any], watch: Callable[[], None] = lambda: None,
            names: Mapping[Any, str] = MappingProxyType({}), apart_from: tuple[str, ...] = ()) -> str:
        """Runs a command to its end; what it printed. `watch` is called every tenth of a second meanwhile.

        `names` says what messages call files that the user did not name, by their paths. Warnings that begin like one
        of `apart_from` are left out, since the caller tells them itself.

        Raises InputError, StoppedEarly or RunError with the program's message. An interruption (Ctrl-C) lets
        a training run write a checkpoint before it goes on its way.
        """
        command = [*self._command, *map(str, arguments)]
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
            code = self._to_the_end(command, said, complained, watch)
            texts = []
            for file in (said, complained):
                file.seek(0)
                texts.append(_renamed(file.read().decode(errors="replace"), names))
        for message in _messages(texts[1], "warning: "):
            if not message.startswith(apart_from):
                warnings.warn(message, RunWarning, stacklevel=3)
        if code != 0:
            raise _error(code, *texts)
        return texts[0]

    def _to_the_end(self, command: list[str], said: Any, complained: Any, watch: Callable[[], None]) -> int:
        try:
            # In a session of its own a terminal's Ctrl-C reaches only Python: mpirun would kill the ranks.
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=complained,
                                       env=self._environment, start_new_session=True)
        except OSError as error:
            raise RunError(f"{command[0]}: cannot be started ({error.strerror})") from error
        try:
            while True:
                try:
                    return process.wait(timeout=0.1)
                except subprocess.TimeoutExpired:
                    watch()
        except BaseException:
            _stop(process)
            raise


def _stop(process: subprocess.Popen) -> None:
    """Lets a run write a checkpoint and end. A second interruption kills it."""
    try:
        process.send_signal(signal.SIGUSR1)  # which mpirun and srun pass on
        process.wait()
    except BaseException:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        raise


def _renamed(text: str, names: Mapping[Any, str]) -> str:
    """Messages that call files by these names. A message that begins with a line of such a file begins behind that."""
    for path, name in names.items():
        there = re.escape(str(path))
        text = re.sub(rf"(?m)^({OWN}\w+: ){there}:\d+: ", r"\1", text)
        text = re.sub(rf'"?{there}"?(:\d+)?', name, text)
    return text


def _messages(text: str, kind: str) -> list[str]:
    """The program's messages of a kind, "error: " or "warning: ". A message may have several lines.

    It ends where a ruler or the name of a host in brackets begins what Open MPI says.
    """
    found: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.startswith(OWN + kind):
            found.append(line[len(OWN + kind):])
        elif inside and line.strip() and not line.startswith((OWN, "---", "===", "[")):
            found[-1] += "\n" + line
            continue
        inside = line.startswith(OWN + kind)
    return found


def _error(code: int, said: str, complained: str) -> Exception:
    own = _messages(complained, "error: ")
    if own:
        message = own[0]
    else:
        message = " ".join((said_by_others(complained) or said_by_others(said))[-MOST_LINES:]) or "it says nothing"
    if code == INPUT_IS_WRONG:
        return InputError(message)
    if code == STOPPED_EARLY:
        reason = own[0] if own else "the run was stopped early"  # all else is said by launchers
        return StoppedEarly(f"{reason} (the same call goes on from its checkpoint)", code)
    ending = f"signal {-code}" if code < 0 else f"exit code {code}"
    return RunError(message if own else f"fullforce ended with {ending}: {message}")
