"""The command tools/study.py: makes the points of a study that are missing, then its table and figure."""
from __future__ import annotations

import argparse
import pathlib

from .. import options
from ..errors import Parser, ToolError
from ..points import Runs, missing, refuse_own_settings, remember_base, remember_settings, submit
from ..running import STOPPED_EARLY, environment, find_program, on_ranks
from ..studies import STUDIES
from ..studies.design import CONFIG, Request
from .results import write_results

EPILOG = """
STUDY: neurons (test error against N, both rules), noise (in training and test), spectra (eigenvalues and principal
components), hints (ready-set-go with and without), comparison (delayed comparison with and without), streams,
precision (mixed and single against double), alpha (test error against learning.alpha), lyapunov (random networks
against theory), groups (neurons that share their presynaptic partners), partial (test error against
learning.plastic_fraction). A point is a folder of DIR (default runs/STUDY); finished ones are skipped, interrupted
ones go on. --minutes starts nothing after that time, --figures nothing at all. --slurm submits what is missing as an array of
jobs/sweep.sbatch, with the options behind it; run the study again afterwards for the tests and the figure. Exit code
75: points are missing still (the figure shows what is there), 2: a wrong input, 1: a point failed.
"""


def runs(arguments: argparse.Namespace) -> Runs:
    """How the options say that points are run."""
    command = on_ranks(arguments.ranks, find_program(arguments.program))
    return Runs(command, environment(), arguments.jobs, arguments.minutes)


def work(arguments: argparse.Namespace) -> int:
    """Does what the options ask for; the exit code says whether the study is complete."""
    study, folder = STUDIES[arguments.study], pathlib.Path(arguments.output or f"runs/{arguments.study}")
    if arguments.sizes and len(arguments.sizes) > 1 and not study.is_over_sizes:
        sizes = ",".join(map(str, arguments.sizes))
        raise ToolError(f"--sizes {sizes}: the study {arguments.study} takes one size")
    points = study.points(Request(folder, range(1, (arguments.seeds or study.seeds) + 1), arguments.sizes))
    if not arguments.figures:
        folder.mkdir(parents=True, exist_ok=True)
        refuse_own_settings(points, arguments.set)
        remember_settings(points, folder, arguments.set)
        todo, config = missing(points), remember_base(folder, CONFIG)
        if todo and arguments.slurm is not None:
            submit(todo, folder, config, arguments.set, arguments.slurm)
            return 0
        if todo:
            runs(arguments).train(todo, config, arguments.set)
    write_results(study, arguments.study, points, folder)
    return STOPPED_EARLY if missing(points) else 0


def parse() -> argparse.Namespace:
    """The options of the command line."""
    def sizes(text: str) -> list[int]:
        return [positive(n) for n in text.split(",")]

    positive = options.at_least_one("positive")
    parser = Parser(description="Run a study of many networks and draw its figure.", epilog=EPILOG)
    parser.add_argument("study", choices=list(STUDIES))
    parser.add_argument("--output", metavar="DIR", help="default runs/STUDY")
    parser.add_argument("--seeds", type=positive, help="networks for each setting; seeds 1, 2, ...")
    parser.add_argument("--sizes", type=sizes, help="numbers of neurons: several for neurons, one for the others")
    options.add_set_option(parser)
    parser.add_argument("--minutes", type=options.above_zero, help="start nothing after this time")
    parser.add_argument("--jobs", type=positive, default=1, help="points that run at once")
    parser.add_argument("--ranks", type=positive, default=1, help="ranks of each")
    parser.add_argument("--program", metavar="PATH", help="fullforce, if it is not found")
    parser.add_argument("--figures", action="store_true", help="draw what is there, run nothing")
    parser.add_argument("--slurm", nargs=argparse.REMAINDER,
                        help="submit what is missing, with these options of sbatch")
    return parser.parse_args()


def main() -> int:
    """Does the work of tools/study.py, and returns its exit code."""
    return work(parse())
