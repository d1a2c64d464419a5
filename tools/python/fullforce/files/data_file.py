"""HDF5 files that tools read: what is missing in them, or is not as expected, is an error that names the file."""
from __future__ import annotations

import pathlib
from typing import Optional, Sequence

import h5py
import numpy as np
from h5py import h5a

from ..errors import ToolError
from .number_types import kind_unless_numbers
from .opening import open_file
from .versions import VERSION, version_problem
from .whole_dataset import IncompleteError, expect_whole


class DataFile:
    """An open HDF5 file, which should be `kind`; a context manager closes it."""

    def __init__(self, path: pathlib.Path, kind: str):
        self.path, self.kind = path, kind
        try:
            self._file = open_file(path)
        except OSError as error:
            reason = f"{path}: {error.strerror}" if error.strerror else str(error)
            raise ToolError(f"{reason}; it should be {kind}") from error
        self._refuse_newer()

    def __enter__(self) -> DataFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def __contains__(self, name: str) -> bool:
        return name in self._file

    def _refuse(self, reason: str) -> ToolError:
        return ToolError(f"{self.path}: {reason} (is it {self.kind}?)")

    def _refuse_newer(self) -> None:
        """What a newer program wrote may have another form. A file without a version may still be of use."""
        version = self._file.attrs["format_version"] if h5a.exists(self._file.id, b"format_version") else None
        if isinstance(version, np.integer) and version > VERSION:
            raise ToolError(f"{self.path}: {version_problem(version)}")

    def expect(self, names: Sequence[str]) -> None:
        """All of these datasets must be there."""
        missing = [name for name in names if name not in self._file]
        if missing:
            raise self._refuse(f"no dataset {', '.join(missing)}")

    def numbers(self, name: str, shape: Sequence[Optional[int]]) -> np.ndarray:
        """A dataset of numbers; None stands for an extent of any size."""
        self.expect([name])
        dataset = self._file[name]
        if not isinstance(dataset, h5py.Dataset):
            raise self._refuse(f"{name} is not a dataset")
        kind = kind_unless_numbers(dataset.id)
        if kind:
            raise self._refuse(f"dataset {name} holds {kind} instead of numbers")
        self._expect_whole(dataset, name)
        found = dataset.shape or ()
        if len(found) != len(shape) or any(want not in (None, extent) for want, extent in zip(shape, found)):
            wanted = " x ".join("n" if extent is None else str(extent) for extent in shape)
            raise self._refuse(f"dataset {name} has shape {list(found)} and not {wanted}")
        try:
            return dataset[()]
        except OSError as error:
            raise ToolError(f"{self.path}: dataset {name} cannot be read ({error})") from error

    def members(self, group: str) -> list[str]:
        """The names of what a group holds."""
        self.expect([group])
        if not isinstance(self._file[group], h5py.Group):
            raise self._refuse(f"{group} is not a group")
        return list(self._file[group])

    def _expect_whole(self, dataset: h5py.Dataset, name: str) -> None:
        try:
            expect_whole(dataset.id, f"{self.path}: dataset {name}")
        except IncompleteError as error:
            raise ToolError(str(error)) from error

    def texts(self, name: str, count: int) -> np.ndarray:
        """A dataset of so many texts, as an array of str."""
        dataset = self._file[name]
        if not isinstance(dataset, h5py.Dataset) or h5py.check_string_dtype(dataset.dtype) is None:
            raise self._refuse(f"{name} is not a dataset of texts")
        if dataset.shape != (count,):
            raise self._refuse(f"dataset {name} has shape {list(dataset.shape or ())} and not {count}")
        return dataset.asstr(errors="replace")[()]

    def text_list(self, attribute: str) -> Optional[np.ndarray]:
        """An attribute of the file that is a list of texts, as an array of str; None if there is none."""
        if attribute not in self._file.attrs:
            return None
        values = self._file.attrs[attribute]
        if not isinstance(values, np.ndarray) or not all(isinstance(value, str) for value in values.ravel()):
            raise self._refuse(f"attribute {attribute} is not a list of texts")
        return values

    def text(self, attribute: str) -> str:
        """An attribute of the file that is a text."""
        if attribute not in self._file.attrs:
            raise self._refuse(f"no attribute {attribute}")
        value = self._file.attrs[attribute]
        if isinstance(value, bytes):
            value = value.decode(errors="replace")
        if not isinstance(value, str):
            raise self._refuse(f"attribute {attribute} is not a text")
        return value
