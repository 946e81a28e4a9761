"""Trees of plain data, such as `resolve` makes them, for the same comparison."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Union

from gen_sweeps.compare.family import Family, compare_family, most_typical
from gen_sweeps.compare.tree import Module, Node, PathStep, SourceText
from gen_sweeps.errors import GenSweepsError, Problem

Data = Union[Mapping[str, "Data"], Sequence["Data"], str, int, float, bool, None]  # noqa: UP007 - `|` does not take a name in quotes

_PATH = re.compile(r"(?:[\w.]+\(\)|\(\w+\)|[.\[].*)", re.DOTALL)
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


def compare_trees(names: Sequence[str], trees: Sequence[Data]) -> Family:
    """Compare N trees of mappings, sequences and scalars, by the way to each value.

    Equal means of the same type and value: `1`, `1.0` and `True` are three values.

    Args:
        names: What to call the trees, at least one.
        trees: As many trees.

    Raises:
        GenSweepsError: If a tree is nested too deeply.
    """
    modules = [data_module(name, tree) for name, tree in zip(names, trees, strict=True)]
    groups: dict[bytes, tuple[Module, list[str]]] = {}
    for module in modules:
        groups.setdefault(module.source, (module, []))[1].append(module.path)
    unique = [module for module, _ in groups.values()]
    spread = [b"\n".join(_leaves(module)) for module in unique]
    weights = [len(owners) for _, owners in groups.values()]
    family = compare_family(unique[most_typical(spread, weights)], groups.values())
    return replace(family, rows=tuple(row for row in family.rows if row.kind == "code"))


def data_module(name: str, tree: Data) -> Module:
    """Return a tree of plain data as something that can be compared.

    Raises:
        GenSweepsError: If it is nested too deeply.
    """
    writer = _Writer()
    try:
        root = writer.value(tree, None)
    except RecursionError:
        raise GenSweepsError(
            Problem("the data is nested too deeply to be compared", name)
        ) from None
    data = bytes(writer.data)
    return Module(name, data, SourceText(data), root)


def _leaves(module: Module) -> list[bytes]:
    """Return each leaf's digest under the keys that lead to it, to find the most typical tree."""
    found: list[bytes] = []
    stack = [(module.root, "")]
    while stack:
        node, way = stack.pop()
        way += f"/{node.key}" if node.key else ""
        if not node.children:
            found.append(f"{way} {node.code.hex()}".encode())
        stack += [(child, way) for child in node.children]
    return found


class _Writer:
    """Writes data as text, and a node for each piece of it."""

    def __init__(self) -> None:
        self.data = bytearray()

    def value(self, value: Data, key: str | None) -> Node:
        """Write a value that plays the role `key`."""
        start = len(self.data)
        if isinstance(value, dict):
            self.data += b"{"
            items = [
                self._entry(n, str(name), item) for n, (name, item) in enumerate(value.items())
            ]
            self.data += b"}"
            return self._list("dict", items, start, key)
        if isinstance(value, (list, tuple)):
            self.data += b"["
            elements = [self._element(index, item) for index, item in enumerate(value)]
            self.data += b"]"
            return self._list("list", elements, start, key)
        self.data += repr(value).encode("utf-8", "surrogatepass")
        return Node(type(value).__name__, repr(value), (), start, len(self.data), key=key)

    def _list(self, kind: str, children: list[Node], start: int, key: str | None) -> Node:
        end = len(self.data)
        return Node(kind, "", tuple(children), start, end, key=key, listed=True)

    def _entry(self, index: int, name: str, item: Data) -> Node:
        self.data += b", " if index else b""
        start = len(self.data)
        shown = f'["{name}"]'
        if _IDENTIFIER.fullmatch(name):
            shown = f".{name}"
        elif _PATH.fullmatch(name):  # as resolved trees have them
            shown = name if name[0] in ".[" else f".{name}"
        self.data += f"{name!r}: ".encode("utf-8", "surrogatepass")
        value = self.value(item, "@value")
        step, end = PathStep("entry", name, shown), value.end
        return Node("DictElement", "", (value,), start, end, value.start, step, name, named=True)

    def _element(self, index: int, item: Data) -> Node:
        self.data += b", " if index else b""
        start = len(self.data)
        value = self.value(item, "@value")
        step = PathStep("index", str(index), f"[{index}]")
        return Node("Element", "", (value,), start, value.end, step=step)
