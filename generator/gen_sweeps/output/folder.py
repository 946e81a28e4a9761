"""The output folder on disk; the only module that changes anything there.

Each file is replaced as a whole: written beside its place under a name of its own, then renamed
over it. The manifest goes last. The journal of the run goes first, so that the run after one that
was killed knows its own files, and what that one left half written.

Paths are strings here: with pathlib, a file would take as long again as the disk does.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from gen_sweeps.errors import FileError, ForeignFileError
from gen_sweeps.output import journal
from gen_sweeps.output.journal import JOURNAL, Journal
from gen_sweeps.output.planning import Action, Plan, refuse_obstacles
from gen_sweeps.output.single_files import (
    NotARegularFileError,
    file_error,
    read_regular_file,
    replace_file,
)
from gen_sweeps.progress import Progress, silent, tracked
from gen_sweeps.rendering.outputs import MANIFEST, OWN_PREFIX
from gen_sweeps.spec.digests import digest
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


_ATTEMPTS = 100
"""How often the folder is created again if another process keeps removing it."""


class OutputFolder:
    """The folder that a spec's files are in.

    Args:
        spec: The spec.

    Attributes:
        path: The folder.

    Raises:
        FileError: What is there is not a folder, or leads elsewhere through a symbolic link.
    """

    def __init__(self, spec: Spec) -> None:
        self.path = spec.output_folder
        self._root = os.path.join(self.path, "")  # ends with a separator
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
                raise file_error(error, folder, "read") from None
            if stat.S_ISLNK(mode):
                hint = f"replace it by a folder, or change `output` in {spec.path}"
                raise FileError.at("is a symbolic link, not a folder", str(folder), hint=hint)
            if not stat.S_ISDIR(mode):
                hint = f"choose another `output` in {spec.path}"
                raise FileError.at("is a file, not a folder", str(folder), hint=hint)

    @contextmanager
    def locked(self, *, exclusive: bool) -> Iterator[None]:
        """Hold the folder while it is read or, with `exclusive`, changed; wait for others.

        A folder that is not there is created if it is to be changed.

        Raises:
            FileError: It can't be read or created.
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
                raise file_error(error, self.path, "read") from None
            _hold(descriptor, exclusive=exclusive)
            # Whoever held it before may have put another folder in its place.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), self.path.stat()):
                    return descriptor
            os.close(descriptor)
        raise FileError.at("keeps being removed by another process", str(self.path))

    def read(self, path: str) -> bytes | None:
        """Return the content of a regular file; None if there is nothing of that name.

        Raises:
            NotARegularFileError: Something else is in its place.
            FileError: It can't be read.
        """
        if "/" in path:
            self._check_parents(path)
        full = self._place(path)
        try:
            return read_regular_file(full)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise file_error(error, full, "read") from None

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
            elif "*" in part or os.path.lexists(self._place(start + name)):
                yield start + name

    def _list(self, folder: str) -> list[str]:
        """Return the names in a folder; none if it is not there."""
        full = self._place(folder)
        try:
            return os.listdir(full)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise file_error(error, full, "listed") from None

    def pending(self) -> Journal | None:
        """Return the journal of an interrupted run; None if there is none."""
        try:
            data = self.read(JOURNAL)
        except NotARegularFileError:
            return None
        return journal.read(data) if data is not None else None

    def has_spec(self, name: str) -> bool:
        """Say whether there is a spec, named as a manifest does: relative to the folder."""
        return (self.path / name).is_file()

    def create(self) -> None:
        """Create the folder, with the folders above it.

        Raises:
            FileError: It can't be created.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise file_error(error, self.path, "created") from None

    def apply(self, plan: Plan, *, force: bool = False, progress: Progress = silent) -> None:
        """Make the changes of a plan.

        Args:
            plan: The plan; the folder has been locked since before it was made.
            force: Whether to replace and remove foreign files too.
            progress: Is told how many files have been written.

        Raises:
            ForeignFileError: A foreign file is in the way; or, even with `force`, a folder is where
                a file should be, or a symbolic link where a folder should be. Nothing has been
                changed.
            FileError: Writing failed; each file is either as it was or as it should be.
        """
        if not force:
            refuse_obstacles(plan)
        changes = list(plan.drift)
        for change in changes:
            if change.action is not Action.CREATE:  # there is nothing in the place of those
                self._refuse(change.path)
        before = self.pending()
        pending = before.digests if before else ()
        self._remove_temporaries([*(c.path for c in changes), *pending, JOURNAL, MANIFEST])
        if changes:
            self._write(JOURNAL, bytes(plan.journal))
        # Removals go first: where names fold together, they may concern the file to be written.
        for change in changes:
            if change.action is Action.REMOVE:
                self._remove(change.path)
        files = [c for c in changes if c.action is not Action.REMOVE and c.path != MANIFEST]
        for change in tracked(files, "writing", progress):
            replaces = change.action is Action.UPDATE
            self._write(change.path, plan.content(change.path), replaces=replaces)
        if changes and changes[-1].path == MANIFEST:
            self._write(MANIFEST, plan.manifest, sync=True)
        if changes or before:
            self._remove(JOURNAL)

    def _refuse(self, path: str) -> None:
        """Refuse to change what no `--force` may change."""
        full = self._place(path)
        try:
            self._check_parents(path)
        except NotARegularFileError as error:
            raise ForeignFileError.at(str(error), full, hint="move it away") from None
        if os.path.isdir(full) and not os.path.islink(full):
            message = f"{full} is a folder where a file should be"
            raise ForeignFileError.at(message, full, hint="move it away")

    def _write(self, path: str, data: bytes, *, replaces: bool = True, sync: bool = False) -> None:
        """Write a file as a whole; if it `replaces` one, with the permissions of that."""
        full = self._place(path)
        try:
            if "/" in path:
                self._make_parents(path)
            replace_file(full, data, self._temporary(path), keeps_permissions=replaces, sync=sync)
        except OSError as error:
            raise file_error(error, full, "written") from None

    def _make_parents(self, path: str) -> None:
        """Create the folders below the output folder that a file is in; not that one itself."""
        for folder in _folders(path):
            with suppress(FileExistsError):
                os.mkdir(self._place(folder))

    def _remove(self, path: str) -> None:
        """Remove a file, and the folders that it leaves empty."""
        full = self._place(path)
        try:
            with suppress(FileNotFoundError):
                os.unlink(full)
        except OSError as error:
            raise file_error(error, full, "removed") from None
        for folder in reversed(_folders(path)):
            with suppress(OSError):
                os.rmdir(self._place(folder))

    def _remove_temporaries(self, paths: Sequence[str]) -> None:
        """Remove what a killed run left half written of these files."""
        for folder in {path.rpartition("/")[0] for path in paths}:
            try:
                names = os.listdir(self._place(folder))
            except OSError:
                continue
            if not any(name.startswith(OWN_PREFIX) and name.endswith(".tmp") for name in names):
                continue
            for path in paths:
                if path.rpartition("/")[0] == folder:
                    with suppress(OSError):
                        os.unlink(self._temporary(path))

    def _place(self, path: str) -> str:
        """Return where a file of the folder is."""
        return f"{self._root}{path}"

    def _temporary(self, path: str) -> str:
        """Return where a file is written before it is renamed to its place."""
        folder, slash, _ = path.rpartition("/")
        name = digest(path.encode(errors="surrogatepass"))[:16]
        return f"{self._root}{folder}{slash}{OWN_PREFIX}{name}.tmp"

    def _check_parents(self, path: str) -> None:
        """Check that the folders below the output folder that a file is in are folders."""
        for folder in map(self._place, _folders(path)):
            try:
                mode = os.lstat(folder).st_mode
            except FileNotFoundError:
                return
            except OSError as error:
                raise file_error(error, folder, "read") from None
            if stat.S_ISLNK(mode):
                raise NotARegularFileError(f"is behind a symbolic link, {folder}")
            if not stat.S_ISDIR(mode):
                raise NotARegularFileError(f"can't be there: {folder} is a file")


def _folders(path: str) -> list[str]:
    """Return the folders that a path goes through, the outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:length]) for length in range(1, len(parts))]
