"""What has to change in the output folder, decided before anything is changed."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Protocol

from generator.manifest import MANIFEST, Manifest, UnreadableManifestError, read, spec_name, written
from generator.prove import Proof, digest
from generator.templates import STRATEGY


class Action(Enum):
    """What is to be done with a file."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "keep"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Change:
    """One file of the output folder and what is to be done with it.

    Attributes:
        path: The file, relative to the output folder.
        action: What is to be done.
        obstacle: Why gen-sweeps may not do it unasked: the file that is there is foreign. It
            reads after the file's path. None if it is ours, or not there.
    """

    path: str
    action: Action
    obstacle: str | None = None


@dataclass(frozen=True)
class Plan:
    """All changes that make the output folder what the spec says.

    Attributes:
        proof: What is to be written.
        changes: The files in the order of rendering, then those to remove, the manifest last.
        manifest: The content of the manifest.
        strays: Files that look like a strategy's but are in neither the spec nor the manifest.
    """

    proof: Proof
    changes: tuple[Change, ...]
    manifest: bytes
    strays: tuple[str, ...]

    @cached_property
    def obstacles(self) -> tuple[Change, ...]:
        """The changes that gen-sweeps may not make unasked."""
        return tuple(change for change in self.changes if change.obstacle)

    @property
    def drift(self) -> Iterator[Change]:
        """The changes that change something."""
        return (change for change in self.changes if change.action is not Action.KEEP)

    def count(self, action: Action) -> int:
        """Return how many files the action is done with."""
        return sum(change.action is action for change in self.changes)


class Folder(Protocol):
    """An output folder that can be looked at."""

    def read(self, path: str) -> bytes | None:
        """Return the content of a regular file; None if there is nothing of that name."""

    def matching(self, pattern: str) -> Iterator[str]:
        """Yield the paths of the files that match a glob pattern."""

    def pending(self) -> Mapping[str, str]:
        """Return the digests of the files that an interrupted run was about to write."""


class NotARegularFileError(Exception):
    """There is a folder, a link or a device where a file should be; says which."""


def plan(proof: Proof, folder: Folder) -> Plan:
    """Return what makes `folder` hold the proven files and nothing else of ours."""
    spec = proof.rendering.spec
    own_name = spec_name(spec)
    manifest, obstacle = _manifest(folder)
    if manifest and manifest.spec != own_name:
        obstacle = f"belongs to another spec, {manifest.spec}"
    ours = _Ours(folder, manifest.digests if manifest else {}, folder.pending())
    changes = [ours.change(path, wanted) for path, wanted in proof.digests.items()]
    if manifest and manifest.spec == own_name:
        stale = (path for path in manifest.digests if path not in proof.digests)
        changes += filter(None, map(ours.removal, stale))
    files: dict[str, list[str]] = {strategy.name: [] for strategy in spec.strategies}
    for path, strategy in proof.rendering.strategies():
        files[strategy].append(path)
    content = written(spec, proof.digests, files)
    changes.append(_manifest_change(folder, content, obstacle))
    known = {change.path for change in changes}
    patterns = (glob.escape(path) for path in proof.rendering.strategy_paths())
    candidates = (
        path
        for pattern in patterns
        for path in folder.matching(pattern.replace(STRATEGY, "*"))
        if path not in known
    )
    return Plan(proof, tuple(changes), content, tuple(sorted(set(candidates))))


@dataclass(frozen=True, slots=True)
class _Ours:
    """Tells gen-sweeps' own files, by what it wrote last or was about to write."""

    folder: Folder
    written: Mapping[str, str]
    pending: Mapping[str, str]

    def change(self, path: str, wanted: str) -> Change:
        try:
            data = self.folder.read(path)
        except NotARegularFileError as error:
            return Change(path, Action.UPDATE, str(error))
        if data is None:
            return Change(path, Action.CREATE)
        if (found := digest(data)) == wanted:
            return Change(path, Action.KEEP)
        return Change(path, Action.UPDATE, self._obstacle(path, found))

    def removal(self, path: str) -> Change | None:
        try:
            data = self.folder.read(path)
        except NotARegularFileError as error:
            return Change(path, Action.REMOVE, str(error))
        if data is None:
            return None
        return Change(path, Action.REMOVE, self._obstacle(path, digest(data)))

    def _obstacle(self, path: str, found: str) -> str | None:
        if found in (self.written.get(path), self.pending.get(path)):
            return None
        if path in self.written:
            return "was edited since gen-sweeps wrote it"
        return "was not written by gen-sweeps"


def _manifest(folder: Folder) -> tuple[Manifest | None, str | None]:
    """Return what the folder's manifest says, and why it may not be replaced unasked."""
    try:
        data = folder.read(MANIFEST)
        return (read(data), None) if data is not None else (None, None)
    except (UnreadableManifestError, NotARegularFileError) as error:
        return None, str(error)


def _manifest_change(folder: Folder, content: bytes, obstacle: str | None) -> Change:
    try:
        data = folder.read(MANIFEST)
    except NotARegularFileError:
        data = b""
    if data is None:
        return Change(MANIFEST, Action.CREATE)
    action = Action.KEEP if data == content else Action.UPDATE
    return Change(MANIFEST, action, obstacle)
