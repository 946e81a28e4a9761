"""Places at which the files of a family differ, each file with a span of its own or nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from gen_sweeps.compare.names import FileNames
from gen_sweeps.compare.pieces import Piece
from gen_sweeps.compare.reading import Member

Kind: TypeAlias = Literal["code", "docstring", "comment", "layout"]
"""What sort of thing differs. Only `code` changes what a program does."""

Change: TypeAlias = Literal["changed", "missing", "renamed", "reordered"]
"""How it differs; `missing` from some of the files."""

KINDS: tuple[Kind, ...] = ("code", "docstring", "comment", "layout")
"""All of them, the gravest first."""

Span: TypeAlias = "tuple[int, int]"
"""Where something starts and ends, in bytes of a file's text."""

ABSENT = -1
"""The class of a file that has nothing at a place."""

_NAME_PART = re.compile(r"\w+|\"[^\"]+\"|'[^']+'")


class FamilyStep(NamedTuple):
    """One step of the way from a file to a place in it, the same for all files.

    Attributes:
        text: How a reader says it.
        names: What the files call it, each as the names in it; empty for what has none.
        calls: The last dotted part of what is called, if it is an argument of a call.
        part: `class name`, `function name` or `name` if it is the name itself, else "".
    """

    text: str
    names: frozenset[tuple[str, ...]] = frozenset()
    calls: frozenset[str] = frozenset()
    part: str = ""


@dataclass(slots=True, eq=False)
class FamilyPlace:
    """A place at which the files of a family differ.

    Attributes:
        path: The way to it.
        kind: What sort of thing differs.
        change: How.
        spans: Where each file has it, or None.
        classes: Which value each file has; `ABSENT` for nothing.
        pieces: What stands there, by the file's number; empty for names.
        note: What sort of layout it is, or "".
        whole: Whether what differs inside of it are places of their own.
        anywhere: Whether it was found by the call it stands in, wherever that is.
        number: 1, or which of the places of its kind and path it is.
    """

    path: tuple[FamilyStep, ...]
    kind: Kind
    change: Change
    spans: Sequence[Span | None]
    classes: Sequence[int]
    pieces: Mapping[int, Piece]
    note: str = ""
    whole: bool = False
    anywhere: bool = False
    number: int = 1

    @property
    def name(self) -> str:
        """The path, in a reader's terms; `file` for the file as a whole."""
        again = f" ({self.number})" if self.number > 1 else ""
        return (path_text(self.path) or "file") + again

    @property
    def outliers(self) -> int:
        """How many files do not have the most common value."""
        return len(self.classes) - max(Counter(self.classes).values())

    def groups(self) -> list[list[int]]:
        """Return the files that have the same value, fewest first."""
        found: dict[int, list[int]] = {}
        for file, one in enumerate(self.classes):
            found.setdefault(one, []).append(file)
        return sorted(found.values(), key=len)


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """What differs between N files.

    Attributes:
        members: The files, in the order given.
        names: What tells their names apart.
        places: Where they differ, those with the fewest outliers first.
        is_data: Whether they are no files but trees of data, which have no lines.
    """

    members: Sequence[Member]
    names: FileNames
    places: Sequence[FamilyPlace]
    is_data: bool = False

    def text(self, place: FamilyPlace, file: int) -> str | None:
        """Return what a file has at a place, cut out of the file; None if nothing."""
        span = place.spans[file]
        return None if span is None else self.members[file].text.slice(*span)

    def position(self, place: FamilyPlace, file: int) -> tuple[int, int] | tuple[None, None]:
        """Return the 1-based line and column of what a file has at a place."""
        span = place.spans[file]
        if span is None or self.is_data:
            return None, None
        return self.members[file].text.position(span[0])


def path_text(steps: Iterable[FamilyStep]) -> str:
    """Return the way to a place as a reader says it."""
    text = ""
    for step in steps:
        if step.text.startswith("["):
            text += step.text
        else:
            separator = " " if step.text.startswith("(") else "."
            text += f"{separator}{step.text}" if text else step.text
    return text


def names_in(label: str) -> tuple[str, ...]:
    """Return the names in a label: of `config.model["dim"]`, the three; none of `(base)`."""
    if label.startswith("("):
        return ()
    return tuple(part.strip("\"'") for part in _NAME_PART.findall(label))


def number_namesakes(places: Sequence[FamilyPlace]) -> None:
    """Number the places that have the same kind and path, so that each has a name of its own."""
    seen: Counter[tuple[Kind, str]] = Counter()
    for place in places:
        key = place.kind, path_text(place.path)
        seen[key] += 1
        place.number = seen[key]
