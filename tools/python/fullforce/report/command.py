"""The command tools/report.py."""
from __future__ import annotations

import argparse
import pathlib

from ..errors import Parser, ToolError
from ..sweep.results import RECORD, read_sweep
from .run_page import run_page
from .study_page import study_page
from .sweep_page import sweep_page


def contents(folder: pathlib.Path) -> str:
    """The page of what a folder holds: a run, a sweep, or a study."""
    if not folder.is_dir():
        raise ToolError(f"{folder}: is not a folder (give the output folder of fullforce train, fullforce-sweep or "
                        "tools/study.py)")
    if (folder / RECORD).exists():
        return sweep_page(read_sweep(folder))
    tables = sorted(folder.glob("*.csv"))
    is_finished = (folder / "summary.json").exists()
    if not is_finished and not tables and list(folder.glob("*/summary.json")):
        raise ToolError(f"{folder}: is a study without its table (run tools/study.py again, or with --figures)")
    is_run = is_finished or (folder / "metrics.csv").exists() or not tables
    return run_page(folder) if is_run else study_page(folder, tables)


def write(arguments: argparse.Namespace) -> int:
    """Writes the page that the options ask for."""
    folder = pathlib.Path(arguments.run)
    output = pathlib.Path(arguments.output) if arguments.output else folder / "report.html"
    text = contents(folder)
    output.write_text(text, encoding="utf-8", errors="backslashreplace")
    print(f"{output}: written")
    return 0


def parse() -> argparse.Namespace:
    """The options of the command line."""
    parser = Parser(description="One HTML page about a run, a sweep or a study.")
    parser.add_argument("run", metavar="RUN",
                        help="output folder of fullforce train, fullforce-sweep or tools/study.py")
    parser.add_argument("--output", metavar="HTML", help="default RUN/report.html")
    return parser.parse_args()


def main() -> int:
    """Does the work of tools/report.py, and returns its exit code."""
    return write(parse())
