"""The strategies of a document, read block by block and the TOML of each kind of block only once.

What differs between the strategies of a large spec is literals: names, titles, numbers. The text
around them, a block's *shape*, is parsed by tomllib once; every further block of the shape is a
tree of the same form with literals of its own in it. That is a fraction of the work, and never
are all trees there at once. It means what tomllib means by the whole document, for two reasons.

A document is a head and blocks, which start at the lines `[strategies.NAME]`, or the same with
more behind the name, where the name is another than before. TOML is read line by line: what is
valid on its own leaves no string and no array open at its end, so the next part starts as it does
alone. A header says the whole path of its table. Where each block makes nothing but its own
`strategies.NAME`, each under another name, and neither they nor the head say `[strategies]`, no
part sees anything of another.

A shape has a mark for each literal. Strings and comments are all found from the left, so that none
is taken for a part of another. Up to the first literal the shape is the same text as the block, so
tomllib is in the same state there; where it takes the mark for a value, it would have taken the
literal for one, and goes on behind it in the same state again, to the next. A shape is used
only if tomllib took every mark of it for a value: not for a key, which makes a different tree.

Whatever is not so is not read here: the caller is told, and leaves the document to tomllib.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

Table: TypeAlias = "dict[str, object]"
"""A table as tomllib returns it."""

Tree: TypeAlias = "int | list[Tree] | dict[str, Tree]"
"""A value whose leaves are indices: of a literal, or, negative, of a constant of the shape."""


class NotInBlocksError(Exception):
    """The document is not one that can be read block by block; tomllib says what it is."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What blocks that differ in literals have in common.

    Attributes:
        tree: The strategy's table.
        constants: What stands in it behind the literals, last first: booleans, dates, and the like.
    """

    tree: Tree
    constants: tuple[object, ...]


_MARK = "\ue000"
"""Stands for a literal in a shape; a private character, which a document may not have."""

_NAME = "\ue001"
"""Stands for the strategy's name in a shape's headers."""

_HEADER = re.compile(rb"\n\[strategies\.([A-Za-z0-9_-]+)[\].]")

_CONTROL = r"\x00-\x08\x0a-\x1f\x7f"
_CONTROL_IN_LINES = r"\x00-\x08\x0b-\x1f\x7f"

_TOKEN = re.compile(
    rf"""
    ( ["'\#0-9-]  # one class first, for which re looks fast
      (?: (?<=") (?: "" [^"\\{_CONTROL_IN_LINES}]*
                        (?: (?: \\[\s\S] | ""?(?!") ) [^"\\{_CONTROL_IN_LINES}]* )* \"""
                   | [^"\\{_CONTROL}]* (?: \\[^\n] [^"\\{_CONTROL}]* )* " )
        | (?<=') (?: '' [^'{_CONTROL_IN_LINES}]* (?: ''?(?!') [^'{_CONTROL_IN_LINES}]* )* '''
                   | [^'{_CONTROL}]* ' )
        | (?<=\#) [^{_CONTROL}]*
        | (?: (?<=[ \t=\[{{,][0-9]) | (?<=[ \t=\[{{,]-)[0-9] )
          (?: (?<=0) | (?<=[1-9])[0-9]{{0,17}} )
          (?: \.[0-9]+ )? (?: [eE][-+]?[0-9]+ )? (?=[ \t\n,\]}}]|\Z)
      )
    )
    """,
    re.VERBOSE,
)
"""A string, a comment, or a decimal number that stands alone; a number with underscores, a date
and the like are left to the shape. A quote right behind a string makes what tomllib refuses."""

_FREE = 32
"""How often tomllib may be called before it counts for how many blocks that was."""


def read_in_blocks(source: bytes) -> tuple[Table, Iterator[tuple[str, object]]]:
    """Return the document but for its strategies, and these, each by its name and when asked for.

    Raises:
        NotInBlocksError: The document has to be read as a whole, valid or not; raised here, or
            by the iterator at any strategy.
    """
    source = source.replace(b"\r\n", b"\n")  # as tomllib does
    if any(character.encode() in source for character in ("\r", _MARK, _NAME)):
        raise NotInBlocksError
    parts = _parts(source)
    head = _parsed(next(parts)[1].removeprefix("\ufeff"))
    if "strategies" in head:
        raise NotInBlocksError
    return head, _tables(parts)


def _parts(source: bytes) -> Iterator[tuple[str, str]]:
    """Yield the head, under no name, and then each block under the name of its strategy."""
    name, start = b"", 0
    try:
        for header in _HEADER.finditer(source):
            if header[1] != name:
                yield name.decode(), source[start : header.start()].decode()
                name, start = header[1], header.start()
        yield name.decode(), source[start:].decode()
    except UnicodeDecodeError:
        raise NotInBlocksError from None


def _tables(blocks: Iterable[tuple[str, str]]) -> Iterator[tuple[str, object]]:
    shapes: dict[str, _Shape | None] = {}
    names: set[str] = set()
    parses = 0
    for name, block in blocks:
        if name in names:
            raise NotInBlocksError
        names.add(name)
        texts, literals = _apart(block)
        # A longer name that starts like it becomes no name at all, so the shape is refused.
        key = _MARK.join(texts).replace(f"\n[strategies.{name}", f"\n[strategies.{_NAME}")
        if key not in shapes:
            shapes[key] = _shape(key, len(literals))
            parses += 1
        table: object
        if shape := shapes[key]:
            table = _filled(shape.tree, [*map(_value, literals), *shape.constants])
        else:
            table = _strategy(name, block)
            parses += 1
        if parses > _FREE + len(names) // 3:
            raise NotInBlocksError  # too few are alike: tomllib is about as quick with the whole
        yield name, table
    if not names:
        raise NotInBlocksError


def _apart(block: str) -> tuple[list[str], list[str]]:
    """Return the texts between the literals of a block, comments left out, and the literals."""
    parts = _TOKEN.split(block)
    texts, literals = parts[::2], parts[1::2]
    if "#" not in block:
        return texts, literals
    bare, kept = [texts[0]], []
    for literal, after in zip(literals, texts[1:], strict=True):
        if literal[0] == "#":
            bare[-1] += after
        else:
            kept.append(literal)
            bare.append(after)
    return bare, kept


def _shape(key: str, count: int) -> _Shape | None:
    """Return the shape of blocks with `count` literals; None if not all of them are values."""
    if '"' in key or "'" in key:  # an open string; what is found behind it may be part of it
        return None
    first, *rest = key.split(_MARK)
    marked = "".join((first, *(f'"{_MARK}{index}"{text}' for index, text in enumerate(rest))))
    document = marked.replace(_NAME, f'"{_NAME}"')
    marks = {f"{_MARK}{index}": index for index in range(count)}
    constants: list[object] = []
    try:
        tree = _tree(_strategy(_NAME, document), marks, constants)
    except (NotInBlocksError, RecursionError):
        return None
    return None if marks else _Shape(tree, tuple(constants))


def _tree(value: object, marks: dict[str, int], constants: list[object]) -> Tree:
    """Return the tree of a value; the marks in it are taken out of `marks`.

    Its strings are marks: a shape has no quotes but those of its marks and of the name.
    """
    if isinstance(value, dict):
        return {name: _tree(inner, marks, constants) for name, inner in value.items()}
    if isinstance(value, list):
        return [_tree(inner, marks, constants) for inner in value]
    if isinstance(value, str):
        return marks.pop(value)
    constants.insert(0, value)
    return -len(constants)


def _filled(tree: Tree, leaves: list[object]) -> object:
    """Return the value of a tree, no deeper in calls than the tree was made."""
    if isinstance(tree, dict):
        return {
            name: leaves[inner] if type(inner) is int else _filled(inner, leaves)
            for name, inner in tree.items()
        }
    if isinstance(tree, list):
        return [_filled(inner, leaves) for inner in tree]
    return leaves[tree]


def _value(literal: str) -> object:
    """Return what tomllib makes of a literal."""
    if literal[0] in "\"'":
        if "\\" in literal and literal[0] == '"':
            return _parsed(f"_ = {literal}")["_"]
        if literal.startswith(('"""', "'''")):
            return literal[4:-3] if literal[3] == "\n" else literal[3:-3]
        return literal[1:-1]
    if "." in literal or "e" in literal or "E" in literal:
        return float(literal)
    return int(literal)


def _strategy(name: str, block: str) -> Table:
    """Return a strategy's table out of its block, which must make nothing else."""
    document = _parsed(f"[strategies]{block}")  # which so can't say `[strategies]` itself
    match document:
        case {"strategies": {**tables}} if len(document) == len(tables) == 1:
            table = tables.get(name)
            if isinstance(table, dict):
                return table
    raise NotInBlocksError


def _parsed(text: str) -> Table:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        raise NotInBlocksError from None
