"""Recordings: what `fullforce test --record` writes."""
from __future__ import annotations

import pathlib
from typing import Optional

import numpy as np

from ..errors import ToolError
from .data_file import DataFile

NEEDED = ("time", "outputs", "targets", "inputs", "neurons", "rates", "trial_ends")
#: What is recorded of neurons: states only with --states, and currents with --currents.
OF_NEURONS = ("rates", "target_rates", "states", "target_states", "currents", "target_currents")
Recording = dict[str, Optional[np.ndarray]]


def read_recording(path: pathlib.Path) -> Recording:
    """The datasets of a recording of T steps of k neurons, in which test trials follow each other.

    They are time [T] (s), outputs and targets [T, n_out], inputs [T, n_in], neurons [k], rates [T, k],
    trial_ends [trials] (one past the last step of each trial), and those that a file may lack, which are
    None then: target_rates, states, target_states, currents and target_currents [T, k], mask [T, n_out] (1 where a sample counts in
    scores), trials [trials] (rows of the trials file, or numbers of the trials), conditions [trials] (str)
    and output_names [n_out] (str). Raises ToolError where the file is not a recording.
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
        shapes = {**dict.fromkeys(OF_NEURONS, (steps, len(neurons))), "mask": data["outputs"].shape,
                  "trials": data["trial_ends"].shape}
        for name, shape in shapes.items():
            data[name] = file.numbers(name, shape) if name in file else None
        data["conditions"] = file.texts("conditions", len(data["trial_ends"])) if "conditions" in file else None
        data["output_names"] = file.text_list("output_names")
    return data
