"""Folders for files that nobody asked to keep: they are removed with the object that uses them."""
from __future__ import annotations

import pathlib
import shutil
import tempfile
import weakref
from typing import Any, Mapping, Optional


class ScratchFolder:
    """A new folder `path`, which is removed when the last reference to this object goes, or Python ends."""

    def __init__(self) -> None:
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="fullforce-"))
        self._remove = weakref.finalize(self, shutil.rmtree, str(self.path), True)

    def __deepcopy__(self, _: object) -> ScratchFolder:
        """Copies of what uses the folder share it."""
        return self

    def __getstate__(self) -> dict[str, bytes]:
        """The contents of all files by their paths: whoever unpickles the folder may be on another machine."""
        files = (path for path in self.path.rglob("*") if path.is_file())
        return {str(path.relative_to(self.path)): path.read_bytes() for path in files}

    def __setstate__(self, files: Mapping[str, bytes]) -> None:
        ScratchFolder.__init__(self)
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


class UsesScratch:
    """What may have files in a scratch folder of its own, and takes them along where it is pickled."""

    _scratch: Optional[ScratchFolder] = None

    def __getstate__(self) -> dict[str, Any]:
        """Paths in the folder are relative to it, since the folder will have another name."""
        return {name: _relative(value, self._scratch) for name, value in self.__dict__.items()}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        scratch = state.get("_scratch")
        self.__dict__.update({name: _absolute(value, scratch) for name, value in state.items()})


class _InScratch(pathlib.PurePosixPath):
    """A path in a scratch folder, relative to the folder."""


def _relative(value: Any, scratch: Optional[ScratchFolder]) -> Any:
    is_inside = scratch is not None and isinstance(value, pathlib.PurePath) and scratch.path in value.parents
    return _InScratch(value.relative_to(scratch.path).as_posix()) if is_inside else value


def _absolute(value: Any, scratch: Optional[ScratchFolder]) -> Any:
    return scratch.path / value if isinstance(value, _InScratch) and scratch is not None else value
