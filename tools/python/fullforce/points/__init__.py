"""One way to run many networks, for studies and sweeps: points, the record of a folder, and how they run.

`point` says what a point is, `record` what a folder's points are made with, `runs` runs them on this
machine, and `array_job` submits them to SLURM.
"""
from .array_job import submit
from .point import Point, Step, missing, read_result
from .record import refuse_other_base, refuse_own_settings, remember_base, remember_settings
from .runs import Runs

__all__ = ["Point", "Runs", "Step", "missing", "read_result", "refuse_other_base", "refuse_own_settings",
           "remember_base", "remember_settings", "submit"]
