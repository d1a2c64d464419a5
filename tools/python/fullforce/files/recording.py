"""Recordings: what `fullforce test --record` writes."""
from __future__ import annotations

import pathlib
from typing import Optional

import numpy as np

from ..errors import ToolError
from .opening import open_file
from .whole_dataset import IncompleteError, expect_whole

NEEDED = ("time", "outputs", "targets", "inputs", "neurons", "rates", "trial_ends")
Recording = dict[str, Optional[np.ndarray]]


def read_recording(path: pathlib.Path) -> Recording:
    """The datasets of a recording of T steps of n neurons.

    They are time [T], outputs and targets [T, n_out], inputs [T, n_in], neurons [n], rates [T, n],
    trial_ends [trials], and target_rates [T, n], which is None where the file has none.
    """
    try:
        with open_file(path) as file:
            missing = [name for name in NEEDED if name not in file]
            if missing:
                raise ToolError(f"{path}: no dataset {', '.join(missing)} (is it a file of fullforce test --record?)")
            for name in file:
                expect_whole(file[name].id, f"{path}: dataset {name}")
            data = {name: file[name][()] for name in NEEDED}
            data["target_rates"] = file["target_rates"][()] if "target_rates" in file else None
    except IncompleteError as error:
        raise ToolError(str(error)) from error
    except OSError as error:
        text = str(error)
        raise ToolError(text if str(path) in text else f"{path}: cannot be read as HDF5 ({text})") from error
    _check_shapes(path, data)
    return data


def _check_shapes(path: pathlib.Path, data: Recording) -> None:
    if data["time"].ndim != 1 or len(data["time"]) == 0:
        raise ToolError(f"{path}: time has shape {data['time'].shape} (must be one number a step, at least one step)")
    steps, neurons = len(data["time"]), len(data["neurons"])
    for name in ("outputs", "targets", "inputs", "rates", "target_rates"):
        values = data[name]
        if values is None:
            continue
        width = neurons if name.endswith("rates") else None
        if values.ndim != 2 or len(values) != steps or (width is not None and values.shape[1] != width):
            raise ToolError(f"{path}: {name} has shape {values.shape} (must be {steps} steps x {width or 'n'})")
    if data["outputs"].shape != data["targets"].shape:
        raise ToolError(f"{path}: outputs {data['outputs'].shape} and targets {data['targets'].shape} differ in shape")
