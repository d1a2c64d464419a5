"""The command fullforce-sweep, which is also tools/sweep.py."""
from __future__ import annotations

import argparse
import json
import pathlib
import re
from typing import Any, Sequence

from .. import errors, options, script
from ..errors import Parser, PointsFailed, ToolError
from ..running import STOPPED_EARLY, find_program
from .columns import expect_possible
from .grid import SEED
from .results import Sweep, read_sweep
from .run import sweep

TOOL = "fullforce-sweep"
EPILOG = """
Each combination of values, times seeds, is a point: a folder of DIR with a network. Finished points are skipped, and
interrupted ones go on; more values or seeds can be added to the same DIR. The table of all points is DIR/sweep.csv, its
figure DIR/sweep.png, and tools/report.py DIR makes a page. Columns are named as in summary.json (test.error) or are
keys (learning.alpha). --submit makes an array of jobs/sweep.sbatch of the missing points, with the options behind it;
give --figures afterwards for table and figure. Exit code 75: points are missing still, 2: a wrong input, 1: a point
failed.
"""


def main() -> int:
    """Does the work of the command, and returns its exit code; errors become one line on standard error."""
    script.draw_into_files()
    return errors.exit_code(TOOL, lambda: work(parse()))


def work(arguments: argparse.Namespace) -> int:
    """Does what the options ask for; the exit code says whether the sweep is complete."""
    if arguments.figures:
        found = read_sweep(arguments.output)
    else:
        expect_columns(arguments)
        found = made(arguments)
    if arguments.submit is None:
        show(found, arguments.table, arguments.plot)
    return STOPPED_EARLY if found.missing and arguments.submit is None else 0


def expect_columns(arguments: argparse.Namespace) -> None:
    """Refuses columns that the table cannot have, which would otherwise be told when all points are trained."""
    names = [*(arguments.table or ()), *(arguments.plot or ())]
    if names and arguments.submit is None:
        expect_possible(names, find_program(arguments.program))


def made(arguments: argparse.Namespace) -> Sweep:
    """The sweep that the options describe. If points have failed, the others are shown before the error is."""
    try:
        return sweep(arguments.base, swept_values(arguments.set), seeds=arguments.seeds, jobs=arguments.jobs,
                     ranks=arguments.ranks, threads=arguments.threads, output=arguments.output,
                     program=arguments.program, launcher=arguments.launcher, minutes=arguments.minutes,
                     submit=arguments.submit is not None, sbatch=arguments.submit or ())
    except PointsFailed:
        show(read_sweep(arguments.output), arguments.table, arguments.plot)
        raise


def show(found: Sweep, columns: Sequence[str] | None, axes: Sequence[str] | None) -> None:
    """Prints the table, and writes it and the figure into the folder of the sweep."""
    if not found.finished:
        print(f"{found.folder}: no point is finished, so there is no table")
        return
    x, y = axes or (None, "test.error")
    figure, table = found.plot(x, y), found.to_csv(columns=columns)
    save_figure(figure, found.folder / "sweep")
    print(found.as_text(columns))
    count = f"{len(found.finished)} of {len(found)} points"
    print(f"{found.folder}: {count} in {table.name}, sweep.png and sweep.pdf")


def save_figure(figure: Any, path: pathlib.Path) -> None:
    """Writes the figure; who wants the help of the command alone needs no Matplotlib."""
    from ..style import save
    save(figure, path)


def swept_values(settings: Sequence[str]) -> dict[str, list[Any]]:
    """The keys of --set with their values."""
    values: dict[str, list[Any]] = {}
    for text in settings:
        key, equals, some = text.partition("=")
        key = key.strip()
        if not equals or not some.strip():
            raise ToolError(f"--set {text} (must be section.key=value,value,...)")
        if key in values:
            raise ToolError(f"--set {text}: {key} is given twice; put all its values behind one --set")
        values[key] = [parsed(word) for word in words(text, some)]
    return values


def words(text: str, values: str) -> list[str]:
    """The values between the commas; a comma between quotes does not separate."""
    found = re.findall(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^,"']*)\s*(?:,|$)""", values)
    found = found[:-1] if len(found) > 1 and not values.rstrip().endswith(",") and not found[-1] else found
    if any(not word.strip() for word in found) or ",".join(found).replace(" ", "") != values.replace(" ", ""):
        raise ToolError(f"--set {text}: a value is missing between commas, or a quote is not closed")
    return [word.strip() for word in found]


def parsed(word: str) -> Any:
    """A value as Python has it: a number or a boolean where it looks like one, else a text."""
    if word[0] == word[-1] == "'":
        return word[1:-1]
    try:
        return json.loads(word.replace("_", "")) if word[0] != '"' else json.loads(word)
    except ValueError:
        pass
    try:
        return float(word)
    except ValueError:
        return word


def seeds(text: str) -> int | list[int]:
    """How many seeds, or which ones."""
    return [int(word) for word in text.split(",")] if "," in text else int(text)


def columns(text: str) -> list[str]:
    """Names between commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def two_columns(text: str) -> list[str]:
    """The names for both axes."""
    found = columns(text)
    if len(found) != 2:
        raise argparse.ArgumentTypeError(f"{text}: must be two columns, X,Y")
    return found


def parse() -> argparse.Namespace:
    """The options of the command line."""
    positive = options.at_least_one("positive")
    parser = Parser(prog=TOOL, description="Train a network for each point of a grid of settings.", epilog=EPILOG)
    parser.add_argument("base", nargs="?", metavar="BASE.toml",
                        help="configuration that all points start from; --figures needs none")
    parser.add_argument("--set", action="append", default=[], metavar="section.key=VALUE,VALUE,...",
                        help="values of a key; may be repeated: all combinations are made")
    parser.add_argument("--seeds", type=seeds, metavar="K", help=f"networks for each combination: {SEED} from 1 to K, "
                        "or those of a list K,K,...; default: that of BASE")
    parser.add_argument("--jobs", type=positive, metavar="J", help="points that run at once; default 1")
    parser.add_argument("--ranks", type=positive, metavar="R", help="ranks of each; default 1")
    parser.add_argument("--threads", type=positive, metavar="T", help="threads of each rank")
    parser.add_argument("--output", metavar="DIR", default="runs/sweep", help="default runs/sweep")
    parser.add_argument("--table", type=columns, metavar="COLUMN,...", help="columns of the table")
    parser.add_argument("--plot", type=two_columns, metavar="X,Y",
                        help="columns of the figure; default: the first key, test.error")
    parser.add_argument("--minutes", type=options.above_zero, metavar="M", help="start nothing after this time")
    parser.add_argument("--program", metavar="PATH", help="fullforce, if it is not found")
    parser.add_argument("--launcher", choices=("mpirun", "srun"), help="what starts the ranks")
    parser.add_argument("--figures", action="store_true", help="show what is there, run nothing")
    parser.add_argument("--submit", nargs=argparse.REMAINDER, metavar="SBATCH_OPTION",
                        help="submit what is missing, with these options of sbatch")
    arguments = parser.parse_args()
    if arguments.base is None and not arguments.figures:
        parser.error("BASE.toml is missing, the configuration that all points start from")
    return arguments
