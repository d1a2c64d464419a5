"""Opening HDF5 files, with a reason and a remedy where that fails: the same as in the program, in the same words."""
from __future__ import annotations

import errno
import os
import pathlib
import re
import stat

import h5py

RIGHTS = "let its owner give you the right to read it and to enter its folders: chmod u+r or g+r, chmod +x"
#: What the user can do about a value of errno.
REMEDIES = {errno.EACCES: RIGHTS, errno.EPERM: RIGHTS,
            errno.ELOOP: "its links lead in a circle; name the file itself",
            errno.EIO: "its disk or its file system fails; try again, and take another copy if it fails again",
            errno.ESTALE: "its file server has replaced it; try again"}


def why_unreadable(path: str | pathlib.Path, error: OSError) -> str:
    """Why the operating system does not let this process read a file, with what the user can do."""
    if error.errno != errno.ENOENT:
        remedy = REMEDIES.get(error.errno, "name another file")
        return f"{path} cannot be read: {os.strerror(error.errno)} ({remedy})"
    if not os.path.islink(path):
        return f"{path}: there is no such file"
    return f"{path}: there is no such file, since the link leads to {os.readlink(path)}, which is not there"


def _other_kind(mode: int) -> str:
    """What a path leads to if it is no file, with what to do; empty if it is one."""
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISDIR(mode):
        return "folder (name a file in it)"
    return f"{'pipe' if stat.S_ISFIFO(mode) else 'device'} (HDF5 needs a file; name one)"


def _read_beginning(path: str | pathlib.Path) -> bytes:
    """The first bytes of a file. Raises OSError, of the kind that the system raises, with a reason and a remedy."""
    try:
        # It is asked before the file is opened, because opening a pipe would wait for its writer.
        other = _other_kind(os.stat(path).st_mode)
        if not other:
            with open(path, "rb", buffering=0) as file:
                return file.read(16)
    except OSError as error:
        raise type(error)(why_unreadable(path, error)) from None
    raise OSError(f"{path}: is a {other}")


def open_file(path: str | pathlib.Path) -> h5py.File:
    """Opens a file for reading, also while another program writes it in HDF5's SWMR mode.

    Raises OSError with a reason and a remedy.
    """
    if not _read_beginning(path):
        raise OSError(f"{path} is empty: nothing was ever written into it, or its disk was full (write it again)")
    try:
        return h5py.File(path, "r")
    except (OSError, RuntimeError) as error:
        reason = _reason_not_to_open(path, str(error))
    try:
        return h5py.File(path, "r", swmr=True)
    except (OSError, RuntimeError):
        raise OSError(reason) from None


def _reason_not_to_open(path: str | pathlib.Path, reason: str) -> str:
    """What the user can do is known for some of HDF5's reasons."""
    inner = re.search(r"\((.*)\)", reason)
    reason = inner.group(1) if inner else reason
    begin = f"{path} cannot be opened:"
    if "h5clear" in reason:
        return (f"{begin} it is marked as being written "
                f"(if the program that wrote it has ended, h5clear -s {path} removes the mark)")
    if "unable to lock" in reason:
        return f"{begin} another program has locked it (wait until it is written)"
    if "file signature not found" in reason:
        return f"{begin} it is no HDF5 file, or its beginning is damaged (name another file)"
    if "truncated file" in reason:
        return f"{begin} it is cut off, or is still being copied or written (HDF5: {reason})"
    if "bad superblock version" in reason:
        return (f"{begin} it was written by a newer HDF5 than {h5py.version.hdf5_version}, or its beginning is damaged "
                f"(write it again with an older HDF5)")
    return f"{path} cannot be opened (HDF5: {reason})"
