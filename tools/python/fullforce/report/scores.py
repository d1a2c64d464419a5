"""The parts of a page that show what a test has found, each number with its definition."""
from __future__ import annotations

from typing import Any

from ..content import Content
from ..definitions import definition, unit
from .html_parts import definitions, note, section, table, text

NO_SCORES = ("trials", "steps", "seconds", "trials_of", "training_trials", "per_trial", "per_output", "per_condition")
FIRST = ("error", "r2")
# Numbers of a part that the table shows, where the part has them.
COLUMNS = ("trials", "error", "squared_error", "r2")
WORST_TRIALS = 8
# What a page warns of.
USED = {"training trials": "the training trials", "training and held-out trials": "some of the training trials"}


def scores(test: Content) -> str:
    """What the test reached, as a row of boxes with their definitions below."""
    found = [name for name, _ in test.items() if name not in NO_SCORES]
    names = [name for name in FIRST if name in found] + [name for name in found if name not in FIRST]
    of = f", {test['trials_of']}" if "trials_of" in test else ""
    cells = [(label(name) + (of if name in FIRST else ""), test[name]) for name in names]
    cells.append(("trials", test["trials"]))
    boxes = "".join(f"<div>{text(name)}<b>{text(value)}</b></div>" for name, value in cells)
    return f'<div class="scores">{boxes}</div>' + on_which_trials(test) + definitions(
        (label(name), definition(name)) for name in names)


def label(name: str) -> str:
    """The name of a score on pages, with its unit where that is seconds."""
    words = {"error": "test error", "r2": "R\u00b2"}.get(name, name.replace("_", " "))
    return f"{words} (s)" if unit(name) == "s" else words


def on_which_trials(test: Content) -> str:
    """A warning where the network was tested on what it was trained with."""
    used = USED.get(test["trials_of"], "") if "trials_of" in test else ""
    return (f'<p class="warning">This test used {used}: it does not say how the network does on others. '
            "task.test_file names trials of the test.</p>") if used else ""


def parts_of_test(test: Content) -> str:
    """Scores by output and by condition, where the run has several."""
    shown = []
    if "per_output" in test:
        shown.append(("By output", part_table(test, "per_output", "name")))
    if "per_condition" in test:
        shown.append(("By condition", part_table(test, "per_condition", "condition")))
    return "".join(section(title, content) for title, content in shown if content)


def part_table(test: Content, name: str, first: str) -> str:
    """A row for each part of the test; nothing where there is only one."""
    rows = test.objects(name)
    columns = [column for column in COLUMNS if any(column in row for row in rows)]
    if len(rows) < 2:
        return ""
    return table(([row[first], *(number(row, column) for column in columns)] for row in rows), True,
                 ["", *map(column_label, columns)])


def worst_trials(test: Content) -> str:
    """The trials with the largest error, where there is more than one; those without an error come last."""
    rows = test.objects("per_trial") if "per_trial" in test else []
    if len(rows) < 2:
        return ""
    has_conditions = any(row["condition"] for row in rows if "condition" in row)
    columns = ["trial", *(["condition"] if has_conditions else []), "steps", "error", "squared_error"]
    worst = sorted(rows, key=error_of, reverse=True)[:WORST_TRIALS]
    cells = ([row[column] if column in row else "" for column in columns] for row in worst)
    return section(f"The {len(worst)} trials with the largest error",
                   table(cells, True, [column_label(column) for column in columns]),
                   note("Trials are called by their row in the trials file, from 0 on, or by their number."))


def error_of(row: Content) -> float:
    error = row.number_or_none("error")
    return -1.0 if error is None else error


def column_label(name: str) -> str:
    return {"error": "error", "r2": "R\u00b2", "squared_error": "squared error"}.get(name, name)


def number(row: Content, column: str) -> Any:
    """A number of a part, which may have none."""
    return row.number_or_none(column) if column in row else ""
