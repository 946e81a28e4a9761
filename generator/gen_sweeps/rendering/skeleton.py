"""Skeletons: the text of files around their holes, and what fills the holes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple, TypeAlias

from gen_sweeps.spec.model import Call, Value

HoleValue: TypeAlias = "Value | Call"
"""What a filling must read back as: for a text the characters, for code the value."""


IDENTITY = frozenset({""})
"""The origin of what says which arm a file is for, and is no factor: its name, title and doc."""


class Kind(Enum):
    """What a filter has made of a value: the places where it is safe follow from that."""

    VALUE = auto()
    """An expression."""
    DOCSTRING = auto()
    """A part of a string in three quotes."""
    COMMENT = auto()
    """A comment, of one or more lines."""
    NAME = auto()
    """A name, possibly dotted."""
    SHELL = auto()
    """One word of a shell's command line."""
    JSON = auto()
    """A value of JSON, or of YAML."""
    TEXT = auto()
    """A text of the spec as it is."""


class Hole(NamedTuple):
    """A place in a skeleton that each arm fills.

    Attributes:
        kind: What filter it is printed through.
        origin: What of the arm it prints: factors, or `IDENTITY`.
    """

    kind: Kind
    origin: frozenset[str]


class PrintedConstant(NamedTuple):
    """Where a text has something of the spec that is the same for all arms.

    Attributes:
        kind: What filter it was printed through.
        text: The index of the skeleton's text that it stands in.
        start: The offset in that text at which it starts.
        end: The offset in that text at which it ends.
    """

    kind: Kind
    text: int
    start: int
    end: int


class Placement(NamedTuple):
    """Where something of the spec stands in a file, as offsets, and what it was made to be."""

    kind: Kind
    start: int
    end: int


class Filling(NamedTuple):
    """What stands in a hole, and the value that it has there."""

    text: str
    value: HoleValue


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The text of a file around its holes; files that share it differ in fillings only.

    Attributes:
        texts: What stands before each hole, and behind the last one.
        holes: The holes, in the order of the text.
        constants: What else of the spec was printed, in the order of the text.
    """

    texts: tuple[str, ...]
    holes: tuple[Hole, ...]
    constants: tuple[PrintedConstant, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A skeleton with its holes filled: a text, and where it comes from."""

    skeleton: Skeleton
    fillings: tuple[Filling, ...]

    @property
    def text(self) -> str:
        """The text as a whole."""
        first, *rest = self.skeleton.texts
        pieces = [first]
        for filling, text in zip(self.fillings, rest, strict=True):
            pieces += (filling.text, text)
        return "".join(pieces)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The offsets at which each hole starts and ends in the text."""
        found = []
        end = 0
        for text, filling in zip(self.skeleton.texts, self.fillings, strict=False):
            start = end + len(text)
            end = start + len(filling.text)
            found.append((start, end))
        return found

    @property
    def placements(self) -> list[Placement]:
        """Where the text has something of the spec, calls apart: constants, then holes."""
        ends = [0, *(end for _, end in self.spans)]
        constants = [
            Placement(
                constant.kind,
                ends[constant.text] + constant.start,
                ends[constant.text] + constant.end,
            )
            for constant in self.skeleton.constants
        ]
        holes = zip(self.skeleton.holes, self.spans, self.fillings, strict=True)
        return constants + [
            Placement(hole.kind, start, end)
            for hole, (start, end), filling in holes
            if not isinstance(filling.value, Call)
        ]
