#!/usr/bin/env python3
"""A picture of a run: output against target, rates against target rates, learning curve.

plot.py RUN_DIR [--recording FILE] [--output PNG]

RUN_DIR is the output folder of `fullforce train`; the learning curve is its metrics.csv. The recording is what
`fullforce test --record FILE` wrote (default RUN_DIR/recording.h5, left out of the picture if that does not exist).
Exit code 2, with a message, when an input is missing or malformed.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "python"))

from fullforce import script  # noqa: E402

if __name__ == "__main__":
    sys.exit(script.run("plot"))
