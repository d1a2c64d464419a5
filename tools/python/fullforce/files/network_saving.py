"""Writes an edited network as a copy of the file that it was read from, with checksums and a seal that fit."""
from __future__ import annotations

import json
import pathlib
import shutil
from typing import Mapping, Union

import h5py
import numpy as np

from ..errors import InputError
from .network_file import DATASETS, PENDING, SPARSE, read_floats
from .seal import read_seal, write_seal
from .sparse_rows import SparseRows
from .trials import _unfinished_file
from .xxh3 import xxh3

CHECKSUMS = "checksums"


def save_network(path: str | pathlib.Path, source: pathlib.Path, seal: bytes,
                 edited: Mapping[str, Union[np.ndarray, SparseRows]]) -> None:
    """Writes `source` to `path` with the weights `edited`, which maps names of `DATASETS` or `SPARSE` to them.

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
                if isinstance(values, SparseRows):
                    _write_sparse(file, SPARSE[name], values)
                else:
                    _write(file, DATASETS[name], values)
            _note(file, sorted(edited))
        write_seal(unfinished)


def _apply_pending(file: h5py.File) -> None:
    """P, weights and readout get their pending updates, which are then left out.

    With learning.forgetting P also has a factor, `growth`.
    """
    if PENDING[0] not in file:
        return
    right, learning = read_floats(file, PENDING[0]), file["learning"]
    growth = learning.attrs.get("growth", 1.0)
    for name, place in zip(("learning/P", DATASETS["weights"], DATASETS["readout"]), PENDING):
        if name in file and place in file:
            updated = read_floats(file, name) - read_floats(file, place) @ right.T
            _write(file, name, growth * updated if name == "learning/P" else updated)
    if "growth" in learning.attrs:
        learning.attrs.modify("growth", 1.0)
    for name in PENDING:
        for place in (name, f"{CHECKSUMS}/{name}"):
            if place in file:
                del file[place]


def _write_sparse(file: h5py.File, group: str, matrix: SparseRows) -> None:
    """Writes the elements of a matrix, and its places where the file leaves the matrix out."""
    if group not in file:
        _create(file, f"{group}/indptr", matrix.indptr.astype(np.int64), 1, len(matrix.indptr))
        _create_by_neurons(file, f"{group}/indices", matrix.indices.astype(np.int32))
        _write_checksums(file, f"{group}/indptr")
        _write_checksums(file, f"{group}/indices")
    _write(file, f"{group}/data", matrix.data)


def _write(file: h5py.File, name: str, values: np.ndarray) -> None:
    """Writes a dataset in the precision that it has, with its checksums. J_D may have been left out."""
    if name in file:
        dataset = file[name]
        if np.shape(values) != dataset.shape:
            raise InputError(f"{name} has shape {list(np.shape(values))} (must be {list(dataset.shape)})")
        dataset[...] = values
    else:
        _create_by_neurons(file, name, values.astype(file["network/u_in"].dtype))
    _write_checksums(file, name)


def _create_by_neurons(file: h5py.File, name: str, values: np.ndarray) -> None:
    """A new dataset, which is cut into blocks as the neurons are."""
    blocks = file[f"{CHECKSUMS}/network/u_in"]
    rows_of_a_neuron = len(values) // len(file["network/u_in"])
    _create(file, name, values, len(blocks), int(blocks.attrs["block_rows"]) * rows_of_a_neuron)


def _create(file: h5py.File, name: str, values: np.ndarray, blocks: int, block_rows: int) -> None:
    file.create_dataset(name, data=values)
    file.create_dataset(f"{CHECKSUMS}/{name}", blocks, "<u8").attrs["block_rows"] = np.int64(block_rows)


def _write_checksums(file: h5py.File, name: str) -> None:
    sums, stored = file[f"{CHECKSUMS}/{name}"], file[name][()]
    rows = int(sums.attrs["block_rows"])
    sums[...] = [xxh3(stored[rows * k:rows * (k + 1)].tobytes()) for k in range(len(sums))]


def _note(file: h5py.File, edited: list[str]) -> None:
    """The provenance tells what the program did not learn."""
    provenance = json.loads(file.attrs["provenance"])
    provenance["edited"] = sorted({*provenance.get("edited", []), *edited})
    del file.attrs["provenance"]
    file.attrs["provenance"] = json.dumps(provenance)
