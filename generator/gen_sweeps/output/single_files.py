"""Reads, creates and replaces single files: links are not followed, and no file is ever half there.

Paths are strings here: with pathlib, a file would take as long again as the disk does.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress

from gen_sweeps.errors import FileError
from gen_sweeps.rendering.outputs import OWN_PREFIX

_PIECE = 1 << 16
"""Bytes that are read at once of a file whose length is not known, or not to be believed."""

_BINARY = getattr(os, "O_BINARY", 0)
_READ_FLAGS = os.O_RDONLY | _BINARY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_WRITE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY


class NotARegularFileError(Exception):
    """There is a folder, a link or a device where a file should be; says which."""


def read_regular_file(path: str, limit: int = sys.maxsize) -> bytes:
    """Return the content of a regular file; of a longer one, somewhat more than `limit` bytes.

    Raises:
        NotARegularFileError: It is something else.
        OSError: It can't be read, or is not there.
    """
    try:
        descriptor = os.open(path, _READ_FLAGS)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise NotARegularFileError("is a symbolic link") from None
        if error.errno == errno.ENXIO:
            raise NotARegularFileError("is not a regular file") from None
        raise
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise NotARegularFileError("is a folder")
        if not stat.S_ISREG(status.st_mode):
            raise NotARegularFileError("is not a regular file")
        return _read_all(descriptor, status.st_size, limit)
    finally:
        os.close(descriptor)


def _read_all(descriptor: int, size: int, limit: int) -> bytes:
    """Read a file that is `size` bytes long, or has become longer or shorter meanwhile."""
    data = os.read(descriptor, min(size, limit) + 1)
    if len(data) == size:
        return data
    pieces = [data]
    while pieces[-1] and sum(map(len, pieces)) <= limit:
        pieces.append(os.read(descriptor, _PIECE))
    return b"".join(pieces)


def create_file(path: str, data: bytes) -> None:
    """Write a file that is not there yet, and the folders that it is in.

    Raises:
        FileError: It can't be written, or is there already.
    """
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        descriptor = os.open(path, _WRITE_FLAGS, 0o666)  # whoever else creates it now fails
        try:
            os.close(descriptor)
            replace_file(path, data)
        except BaseException:
            with suppress(OSError):
                os.unlink(path)
            raise
    except OSError as error:
        raise file_error(error, path, "written") from None


def replace_file(
    path: str,
    data: bytes,
    temporary: str | None = None,
    *,
    keeps_permissions: bool = True,
    sync: bool = False,
) -> None:
    """Write a file as a whole: whoever reads it sees the old bytes or the new ones.

    Args:
        path: The file.
        data: The new bytes.
        temporary: Where they are written before they are renamed to their place, if the next run is
            to know what a killed one left there.
        keeps_permissions: Whether the file gets the permissions of the one that it replaces.
        sync: Whether it is to be on the disk before it is renamed.

    Raises:
        OSError: It can't be written; it is as it was.
    """
    if temporary is None:
        temporary = os.path.join(os.path.dirname(path), f"{OWN_PREFIX}{os.getpid()}.tmp")
    try:
        descriptor = os.open(temporary, _WRITE_FLAGS, 0o666)
        try:
            _write_all(descriptor, data)
            if sync:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if keeps_permissions:
            _copy_permissions(path, temporary)
        os.replace(temporary, path)
    except FileExistsError:
        raise  # it is somebody else's
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`; a write may take a part of it only."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _copy_permissions(source: str, target: str) -> None:
    """Give `target` the permissions of `source`, if that is a file."""
    try:
        mode = os.lstat(source).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISREG(mode):
        os.chmod(target, stat.S_IMODE(mode))


def file_error(error: OSError, path: str | os.PathLike[str], what: str) -> FileError:
    """Return the error that a file or folder can't be read, written …, with what to do."""
    hint = None
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        hint = "no file is damaged: free some space and run the command again"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        hint = "check the permissions of the file and its folder"
    elif error.errno == errno.ENOENT:
        hint = "the folder may have been removed in the meantime: run the command again"
    return FileError.at(f"can't be {what}: {error.strerror}", os.fspath(path), hint=hint)
