#!/usr/bin/env python3
"""The paper's results, each a study of many runs: trains what is missing, then draws a figure with its data beside it.

study.py STUDY [--output DIR] [--seeds n] [--set section.key=value]... [--minutes m] [--jobs n] [--ranks r]
         [--sizes N,N,...] [--program PATH] [--figures] [--slurm [SBATCH_OPTION]...]

study.py --help says which studies there are, what the options do and what the exit codes mean.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "python"))

from fullforce import script  # noqa: E402

if __name__ == "__main__":
    sys.exit(script.run("study"))
