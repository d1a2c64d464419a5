"""Datasets that other programs wrote, and perhaps did not finish.

HDF5 reads whatever was never stored as fill values, which are mostly zeros, and says nothing.
"""
from __future__ import annotations

import math
import os

from h5py import h5d, h5i, h5p, h5s, h5z

from . import virtual_sources

LZF = 32000
#: Which of the parameters of lzf is the size of a chunk.
LZF_CHUNK_BYTES = 2
#: No number has more bytes.
MOST_BYTES_OF_VALUE = 128
#: How many times smaller a filter can make data at most. A match of deflate, which takes two bits at least, stands for
#: 258 bytes; one of lzf, which takes three bytes, for 264.
MOST_COMPRESSION = {h5z.FILTER_SHUFFLE: 1.0, h5z.FILTER_FLETCHER32: 1.0, h5z.FILTER_DEFLATE: 1032.0, LZF: 88.0}
#: These filters make chunks of a size that they were told of. They would cut off a part of what an earlier filter has
#: made longer, for example the checksum of fletcher32.
MAKE_FIXED_SIZES = (h5z.FILTER_SCALEOFFSET, h5z.FILTER_NBIT)


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
    if dataset.get_space().get_simple_extent_type() == h5s.NULL:
        return  # it has no values that could be missing
    creation = dataset.get_create_plist()
    size = dataset.get_type().get_size()
    if size > MOST_BYTES_OF_VALUE:
        raise IncompleteError(f"{what} has values of {size} bytes, which no number has")
    checks = {h5d.CHUNKED: _expect_chunks, h5d.CONTIGUOUS: _expect_contiguous,
              h5d.VIRTUAL: virtual_sources.expect_sources}
    check = checks.get(creation.get_layout())
    if check is not None:  # a compact dataset stands in the header of the file
        check(dataset, creation, what)


def _bytes_of_chunk(dataset: h5d.DatasetID, creation: h5p.PropDCID) -> float:
    return float(math.prod(creation.get_chunk()) * dataset.get_type().get_size())


def _expect_filters(dataset: h5d.DatasetID, creation: h5p.PropDCID, what: str) -> None:
    has_another_size = False
    for i in range(creation.get_nfilters()):
        number, _, parameters, name = creation.get_filter(i)
        if not h5z.filter_avail(number):
            raise IncompleteError(f"{what} is compressed with the filter {name.decode() or 'without a name'}, number "
                                  f"{number}, which is not there to read it "
                                  f"(rewrite the dataset with gzip or without compression)")
        if has_another_size and number in MAKE_FIXED_SIZES:
            raise IncompleteError(f"{what} was written with scaleoffset or nbit behind a filter that changes sizes, "
                                  f"which loses data (rewrite the dataset with gzip or without compression)")
        has_another_size = has_another_size or number != h5z.FILTER_SHUFFLE
        if number == LZF:
            _expect_lzf_of_whole_chunks(dataset, creation, parameters, what)


def _expect_lzf_of_whole_chunks(dataset: h5d.DatasetID, creation: h5p.PropDCID, parameters: tuple[int, ...],
                                what: str) -> None:
    """HDF5 believes the size that lzf was told of and would read beyond the end of smaller chunks."""
    told = parameters[LZF_CHUNK_BYTES] if len(parameters) > LZF_CHUNK_BYTES else 0
    size = _bytes_of_chunk(dataset, creation)
    if told != size:
        raise IncompleteError(f"{what} is damaged: its filter lzf makes chunks of {told} bytes, "
                              f"and they have {size:.0f}")


def _most_compression(creation: h5p.PropDCID) -> float:
    """How many times smaller the filters can make data at most; infinite where that is not known."""
    filters = (creation.get_filter(i)[0] for i in range(creation.get_nfilters()))
    return math.prod(MOST_COMPRESSION.get(number, math.inf) for number in filters)


def _expect_credible_size(dataset: h5d.DatasetID, creation: h5p.PropDCID, chunks: int, what: str) -> None:
    """Memory for the values is allocated before they are read, and a damaged file can claim any number of them."""
    claimed, stored = chunks * _bytes_of_chunk(dataset, creation), dataset.get_storage_size()
    most = _most_compression(creation)
    if most < math.inf and claimed > most * stored:
        raise IncompleteError(f"{what} is damaged: its chunks of {claimed:.0f} bytes cannot be stored in {stored}")


def _expect_chunks(dataset: h5d.DatasetID, creation: h5p.PropDCID, what: str) -> None:
    _expect_filters(dataset, creation, what)
    expected = math.prod(-(-extent // size) for extent, size in zip(dataset.shape, creation.get_chunk()))
    written = dataset.get_num_chunks()
    if written < expected:
        raise IncompleteError(f"{what} is not whole: {written} of its {expected} chunks were ever written "
                              f"(write all values, zeros too)")
    _expect_credible_size(dataset, creation, expected, what)


def _bytes_of(dataset: h5d.DatasetID) -> int:
    return dataset.get_space().get_simple_extent_npoints() * dataset.get_type().get_size()


def _expect_contiguous(dataset: h5d.DatasetID, creation: h5p.PropDCID, what: str) -> None:
    if creation.get_external_count() > 0:
        return _expect_external_files(dataset, creation, what)
    needed, of_file = _bytes_of(dataset), h5i.get_file_id(dataset).get_filesize()
    if dataset.get_storage_size() < needed:
        raise IncompleteError(f"{what} was never written")
    if needed > of_file:
        raise IncompleteError(f"{what} is damaged: it has {needed} bytes, more than its file, which has {of_file}")


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
