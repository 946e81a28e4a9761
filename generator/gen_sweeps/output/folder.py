"""The output folder on disk; the only module that changes anything there.

Each file is replaced as a whole: written beside its place under a name of its own, then renamed
over it. The manifest goes last. What a run is about to do is noted first, so that the run after
one that was killed knows its own files, and what that one left half written.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from gen_sweeps.errors import FileError, ForeignFileError
from gen_sweeps.output import journal as note
from gen_sweeps.output.journal import NOTE, PREFIX, Note
from gen_sweeps.output.manifest import MANIFEST, spec_name
from gen_sweeps.output.planning import NO_FILE, Action, Change, NotARegularFileError, Plan
from gen_sweeps.proof.cores import shared_out
from gen_sweeps.proof.proving import digest
from gen_sweeps.spec.model import Spec

if sys.platform == "win32":

    def _hold(descriptor: int, *, exclusive: bool) -> None:
        """Do nothing: Windows has no advisory locks of folders."""

else:
    import fcntl

    def _hold(descriptor: int, *, exclusive: bool) -> None:
        """Wait until nobody else holds the folder in a way that excludes this one."""
        with suppress(OSError):  # some network file systems have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)


R = TypeVar("R")

_ATTEMPTS = 100
"""How often the folder is made again if somebody removes it as often."""

_PIECE = 1 << 16
"""Bytes that are read at once of a file whose length is not known, or not to be believed."""

_BINARY = getattr(os, "O_BINARY", 0)
_READ_FLAGS = os.O_RDONLY | _BINARY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_WRITE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY


class OutputFolder:
    """The folder that a spec's files are in.

    Args:
        spec: The spec.

    Attributes:
        path: The folder.
        listed: The names in each folder that has been looked through, by its path.

    Raises:
        FileError: What is there is not a folder, or leads elsewhere through a symbolic link.
    """

    def __init__(self, spec: Spec) -> None:
        self.path = spec.output_folder
        self.listed: dict[str, list[str]] = {}
        self._root = os.path.join(self.path, "")  # noqa: PTH118 - with a separator at its end
        self._check(spec)

    def _check(self, spec: Spec) -> None:
        """Check that each part of the folder's path below the spec is a folder, if it exists."""
        folder = spec.path.parent
        for part in spec.output.parts:
            folder /= part
            try:
                mode = (folder.stat() if part == ".." else folder.lstat()).st_mode
            except FileNotFoundError:
                return
            except OSError as error:
                raise self._error(error, folder, "read") from None
            if stat.S_ISLNK(mode):
                hint = f"replace it by a folder, or change `output` in {spec.path}"
                raise FileError.at("is a symbolic link, not a folder", str(folder), hint=hint)
            if not stat.S_ISDIR(mode):
                hint = f"choose another `output` in {spec.path}"
                raise FileError.at("is a file, not a folder", str(folder), hint=hint)

    @contextmanager
    def locked(self, *, exclusive: bool) -> Iterator[None]:
        """Hold the folder while it is looked at or, `exclusive`, changed; wait for others.

        A folder that is not there is made if it is to be changed.

        Raises:
            FileError: It can't be read or made.
        """
        descriptor = self._held(exclusive=exclusive)
        try:
            yield
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def _held(self, *, exclusive: bool) -> int | None:
        """Return a descriptor of the locked folder; None if there is nothing to lock."""
        for _ in range(_ATTEMPTS):
            if exclusive:
                self.create()
            if sys.platform == "win32":
                return None
            try:
                descriptor = os.open(self.path, os.O_RDONLY)
            except FileNotFoundError:
                if exclusive:
                    continue
                return None
            except OSError as error:
                raise self._error(error, self.path, "read") from None
            _hold(descriptor, exclusive=exclusive)
            # Whoever held it before may have put another folder in its place.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), self.path.stat()):
                    return descriptor
            os.close(descriptor)
        raise FileError.at("is removed by somebody as often as it is made", str(self.path))

    def read(self, path: str) -> bytes | None:
        """Return the content of a regular file; None if there is nothing of that name.

        Raises:
            NotARegularFileError: Something else is in its place.
            FileError: It can't be read.
        """
        return self._read(path, _read_all)

    def _read(self, path: str, reader: Callable[[int, int], R]) -> R | None:
        """Return what a reader makes of a regular file's descriptor and size."""
        self._check_parents(path)
        full = self._place(path)
        try:
            descriptor = os.open(full, _READ_FLAGS)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EMLINK):
                raise NotARegularFileError("is a symbolic link") from None
            if error.errno == errno.ENXIO:
                raise NotARegularFileError("is not a regular file") from None
            raise self._error(error, Path(full), "read") from None
        try:
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise NotARegularFileError("is a folder")
            if not stat.S_ISREG(status.st_mode):
                raise NotARegularFileError("is not a regular file")
            return reader(descriptor, status.st_size)
        except OSError as error:
            raise self._error(error, Path(full), "read") from None
        finally:
            os.close(descriptor)

    def holds(self, path: str, data: bytes) -> bool:
        """Say whether a file is there and is exactly `data`; if it can't be read, it is not."""
        try:
            return self.read(path) == data
        except (NotARegularFileError, FileError):
            return False

    def digest(self, path: str) -> str | None:
        """Return the sha256 of a file, in hexadecimal.

        It is None if there is nothing of that name, `NO_FILE` if there is no regular file.

        Raises:
            FileError: It can't be read.
        """
        try:
            return self._read(path, _digest_all)
        except NotARegularFileError:
            return NO_FILE

    def digests(self, paths: Sequence[str]) -> list[str | None]:
        """Return the digest of each file.

        Raises:
            FileError: A file can't be read.
        """
        with suppress(OSError), os.scandir(self._root) as entries:
            if next(entries, None) is None:
                return [None] * len(paths)
        return shared_out(self._digests, paths, "comparing")

    def _digests(self, paths: Sequence[str]) -> list[str | None]:
        return list(map(self.digest, paths))

    def matching(self, pattern: str) -> Iterator[str]:
        """Yield the paths in which `*` stands for a name, or a part of one, as in `pattern`."""
        return self._matching("", pattern.split("/"))

    def _matching(self, start: str, parts: list[str]) -> Iterator[str]:
        part, *rest = parts
        names: Iterable[str] = (part,)
        if "*" in part:
            match = re.compile("[^/]*".join(map(re.escape, part.split("*")))).fullmatch
            names = filter(match, self._list(start))
        for name in names:
            if rest:
                yield from self._matching(f"{start}{name}/", rest)
            elif "*" in part or os.path.lexists(self.path / start / name):
                yield start + name

    def _list(self, folder: str) -> list[str]:
        """Return the names in a folder; none if it is not there. Listed once, and noted."""
        full = self.path / folder
        path = str(full)
        if path not in self.listed:
            try:
                self.listed[path] = [entry.name for entry in full.iterdir()]
            except (FileNotFoundError, NotADirectoryError):
                return []
            except OSError as error:
                raise self._error(error, full, "listed") from None
        return self.listed[path]

    def pending(self) -> Note | None:
        """Return what an interrupted run was about to do; None if there was none."""
        try:
            data = self.read(NOTE)
        except NotARegularFileError:
            return None
        return note.read(data) if data is not None else None

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
            ForeignFileError: A folder is where a file should be, or a symbolic link where a
                folder should be; nothing has been changed.
            FileError: Writing failed; each file is either as it was or as it should be.
        """
        changes = list(plan.drift)
        for change in changes:
            if change.action is not Action.CREATE:  # there is nothing in the place of those
                self._refuse(change.path)
        before = self.pending()
        noted = before.digests if before else ()
        self._remove_temporaries([*(change.path for change in changes), *noted, NOTE, MANIFEST])
        if changes:
            self._write(NOTE, note.written(spec_name(plan.proof.rendering.spec), plan.owned))
        # Removals go first: where names fold together, they may concern the file to be written.
        for change in changes:
            if change.action is Action.REMOVE:
                self._remove(change.path)
        files = [c for c in changes if c.action is not Action.REMOVE and c.path != MANIFEST]
        shared_out(partial(self._write_files, plan), files, "writing")
        if changes and changes[-1].path == MANIFEST:
            self._write(MANIFEST, plan.manifest, sync=True)
        if changes or before:
            self._remove(NOTE)

    def _write_files(self, plan: Plan, changes: Sequence[Change]) -> list[None]:
        """Write files; those that have been written are written again, to the same effect."""
        for change in changes:
            replaces = change.action is Action.UPDATE
            self._write(change.path, (self._proven(plan, change.path),), replaces=replaces)
        return [None] * len(changes)

    def _refuse(self, path: str) -> None:
        """Refuse to change what no `--force` may change."""
        full = Path(self._place(path))
        try:
            self._check_parents(path)
        except NotARegularFileError as error:
            raise ForeignFileError.at(f"{error}: move it away", str(full)) from None
        if full.is_dir() and not full.is_symlink():
            message = f"{full} is a folder where a file should be"
            raise ForeignFileError.at(message, str(full), hint="move it away")

    def _proven(self, plan: Plan, path: str) -> bytes:
        data = plan.proof.rendering[path].source.encode()
        if digest(data) != plan.proof.digests[path]:
            message = "rendered differently a second time: did a template change meanwhile?"
            raise FileError.at(message, str(self.path / path), hint="run the command again")
        return data

    def _write(
        self, path: str, pieces: Iterable[bytes], *, replaces: bool = True, sync: bool = False
    ) -> None:
        """Write a file as a whole; if it `replaces` one, with the permissions of that."""
        # Strings, because pathlib would take as long as the disk.
        full, temporary = self._place(path), self._temporary(path)
        try:
            if "/" in path:
                self._make_parents(path)
            try:
                descriptor = os.open(temporary, _WRITE_FLAGS, 0o666)
                try:
                    for piece in pieces:
                        _write_all(descriptor, piece)
                    if sync:
                        os.fsync(descriptor)
                finally:
                    os.close(descriptor)
                if replaces:
                    _copy_permissions(full, temporary)
                os.replace(temporary, full)  # noqa: PTH105 - see above
            except FileExistsError:
                raise  # it is somebody else's
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary)  # noqa: PTH108 - likewise
                raise
        except OSError as error:
            raise self._error(error, Path(full), "written") from None

    def _make_parents(self, path: str) -> None:
        """Make the folders below the output folder that a file is in; not that one itself."""
        for folder in reversed(Path(path).parents[:-1]):
            with suppress(FileExistsError):
                (self.path / folder).mkdir()

    def _remove(self, path: str) -> None:
        """Remove a file, and the folders that it leaves empty."""
        full = Path(self._place(path))
        try:
            full.unlink(missing_ok=True)
        except OSError as error:
            raise self._error(error, full, "removed") from None
        for folder in Path(path).parents[:-1]:
            with suppress(OSError):
                (self.path / folder).rmdir()

    def _remove_temporaries(self, paths: Sequence[str]) -> None:
        """Remove what a killed run left half written of these files."""
        for folder in {path.rpartition("/")[0] for path in paths}:
            try:
                names = os.listdir(self.path / folder)  # noqa: PTH208 - strings are wanted
            except OSError:
                continue
            if not any(name.startswith(PREFIX) and name.endswith(".tmp") for name in names):
                continue
            for path in paths:
                if path.rpartition("/")[0] == folder:
                    with suppress(OSError):
                        os.unlink(self._temporary(path))  # noqa: PTH108 - likewise

    def _place(self, path: str) -> str:
        """Return where a file of the folder is."""
        return f"{self._root}{path}"

    def _temporary(self, path: str) -> str:
        """Return where a file is written before it is renamed to its place."""
        folder, slash, _ = path.rpartition("/")
        name = digest(path.encode(errors="surrogatepass"))[:16]
        return f"{self._root}{folder}{slash}{PREFIX}{name}.tmp"

    def _check_parents(self, path: str) -> None:
        """Check that the folders below the output folder that a file is in are folders."""
        folder = self.path
        for part in path.split("/")[:-1]:
            folder /= part
            try:
                mode = folder.lstat().st_mode
            except FileNotFoundError:
                return
            except OSError as error:
                raise self._error(error, folder, "read") from None
            if stat.S_ISLNK(mode):
                raise NotARegularFileError(f"is behind a symbolic link, {folder}")
            if not stat.S_ISDIR(mode):
                raise NotARegularFileError(f"can't be there: {folder} is a file")

    def _error(self, error: OSError, path: Path, what: str) -> FileError:
        hint = None
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            hint = "no file is damaged: make room and run the command again"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            hint = "look at the permissions of the file and its folder"
        elif error.errno == errno.ENOENT:
            hint = "did somebody remove the folder meanwhile? run the command again"
        return FileError.at(f"can't be {what}: {error.strerror}", str(path), hint=hint)


def _read_all(descriptor: int, size: int) -> bytes:
    """Read a file that is `size` bytes long, or has become longer or shorter meanwhile."""
    data = os.read(descriptor, size + 1)
    if len(data) == size:
        return data
    pieces = [data]
    while pieces[-1]:
        pieces.append(os.read(descriptor, _PIECE))
    return b"".join(pieces)


def _digest_all(descriptor: int, _size: int) -> str:
    """Return the sha256 of a file, in hexadecimal, without having all of it at once."""
    state = sha256(usedforsecurity=False)
    while piece := os.read(descriptor, _PIECE):
        state.update(piece)
    return state.hexdigest()


def _copy_permissions(source: str, target: str) -> None:
    """Give `target` the permissions of `source`, if that is a file."""
    try:
        mode = os.lstat(source).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISREG(mode):
        os.chmod(target, stat.S_IMODE(mode))  # noqa: PTH101 - the path is a string


def _write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`; a write may take a part of it only."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
