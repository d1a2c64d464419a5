#!/usr/bin/env python3
"""A sweep: trains a network for each point of a grid of settings, then writes a table and a figure.

sweep.py BASE.toml [--set section.key=VALUE,VALUE,...]... [--seeds K] [--jobs J] [--ranks R] [--threads T]
         [--output DIR] [--table COLUMN,...] [--plot X,Y] [--minutes M] [--program PATH] [--launcher mpirun|srun]
         [--figures | --submit [SBATCH_OPTION]...]

It is the command fullforce-sweep of the Python package. sweep.py --help says what the options do and what the exit
codes mean.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "python"))

from fullforce import script  # noqa: E402

if __name__ == "__main__":
    sys.exit(script.run("sweep"))
