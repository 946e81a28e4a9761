"""Merges a spec with the files that it extends, and knows which of them each key is from."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.spec.findings import KeyPath
from gen_sweeps.spec.names import unfilled
from gen_sweeps.spec.schema import DOCUMENT, ChoiceKind, KeyKind, MapKind, TableKind

MAX_FILES = 20
"""How many files one spec may consist of."""


@dataclass(frozen=True, slots=True)
class SpecFile:
    """A file that a spec is in, or in part.

    Attributes:
        path: The file, as messages name it.
        source: Its bytes.
        document: What TOML is in it.
    """

    path: Path
    source: bytes
    document: dict[str, object]


@dataclass(frozen=True, slots=True)
class MergedSpec:
    """One document of several files, the nearest first."""

    files: Sequence[SpecFile]
    document: Mapping[str, object]
    _origins: Mapping[KeyPath, SpecFile]

    @classmethod
    def of(cls, files: Sequence[SpecFile]) -> MergedSpec:
        """Merge the documents of files: tables are joined, and of all else the nearer wins."""
        first, *further = files
        if not further:
            return cls(files, first.document, {})
        origins: dict[KeyPath, SpecFile] = {}
        document: dict[str, object] = {}
        for file in files:
            _merge(document, file.document, DOCUMENT, (), file, origins)
        return cls(files, document, origins)

    def file_of(self, where: KeyPath) -> SpecFile:
        """Return the file that a key is from; for one that is missing, the file of its table."""
        for length in range(len(where), 0, -1):
            if where[:length] in self._origins:
                return self._origins[where[:length]]
        return self.files[0]


def _merge(  # noqa: PLR0913, PLR0917 - two documents at one place, and where to note it
    into: dict[str, object],
    table: Mapping[str, object],
    kind: TableKind | MapKind,
    where: KeyPath,
    file: SpecFile,
    origins: dict[KeyPath, SpecFile],
) -> None:
    """Add what is in a table of a farther file to one that may have keys of nearer files."""
    for name, value in table.items():
        place = (*where, name)
        inner = _table_kind(_kind_of(kind, name), value)
        if name not in into:
            origins[place] = file
            if inner and isinstance(value, dict):
                copy = into[name] = dict[str, object]()
                _merge(copy, value, inner, place, file, origins)
            else:
                into[name] = value
            continue
        nearer = into[name]
        # Two forms of one table, `levels` and tables of levels, are not joined.
        is_joined = _table_kind(_kind_of(kind, name), nearer) is inner
        if inner and is_joined and isinstance(nearer, dict) and isinstance(value, dict):
            _merge(nearer, value, inner, place, file, origins)


def _kind_of(kind: TableKind | MapKind, name: str) -> KeyKind | None:
    if isinstance(kind, MapKind):
        return kind.values
    return next((key.kind for key in kind.keys if key.name == name), None)


def _table_kind(kind: KeyKind | None, value: object) -> TableKind | MapKind | None:
    """Return the kind of a table whose keys are merged, or None if it is replaced as a whole."""
    if isinstance(kind, ChoiceKind):
        kind = kind.chosen(value)
    if isinstance(kind, MapKind):
        return None if kind.whole else kind
    return kind if isinstance(kind, TableKind) else None


def extended_path(spec: Path, text: str) -> tuple[Path, str | None]:
    """Return the file that a spec extends, and why it may not be, or None if it may.

    It has to be inside of the repository that the spec is in, also after symbolic links; of a
    spec that is in none, inside of its folder.

    Args:
        spec: The spec that names it.
        text: What the spec says, relative to itself.
    """
    path = spec.parent / text
    shown = Path(os.path.normpath(path))
    if fault := unfilled(text):
        return shown, f"{fault}: write it relative to this file"
    if "\\" in text or Path(text).is_absolute():
        return shown, "must be relative to this file, with `/`"
    if not text.endswith(".toml"):
        return shown, "must be a TOML file, called `….toml`"
    try:
        real, folder = path.resolve(strict=True), spec.resolve().parent
    except (OSError, ValueError, RuntimeError):
        return shown, "no such file"
    root = next((above for above in (folder, *folder.parents) if (above / ".git").exists()), None)
    if not real.is_relative_to(root or folder):
        inside = "the repository" if root else "this file's folder, as there is no repository"
        return shown, f"leads outside of {inside}"
    if not real.is_file():
        return shown, "is no file"
    return (shown if shown.exists() and shown.samefile(real) else path), None
