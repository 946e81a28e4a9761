"""The slots of a rendered text, filled: each thing is laid out for the place where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gen_sweeps.rendering.filters import Kind, Slot
from gen_sweeps.rendering.literals import assignment, layout, literal, width
from gen_sweeps.spec.model import Value

SETTLED = frozenset({Kind.DOCSTRING, Kind.NAME, Kind.TEXT})
"""What is printed as it is, wherever it stands."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where something of the spec stands in a file, as offsets, and what it was made to be."""

    kind: Kind
    start: int
    end: int


class Filled:
    """A text whose slots are being filled, from its start to its end."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.line = ""
        self.treatments: list[tuple[int, int]] = []
        self.placements: list[Placement] = []

    def add(self, piece: str) -> None:
        """Go on with `piece`; `line` is then what stands on the last line."""
        self.pieces.append(piece)
        self.length += len(piece)
        self.line = (self.line + piece).rpartition("\n")[2]

    def add_filled(self, other: Filled) -> None:
        """Go on with a text that is filled already, and has no treatment in it."""
        self.placements += [
            Placement(placed.kind, placed.start + self.length, placed.end + self.length)
            for placed in other.placements
        ]
        self.pieces += other.pieces
        self.length += other.length
        self.line = other.line


def indentation(line: str) -> int:
    """Return the columns by which a line is indented."""
    return len(line) - len(line.lstrip(" "))


def laid_out(slot: Slot, line: str, after: str) -> str:
    """Lay out what stands between `line` and `after`."""
    if not isinstance(slot.content, str):
        (value,) = slot.content
        return _value(value, line, after)
    if slot.kind is Kind.COMMENT and line.isspace():
        return slot.content.replace("\n", f"\n{line}")
    return slot.content


def _value(value: Value, line: str, after: str) -> str:
    if "#" in line:
        return literal(value)  # in a comment, a second line would be code
    if not after and (match := re.fullmatch(r"(\w+) = ", line)):
        return assignment(match[1], value).removeprefix(line)
    return layout(value, indent=indentation(line), before=width(line), after=width(after))
