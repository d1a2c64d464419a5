#!/usr/bin/env python3
"""Checks that the project's pages are wrapped at 100 columns.

    markdown.py PROJECT_DIR

Lines that cannot be wrapped may be longer: rows of tables, blocks of code, and single words such as addresses. The
script prints file:line for every line that is too long. The exit code is 1 if there is one.
"""
import pathlib
import re
import sys

WIDTH = 100
PAGES = (
    "README.md", "TUTORIAL.md", "MANUAL.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "jobs/README.md",
    "tools/figures/README.md"
)
FENCE = re.compile(r"\s*(```|~~~)")
TABLE_ROW = re.compile(r"\s*\|")
# After the marks of a heading, a quotation or a list, the line has nothing but one word, which may be a link.
ONE_WORD = re.compile(r"[\s>#*+-]*(\d+\.)?\s*\S+\s*$")


def long_lines(text):
    """The numbers of lines that are too long and could be shorter, with their lengths."""
    in_code = False
    for number, line in enumerate(text.splitlines(), start=1):
        if FENCE.match(line):
            in_code = not in_code
        elif len(line) > WIDTH and not (in_code or TABLE_ROW.match(line) or ONE_WORD.match(line)):
            yield number, len(line)


def main():
    project = pathlib.Path(sys.argv[1])
    pages = [page for page in PAGES if (project / page).exists()]
    count = 0
    for page in pages:
        for number, length in long_lines((project / page).read_text(encoding="utf-8")):
            print(f"{page}:{number}: {length} columns")
            count += 1
    print(f"{len(pages)} pages, {count} lines of more than {WIDTH} columns")
    return 1 if count or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
