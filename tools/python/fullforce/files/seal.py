"""The seal of network files: a checksum of all but the large datasets, in front of what HDF5 reads."""
from __future__ import annotations

import os
import pathlib
from typing import Optional

import h5py

from .xxh3 import xxh3

MAGIC = b"fullforce seal 1"
BYTES = 4096
MOST_EXTENTS = 240
#: Smaller datasets are sealed with the structure.
LARGE = 64 << 10


def _large_extents(path: str | pathlib.Path) -> list[tuple[int, int]]:
    """Where the large datasets stand in a file: offsets and sizes in bytes, in the order of the file."""
    found = []

    def visit(_: str, item: h5py.HLObject) -> None:
        if isinstance(item, h5py.Dataset) and item.chunks is None and item.nbytes >= LARGE:
            found.append((int(item.id.get_offset()), int(item.nbytes)))

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return sorted(found)[:MOST_EXTENTS]


def _structure(path: str | pathlib.Path, extents: list[tuple[int, int]], size: int) -> bytes:
    """All bytes behind the seal and outside of the extents."""
    parts, begin = [], BYTES
    with open(path, "rb") as file:
        for offset, length in [*extents, (size, 0)]:
            file.seek(begin)
            parts.append(file.read(offset - begin))
            begin = offset + length
    return b"".join(parts)


def write_seal(path: str | pathlib.Path) -> None:
    """Seals a network file, which is closed and has room for the seal: a user block of 4096 bytes."""
    extents, size = _large_extents(path), os.path.getsize(path)
    numbers = [xxh3(_structure(path, extents, size)), size, len(extents), *(n for extent in extents for n in extent)]
    rest = b"".join(number.to_bytes(8, "little") for number in numbers).ljust(BYTES - len(MAGIC) - 8, b"\0")
    own = xxh3(MAGIC + bytes(8) + rest)
    with open(path, "r+b") as file:
        file.write(MAGIC + own.to_bytes(8, "little") + rest)


def seal_text(path: str | pathlib.Path) -> Optional[str]:
    """The checksum of a file's seal, as summaries have it; None where the file is not there."""
    if not os.path.exists(path):
        return None
    return f"{int.from_bytes(read_seal(path)[len(MAGIC):len(MAGIC) + 8], 'little'):016x}"


def read_seal(path: str | pathlib.Path) -> bytes:
    """The bytes of a file's seal, which differ between any two files that differ outside of large datasets."""
    with open(path, "rb") as file:
        return file.read(BYTES)
