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

    They are time [T], outputs and targets [T, n_out], inputs [T, n_in], neurons [n], rates [T, n] and
    trial_ends [trials]. None where the file has none: mask [T, n_out] (1 where the output is
    scored), target_rates and states [T, n], conditions [trials] (texts), and output_names [n_out] (texts).
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
        data["mask"] = file.numbers("mask", data["outputs"].shape) if "mask" in file else None
        for name in ("rates", "target_rates", "states"):
            data[name] = file.numbers(name, (steps, len(neurons))) if name in file else None
        data["conditions"] = file.texts("conditions", len(data["trial_ends"])) if "conditions" in file else None
        data["output_names"] = file.texts_of_attribute("output_names")
    return data
