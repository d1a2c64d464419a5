"""Datasets that other programs wrote, and perhaps did not finish.

HDF5 reads whatever was never stored as fill values, which are mostly zeros, and says nothing.
"""
from __future__ import annotations

import math
import os

from h5py import h5d, h5p, h5z

from . import virtual_sources


class IncompleteError(ValueError):
    """Values of a dataset were never stored, or are not there any more."""


def open_up_to_the_first_gap(file: h5d.ObjectID, name: str) -> h5d.DatasetID:
    """Opens a dataset.

    A virtual one that grows with its sources ends where the first of them has nothing more.
    """
    access = h5p.create(h5p.DATASET_ACCESS)
    access.set_virtual_view(h5d.VDS_FIRST_MISSING)
    return h5d.open(file, name.encode(), access)


def expect_whole(dataset: h5d.DatasetID, what: str) -> None:
    """Raises IncompleteError unless all values are stored where HDF5 will look for them, in a form that it can read.

    `what` names the dataset in the message. What cannot be known is taken as whole, for example room
    that a program reserved and never wrote to.
    """
    creation = dataset.get_create_plist()
    checks = {h5d.CHUNKED: _expect_chunks, h5d.CONTIGUOUS: _expect_contiguous,
              h5d.VIRTUAL: virtual_sources.expect_sources}
    check = checks.get(creation.get_layout())
    if check is not None:  # a compact dataset stands in the header of the file
        check(dataset, creation, what)


def _expect_filters(creation: h5p.PropDCID, what: str) -> None:
    for i in range(creation.get_nfilters()):
        number, _, _, name = creation.get_filter(i)
        if not h5z.filter_avail(number):
            raise IncompleteError(f"{what} is compressed with the filter {name.decode() or 'without a name'}, number "
                                  f"{number}, which is not there to read it "
                                  f"(rewrite the dataset with gzip or without compression)")


def _expect_chunks(dataset: h5d.DatasetID, creation: h5p.PropDCID, what: str) -> None:
    _expect_filters(creation, what)
    expected = math.prod(-(-extent // size) for extent, size in zip(dataset.shape, creation.get_chunk()))
    written = dataset.get_num_chunks()
    if written < expected:
        raise IncompleteError(f"{what} is not whole: {written} of its {expected} chunks were ever written "
                              f"(write all values, zeros too)")


def _bytes_of(dataset: h5d.DatasetID) -> int:
    return dataset.get_space().get_simple_extent_npoints() * dataset.get_type().get_size()


def _expect_contiguous(dataset: h5d.DatasetID, creation: h5p.PropDCID, what: str) -> None:
    if creation.get_external_count() > 0:
        _expect_external_files(dataset, creation, what)
    elif dataset.get_storage_size() < _bytes_of(dataset):
        raise IncompleteError(f"{what} was never written")


def _expect_external_files(dataset: h5d.DatasetID, creation: h5p.PropDCID, what: str) -> None:
    """The external files follow each other; each gives `size` bytes from `offset` on."""
    prefix = os.fsdecode(dataset.get_access_plist().get_efile_prefix())
    left = _bytes_of(dataset)
    for i in range(creation.get_external_count()):
        name, offset, size = creation.get_external(i)
        needed = min(size, left)
        path = os.path.join(prefix, os.fsdecode(name))
        try:
            found = os.path.getsize(path)
        except OSError:
            raise IncompleteError(f"{what} lies in the external file {path}, which cannot be found "
                                  f"(paths of such files count from the working directory)") from None
        if needed > 0 and found < offset + needed:
            raise IncompleteError(f"{what} lies in the external file {path}, which is cut short: "
                                  f"it has {found} bytes, and {offset + needed} are needed")
        left -= needed
