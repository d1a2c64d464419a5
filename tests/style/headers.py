#!/usr/bin/env python3
"""Checks that every public header compiles alone.

    headers.py PROJECT_DIR COMPILER [FLAG...]

COMPILER knows where MPI is (mpicxx). The exit code is 1 if a header does not compile.

Most of the time goes into the standard headers, so one call of the compiler checks a chain of headers: each is in all
that the next one includes. What stands before a header in its chain is thus nothing that it could have forgotten.
"""
import concurrent.futures
import pathlib
import re
import subprocess
import sys


def hdf5_flags():
    for name in ("hdf5-openmpi", "hdf5"):
        found = subprocess.run(["pkg-config", "--cflags", name], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.split()
    return []


def included_by(include, header, known):
    """Returns every header of the project that a header includes, itself or through others; `known` holds what was found."""
    if header not in known:
        lines = re.findall(r'^#include "(fullforce/[^"]+)"', (include / header).read_text(), re.MULTILINE)
        known[header] = set(lines).union(*(included_by(include, name, known) for name in lines))
    return known[header]


def chains_of(included):
    """Returns all headers in as few chains as are easily found; each header includes the one before it in its chain."""
    by_size = sorted(included, key=lambda header: (len(included[header]), header))
    chains = []
    while by_size:
        chain = [by_size.pop()]
        for header in reversed(by_size):
            if header in included[chain[0]]:
                chain.insert(0, header)
        by_size = [header for header in by_size if header not in chain]
        chains.append(chain)
    return chains


def main():
    project, compiler, *flags = pathlib.Path(sys.argv[1]), *sys.argv[2:]
    include = project / "include"
    headers = sorted(str(header.relative_to(include)) for header in include.rglob("*.hpp"))
    included = {}
    for header in headers:
        included_by(include, header, included)
    # MPI's own C++ interface was withdrawn long ago. It would not pass without warnings.
    warnings = ["-Wall", "-Wextra", "-Werror", "-DOMPI_SKIP_MPICXX", "-DMPICH_SKIP_MPICXX"]
    options = ["-std=c++20", "-fsyntax-only", "-fopenmp", *warnings, "-x", "c++"]
    command = [compiler, *options, "-I", str(include), *flags, *hdf5_flags(), "-"]

    def compiles(chain):
        # Each header is included twice, so that one without a guard fails.
        lines = "".join(f'#include "{header}"\n' * 2 for header in chain)
        return chain, subprocess.run(command, input=lines, capture_output=True, text=True, check=False)

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for chain, result in pool.map(compiles, chains_of(included)):
            if result.returncode:
                failed += 1
                print(f"of these, each before what includes it, one does not compile alone: {', '.join(chain)}\n{result.stderr}")
    print(f"{len(headers)} headers, {failed} do not compile alone")
    return 1 if failed or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
