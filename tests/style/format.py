#!/usr/bin/env python3
"""Checks that every C++ source and header is as clang-format would write it (.clang-format).

    format.py PROJECT_DIR

The exit code is 1 if a file differs, and 77 (skipped) if there is no clang-format.
"""
import pathlib
import shutil
import subprocess
import sys

FOLDERS = ("include", "src", "tests")


def main():
    project = pathlib.Path(sys.argv[1])
    program = shutil.which("clang-format")
    if program is None:
        print("skipped: there is no clang-format (tools/install-dependencies.sh)")
        return 77
    files = sorted(path for folder in FOLDERS for path in (project / folder).rglob("*.[ch]pp"))
    result = subprocess.run([program, "--dry-run", "-Werror", *files], capture_output=True, text=True, check=False)
    print(result.stderr, end="")
    verdict = "all formatted" if result.returncode == 0 else "not all formatted: run clang-format -i on them"
    print(f"{len(files)} files, {verdict}")
    return 1 if result.returncode or not files else 0


if __name__ == "__main__":
    sys.exit(main())
