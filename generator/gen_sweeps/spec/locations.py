"""Locates keys and values in a TOML file.

tomllib gives no positions, so the file is parsed a second time, by tree-sitter. Only reports of
problems pay for that: nothing imports this module before.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from gen_sweeps.spec.findings import KeyPath

MAX_DEPTH = 100
"""Levels down to which places are looked up; what is deeper is located at that level."""

_KEYS = ("bare_key", "quoted_key", "dotted_key")


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text: 1-based line, 1-based column in characters."""

    line: int
    column: int


@dataclass
class Positions:
    """The places of all keys and values of one TOML document, by their path.

    A path is the keys that lead there, with an index for each array passed:
    `("strategies", "coma", "args", "layers", 2)`.
    """

    keys: dict[KeyPath, Position] = field(default_factory=dict)
    values: dict[KeyPath, Position] = field(default_factory=dict)
    lines: list[bytes] = field(default_factory=list)

    def find(self, path: KeyPath, *, value: bool = False) -> Position:
        """Return where `path` stands; what is missing is located at its table.

        Args:
            path: The keys that lead to the place.
            value: Whether to return where the value starts, not the key.
        """
        if value and path in self.values:
            return self.values[path]
        for length in range(len(path), 0, -1):
            for places in (self.keys, self.values):
                if path[:length] in places:
                    return places[path[:length]]
        return Position(1, 1)

    def offset_in_text(self, place: Position, characters: int) -> int:
        """Return how far from its start in the file a character of a string stands.

        Args:
            place: Where the string starts.
            characters: The characters of its value before that one.

        Returns:
            0, the start itself, if the string is not written as its characters between quotes.
        """
        text = self.lines[place.line - 1].decode()[place.column - 1 :]
        if text[:1] not in ('"', "'") or text[:3] in ('"""', "'''"):
            return 0
        if text[0] == '"' and "\\" in text[: characters + 1]:
            return 0
        return characters + 1


def positions(source: bytes) -> Positions:
    """Return the places in `source`, which is TOML in UTF-8 that tomllib accepts."""
    source = source.removeprefix(b"\xef\xbb\xbf")
    root = Parser(Language(tree_sitter_toml.language())).parse(source).root_node
    return _DocumentWalk(source).document(root)


class _DocumentWalk:
    """One walk over a document's tree, which fills in `found`."""

    def __init__(self, source: bytes) -> None:
        self._lines = source.split(b"\n")
        self.found = Positions(lines=self._lines)
        self._last_index: dict[KeyPath, int] = {}

    def document(self, root: Node) -> Positions:
        self._pairs(root, ())
        for table in root.named_children:
            if table.type not in ("table", "table_array_element"):
                continue
            key = next((child for child in table.named_children if child.type in _KEYS), None)
            if key is None:  # the two parsers disagree: better no place than none at all
                continue
            if table.type == "table_array_element":
                names = tuple(_name(part) for part in _parts(key))
                self._last_index[names] = self._last_index.get(names, -1) + 1
            self._pairs(table, self._enter((), key))
        return self.found

    def _position(self, node: Node) -> Position:
        row, column = node.start_point
        return Position(row + 1, len(self._lines[row][:column].decode()) + 1)

    def _enter(self, path: KeyPath, key: Node) -> KeyPath:
        for part in islice(_parts(key), MAX_DEPTH):
            path = (*path, _name(part))
            self.found.keys.setdefault(path, self._position(part))
            if path in self._last_index:
                path = (*path, self._last_index[path])
        return path

    def _pairs(self, table: Node, path: KeyPath) -> None:
        for pair in table.named_children:
            if pair.type == "pair":
                parts = [node for node in pair.named_children if node.type != "comment"]
                if len(parts) == len(("key", "value")):
                    self._value(parts[1], self._enter(path, parts[0]))

    def _value(self, node: Node, path: KeyPath) -> None:
        self.found.values.setdefault(path, self._position(node))
        if len(path) > MAX_DEPTH:
            return
        if node.type == "inline_table":
            self._pairs(node, path)
        elif node.type == "array":
            elements = [child for child in node.named_children if child.type != "comment"]
            for index, element in enumerate(elements):
                self._value(element, (*path, index))


def _parts(key: Node) -> Iterator[Node]:
    """Yield the names in a key; those of a dotted one nest to the left, as deep as it is long."""
    names: list[Node] = []
    while key.type == "dotted_key":
        key, *rest = key.named_children
        names += reversed(rest)
    yield key
    yield from reversed(names)


def _name(key: Node) -> str:
    text = (key.text or b"").decode()
    return next(iter(tomllib.loads(f"{text} = 0"))) if key.type == "quoted_key" else text
