"""The command tools/scaling.py. It needs nothing but Python, and Matplotlib for the figure alone."""
from __future__ import annotations

import argparse
import os
import pathlib
import sys
from typing import Sequence

from .. import options
from ..errors import Parser, ToolError
from .. import script
from . import results, runs
from .points import Point, make_points, points_of, read_points
from .results import MEASURED, PLANNED, Row
from .table import show, write_csv


def report(folder: pathlib.Path, points: Sequence[Point]) -> None:
    """Prints tables of what was measured and planned, and writes them and the figure."""
    measured, planned = results.collect(points, MEASURED), results.collect(points, PLANNED)
    if not measured and not planned:
        print("no point has a result yet")
        return
    tables = ((measured, "Measured (medians over repeats)", "scaling.csv"),
              (planned, "Planned: predictions of the cost model, not measurements", "planned.csv"))
    for rows, title, name in tables:
        if rows:
            show(rows, title)
            write_csv(rows, folder / name)
    draw(measured, planned, folder / "scaling.png")
    missing = sum(not point.training().is_done() for point in points)
    if measured and missing:
        print(f"{missing} of {len(points)} points have no result yet")


def draw(measured: Sequence[Row], planned: Sequence[Row], path: pathlib.Path) -> None:
    """Draws the figure, where Matplotlib is there."""
    try:
        figure = script.load("scaling.figure")
    except ToolError as error:
        print(f"no picture: {error}", file=sys.stderr)
        return
    figure.draw(measured, planned, path)


def work(arguments: argparse.Namespace) -> int:
    """Does what the options ask for."""
    folder, program = pathlib.Path(arguments.folder), arguments.fullforce
    if arguments.plan:
        arguments.repeats = 1
    if not arguments.report:
        make_points(points_of(folder, arguments))
    points = read_points(folder)
    if arguments.submit is not None:
        runs.submit(program, points, arguments.submit)
        return 0
    if arguments.plan:
        runs.plan(program, arguments.machine, points)
    elif not arguments.report:
        runs.run(program, points)
    report(folder, points)
    return 0


def parse() -> argparse.Namespace:
    """The options of the command line."""
    count = options.at_least_one("count", "{} (must be at least 1)")
    parser = Parser(description="A scaling study of fullforce.",
                                     epilog="tools/scaling.py begins with a longer description.")
    parser.add_argument("folder", metavar="FOLDER")
    parser.add_argument("--kind", choices=["strong", "weak"], default="strong")
    parser.add_argument("--neurons", type=count, nargs="+", default=[2048])
    parser.add_argument("--streams", type=count, nargs="+", default=[16])
    parser.add_argument("--precision", choices=["double", "mixed", "single"], nargs="+", default=["single"])
    parser.add_argument("--ranks", type=count, nargs="+", default=[1, 2])
    parser.add_argument("--threads", type=count, nargs="+", default=[1])
    parser.add_argument("--repeats", type=count, default=3)
    parser.add_argument("--steps", type=count, default=800, help="of each run, rounded up to whole trials of 400")
    options.add_set_option(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--submit", nargs=argparse.REMAINDER, metavar="SBATCH_OPTION")
    what.add_argument("--plan", action="store_true")
    what.add_argument("--report", action="store_true")
    parser.add_argument("--machine", metavar="FILE")
    parser.add_argument("--fullforce", default=os.environ.get("FULLFORCE", "fullforce"), metavar="PROGRAM")
    return parser.parse_args()


def main() -> int:
    """Does the work of tools/scaling.py, and returns its exit code."""
    return work(parse())
