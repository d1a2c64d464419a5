"""Recordings: what `fullforce test --record` writes."""
from __future__ import annotations

import pathlib
from typing import Optional

import numpy as np

from ..errors import ToolError
from .data_file import DataFile

NEEDED = ("time", "outputs", "targets", "inputs", "neurons", "rates", "trial_ends")
Recording = dict[str, Optional[np.ndarray]]


def read_recording(path: pathlib.Path) -> Recording:
    """The datasets of a recording of T steps of n neurons.

    They are time [T], outputs and targets [T, n_out], inputs [T, n_in], neurons [n], rates [T, n],
    trial_ends [trials], and target_rates [T, n], which is None where the file has none.
    """
    with DataFile(path, "a file of fullforce test --record") as file:
        file.expect(NEEDED)
        time = file.numbers("time", (None,))
        steps, neurons = len(time), file.numbers("neurons", (None,))
        if steps == 0:
            raise ToolError(f"{path}: time has no step")
        data = {"time": time, "neurons": neurons, "trial_ends": file.numbers("trial_ends", (None,)).astype(int)}
        for name in ("outputs", "inputs"):
            data[name] = file.numbers(name, (steps, None))
        data["targets"] = file.numbers("targets", data["outputs"].shape)
        for name in ("rates", "target_rates"):
            data[name] = file.numbers(name, (steps, len(neurons))) if name in file else None
    return data
