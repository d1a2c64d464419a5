"""Folders for files that nobody asked to keep: they are removed with the object that uses them."""
from __future__ import annotations

import pathlib
import shutil
import tempfile
import weakref


class ScratchFolder:
    """A new folder `path`, which is removed when the last reference to this object goes, or Python ends."""

    def __init__(self) -> None:
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="fullforce-"))
        self._remove = weakref.finalize(self, shutil.rmtree, str(self.path), True)

    def __deepcopy__(self, _: object) -> ScratchFolder:
        """Copies of what uses the folder share it."""
        return self
