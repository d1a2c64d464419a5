"""Writes an edited network as a copy of the file that it was read from, with checksums and a seal that fit."""
from __future__ import annotations

import json
import pathlib
import shutil
from typing import Mapping

import h5py
import numpy as np

from ..errors import InputError
from .network_file import DATASETS, PENDING, SPARSE, read_floats
from .seal import read_seal, write_seal
from .trials import _unfinished_file
from .xxh3 import xxh3

CHECKSUMS = "checksums"


def save_network(path: str | pathlib.Path, source: pathlib.Path, seal: bytes, edited: Mapping[str, np.ndarray]) -> None:
    """Writes `source` to `path` with the arrays `edited`, which maps names of `DATASETS` or `SPARSE` to numbers.

    `seal` is that of the source when it was read: the rest of the file must be as it was then. Pending
    updates of a checkpoint are applied, those of P too. The new file appears when it is whole.
    """
    if read_seal(source) != seal:
        raise InputError(f"{source}: is not the file any more that the network was read from, so the rest of the "
                         f"network is not there to be saved with it (load it again, or save before training goes on)")
    with _unfinished_file(path) as unfinished:
        shutil.copyfile(source, unfinished)
        with h5py.File(unfinished, "r+") as file:
            _apply_pending(file)
            for name, values in edited.items():
                sparse = f"{SPARSE.get(name)}/data"
                _write(file, sparse if sparse in file else DATASETS[name], values)
            _note(file, sorted(edited))
        write_seal(unfinished)


def _apply_pending(file: h5py.File) -> None:
    """P, weights and readout get their pending updates, which are then left out."""
    if PENDING[0] not in file:
        return
    right = read_floats(file, PENDING[0])
    for name, place in zip(("learning/P", DATASETS["weights"], DATASETS["readout"]), PENDING):
        if name in file and place in file:
            _write(file, name, read_floats(file, name) - read_floats(file, place) @ right.T)
    for name in PENDING:
        for place in (name, f"{CHECKSUMS}/{name}"):
            if place in file:
                del file[place]


def _write(file: h5py.File, name: str, values: np.ndarray) -> None:
    """Writes a dataset in the precision that it has, with its checksums."""
    if name in file:
        dataset = file[name]
        dataset[...] = values
    else:
        # J_D, which was left out. It is cut into blocks as the neurons are.
        dataset = file.create_dataset(name, data=values.astype(file["network/u_in"].dtype))
        sums = file.create_dataset(f"{CHECKSUMS}/{name}", file[f"{CHECKSUMS}/network/u_in"].shape, "<u8")
        sums.attrs["block_rows"] = file[f"{CHECKSUMS}/network/u_in"].attrs["block_rows"]
    sums = file[f"{CHECKSUMS}/{name}"]
    rows, stored = int(sums.attrs["block_rows"]), dataset[()]
    sums[...] = [xxh3(stored[rows * k:rows * (k + 1)].tobytes()) for k in range(len(sums))]


def _note(file: h5py.File, edited: list[str]) -> None:
    """The provenance tells what the program did not learn."""
    provenance = json.loads(file.attrs["provenance"])
    provenance["edited"] = sorted({*provenance.get("edited", []), *edited})
    del file.attrs["provenance"]
    file.attrs["provenance"] = json.dumps(provenance)
