#!/usr/bin/env python3
"""Checks that every public header compiles alone.

    headers.py PROJECT_DIR COMPILER [FLAG...]

COMPILER knows where MPI is (mpicxx). The exit code is 1 if a header does not compile.
"""
import concurrent.futures
import pathlib
import subprocess
import sys


def hdf5_flags():
    for name in ("hdf5-openmpi", "hdf5"):
        found = subprocess.run(["pkg-config", "--cflags", name], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.split()
    return []


def main():
    project, compiler, *flags = pathlib.Path(sys.argv[1]), *sys.argv[2:]
    include = project / "include"
    headers = sorted(include.rglob("*.hpp"))
    # MPI's own C++ interface was withdrawn long ago. It would not pass without warnings.
    warnings = ["-Wall", "-Wextra", "-Werror", "-DOMPI_SKIP_MPICXX", "-DMPICH_SKIP_MPICXX"]
    options = ["-std=c++20", "-fsyntax-only", "-fopenmp", *warnings, "-x", "c++"]
    command = [compiler, *options, "-I", str(include), *flags, *hdf5_flags(), "-"]

    def compiles(header):
        # The header is included twice, so that one without a guard fails.
        line = f'#include "{header.relative_to(include)}"\n'
        return header, subprocess.run(command, input=line * 2, capture_output=True, text=True, check=False)

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for header, result in pool.map(compiles, headers):
            if result.returncode:
                failed += 1
                print(f"{header}: does not compile alone\n{result.stderr}")
    print(f"{len(headers)} headers, {failed} do not compile alone")
    return 1 if failed or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
