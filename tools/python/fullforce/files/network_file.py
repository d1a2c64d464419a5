"""What a network.h5 or checkpoint holds, as arrays in double precision."""
from __future__ import annotations

import dataclasses
import json
import numbers
import pathlib
from typing import Any, NamedTuple, Optional

import h5py
import numpy as np

from ..errors import InputError
from ..toml_text import read_toml
from .opening import open_file
from .partners import Partners
from .seal import read_seal
from .sparse_rows import SparseRows
from .versions import SECTIONS, VERSION
from .whole_dataset import expect_whole

#: Where each array of a network stands in its file. A file has only those that its network needs.
DATASETS = {"u_in": "network/u_in", "readout": "network/readout", "weights": "network/weights",
            "basis": "network/basis", "modes": "network/modes", "u_out": "target/u_out", "u_hint": "target/u_hint",
            "J_D": "target/J", "start_state": "network/start_state"}
#: Those of every network.
NEEDED = ("u_in", "readout", "u_out", "u_hint")
#: Where the matrices in CSR form stand: J_D if it is sparse, and the static weights beside sparse features.
SPARSE = {"J_D": "target/J_sparse", "J_s": "network/J_static"}
PARTNERS, READOUT_INPUTS = "network/partners", "network/readout_inputs"
PENDING = ("learning/pending_right", "network/pending_left", "network/pending_readout")


@dataclasses.dataclass
class NetworkFile:
    """A network file that was read.

    `arrays` has one entry for each name of DATASETS, and `sparse` one for each name of SPARSE, None where the file
    has no such weights. `partners` and `readout_inputs` say what networks with sparse features read.
    """

    path: pathlib.Path
    seal: bytes
    config: dict[str, Any]
    provenance: dict[str, Any]
    arrays: dict[str, Optional[np.ndarray]]
    sparse: dict[str, Optional[SparseRows]]
    partners: Optional[Partners]
    readout_inputs: Optional[np.ndarray]


def read_network_file(path: str | pathlib.Path) -> NetworkFile:
    """Reads a network file, and applies pending updates. ValueError says what is wrong with it."""
    with open_file(path) as file:
        _expect_network(file, path)
        arrays = {name: read_floats(file, dataset) for name, dataset in DATASETS.items()}
        _apply_pending_updates(file, arrays)
        sparse = {name: _read_sparse(file, group) for name, group in SPARSE.items()}
        config, provenance = read_toml(file.attrs["config"]), json.loads(file.attrs["provenance"])
        partners = _read_integers(file, PARTNERS)
        if partners is not None:
            partners = Partners(partners, config["learning"]["group"], len(arrays["u_in"]))
        readout_inputs = _read_integers(file, READOUT_INPUTS)
    return NetworkFile(pathlib.Path(path), read_seal(path), config, provenance, arrays, sparse, partners,
                       readout_inputs)


class Header(NamedTuple):
    """The configuration of a network, and its numbers of neurons, outputs and hints."""

    config: dict[str, Any]
    neurons: int
    outputs: int
    hints: int


def read_header(path: str | pathlib.Path) -> Header:
    """What a network file says about its network, without reading its weights."""
    with open_file(path) as file:
        _expect_network(file, path)
        (neurons, hints), outputs = file[DATASETS["u_hint"]].shape, file[DATASETS["readout"]].shape[0]
        return Header(read_toml(file.attrs["config"]), neurons, outputs, hints)


def read_step(path: str | pathlib.Path) -> int:
    """The number of steps of the run after which a network file was written."""
    with open_file(path) as file:
        _expect_network(file, path)
        return int(file["progress"].attrs["step"]) if "progress" in file else 0


def _expect_network(file: h5py.File, path: str | pathlib.Path) -> None:
    if file.attrs.get("format") != "fullforce-network":
        raise InputError(f"{path}: is not a network file of fullforce")
    expect_known_versions(file, path)
    missing = [name for name in ("config", "provenance") if name not in file.attrs]
    missing += [DATASETS[name] for name in NEEDED if DATASETS[name] not in file]
    if missing:
        raise InputError(f"{path}: has no {', '.join(missing)}")


def _apply_pending_updates(file: h5py.File, arrays: dict[str, Optional[np.ndarray]]) -> None:
    """A checkpoint holds updates that its weights do not have yet, as products of left [N, m] and right [d, m]."""
    right, *left = (read_floats(file, name) for name in PENDING)
    for name, factor in zip(("weights", "readout"), left):
        if factor is not None:
            arrays[name] -= factor @ right.T


def expect_known_versions(file: h5py.File, path: str | pathlib.Path) -> None:
    """Raises ValueError where a newer program wrote the file, or a section of it, in a form that is not known here.

    A section is a part of the file with a version of its own, which a group has as an attribute.
    """
    for group in (file, *(member for member in file.values() if isinstance(member, h5py.Group))):
        for name, version in group.attrs.items():
            if not name.endswith("_version"):
                continue
            if not isinstance(version, numbers.Real):
                raise InputError(f"{path}: {group.name} has {name} = {version!r}, which is no number")
            if version > VERSION or name.removesuffix("_version") not in (*SECTIONS, "format"):
                raise InputError(f"{path}: {group.name} has {name} = {version}, which this package does not know; use "
                                 "the package of a newer fullforce")


def _read_integers(file: h5py.File, name: str) -> Optional[np.ndarray]:
    if name not in file:
        return None
    expect_whole(file[name].id, f"{file.filename}: dataset {name}")
    return file[name][()].astype(np.int64)


def _read_sparse(file: h5py.File, group: str) -> Optional[SparseRows]:
    if group not in file:
        return None
    places = (_read_integers(file, f"{group}/{name}") for name in ("indptr", "indices"))
    return SparseRows(*places, read_floats(file, f"{group}/data"))


def read_floats(file: h5py.File, name: str) -> np.ndarray | None:
    """A dataset in double precision; None where the file does not have it."""
    if name not in file:
        return None
    expect_whole(file[name].id, f"{file.filename}: dataset {name}")
    return file[name][()].astype(float)
