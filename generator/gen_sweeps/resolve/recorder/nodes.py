"""What a stand-in stands for: an expression, and everything that was done to its value since.

A state is the record behind one stand-in. Its expression is one of the kinds here; what was set,
deleted or called on it is in `steps`, in order. An attribute or item of a recorded value is a state
too, and what is done to it is a step of its *owner*: the call, operation or imported name that it
is reached from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .places import SourcePlace


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
class Invocation:
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
class Choice:
    """`yes if test else no`, where whether the test is true is not known."""

    test: object
    yes: object
    no: object


@dataclass(frozen=True, slots=True, eq=False)
class Placeholder:
    """A replacement field of an f-string."""

    value: object
    conversion: str
    spec: object


@dataclass(frozen=True, slots=True, eq=False)
class FString:
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
    | Invocation
    | Binary
    | Unary
    | Choice
    | FString
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


@dataclass(slots=True, eq=False)
class Step:
    """One thing that was done to a recorded value.

    Attributes:
        verb: "set", "del", "call" or "enter".
        path: How the value is reached from its owner.
        value: What was set.
        call: The state of the call or of the context manager.
        statement: Whether the call stood alone, its result unused.
        place: Where it was done.
        within: The recorded context managers around it.
    """

    verb: str
    path: tuple[Key, ...]
    place: SourcePlace | None
    within: tuple[Seen, ...]
    value: object = None
    call: State | None = None
    statement: bool = False
    owner: State | None = None


@dataclass(slots=True, eq=False)
class State:
    """The record behind one stand-in.

    Attributes:
        known: What was set on it and so is known when it is read.
        children: The stand-ins of its attributes and items, so that each is one object.
        hidden: Class attributes that a recorded constructor was given, and so are not known.
        decorates: The class or function of the files that this was made from, maybe by a decorator.
    """

    expression: Expression
    place: SourcePlace | None
    serial: int
    within: tuple[Seen, ...] = ()
    steps: list[Step] = field(default_factory=list)
    known: dict[Key, object] = field(default_factory=dict)
    children: dict[Key, object] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    decorates: object = None

    def owner(self) -> tuple[State, tuple[Key, ...]]:
        """Return the state whose steps this one's are, and the way from there to here."""
        state, path = self, list[Key]()
        while isinstance(state.expression, (Attr, Item, Parent)):
            expression = state.expression
            if isinstance(expression, Attr):
                path.append(("attr", expression.name))
            elif isinstance(expression, Item):
                path.append(("item", expression.key))
            else:
                path.append(("attr", "super()"))
            state = expression.base
        return state, tuple(reversed(path))
