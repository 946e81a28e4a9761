"""What a family consists of once it is cut: texts, places to fill, and forks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from gen_sweeps.adopt.alignment import name_of
from gen_sweeps.adopt.surroundings import Role


@dataclass(frozen=True)
class Blank:
    """A place that files fill differently.

    Attributes:
        role: What may stand there.
        values: What stands there, by the number of the file.
        starts: The offset at which it stands, likewise.
    """

    role: Role
    values: Mapping[int, str]
    starts: Mapping[int, int]

    @cached_property
    def vector(self) -> tuple[tuple[int, str], ...]:
        """What tells it from places that files fill in another way."""
        return tuple(sorted(self.values.items()))


@dataclass(frozen=True)
class Branch:
    """Text that only some files have."""

    files: frozenset[int]
    pieces: tuple[CutPiece, ...]

    @cached_property
    def text(self) -> str:
        """What the first of its files has."""
        return text_of_file(self.pieces, min(self.files))


@dataclass(frozen=True)
class Fork:
    """A place at which files have one of several texts, or none.

    Attributes:
        files: The files that come here.
        branches: What they have; no file is in two of them.
    """

    files: frozenset[int]
    branches: tuple[Branch, ...]

    @cached_property
    def is_full(self) -> bool:
        """Whether each file has a branch, so that the last one needs no condition."""
        return self.files == frozenset[int]().union(*(branch.files for branch in self.branches))


CutPiece: TypeAlias = "str | Blank | Fork"


def blanks(pieces: Iterable[CutPiece]) -> Iterator[Blank]:
    """Yield the blanks of pieces, in the order of the text."""
    for piece in pieces:
        if isinstance(piece, Blank):
            yield piece
        elif isinstance(piece, Fork):
            for branch in piece.branches:
                yield from blanks(branch.pieces)


def forks(pieces: Iterable[CutPiece]) -> Iterator[Fork]:
    """Yield the forks of pieces, in the order of the text."""
    for piece in pieces:
        if isinstance(piece, Fork):
            yield piece
            for branch in piece.branches:
                yield from forks(branch.pieces)


def text_of_file(pieces: Iterable[CutPiece], file: int) -> str:
    """Return what a file has of pieces."""
    parts = []
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(piece)
        elif isinstance(piece, Blank):
            parts.append(piece.values[file])
        else:
            chosen = (it.pieces for it in piece.branches if file in it.files)
            parts.append(text_of_file(next(chosen, ()), file))
    return "".join(parts)


def located(
    pieces: Iterable[CutPiece], starts: Mapping[int, int]
) -> Iterator[tuple[Branch, Mapping[int, int]]]:
    """Yield the branches of pieces with where they start in each file that has them.

    Args:
        pieces: The pieces.
        starts: Where those start.
    """
    offsets = dict(starts)
    for piece in pieces:
        if isinstance(piece, Fork):
            for branch in piece.branches:
                own = {file: offsets[file] for file in branch.files}
                yield branch, own
                yield from located(branch.pieces, own)
        for file in offsets:
            offsets[file] += len(text_of_file([piece], file))


def joined(pieces: Iterable[CutPiece]) -> tuple[CutPiece, ...]:
    """Return pieces without empty texts, and with texts in a row as one."""
    found: list[CutPiece] = []
    for piece in pieces:
        if piece == "":
            continue
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        else:
            found.append(piece)
    return tuple(found)


def key_of_branch(branch: Branch) -> str | None:
    """Return the name that the first line of a branch sets, if it is its only line."""
    lines = [line for line in branch.text.splitlines() if line.strip()]
    return name_of(lines[0]) if len(lines) == 1 else None


def is_cosmetic(piece: Fork | Branch) -> bool:
    """Say whether nothing of a piece says anything: it is blank lines, or brackets."""
    branches = piece.branches if isinstance(piece, Fork) else (piece,)
    return not any(any(map(str.isalnum, branch.text)) for branch in branches)
