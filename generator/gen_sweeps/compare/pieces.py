"""Pieces of text as structure, shared by all files in which the same text stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Sort = Literal["code", "docstring", "comment"]
"""What a piece is. Only code changes what a program does."""


class Child(NamedTuple):
    """A piece in another one.

    Attributes:
        key: What pairs it with its like in other files: a keyword, a target; "" if nothing does.
        label: How a reader finds it in its parent; "" if it needs no name of its own.
        offset: Where it starts, in bytes from the start of its parent.
        piece: The piece.
        name_offset: Where the name that it is given starts, or -1.
        name_length: The bytes of that name; 0 if it has none.
    """

    key: str
    label: str
    offset: int
    piece: Piece
    name_offset: int = -1
    name_length: int = 0

    @property
    def name_end(self) -> int:
        """Where its name ends, in bytes from the start of the parent."""
        return self.name_offset + self.name_length

    @property
    def defines(self) -> str:
        """`class`, `def` or `=` if it gives a name that the rest of the file may use, else ""."""
        first = self.key.partition(" ")[0]
        if first in {"class", "def"}:
            return first
        return "=" if self.key.startswith("=") else ""


@dataclass(slots=True, eq=False)
class Piece:
    """A piece of text. The same text read as the same sort of thing is one object in all files.

    Attributes:
        kind: What it is: `Call`, `Dict`, `Body`, `Constant`.
        text: Its text.
        code: Equal for two pieces exactly if they mean the same code, comments apart.
        children: What is in it, in the order of the text.
        sort: Whether it is code.
        is_value: Whether it is shown as one value, though it may have children.
        bag: What it is weighed by when its like is sought; filled in by `pairing`.
    """

    kind: str
    text: bytes
    code: int
    children: tuple[Child, ...] = ()
    sort: Sort = "code"
    head: tuple[str, ...] = ()
    is_value: bool = False
    bag: dict[tuple[str, int], int] | None = None
    _calls: tuple[tuple[int, Piece], ...] | None = field(default=None, repr=False)

    @property
    def said(self) -> str:
        """Its text as a string."""
        return self.text.decode("utf-8", "replace")

    @property
    def callee(self) -> Piece | None:
        """What a call calls."""
        return self.children[0].piece if self.kind == "Call" else None

    def gaps(self) -> list[tuple[int, int]]:
        """Return where the text before, between and behind its children is."""
        ends = [0]
        for child in self.children:
            ends += [child.offset, child.offset + len(child.piece.text)]
        ends.append(len(self.text))
        return list(zip(ends[::2], ends[1::2], strict=True))

    def calls(self) -> tuple[tuple[int, Piece], ...]:
        """Return the calls in it that are known by their keywords, each with its offset."""
        if self._calls is None:
            self._calls = tuple(self._find_calls())
        return self._calls

    def _find_calls(self) -> Iterator[tuple[int, Piece]]:
        callee = self.callee
        if callee is not None and callee.kind == "Name":
            keywords = [c for c in self.children if c.key.isidentifier()]
            if len(keywords) >= _TELLING_KEYWORDS:
                yield 0, self
        for child in self.children:
            yield from ((child.offset + at, piece) for at, piece in child.piece.calls())


_TELLING_KEYWORDS = 3
"""Keywords from which two calls of one function in two files can be the same call."""


class Pieces:
    """All pieces of a family, by their text."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, bytes], Piece] = {}
        self.statements: dict[tuple[bool, bytes], Child] = {}
        self._codes: dict[object, int] = {}

    def code(self, meaning: object) -> int:
        """Return the number that stands for a meaning."""
        return self._codes.setdefault(meaning, len(self._codes))
