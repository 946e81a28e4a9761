"""The output folder on disk; the only module that changes anything there.

Each file is replaced as a whole: written beside its place under a name of its own, then renamed
over it. The manifest goes last. What a run is about to write is noted first, so that a run after
one that was killed knows its own files.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from generator.errors import FileError, ForeignFileError
from generator.manifest import MANIFEST
from generator.plan import Action, NotARegularFileError, Plan
from generator.prove import digest
from generator.spec import Spec

if sys.platform == "win32":

    def _lock(descriptor: int, *, exclusive: bool) -> None:
        """Do nothing: Windows has no advisory locks of folders."""

else:
    import fcntl

    def _lock(descriptor: int, *, exclusive: bool) -> None:
        """Wait until nobody else holds the folder in a way that excludes this one."""
        with suppress(OSError):  # some network file systems have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)


_TEMPORARY = ".gen-sweeps-"
_PENDING = f"{_TEMPORARY}pending.json"

_READ_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class OutputFolder:
    """The folder that a spec's files are in.

    Args:
        spec: The spec.

    Raises:
        FileError: What is there is not a folder, or leads outside of the spec's own folder.
    """

    def __init__(self, spec: Spec) -> None:
        self.path = spec.output_folder
        self._check(spec)

    def _check(self, spec: Spec) -> None:
        home = (spec.path.parent / _leading_parents(spec)).resolve()
        if not self.path.resolve().is_relative_to(home):
            message = "leads outside of the spec's folder, through a symbolic link"
            raise FileError.at(message, str(self.path), hint="replace the link by a folder")
        for folder in (self.path, *self.path.parents):
            if folder.exists() and not folder.is_dir():
                hint = f"choose another `output` in {spec.path}"
                raise FileError.at("is a file, not a folder", str(folder), hint=hint)

    @contextmanager
    def locked(self, *, exclusive: bool) -> Iterator[None]:
        """Hold the folder while it is looked at or, `exclusive`, changed; wait for others."""
        if not self.path.is_dir():
            yield
            return
        try:
            descriptor = os.open(self.path, os.O_RDONLY)
        except OSError as error:
            raise self._error(error, self.path, "read") from None
        try:
            _lock(descriptor, exclusive=exclusive)
            yield
        finally:
            os.close(descriptor)

    def read(self, path: str) -> bytes | None:
        """Return the content of a regular file; None if there is nothing of that name.

        Raises:
            NotARegularFileError: Something else is in its place.
            FileError: It can't be read.
        """
        full = self.path / path
        self._check_parents(path)
        try:
            descriptor = os.open(full, _READ_FLAGS)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EMLINK):
                raise NotARegularFileError("is a symbolic link") from None
            raise self._error(error, full, "read") from None
        try:
            mode = os.fstat(descriptor).st_mode
            if stat.S_ISDIR(mode):
                raise NotARegularFileError("is a folder")
            if not stat.S_ISREG(mode):
                raise NotARegularFileError("is not a regular file")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                return file.read()
        finally:
            os.close(descriptor)

    def matching(self, pattern: str) -> Iterator[str]:
        """Yield the paths of the files that match a glob pattern."""
        return (path.relative_to(self.path).as_posix() for path in self.path.glob(pattern))

    def pending(self) -> Mapping[str, str]:
        """Return the digests of the files that an interrupted run was about to write."""
        try:
            data = self.read(_PENDING)
            return {str(k): str(v) for k, v in json.loads(data).items()} if data else {}
        except (ValueError, AttributeError, NotARegularFileError):
            return {}

    def create(self) -> None:
        """Make the folder, with the folders above it.

        Raises:
            FileError: It can't be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._error(error, self.path, "made") from None

    def apply(self, plan: Plan) -> None:
        """Make the changes of a plan, foreign files among them: whether to is decided before.

        Raises:
            ForeignFileError: A folder is where a file should be; nothing has been changed.
            FileError: Writing failed; each file is either as it was or as it should be.
        """
        changes = list(plan.drift)
        for change in changes:
            full = self.path / change.path
            if full.is_dir() and not full.is_symlink():
                message = f"{full} is a folder where a file should be"
                raise ForeignFileError.at(message, str(full), hint="move it away")
        self._remove_temporaries()
        if changes:
            files = [change for change in changes if change.path != MANIFEST]
            self._write(
                _PENDING, json.dumps({c.path: plan.proof.digests.get(c.path) for c in files})
            )
            for change in files:
                if change.action is Action.REMOVE:
                    self._remove(change.path)
                else:
                    self._write(change.path, self._proven(plan, change.path))
            self._write(MANIFEST, plan.manifest, sync=True)
            self._remove(_PENDING)

    def _proven(self, plan: Plan, path: str) -> bytes:
        data = plan.proof.rendering[path].source.encode()
        if digest(data) != plan.proof.digests[path]:
            message = "rendered differently a second time: did a template change meanwhile?"
            raise FileError.at(message, str(self.path / path), hint="run the command again")
        return data

    def _write(self, path: str, data: bytes | str, *, sync: bool = False) -> None:
        """Replace a file as a whole, keeping its permissions."""
        full = self.path / path
        temporary = full.with_name(f"{_TEMPORARY}{digest(path.encode())[:16]}.tmp")
        try:
            full.parent.mkdir(parents=True, exist_ok=True)
            self._check_parents(path)
            try:
                descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data.encode() if isinstance(data, str) else data)
                    file.flush()
                    with suppress(FileNotFoundError):
                        mode = full.lstat().st_mode
                        if stat.S_ISREG(mode):
                            temporary.chmod(stat.S_IMODE(mode))
                    if sync:
                        os.fsync(descriptor)
                temporary.replace(full)
            except BaseException:
                with suppress(OSError):
                    temporary.unlink()
                raise
        except OSError as error:
            raise self._error(error, full, "written") from None

    def _remove(self, path: str) -> None:
        """Remove a file, and the folders that it leaves empty."""
        full = self.path / path
        try:
            full.unlink(missing_ok=True)
        except OSError as error:
            raise self._error(error, full, "removed") from None
        for folder in full.relative_to(self.path).parents[:-1]:
            with suppress(OSError):
                (self.path / folder).rmdir()

    def _remove_temporaries(self) -> None:
        """Remove what a killed run left half written."""
        for temporary in self.path.rglob(f"{_TEMPORARY}*.tmp"):
            with suppress(OSError):
                temporary.unlink()

    def _check_parents(self, path: str) -> None:
        if "/" not in path:
            return
        folder = self.path
        for part in path.split("/")[:-1]:
            folder /= part
            if folder.is_symlink():
                raise NotARegularFileError(f"is behind a symbolic link, {folder}")
            if folder.exists() and not folder.is_dir():
                raise NotARegularFileError(f"can't be there: {folder} is a file")

    def _error(self, error: OSError, path: Path, what: str) -> FileError:
        hint = None
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            hint = "no file is damaged: make room and run the command again"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            hint = "look at the permissions of the file and its folder"
        return FileError.at(f"can't be {what}: {error.strerror}", str(path), hint=hint)


def _leading_parents(spec: Spec) -> Path:
    """Return the `..` that the output's path starts with."""
    parts = spec.output.parts
    count = next((index for index, part in enumerate(parts) if part != ".."), len(parts))
    return Path(*parts[:count])
