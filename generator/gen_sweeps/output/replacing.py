"""Replaces a single file as a whole: whoever reads it sees the old bytes or the new ones."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from gen_sweeps.errors import FileError
from gen_sweeps.rendering.outputs import OWN_PREFIX


def replace_file(path: Path, data: bytes) -> None:
    """Replace the bytes of a file, which keeps its permissions.

    Raises:
        FileError: It can't be written; it is as it was.
    """
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=OWN_PREFIX, suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(temporary).chmod(path.stat().st_mode & 0o7777)
            Path(temporary).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        raise FileError.at(f"can't be written: {error.strerror}", str(path)) from None
