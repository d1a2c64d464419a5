#!/usr/bin/env python3
"""On a processor without the instructions that the program was built for, it says so once and ends with exit code 1.

    another_processor.py FULLFORCE

A variable hides instruction sets. Where qemu's emulation of a processor is installed, the program also runs on one that
really lacks them, which would otherwise end it by a signal.
"""
import os
import shutil
import subprocess
import sys

import harness
from harness import expect

WORDS = "lacks instructions that this program was built for"


def instruction_sets():
    """Returns the names of the instruction sets that the program was built for."""
    text = subprocess.run([harness.PROGRAM, "--version"], capture_output=True, text=True).stdout
    return next(line for line in text.splitlines() if line.startswith("built for")).split()[2:]


def check_hidden(name):
    os.environ["FULLFORCE_HIDE_INSTRUCTION_SETS"] = name
    result = harness.mpirun(2, ["--version"], timeout=60)
    expect(result.returncode == 1, f"exit {result.returncode}")
    expect(result.stderr.count(f"{WORDS}: {name}.") == 1, f"not one sentence: {result.stderr}")
    os.environ["FULLFORCE_HIDE_INSTRUCTION_SETS"] = "another"
    expect(harness.mpirun(1, ["--version"]).returncode == 0, "an unknown name is no reason to end")
    del os.environ["FULLFORCE_HIDE_INSTRUCTION_SETS"]


def check_emulated():
    """Runs on a processor of 2008, whose newest instruction set is SSE4.2."""
    emulator = shutil.which("qemu-x86_64") or shutil.which("qemu-x86_64-static")
    if emulator is None:
        print("not tried: a processor that lacks instructions (no qemu-x86_64)")
        return
    result = subprocess.run([emulator, "-cpu", "Nehalem", harness.PROGRAM, "--version"], capture_output=True, text=True)
    expect(result.returncode == 1 and WORDS in result.stderr, f"exit {result.returncode}: {result.stderr}")


def main():
    sets = instruction_sets()
    if not sets:
        print("skipped: the program was built for every processor")
        return 77
    check_hidden(sets[-1])
    if "avx" in sets:
        check_emulated()
    return 0


if __name__ == "__main__":
    sys.exit(main())
