"""The page of a sweep: its best point, the figure, and the table of all points."""
from __future__ import annotations

import html
from typing import Any

from ..definitions import definition
from ..points.record import BASE
from ..sweep.grid import SEED
from ..sweep.results import TRIALS_OF, Row, Sweep
from .html_parts import definitions, note, page, picture, section, table, text

SCORE = "test.error"


def sweep_page(sweep: Sweep) -> str:
    """The page of a sweep, also of one that is not finished."""
    title = f"Sweep over {', '.join(sweep.keys) or SEED}"
    if not sweep.finished:
        return page(title, sweep.folder, [state(sweep), base(sweep)])
    rows = sweep.rows()
    body = [state(sweep), best(sweep, rows), trials_note(sweep), figure(sweep), points_table(sweep), base(sweep),
            section("Provenance of the first point", table(sweep.finished[0].summary().part("provenance").items()))]
    return page(title, sweep.folder, body)


def state(sweep: Sweep) -> str:
    """How many points are finished, if it is not all of them."""
    if not sweep.missing:
        return ""
    names = ", ".join(point.name for point in sweep.missing[:5]) + (", ..." if len(sweep.missing) > 5 else "")
    return (f'<p class="warning">{len(sweep.finished)} of {len(sweep)} points are finished; {text(names)} '
            f"{'are' if len(sweep.missing) > 1 else 'is'} missing. The same command goes on.</p>")


def best(sweep: Sweep, rows: list[Row]) -> str:
    """The point with the smallest test error, as boxes."""
    known = [row for row in rows if isinstance(row.get(SCORE), (int, float))]
    if not known:
        return ""
    row = min(known, key=lambda row: row[SCORE])
    names = [name for name in sweep.default_columns() if name not in (SCORE, TRIALS_OF, *sweep.keys)]
    cells = [("smallest test error", row[SCORE])] + [(name, row.get(name)) for name in (*sweep.keys, *names)]
    boxes = "".join(f"<div>{text(name)}<b>{text(value)}</b></div>" for name, value in cells)
    meaning = definitions([("test error", definition("error"))])
    warning = note("The best of many points looks better than it is: test it on trials that did not choose it.")
    return f'<div class="scores">{boxes}</div>{meaning}{warning}'


def trials_note(sweep: Sweep) -> str:
    """Which trials the tests used, where the runs say it."""
    found = sweep.trials_of()
    kind = "warning" if "training trials" in found else "note"
    return f'<p class="{kind}">The tests used {text(found)}.</p>' if found else ""


def figure(sweep: Sweep) -> str:
    """The error over the first key, where the points have one."""
    x = (sweep.keys or [SEED])[0]
    if not any(isinstance(row.get(SCORE), (int, float)) for row in sweep.rows()):
        return ""
    return section("Test error", picture(sweep.plot(x, SCORE), f"{SCORE} over {x}"))


def points_table(sweep: Sweep) -> str:
    """All points in the order of the grid."""
    records = sweep.records()
    columns = list(records[0])
    cells = [[point.name, *map(cell, record.values())] for point, record in zip(sweep.finished, records)]
    meanings = definitions((name, definition(name)) for name in columns if name != SCORE)
    advice = note("More columns: fullforce-sweep --output DIR --figures --table COLUMN,...")
    return section("Points", table(cells, True, ["folder", *columns]), meanings, advice)


def cell(value: Any) -> Any:
    return "-" if value is None else value


def base(sweep: Sweep) -> str:
    """The configuration that all points start from."""
    content = (sweep.folder / BASE).read_text(encoding="utf-8", errors="replace")
    return section("Base of all points", f"<pre>{html.escape(content)}</pre>")
