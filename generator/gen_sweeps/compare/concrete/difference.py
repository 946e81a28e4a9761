"""One difference between two files, as a value that can be printed, filtered and tested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gen_sweeps.compare.concrete.tree import PathStep, path_text

DifferenceKind = Literal["code", "docstring", "comment", "layout"]
"""What sort of thing differs. Only `code` changes what a program does."""

KINDS: tuple[DifferenceKind, ...] = ("code", "docstring", "comment", "layout")
"""All of them, the gravest first."""

ChangeKind = Literal["changed", "added", "removed", "renamed", "reordered"]
"""How the second file differs from the first."""


@dataclass(frozen=True, slots=True)
class Site:
    """One side of a difference.

    Attributes:
        line: 1-based line, or None in data that has no lines.
        column: 1-based column in characters, or None.
        text: What is there, as the file spells it.
    """

    line: int | None
    column: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same in two files.

    Attributes:
        kind: What sort of thing.
        change: How it differs.
        steps: The way to it from the top of the file.
        left: What the first file has, or None where it has nothing.
        right: What the second file has, or None where it has nothing.
        anchor: The offset of the thing in the first file, or None where it has nothing; tells apart
            two things of one name.
        after: The offset in the first file behind which the second has something more.
        note: What sort of layout it is (`quotes`, `blank lines`), or "".
    """

    kind: DifferenceKind
    change: ChangeKind
    steps: tuple[PathStep, ...]
    left: Site | None
    right: Site | None
    anchor: int | None = None
    after: int = 0
    note: str = ""

    @property
    def path(self) -> str:
        """Where it is, in a reader's terms; `file` for the file as a whole."""
        return path_text(self.steps) or "file"

    @property
    def order(self) -> int:
        """The offset in the first file by which differences are listed."""
        return self.after if self.anchor is None else self.anchor
