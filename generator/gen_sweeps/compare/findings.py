"""What a finding is, and how it speaks of places and values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from gen_sweeps.compare.places import Family, FamilyPlace, path_text

FindingClass: TypeAlias = Literal[
    "false-claim", "sibling-name", "copies", "odd-in-pattern", "text-names-sibling", "shared-name",
    "missing", "spelling",
]  # fmt: skip
"""The sorts of findings, the most telling first."""

LABELS: Mapping[FindingClass, str] = {
    "false-claim": "false claim",
    "sibling-name": "a sibling's name",
    "copies": "copies",
    "odd-in-pattern": "odd one in a pattern",
    "text-names-sibling": "text names a sibling",
    "shared-name": "shared name or path",
    "missing": "missing here alone",
    "spelling": "other spelling",
}
"""What the sorts are called, in the order in which they are shown."""

NOTHING = "–"
"""What is shown of a file that has nothing at a place."""

FindingSite: TypeAlias = "tuple[int, int | None, int | None]"
"""A file, by its number, and the 1-based line and column in it, or None."""


@dataclass(frozen=True, slots=True)
class FamilyFinding:
    """Something that looks like a slip.

    Attributes:
        sort: What sort of thing.
        message: What, in a few words, without the files.
        sites: The files that it is about, and where.
        place: The place that it is about, or None.
        weight: By which findings of one sort are ordered, the heaviest first.
    """

    sort: FindingClass
    message: str
    sites: tuple[FindingSite, ...]
    place: FamilyPlace | None = None
    weight: float = 0

    @property
    def files(self) -> list[int]:
        """The files that it is about."""
        return [file for file, _, _ in self.sites]


def at(family: Family, place: FamilyPlace, files: Iterable[int]) -> tuple[FindingSite, ...]:
    """Return where some files have a place."""
    return tuple((file, *family.position(place, file)) for file in files)


def constant(family: Family, place: FamilyPlace, file: int) -> bytes | None:
    """Return what a file has at a place; of a name for a constant of the file, the constant."""
    piece = place.pieces.get(file)
    if piece is None:
        return None
    if piece.kind == "Name":
        for child in family.members[file].root.children:
            if child.key == f"={piece.said}" and child.piece.kind == "Constant":
                return child.piece.text
    return piece.text


def last_names(place: FamilyPlace) -> str:
    """Return the end of a path, by which a reader knows it."""
    named = [n for n, step in enumerate(place.path) if step.text[:1] not in {"[", "("}]
    start = named[-2] if len(named) > 1 else 0
    return path_text(place.path[start:]) or "file"


def shortened(text: str | None, width: int) -> str:
    """Return a value on one line of at most some characters; a dash for nothing."""
    if text is None:
        return NOTHING
    line = " ".join(text.split()) or repr(text)
    return line if len(line) <= width else line[: width - 1] + "…"
