"""The command tools/plot.py."""
from __future__ import annotations

import argparse
import pathlib

from .. import style
from ..errors import Parser, ToolError
from ..files.recording import read_recording
from ..text_files import read_metrics
from . import picture
from .learning import test_of


def draw(arguments: argparse.Namespace) -> int:
    """Draws what the options ask for."""
    folder = pathlib.Path(arguments.run)
    if not folder.is_dir():
        raise ToolError(f"{folder}: is not a folder (give the output folder of fullforce train)")
    path = pathlib.Path(arguments.recording) if arguments.recording else folder / "recording.h5"
    metrics, tests = read_metrics(folder / "metrics.csv"), test_of(folder)
    recording = read_recording(path) if arguments.recording or path.exists() else None
    output = pathlib.Path(arguments.output) if arguments.output else folder / "figure.png"
    style.write(picture.make_figure(recording, metrics, tests), output, dpi=150)
    print(f"{output}: written" + ("" if recording else " (learning curve only: there is no recording)"))
    return 0


def parse() -> argparse.Namespace:
    """The options of the command line."""
    parser = Parser(description="Draw a run: outputs and targets, rates, learning curve.")
    parser.add_argument("run", metavar="RUN_DIR", help="output folder of fullforce train")
    parser.add_argument("--recording", metavar="FILE",
                        help="file of fullforce test --record; default RUN_DIR/recording.h5")
    parser.add_argument("--output", metavar="PNG", help="default RUN_DIR/figure.png")
    return parser.parse_args()


def main() -> int:
    """Does the work of tools/plot.py, and returns its exit code."""
    return draw(parse())
