"""Opens HDF5 files for reading, and says in the user's terms why one cannot be opened."""
from __future__ import annotations

import pathlib
import re

import h5py


def open_file(path: str | pathlib.Path) -> h5py.File:
    """Opens a file for reading, also while another program writes it in HDF5's SWMR mode."""
    try:
        return h5py.File(path, "r")
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = _reason_not_to_open(path, str(error))
    try:
        return h5py.File(path, "r", swmr=True)
    except OSError:
        raise OSError(reason) from None


def _reason_not_to_open(path: str | pathlib.Path, reason: str) -> str:
    """What the user can do is known for two of HDF5's reasons."""
    if "h5clear" in reason:
        return (f"{path} cannot be opened: it is marked as being written "
                f"(if the program that wrote it has ended, h5clear -s {path} removes the mark)")
    if "unable to lock" in reason:
        return f"{path} cannot be opened: another program has locked it (wait until it is written)"
    inner = re.search(r"\((.*)\)", reason)
    return f"{path} cannot be opened (HDF5: {inner.group(1) if inner else reason})"
