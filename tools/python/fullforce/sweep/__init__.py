"""Sweeps: a network for each point of a grid of settings, times seeds; a table and a figure of any columns.

`run` has the function `sweep`, `results` what it returns, and `command` the command fullforce-sweep.
"""
import sys
import types

from .command import main
from .results import Sweep, read_sweep
from .run import sweep

__all__ = ["Sweep", "main", "read_sweep", "sweep"]


class _Function(types.ModuleType):
    """This module can be called: `fullforce.sweep(...)` is the function."""

    __call__ = staticmethod(sweep)


sys.modules[__name__].__class__ = _Function
