"""What stands around a place of a file: what may be printed there, and what a reader calls it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol


class Role(Enum):
    """What a place of a file may be filled with."""

    EXPRESSION = auto()
    """A whole expression of Python."""
    TEXT = auto()
    """Characters in a string, or in a comment of Python."""
    DOCSTRING = auto()
    """Characters in the docstring of a module."""
    NAME = auto()
    """A name of Python, or a part of one."""
    WORDS = auto()
    """Characters in a file that is no Python."""


@dataclass(frozen=True, slots=True)
class Naming:
    """What a reader calls a place.

    Attributes:
        key: The keyword, variable, key or class that has what stands there; empty without one.
        parents: What has that in turn, the outermost first.
    """

    key: str
    parents: tuple[str, ...] = ()


class Surroundings(Protocol):
    """What can be asked of a file about its places, all as offsets into its text."""

    def role(self, start: int, end: int) -> Role | None:
        """Return what may fill a place; None if it can't be a place of its own."""

    def around(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the places around one that may be places, the smallest first."""

    def naming(self, offset: int) -> Naming:
        """Return what a reader calls what stands at an offset."""

    def contents(self, start: int) -> tuple[int, int] | None:
        """Return where the text in quotes, or the comment, that an offset is in starts and ends."""

    def value(self, offset: int) -> tuple[int, int] | None:
        """Return where the value with a name that an offset is in starts and ends, on its line."""
