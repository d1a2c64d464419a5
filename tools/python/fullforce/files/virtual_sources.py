"""Virtual datasets: HDF5 puts them together from parts of others."""
from __future__ import annotations

import dataclasses
import itertools
import math
import os
import re
from typing import Iterator

import h5py
from h5py import h5d, h5i, h5p, h5s

from . import whole_dataset


@dataclasses.dataclass
class Mapping:
    """One source: the part `selected` of a dataset becomes the part `place` of the virtual dataset.

    Where the place has no end, the names may count the files or datasets that follow each other:
    "%b" stands for the number.
    """

    file: str
    dataset: str
    place: h5s.SpaceID
    selected: h5s.SpaceID

    @property
    def counts(self) -> bool:
        return any(numbered(name, 0) != numbered(name, 1) for name in (self.file, self.dataset))


def numbered(name: str, number: int) -> str:
    """The name of one source: "%b" becomes its number, and "%%" a percent sign."""
    return re.sub("%[b%]", lambda found: str(number) if found.group() == "%b" else "%", name)


def expect_sources(dataset: h5d.DatasetID, creation: h5p.PropDCID, what: str) -> None:
    """Raises IncompleteError unless the sources are there, are whole, are large enough, and give every value."""
    covered = h5s.create_simple(dataset.shape)
    covered.select_none()
    for i in range(creation.get_virtual_count()):
        mapping = Mapping(creation.get_virtual_filename(i), creation.get_virtual_dsetname(i),
                          creation.get_virtual_vspace(i), creation.get_virtual_srcspace(i))
        for number in itertools.count():
            if not _check_source(dataset, mapping, number, what) or not mapping.counts:
                break
        _cover(covered, mapping.place, dataset.shape)
    wanted = math.prod(dataset.shape)
    given = 0 if wanted == 0 else _values_inside(covered, dataset.shape)
    if given != wanted:
        raise whole_dataset.IncompleteError(f"{what} is not whole: its sources give {given} of its {wanted} values")


def _candidates(dataset: h5d.DatasetID, name: str) -> Iterator[str]:
    """Where HDF5 looks for the file of a source, in its order."""
    prefix = os.fsdecode(dataset.get_access_plist().get_virtual_prefix())
    here = os.fsdecode(h5py.h5f.get_name(dataset))
    if os.path.isabs(name):
        yield name
        name = os.path.basename(name)
    if prefix:
        yield os.path.join(prefix, name)
    yield os.path.join(os.path.dirname(here), name)
    yield name
    yield os.path.join(os.path.dirname(os.path.realpath(here)), name)


def _source_file(dataset: h5d.DatasetID, name: str) -> h5py.h5f.FileID | None:
    """The file of a source, or None. The name "." means the file of the virtual dataset."""
    if name == ".":
        return h5i.get_file_id(dataset)
    for path in _candidates(dataset, name):
        try:
            return h5py.h5f.open(os.fsencode(path), h5py.h5f.ACC_RDONLY)
        except OSError:
            continue
    return None


def _source(file: h5py.h5f.FileID | None, name: str) -> h5d.DatasetID | None:
    try:
        return None if file is None else whole_dataset.open_up_to_the_first_gap(file, name)
    except (KeyError, OSError, RuntimeError, ValueError):
        return None


def _check_source(dataset: h5d.DatasetID, mapping: Mapping, number: int, what: str) -> bool:
    """Checks one source and returns whether it is there."""
    name, file_name = numbered(mapping.dataset, number), numbered(mapping.file, number)
    file = _source_file(dataset, file_name)
    source = _source(file, name)
    if source is None and number > 0:
        return False
    if file is None:
        raise whole_dataset.IncompleteError(f"{what} takes values from the file {file_name}, "
                                            f"which cannot be found or read")
    place = "the same file" if file_name == "." else file_name
    if source is None:
        raise whole_dataset.IncompleteError(f"{what} takes values from dataset {name} of {place}, "
                                            f"which cannot be found or read")
    if what.count(": its source") >= MOST_SOURCES:
        raise whole_dataset.IncompleteError(f"{what.split(': its source')[0]} takes values from itself")
    source_name = f"{what}: its source, dataset {name} of {place},"
    if not _fits(source, mapping):
        raise whole_dataset.IncompleteError(f"{source_name} has shape {list(source.shape)}, "
                                            f"which does not fit what is taken from it")
    whole_dataset.expect_whole(source, source_name)
    return True


#: Sources may be virtual themselves. This many behind each other can only be a loop.
MOST_SOURCES = 32


def _endless(space: h5s.SpaceID) -> bool:
    if space.get_select_type() != h5s.SEL_HYPERSLABS or not space.is_regular_hyperslab():
        return False
    _, _, count, block = space.get_regular_hyperslab()
    return h5s.UNLIMITED in count + block


def _values_of_place(place: h5s.SpaceID) -> int:
    """How many values one source gives."""
    if not _endless(place):
        return place.get_select_npoints()
    _, _, count, block = place.get_regular_hyperslab()
    return math.prod((1 if number == h5s.UNLIMITED else number) * size for number, size in zip(count, block))


def _fits(source: h5d.DatasetID, mapping: Mapping) -> bool:
    """Whether the source is as large as the part that is taken from it."""
    selected = mapping.selected
    if _endless(selected):
        return True  # HDF5 lets the virtual dataset end where such a source ends
    if selected.get_select_type() == h5s.SEL_ALL:
        return math.prod(source.shape) == _values_of_place(mapping.place)
    if len(source.shape) != selected.get_simple_extent_ndims():
        return False
    if selected.get_select_npoints() == 0:
        return True
    _, last = selected.get_select_bounds()
    return all(index < extent for index, extent in zip(last, source.shape))


def _cover(covered: h5s.SpaceID, place: h5s.SpaceID, extents: tuple[int, ...]) -> None:
    """Adds the place of one mapping to what is selected in `covered`."""
    if place.get_select_type() == h5s.SEL_ALL:
        covered.select_all()
    elif place.get_select_type() != h5s.SEL_HYPERSLABS:
        return
    elif place.is_regular_hyperslab():
        start, stride, count, block = place.get_regular_hyperslab()
        if any(first >= extent for first, extent in zip(start, extents)):
            return
        count = tuple((extent - first - 1) // step + 1 if number == h5s.UNLIMITED else number
                      for extent, first, step, number in zip(extents, start, stride, count))
        block = tuple(extent - first if size == h5s.UNLIMITED else size
                      for extent, first, size in zip(extents, start, block))
        covered.select_hyperslab(start, count, stride, block, h5s.SELECT_OR)
    else:
        for first, last in place.get_select_hyper_blocklist():
            block = tuple(int(b) - int(a) + 1 for a, b in zip(first, last))
            covered.select_hyperslab(tuple(map(int, first)), (1,) * len(block), None, block, h5s.SELECT_OR)


def _values_inside(covered: h5s.SpaceID, extents: tuple[int, ...]) -> int:
    """Places may reach beyond the dataset's end; what lies there does not count."""
    if covered.get_select_npoints() == 0:
        return 0
    covered.select_hyperslab((0,) * len(extents), (1,) * len(extents), None, extents, h5s.SELECT_AND)
    return covered.get_select_npoints()
