"""Treatments read back by the shape that they have in common.

Treatments of one experiment differ in little but their literals, so one parse serves many: what
is parsed is the shape of a text, in which each plain literal is replaced by an empty string. That
sees all that parsing the text would. Up to the first literal both are the same, and if the empty
string is a value of its own there, then Python starts to read a value there in the text too, and
reads it as far as it is a literal; and so from each literal to the next. Whatever is not as plain
as that is parsed as it stands.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TypeAlias

from gen_sweeps.proof.treatment import (
    MAX_NESTING,
    UnreadableTreatmentError,
    parsed_call,
    read_back,
    references,
)
from gen_sweeps.spec.model import SCALARS, Reference, Value

MAX_SHAPES = 1000
"""Shapes that are kept; where there are more, literals are not what the treatments differ in."""

_LITERAL = re.compile(
    r"""(
    ["\-0-9] (?<=[=\[{(,:\ \n].)  # first, so that most characters are passed over quickly
    (?:
        (?<=") [^"\\\x00-\x1f\x7f\ud800-\udfff\ufeff]* "
        | (?: (?<=-)(?:0|[1-9][0-9]{0,17}) | (?<=0) | (?<=[1-9])[0-9]{0,17} )
          (?:\.[0-9]+)? (?:e-?[0-9]{1,3})?
    )
    (?=[,\]}):\n])
    )""",
    re.VERBOSE,
)
"""A plain literal: a string without escapes or a number, between what can stand beside a value.

Of a longer number Python might not read all digits, and what a prefix makes of a string is not to
be told from here.
"""

_HOLE = "\x00"
"""What stands in a shape for a literal; no Python source has it."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A dict whose keys are literals, by their numbers."""

    keys: tuple[int, ...]
    values: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class _Constant:
    """A constant that a shape has itself."""

    value: object


_Node: TypeAlias = "int | str | _Constant | _Table | tuple[_Node, ...]"
"""A value in a shape: the number of a literal, the name of a constant, or what holds others."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the texts of a shape have in common.

    Attributes:
        literals: How many literals they have.
        arguments: The names of the arguments, with their values.
        names: The constants that they name.
    """

    literals: int
    arguments: Mapping[str, _Node]
    names: frozenset[str]


class TreatmentReader:
    """Reads the treatments of an experiment back, and parses those of one shape only once.

    Args:
        call: What is called, possibly dotted.
    """

    def __init__(self, call: str) -> None:
        self._call = call
        self._shapes: dict[str, _Shape | None] = {}

    def names(self, text: str, arguments: Mapping[str, Value]) -> frozenset[str]:
        """Return the constants that a call names, if it is one with exactly these arguments.

        Args:
            text: The call's source, from its first to its last character.
            arguments: The keyword arguments in their order.

        Raises:
            UnreadableTreatmentError: The text is anything else, as `read_back` finds.
        """
        parts: Sequence[str] = _LITERAL.split(text)
        literals = parts[1::2]
        shape = self._shape(_HOLE.join(parts[::2]))
        if (
            shape is not None
            and len(literals) == shape.literals
            and list(arguments) == list(shape.arguments)
            and all(map(_says, shape.arguments.values(), arguments.values(), repeat(literals)))
        ):
            return shape.names
        read_back(text, self._call, arguments)
        return frozenset(name for value in arguments.values() for name in references(value))

    def _shape(self, text: str) -> _Shape | None:
        try:
            return self._shapes[text]
        except KeyError:
            if len(self._shapes) >= MAX_SHAPES:
                return None
            shape = self._shapes[text] = _shape(text, self._call)
            return shape


def _shape(text: str, call: str) -> _Shape | None:
    """Return what can be said of all texts of a shape; None if they must be read one by one."""
    source = text.replace(_HOLE, '""')
    try:
        node = parsed_call(source, call)
    except UnreadableTreatmentError:
        return None
    before = text.split(_HOLE)[:-1]
    holes: dict[tuple[int, int], int] = {}
    line, column = 1, 0
    for number, part in enumerate(before):
        line += part.count("\n")
        column = len(part.rpartition("\n")[2].encode()) + (0 if "\n" in part else column)
        holes[line, column] = number
        column += len('""')
    reader = _ShapeReader(holes)
    arguments = {
        keyword.arg: reader.read(keyword.value, 1) for keyword in node.keywords if keyword.arg
    }
    if node.args or len(arguments) != len(node.keywords) or holes or reader.failed:
        return None
    return _Shape(len(before), arguments, frozenset(reader.names))


class _ShapeReader:
    """Reads the values of a shape, and takes the holes that it finds away.

    Args:
        holes: The number of each hole, by the line and the column, in bytes, where it starts.
    """

    def __init__(self, holes: dict[tuple[int, int], int]) -> None:
        self.names: set[str] = set()
        self.failed = False
        self._holes = holes

    def read(self, node: ast.expr | None, depth: int) -> _Node:
        """Return a value; sets `failed` if it is one that must be read where it stands."""
        match node:
            case _ if depth >= MAX_NESTING:
                self.failed = True
            case ast.Constant(value="") if self._ends(node):
                return self._holes.pop((node.lineno, node.col_offset))
            case ast.Constant(value=value):
                return _Constant(value)
            case ast.Name(id=name):
                self.names.add(name)
                return name
            case ast.List(elts=items):
                return tuple([self.read(item, depth + 1) for item in items])
            case ast.Dict(keys=keys, values=values):
                pairs = [
                    (self.read(key, depth + 1), self.read(value, depth + 1))
                    for key, value in zip(keys, values, strict=True)
                ]
                numbers = tuple(key for key, _ in pairs if isinstance(key, int))
                self.failed |= len(numbers) != len(pairs)
                return _Table(numbers, tuple(value for _, value in pairs))
            case _:
                self.failed = True
        return _Constant(None)

    def _ends(self, node: ast.Constant) -> bool:
        """Say whether a node is a hole, and nothing else is joined to it."""
        start = (node.lineno, node.col_offset)
        end = (node.end_lineno, (node.end_col_offset or 0) - len('""'))
        return start in self._holes and start == end


def _says(node: _Node, value: Value, literals: Sequence[str]) -> bool:
    """Say whether a value of a shape is exactly `value`, if it has these literals."""
    if isinstance(node, int):
        text = literals[node]
        if text[0] == '"':
            return isinstance(value, str) and value == text[1:-1]
        if type(value) is float:
            return ("." in text or "e" in text) and repr(float(text)) == repr(value)
        return type(value) is int and repr(value) == text
    if isinstance(node, str):
        return isinstance(value, Reference) and value.name == node
    if isinstance(node, _Constant):
        return type(node.value) is type(value) and repr(node.value) == repr(value)
    if isinstance(node, tuple):
        return (
            isinstance(value, tuple)
            and len(node) == len(value)
            and all(map(_says, node, value, repeat(literals)))
        )
    if isinstance(value, (*SCALARS, tuple)):
        return False
    keys = [literals[number] for number in node.keys]
    return keys == [f'"{key}"' for key in value] and all(
        map(_says, node.values, value.values(), repeat(literals))
    )
