#!/usr/bin/env python3
"""Checks that Python 3.9 and Matplotlib 3.3 can run every script, and that scripts start the user's Python.

    python.py PROJECT_DIR

A machine with newer versions runs what older ones refuse. So this script knows what came later: syntax, modules, names,
and keyword arguments. It prints file:line for each of them, and for first lines that name one Python for all users. The
exit code is 1 if there is one.
"""
import ast
import os
import pathlib
import re
import sys

FOLDERS = ("tools", "tests")
OLDEST = (3, 9)
FIRST_LINE = "#!/usr/bin/env python3"
# Modules and names that came after Python 3.9 or Matplotlib 3.3, as they are written after a dot or an import.
LATER_NAMES = {
    "tomllib": "Python 3.11 (import it in the function that needs it, with tomli to fall back on)",
    **dict.fromkeys(("pairwise", "bit_count", "NoneType", "UnionType", "EllipsisType", "TypeAlias", "TypeGuard",
                     "ParamSpec", "Concatenate", "aclosing", "covariance", "linear_regression", "orig_argv",
                     "get_annotations"), "Python 3.10"),
    **dict.fromkeys(("StrEnum", "Self", "Never", "assert_never", "UTC", "file_digest", "cbrt", "exp2", "add_note",
                     "ExceptionGroup", "TaskGroup"), "Python 3.11"),
    **dict.fromkeys(("batched", "sumprod", "is_junction"), "Python 3.12"),
    **dict.fromkeys(("bar_label", "subfigures", "supxlabel", "supylabel", "stairs"), "Matplotlib 3.4"),
    "colormaps": "Matplotlib 3.5",
    "ecdf": "Matplotlib 3.8",
}
# (function, keyword): the function under its last name.
LATER_KEYWORDS = {
    ("zip", "strict"): "Python 3.10",
    ("dataclass", "slots"): "Python 3.10",
    ("dataclass", "kw_only"): "Python 3.10",
    ("write_text", "newline"): "Python 3.10",
    ("glob", "root_dir"): "Python 3.10",
    ("TemporaryDirectory", "ignore_cleanup_errors"): "Python 3.10",
    ("Popen", "process_group"): "Python 3.11",
    ("run", "process_group"): "Python 3.11",
    **{(name, "layout"): "Matplotlib 3.5 (constrained_layout=True)"
       for name in ("figure", "Figure", "subplots", "subplot_mosaic")},
    ("set_xticks", "labels"): "Matplotlib 3.5 (set_x_ticks of style.py)",
    ("set_yticks", "labels"): "Matplotlib 3.5 (set_y_ticks of style.py)",
    ("legend", "ncols"): "Matplotlib 3.6 (ncol)",
    **{(name, f"{side}_ratios"): "Matplotlib 3.6 (gridspec_kw)"
       for name in ("subplots", "subplot_mosaic") for side in ("height", "width")},
}
# Two positional arguments are places and labels.
LATER_WITH_TWO_ARGUMENTS = {"set_xticks": "Matplotlib 3.5 (set_x_ticks of style.py)",
                            "set_yticks": "Matplotlib 3.5 (set_y_ticks of style.py)"}


def called(call):
    """The last name of the function that is called."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def inside_functions(tree):
    """The nodes that do not run when the module is imported."""
    functions = (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Lambda)))
    return {inner for function in functions for inner in ast.walk(function)}


def later_names(tree):
    """Yields lines and names that the oldest versions do not have. A function may import a module where it is there."""
    guarded = inside_functions(tree)
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Attribute):
            names = [node.attr]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module] + [alias.name for alias in node.names]
        elif isinstance(node, ast.Import) and node not in guarded:
            names = [alias.name for alias in node.names]
        for name in names:
            if name in LATER_NAMES:
                yield node.lineno, f"{name} needs {LATER_NAMES[name]}"


def later_arguments(tree):
    """Yields lines and arguments that the oldest versions do not take."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        for keyword in node.keywords:
            version = LATER_KEYWORDS.get((name, keyword.arg))
            if version:
                yield node.lineno, f"{name}({keyword.arg}=) needs {version}"
        if len(node.args) > 1 and name in LATER_WITH_TWO_ARGUMENTS:
            yield node.lineno, f"{name} with two arguments needs {LATER_WITH_TWO_ARGUMENTS[name]}"


def annotations_of(tree):
    """The nodes of annotations, which nobody evaluates in a module with `from __future__ import annotations`."""
    if not any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body):
        return set()
    found = [getattr(node, name) for node in ast.walk(tree) for name in ("annotation", "returns")
             if getattr(node, name, None) is not None]
    return {inner for annotation in found for inner in ast.walk(annotation)}


def is_type(node):
    """Whether an operand of | is a type by its looks: None, list[int], or a name such as str or Trial."""
    if isinstance(node, ast.Constant):
        return node.value is None
    name = getattr(node, "attr", getattr(node, "id", ""))
    is_built_in = name in ("str", "int", "float", "bytes", "bool", "dict", "list", "tuple", "set")
    return isinstance(node, ast.Subscript) or is_built_in or re.fullmatch(r"[A-Z][a-z]\w*", name) is not None


def unions(tree):
    """Yields the lines of types X | Y that are evaluated."""
    unused = annotations_of(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and node not in unused \
                and is_type(node.left) and is_type(node.right):
            yield node.lineno, "a type X | Y that is evaluated needs Python 3.10"


def problems(path):
    """Yields lines and what is wrong there."""
    text = path.read_text(encoding="utf-8")
    first = text.split("\n", 1)[0]
    if first.startswith("#!") and first != FIRST_LINE:
        yield 1, f"the first line must be {FIRST_LINE}"
    if os.access(path, os.X_OK) and not first.startswith("#!"):
        yield 1, "a script that can be executed needs a first line that names its interpreter"
    try:
        tree = ast.parse(text, feature_version=OLDEST)
    except SyntaxError as error:
        yield error.lineno, f"Python {'.'.join(map(str, OLDEST))} does not read this ({error.msg})"
        return
    for find in (later_names, later_arguments, unions):
        yield from find(tree)


def main():
    project = pathlib.Path(sys.argv[1])
    files = sorted(path for folder in FOLDERS for path in (project / folder).rglob("*.py"))
    count = 0
    for path in files:
        for line, problem in problems(path):
            print(f"{path.relative_to(project).as_posix()}:{line}: {problem}")
            count += 1
    print(f"{len(files)} scripts and modules, {count} places to change")
    return 1 if count or not files else 0


if __name__ == "__main__":
    sys.exit(main())
