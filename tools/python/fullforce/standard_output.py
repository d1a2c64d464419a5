"""Standard output of tools: a reader that goes away, or a full disk behind it, does not end the work."""
from __future__ import annotations

import io
import os
import sys
from typing import TextIO


class Progress(io.TextIOBase):
    """Passes text on to a stream until the stream fails; what comes later is lost, and `failure` says why.

    What tools make stands in files, so that the text is only progress.
    """

    def __init__(self, stream: TextIO):
        self.stream = stream
        self.failure: OSError | None = None

    def write(self, text: str) -> int:
        self._try(lambda: self.stream.write(text))
        return len(text)

    def flush(self) -> None:
        self._try(self.stream.flush)

    def _try(self, action) -> None:
        if self.failure is not None:
            return
        try:
            action()
        except OSError as error:
            self.failure = error
            # Python flushes what is left when it ends, and would complain once more.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)


def watch() -> Progress:
    """Standard output from now on. Names of files may have bytes that no encoding has a character for."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout = Progress(sys.stdout)
    return sys.stdout
