"""What a stand-in can stand for: the kinds of recorded expressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .states import State


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """An imported module, or something in one, by its dotted name."""

    dotted: str


@dataclass(frozen=True, slots=True, eq=False)
class Defined:
    """A class or function of the files themselves."""

    value: object


@dataclass(frozen=True, slots=True, eq=False)
class Attr:
    """An attribute of a recorded value."""

    base: State
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A subscript of a recorded value."""

    base: State
    key: object


@dataclass(frozen=True, slots=True, eq=False)
class Parent:
    """`super()` of an object whose class has a recorded base."""

    base: State


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call, with the callee and arguments as they were when it was made."""

    callee: object
    args: tuple[object, ...]
    kwargs: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Binary:
    """An operation with two sides."""

    left: object
    op: str
    right: object


@dataclass(frozen=True, slots=True, eq=False)
class Unary:
    """An operation with one side."""

    op: str
    operand: object


@dataclass(frozen=True, slots=True, eq=False)
class Placeholder:
    """A replacement field of an f-string."""

    value: object
    conversion: str
    spec: object


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """An f-string: texts and placeholders."""

    parts: tuple[object, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Unpacked:
    """One of the values that an assignment unpacked."""

    base: object
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class Display:
    """A list, tuple, set or dict written with a starred recorded value: its length is not known."""

    kind: str
    parts: tuple[object, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Star:
    """`*value` or `**value` among the arguments of a recorded call."""

    value: object


@dataclass(frozen=True, slots=True, eq=False)
class Copied:
    """A deep copy of a recorded value, as it was then."""

    source: Seen


Expression = (
    Name
    | Defined
    | Attr
    | Item
    | Parent
    | Call
    | Binary
    | Unary
    | Text
    | Unpacked
    | Display
    | Copied
)
Key = tuple[str, object]
"""`("attr", name)` or `("item", key)`."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A recorded value as it was at one time: after so many steps of its owner."""

    state: State
    version: int
