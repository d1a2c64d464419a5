#!/usr/bin/env python3
"""Checks that a folder includes only what stands below it, and that each library is spoken to in its own folder only.

    floors.py PROJECT_DIR FLOOR=USED,USED... ...

Every floor stands with those that it is built on (src/CMakeLists.txt). The script prints file:line for every violation.
The exit code is 1 if there is one.
"""
import pathlib
import re
import sys

# Each name of a library is confined to these folders, as the table of floors in ARCHITECTURE.md says.
CONFINED = [
    (re.compile(r"\bMPI_(?!Comm\b)\w+|\bPMPI_\w+"), {"parallel"}),
    (re.compile(r"[<\"]mpi\.h[>\"]"), {"parallel"}),
    (re.compile(r"[<\"]omp\.h[>\"]|#\s*pragma\s+omp\b|\bomp_\w+|\b_OPENMP\b"), {"parallel"}),
    (re.compile(r"\br123::|[<\"]Random123/"), {"base"}),
    (re.compile(r"\bH5\w*_\w+|\bH5[A-Z]\w+|\bhid_t\b|[<\"]hdf5\.h[>\"]"), {"io"}),
    (re.compile(r"\btoml::|toml\+\+"), {"config"}),
    (re.compile(r"\bCLI::|CLI/CLI\.hpp"), {"app"}),
    (re.compile(r"\bSpectra::|Spectra/\w+\.h"), {"analysis"}),
]
# HDF5 opens a file on all ranks together, and there the communicator's handle may be passed on.
HDF5_OPEN = re.compile(r"\bMPI_(Comm|Info|INFO_NULL)\b")
INCLUDE = re.compile(r'\s*#\s*include\s*[<"]([^>"]+)[>"]')


def without_comments(text):
    """Returns the code with comments and string literals blanked (include lines kept), line by line as before."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)

    def blank(match):
        line_start = text.rfind("\n", 0, match.start()) + 1
        if match.group().startswith('"') and INCLUDE.match(text[line_start:match.end()]):
            return match.group()
        return re.sub(r"[^\n]", " ", match.group())

    return pattern.sub(blank, text)


def included_floor(name, own_floor, folder):
    """Returns the floor that an include line reaches, or nothing for headers of other libraries."""
    if name.startswith("fullforce/"):
        return name.split("/")[1]
    return own_floor if (folder / name).exists() else None


def floors_below(descriptions):
    """Returns for every floor the set of those below it: what it is built on, and what those are built on."""
    below = {}
    for description in descriptions:  # the lowest floor comes first
        floor, used = description.split("=")
        direct = [name for name in used.split(",") if name]
        below[floor] = set(direct).union(*(below[name] for name in direct))
    return below


def violations(path, floor, below):
    for number, line in enumerate(without_comments(path.read_text(encoding="utf-8")).splitlines(), start=1):
        include = INCLUDE.match(line)
        if include:
            name = include.group(1)
            if ".." in pathlib.PurePosixPath(name).parts:
                yield number, f'"{name}" reaches out of its folder'
            other = included_floor(name, floor, path.parent)
            if other and other != floor and other not in below:
                yield number, f'{floor} includes "{name}", which does not stand below it'
        for pattern, homes in CONFINED:
            found = pattern.search(line)
            if found and floor not in homes and not (floor == "io" and HDF5_OPEN.fullmatch(found.group())):
                yield number, f"{found.group()} belongs to {' and '.join(sorted(homes))}"
        if re.search(r"\bMPI_Comm\b", line) and floor not in ("parallel", "io"):
            yield number, "MPI_Comm belongs to parallel"


def main():
    project = pathlib.Path(sys.argv[1])
    below = floors_below(sys.argv[2:])
    count = checked = 0
    for root in (project / "include" / "fullforce", project / "src"):
        for path in sorted(root.rglob("*.[ch]pp")):
            floor = path.relative_to(root).parts[0]
            checked += 1
            if floor not in below:
                print(f"{path}:1: there is no floor {floor}")
                count += 1
                continue
            for number, message in violations(path, floor, below[floor]):
                print(f"{path}:{number}: {message}")
                count += 1
    print(f"{checked} files, {count} violations")
    return 1 if count or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
