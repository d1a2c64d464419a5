"""The progress of a training run as one line on standard error, from the lines of its metrics.csv."""
from __future__ import annotations

import pathlib
import sys
import time

WIDTH = 30


class ProgressBar:
    """Shows how many of `trials` training trials have ended; `shown` is None where a terminal decides."""

    def __init__(self, metrics: pathlib.Path, trials: int, shown: bool | None = None):
        self.metrics, self.trials = metrics, trials
        self.shown = sys.stderr.isatty() if shown is None else shown
        self._start, self._first, self._text = time.monotonic(), None, ""

    def update(self) -> None:
        """Draws the bar anew where something has changed."""
        if not self.shown:
            return
        text = self._line()
        if text != self._text:
            padding = " " * (len(self._text) - len(text))
            sys.stderr.write(f"\r{text}{padding}")
            sys.stderr.flush()
            self._text = text

    def close(self) -> None:
        """Ends the line."""
        self.update()
        if self._text:
            sys.stderr.write("\n")
            sys.stderr.flush()

    def _line(self) -> str:
        done, error = self._last()
        if self._first is None:
            self._first = done
        filled = WIDTH * done // max(1, self.trials)
        text = f"[{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{self.trials} trials"
        text += f", error {error:.3g}" if error is not None else ""
        if self._first < done < self.trials:
            left = (time.monotonic() - self._start) / (done - self._first) * (self.trials - done)
            text += f", {int(left) // 60}:{int(left) % 60:02d} left"
        return text

    def _last(self) -> tuple[int, float | None]:
        """The number of trials that have ended, and the error of the last one."""
        try:
            lines = self.metrics.read_text(encoding="utf-8").split("\n")
        except OSError:
            return 0, None
        columns, rows = lines[0].split(","), lines[1:-1]  # the last line may not be whole
        try:
            return len(rows), float(rows[-1].split(",")[columns.index("error")])
        except (IndexError, ValueError):
            return len(rows), None
