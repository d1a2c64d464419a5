#!/usr/bin/env python3
"""One page about a run, a sweep or a study: an HTML file with everything inside, for any browser, offline.

report.py RUN [--output HTML]

RUN is the output folder of `fullforce train`, of tools/sweep.py, or of tools/study.py. Of a run the page shows what
summary.json and metrics.csv hold, and more where these files are there too: recording.h5 (`fullforce test --record`),
analysis.h5 (`fullforce analyze --output`). Of a sweep it shows the best point, a figure and the table. The page is
RUN/report.html unless --output says otherwise. Exit code 2, with a message, when an input is missing or malformed.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "python"))

from fullforce import script  # noqa: E402

if __name__ == "__main__":
    sys.exit(script.run("report"))
