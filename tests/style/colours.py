#!/usr/bin/env python3
"""Checks that the Python tools take their colours from style.py alone.

    colours.py PROJECT_DIR

A colour is a hexadecimal one (#0072B2) in any text, or a text that is given to Matplotlib as a colour: a name, a grey,
or a letter in a format such as "k--". The style sheet of pages has colours of its own. The script prints file:line for
every colour that stands elsewhere. The exit code is 1 if there is one.
"""
import ast
import pathlib
import re
import sys

TOOLS = ("tools", "tests/bench")
# Colours may stand in these files: those of figures, and those of the style sheet of pages.
HOMES = ("tools/python/fullforce/style.py", "tools/python/fullforce/report/html_parts.py")
HEXADECIMAL = re.compile(r"#([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b")
# These keywords take a colour, or several.
KEYWORDS = re.compile(r"(\w*color|colors|c|ec|fc|mec|mfc|cmap)$")
NO_COLOUR = ("none", "auto", "face", "")
# These functions take a format, whose letters may include a colour.
FORMATTED = ("plot", "semilogx", "semilogy", "loglog", "errorbar")
MARKS = r"[-.:,ov^<>1-4sp*hH+xXDd|_]*"
FORMAT_WITH_COLOUR = re.compile(MARKS + r"([bgrcmykw]|C\d)" + MARKS + "$")


def texts(node):
    """Yields the texts that an expression may become, and not those that it only looks up or compares."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)
    elif isinstance(node, (ast.List, ast.Tuple)):
        for element in node.elts:
            yield from texts(element)


def given_as_colours(tree):
    """Yields the expressions that are given to a keyword, or in a dictionary, as colours."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg and KEYWORDS.match(node.arg):
            yield node.value
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values):
                if isinstance(key, ast.Constant) and isinstance(key.value, str) and KEYWORDS.match(key.value):
                    yield value


def colours(tree):
    """Yields the line of each colour in a module, and the colour."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for found in HEXADECIMAL.finditer(node.value):
                yield node.lineno, found.group()
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FORMATTED:
            for argument in node.args:
                for text in texts(argument):
                    if FORMAT_WITH_COLOUR.match(text.value):
                        yield text.lineno, text.value
    for value in given_as_colours(tree):
        for text in texts(value):
            if text.value not in NO_COLOUR and not HEXADECIMAL.search(text.value):
                yield text.lineno, text.value


def main():
    project = pathlib.Path(sys.argv[1])
    files = sorted(path for folder in TOOLS for path in (project / folder).rglob("*.py"))
    count = 0
    for path in files:
        name = path.relative_to(project).as_posix()
        if name in HOMES:
            continue
        for line, colour in colours(ast.parse(path.read_text(encoding="utf-8"))):
            print(f'{name}:{line}: "{colour}" belongs to style.py')
            count += 1
    missing = [home for home in HOMES if not (project / home).exists()]
    for home in missing:
        print(f"{home}: there is no such file")
    print(f"{len(files)} files, {count} colours outside of style.py")
    return 1 if count or missing or not files else 0


if __name__ == "__main__":
    sys.exit(main())
