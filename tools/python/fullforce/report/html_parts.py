"""The parts that a page is put together from; every text is made safe in HTML."""
from __future__ import annotations

import base64
import html
import io
import pathlib
from typing import Any, Iterable, Sequence

from ..style import plt

STYLE = """
:root { color-scheme: light; } \
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 60rem; margin: 2rem auto; \
padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; } \
h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid #ccc; }
table { border-collapse: collapse; } \
th, td { text-align: left; padding: .15rem .9rem .15rem 0; vertical-align: top; font-weight: normal; }
th { color: #555; } td { font-variant-numeric: tabular-nums; } .numbers td, .numbers th { text-align: right; } \
.numbers th:first-child { text-align: left; }
.scores { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0; } \
.scores div { background: #f2f5f8; border-radius: 6px; padding: .5rem .9rem; }
.definitions { color: #555; font-size: .9rem; display: grid; grid-template-columns: max-content 1fr; \
gap: .1rem .9rem; } .definitions dt { font-weight: 600; } .definitions dd { margin: 0; }
.scores b { display: block; font-size: 1.25rem; } \
.warning { background: #fff3cd; padding: .5rem .9rem; border-radius: 6px; }
img { max-width: 100%; height: auto; } \
pre { background: #f6f6f6; padding: .7rem; overflow-x: auto; font-size: 12.5px; }
figcaption, .note { color: #555; font-size: .9rem; } figure { margin: 1rem 0; }
"""


def text(value: Any) -> str:
    """A value as people read it, safe in HTML."""
    if value is None:
        return "none"
    if isinstance(value, bool) or not isinstance(value, float):
        return html.escape(str(value))
    return f"{value:.4g}"


def table(rows: Iterable[Sequence[Any]], numbers: bool = False, head: Sequence[Any] | None = None) -> str:
    """A table whose first column names the rows; `numbers` aligns the cells on the right."""
    parts = [f'<table{" class=numbers" if numbers else ""}>']
    if head:
        parts.append("<tr>" + "".join(f"<th>{text(cell)}</th>" for cell in head) + "</tr>")
    for first, *rest in rows:
        parts.append(f"<tr><th>{text(first)}</th>" + "".join(f"<td>{text(cell)}</td>" for cell in rest) + "</tr>")
    return "".join(parts) + "</table>"


def picture(figure: Any, alternative: str) -> str:
    """A figure of Matplotlib, which is closed, as an embedded image; `alternative` says in words what it shows."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=130)
    plt.close(figure)
    return image(stream.getvalue(), alternative)


def image(png: bytes, alternative: str) -> str:
    """A PNG file as an embedded image."""
    data = base64.b64encode(png).decode()
    return (f'<figure><img alt="{html.escape(alternative)}" src="data:image/png;base64,{data}">'
            "<figcaption></figcaption></figure>")


def note(content: str) -> str:
    """A remark."""
    return f'<p class="note">{html.escape(content)}</p>'


def definitions(entries: Iterable[tuple[str, str]]) -> str:
    """What numbers mean: names with their definitions; those without one are left out."""
    known = [(name, meaning) for name, meaning in entries if meaning]
    if not known:
        return ""
    lines = "".join(f"<dt>{text(name)}</dt><dd>{text(meaning)}</dd>" for name, meaning in known)
    return f'<dl class="definitions">{lines}</dl>'


def section(title: str, *parts: str) -> str:
    """A part of the page with a heading."""
    return f"<h2>{html.escape(title)}</h2>" + "".join(parts)


def page(title: str, folder: pathlib.Path, body: Iterable[str]) -> str:
    """The whole page."""
    return ('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>"
            f"<body><h1>{html.escape(title)}</h1>{note(str(folder))}{''.join(body)}</body></html>\n")
