"""Sweeps: a network for each point of a grid of settings, times seeds; a table and a figure of any columns.

`run` has the function `sweep`, `results` what it returns, and `command` the command fullforce-sweep.
"""
from .command import main
from .results import Sweep, read_sweep
from .run import sweep

__all__ = ["Sweep", "main", "read_sweep", "sweep"]
