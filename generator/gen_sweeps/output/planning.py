"""The plan of a run: what has to change in the output folder, decided before anything does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from types import MappingProxyType
from typing import Protocol

from gen_sweeps.errors import ForeignFileError, Problem
from gen_sweeps.output import formatting
from gen_sweeps.output.journal import Journal
from gen_sweeps.output.line_endings import irregularity, normalized
from gen_sweeps.output.manifest import (
    Manifest,
    Owner,
    UnreadableManifestError,
    manifest_bytes,
    read,
    spec_name,
)
from gen_sweeps.output.merge_conflicts import is_conflicted
from gen_sweeps.output.single_files import NotARegularFileError
from gen_sweeps.progress import Progress, silent, tracked
from gen_sweeps.proof.proving import Proof, display_path
from gen_sweeps.rendering.outputs import (
    MANIFEST,
    OWN_PREFIX,
    ProtectedPaths,
    Template,
    output_pattern,
)
from gen_sweeps.rendering.renderer import Rendering
from gen_sweeps.spec.digests import digest
from gen_sweeps.spec.model import GENERATED, Spec
from gen_sweeps.spec.names import fold

_EDITED = "was edited since gen-sweeps wrote it"
_CONFLICTED = "has conflict markers of a merge"


class Action(Enum):
    """What is to be done with a file."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "keep"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Change:
    """One file of the output folder that is not as it should be, and what is to be done with it.

    Attributes:
        path: The file, relative to the output folder.
        action: What is to be done.
        obstacle: Why gen-sweeps may not do it unasked: the file that is there is foreign. It
            reads after the file's path. None if it is ours, or not there.
        line_endings: What an editor or a checkout gave the file that is there, and nothing else
            of it is changed: "CRLF line endings", "a byte order mark". None if more is.
        is_reformatted: Whether it is edited, or is the manifest, and only its layout differs.
        found: The sha256 of the file that is there, in hexadecimal; None if there is none.
    """

    path: str
    action: Action
    obstacle: str | None = None
    line_endings: str | None = None
    found: str | None = None
    is_reformatted: bool = False

    @property
    def is_edited(self) -> bool:
        """Whether somebody has changed what gen-sweeps wrote."""
        return self.obstacle == _EDITED


@dataclass(frozen=True)
class Plan:
    """All changes that make the output folder what the spec says.

    Attributes:
        proof: What is to be written.
        changes: The files that change, in the order of rendering, then those to remove; the
            manifest last, whether it changes or not.
        manifest: The manifest that is to be there.
        strays: Files that look like a strategy's but are neither in the spec nor in the manifest,
            and are left alone.
        orphans: Files that the manifest names but no template could have made, and that are left
            alone because they do not say that they are generated either.
    """

    proof: Proof
    changes: tuple[Change, ...]
    manifest: bytes
    strays: tuple[str, ...]
    orphans: tuple[str, ...]

    @cached_property
    def obstacles(self) -> tuple[Change, ...]:
        """The changes that gen-sweeps may not make unasked."""
        return tuple(change for change in self.changes if change.obstacle)

    @property
    def journal(self) -> Journal:
        """What a run that makes the changes has to write down before it makes them."""
        digests = {
            change.path: _own_digests(change, self.proof)
            for change in self.drift
            if change.path != MANIFEST
        }
        return Journal(spec_name(self.proof.rendering.spec), digests)

    @property
    def is_first(self) -> bool:
        """Whether there was no manifest yet."""
        return self.changes[-1].action is Action.CREATE

    @property
    def drift(self) -> Iterator[Change]:
        """The changes that change something."""
        return filter(_changes, self.changes)

    def content(self, path: str) -> bytes:
        """Return what is to be in a file, the manifest among them."""
        if path == MANIFEST:
            return self.manifest
        return self.proof.rendering[path].data

    def actions(self) -> Iterator[tuple[str, Action]]:
        """Yield all files, also those to keep, in the order of `changes`, and what is done."""
        actions = {change.path: change.action for change in self.changes}
        for path in dict.fromkeys((*self.proof.digests, *actions)):
            yield path, actions.get(path, Action.KEEP)

    def count(self, action: Action) -> int:
        """Return how many files the action is done with."""
        return sum(done is action for _, done in self.actions())


class Folder(Protocol):
    """An output folder that can be looked at."""

    def read(self, path: str) -> bytes | None:
        """Return the content of a regular file; None if there is nothing of that name.

        Raises:
            NotARegularFileError: Something else is in its place.
        """

    def matching(self, pattern: str) -> Iterator[str]:
        """Yield the paths in which `*` stands for a name, or a part of one, as in `pattern`."""

    def pending(self) -> Journal | None:
        """Return the journal of an interrupted run; None if there is none."""

    def has_spec(self, name: str) -> bool:
        """Say whether there is a spec, named as a manifest does: relative to the folder."""


def plan(
    proof: Proof,
    folder: Folder,
    progress: Progress = silent,
    owned: Mapping[str, str] = MappingProxyType({}),
) -> Plan:
    """Return what makes `folder` hold the proven files and nothing else of ours.

    Args:
        proof: The proven files.
        folder: The output folder as it is.
        progress: Is told how many files have been compared.
        owned: By the path of a file that is ours though no manifest says so: the sha256 of its
            content, in hexadecimal.
    """
    spec = proof.rendering.spec
    own_name = spec_name(spec)
    content = manifest_bytes(spec, proof.digests, owners(proof.rendering), proof.places)
    wanted = Manifest([own_name], {path: (found,) for path, found in proof.digests.items()})
    found = _FoundManifest.of(folder, content, wanted)
    journal = folder.pending()
    specs = [
        *(found.manifest.specs if found.manifest else ()),
        *([journal.spec] if journal else ()),
    ]
    # A spec that is gone was renamed: what is there is ours by its content.
    others = [other for other in specs if other != own_name and folder.has_spec(other)]
    obstacle = found.obstacle
    if obstacle is None and others:
        obstacle = f"belongs to another spec, {others[0]}"
    ours = _Ours(folder, proof, found.manifest, journal, owned)
    changes = ours.changes(progress)
    if specs and not others:
        changes += filter(None, map(ours.removal, ours.stale))
    removed = {change.path for change in changes if change.action is Action.REMOVE}
    strays = {
        path
        for template in proof.rendering.outputs.templates
        for path in folder.matching(output_pattern(template.name))
        if path not in proof.digests and path not in removed and not ours.is_source(path)
    }
    changes.append(found.change(obstacle))
    return Plan(proof, tuple(changes), content, tuple(sorted(strays)), tuple(sorted(ours.orphans)))


def owners(rendering: Rendering) -> Mapping[str, Owner]:
    """Return whose each file is, by its path; those that all arms share are left out."""
    axes = len(rendering.spec.axis_names)
    return {
        path: file.arm.name
        if len(file.axes) == axes
        else {axis: file.arm.levels[axis] for axis in file.axes}
        for path, file in rendering.items()
        if file.arm is not None
    }


def refuse_obstacles(planned: Plan) -> None:
    """Raise what stands in the way of a plan, if anything does.

    Raises:
        ForeignFileError: Has a problem for each foreign file, with the ways out.
    """
    spec = planned.proof.rendering.spec
    forced = f"`gen-sweeps {spec.path} --force`"
    problems = []
    for change in planned.obstacles:
        shown = display_path(spec, change.path)
        hint = conflict_hint(change, spec)
        if hint is None and change.path == MANIFEST:
            hint = f"restore it from version control; {forced} rewrites it, and removes no file"
        if hint is None and change.is_edited and change.action is Action.UPDATE:
            hint = (
                f"`gen-sweeps {spec.path} --check` says where the edit belongs; {forced} undoes it"
            )
        hint = hint or f"move it away or undo the edit; {forced} overwrites or removes it"
        problems.append(Problem(f"{shown} {change.obstacle}", shown, hint=hint))
    if problems:
        raise ForeignFileError(*problems)


def conflict_hint(change: Change, spec: Spec) -> str | None:
    """Return how to go on with a generated file that a merge has left in conflict; else None."""
    if change.obstacle != _CONFLICTED or change.path == MANIFEST:
        return None
    shown = display_path(spec, change.path)
    return f"run `git checkout --ours {shown}`, then `gen-sweeps {spec.path}`"


def _changes(change: Change) -> bool:
    return change.action is not Action.KEEP


def _own_digests(change: Change, proof: Proof) -> tuple[str, ...]:
    """Return what is gen-sweeps' own in the place of a file, before the change or after it."""
    wanted = proof.digests.get(change.path)
    found = None if change.obstacle else change.found
    return tuple(filter(None, (found, wanted)))


class _Ours:
    """Tells gen-sweeps' own files, by what it wrote last or was about to write.

    Names that only fold together (`sweep_a.py`, `sweep_A.py`) may be one file: what is known of
    the one is known of the other, so that a strategy's name can change in case only.
    """

    def __init__(
        self,
        folder: Folder,
        proof: Proof,
        manifest: Manifest | None,
        journal: Journal | None,
        owned: Mapping[str, str],
    ) -> None:
        self._folder = folder
        self._owned = {path: (content,) for path, content in owned.items()}
        self._proof = proof
        self._written = manifest.claims if manifest else {}
        self._pending = journal.digests if journal else {}
        self._protected = ProtectedPaths(proof.rendering.spec, proof.rendering.templates)
        # Anybody can write a journal: it is believed of what a template could have made.
        self._makes = re.compile(
            "|".join(map(_expression, proof.rendering.outputs.templates))
        ).fullmatch
        pending = filter(self._makes, self._pending)
        self.stale = [
            path
            for path in dict.fromkeys((*self._written, *pending))
            if path not in proof.digests and not self._protected.fault(path)
        ]
        self.orphans: list[str] = []
        self._renamed = {fold(path) for path in self.stale}

    @cached_property
    def _known(self) -> Mapping[str, set[str]]:
        """By what their names fold to: what is ours, and what gen-sweeps was about to write."""
        known: dict[str, set[str]] = {}
        for claims in (self._written, self._pending, self._owned):
            for path, digests in claims.items():
                known.setdefault(fold(path), set()).update(digests)
        return known

    def changes(self, progress: Progress) -> list[Change]:
        """Return what is to be done with the files of the spec that are not as they should be."""
        wanted = self._proof.digests
        found = (
            self._change(path, wanted[path]) for path in tracked(wanted, "comparing", progress)
        )
        return list(filter(None, found))

    def _change(self, path: str, wanted: str) -> Change | None:
        try:
            data = self._folder.read(path)
        except NotARegularFileError as error:
            return Change(path, Action.UPDATE, str(error))
        if data is None:
            return Change(path, Action.CREATE)
        found = digest(data)
        if found == wanted:
            if self._renamed and fold(path) in self._renamed:
                # The other name is removed first, and this file may go with it.
                return Change(path, Action.UPDATE, found=found)
            return None
        content = self._proof.rendering[path].data
        if normalized(data) == normalized(content):
            line_endings = irregularity(data, content)
            return Change(path, Action.UPDATE, line_endings=line_endings, found=found)
        obstacle = self._obstacle(path, data)
        is_reformatted = obstacle == _EDITED and formatting.is_reformatted(path, data, content)
        return Change(path, Action.UPDATE, obstacle, found=found, is_reformatted=is_reformatted)

    def is_source(self, path: str) -> bool:
        """Say whether a path is the spec's, a template's or gen-sweeps' own, whatever its name."""
        is_own = path == MANIFEST or path.startswith(OWN_PREFIX)
        return is_own or self._protected.fault(path) is not None

    def removal(self, path: str) -> Change | None:
        """Return what is to be done with a file that is no longer in the spec."""
        try:
            data = self._folder.read(path)
        except NotARegularFileError:
            return None  # gen-sweeps writes regular files only
        if data is None:
            return None
        if not self._makes(path) and GENERATED.encode() not in data:
            # Anybody can write a manifest too: of a template that is gone, it is believed only
            # where the file says the same.
            self.orphans.append(path)
            return None
        obstacle = self._obstacle(path, data)
        if obstacle and path not in self._written:
            return None  # the killed run meant to write it, but did not
        return Change(path, Action.REMOVE, obstacle, found=digest(data))

    def _obstacle(self, path: str, data: bytes) -> str | None:
        known = self._known.get(fold(path), set())
        if digest(data) in known or digest(normalized(data)) in known:
            return None
        if is_conflicted(data):
            return _CONFLICTED
        return _EDITED if known else "was not written by gen-sweeps"


def _expression(template: Template) -> str:
    """Return the regular expression of all paths that a template could make, or could have made.

    The name of a template changes when an axis is added or taken away, but seldom what it begins
    and ends with: `run_{strategy}.py` becomes `run_{strategy}_{seed}.py`.
    """
    parts = [*map(re.escape, output_pattern(template.name).split("*"))]
    ends = parts if len(parts) == 1 else [parts[0], parts[-1]]
    return "|".join("[^/]*".join(it) for it in (parts, ends))


@dataclass(frozen=True, slots=True)
class _FoundManifest:
    """The manifest that is in the folder.

    Attributes:
        action: What is to be done with it.
        manifest: What it says; None if it is not there or can't be read.
        obstacle: Why it can't be read; None if it can, or is not there.
        line_endings: What an editor or a checkout gave it, as in a `Change`.
        is_reformatted: Whether only its layout differs.
    """

    action: Action
    manifest: Manifest | None = None
    obstacle: str | None = None
    line_endings: str | None = None
    is_reformatted: bool = False

    @classmethod
    def of(cls, folder: Folder, text: bytes, wanted: Manifest) -> _FoundManifest:
        """Return the manifest of a folder; one with the text `text` says what is `wanted`."""
        try:
            data = folder.read(MANIFEST)
        except NotARegularFileError as error:
            return cls(Action.UPDATE, obstacle=str(error))
        if data is None:
            return cls(Action.CREATE)
        if data == text:
            return cls(Action.KEEP, wanted)
        line_endings = irregularity(data, text) if normalized(data) == text else None
        is_reformatted = line_endings is None and formatting.is_reformatted(MANIFEST, data, text)
        try:
            return cls(Action.UPDATE, read(data), None, line_endings, is_reformatted)
        except UnreadableManifestError as error:
            return cls(Action.UPDATE, obstacle=str(error), line_endings=line_endings)

    def change(self, obstacle: str | None) -> Change:
        """Return what is to be done with it; `obstacle` says why that may not be."""
        return Change(
            MANIFEST,
            self.action,
            obstacle,
            self.line_endings,
            is_reformatted=self.is_reformatted,
        )
