"""Pairing two lists of nodes, so that an addition is one difference and not a cascade."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from gen_sweeps.compare.concrete.tree import Node

_UNPAIRED = 0.6
"""Price of a node without a twin: two of them cost more than replacing one value by another."""

_TABLE_LIMIT = 10_000
"""Pairs that are weighed against each other at once; beyond it only twins in order are paired."""

_ALIKE = 0.3
"""Share of common content from which two statements of different name may be twins."""

_DEFINITIONS = frozenset({"ClassDef", "FunctionDef"})
_BAG_DEPTH = 5
"""How deep the similarity of two nodes looks: down to the arguments of a class's attributes."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which nodes of two lists belong together.

    Attributes:
        pairs: Indices of twins, by the first list's order.
        removed: Indices in the first list that have no twin.
        added: Indices in the second list that have no twin.
        moved: The pairs that stand elsewhere in the second list, as few as there can be.
    """

    pairs: tuple[tuple[int, int], ...]
    removed: tuple[int, ...]
    added: tuple[int, ...]
    moved: tuple[tuple[int, int], ...]


def align(left: Sequence[Node], right: Sequence[Node]) -> Alignment:
    """Pair the nodes of two lists: what is equal, then what has one name, then what is alike."""
    head = 0
    while head < min(len(left), len(right)) and left[head].code == right[head].code:
        head += 1
    tail = 0
    while (
        tail < min(len(left), len(right)) - head and left[-1 - tail].code == right[-1 - tail].code
    ):
        tail += 1
    pairs = {index: index for index in range(head)}
    pairs.update((len(left) - 1 - n, len(right) - 1 - n) for n in range(tail))
    rest_left = range(head, len(left) - tail)
    rest_right = range(head, len(right) - tail)
    if rest_left and rest_right:
        pairs.update(_match(left, right, rest_left, rest_right))
    ordered = sorted(pairs.items())
    kept = set(_longest_rise(ordered))
    taken = set(pairs.values())
    return Alignment(
        pairs=tuple(ordered),
        removed=tuple(i for i in rest_left if i not in pairs),
        added=tuple(j for j in rest_right if j not in taken),
        moved=tuple(pair for pair in ordered if pair not in kept),
    )


def _match(
    left: Sequence[Node], right: Sequence[Node], rest_left: range, rest_right: range
) -> dict[int, int]:
    """Pair what the common start and end leave over."""
    pairs: dict[int, int] = {}
    identities: tuple[Callable[[Node], Hashable], ...] = (
        lambda node: node.key and (node.key, node.kind),
        lambda node: node.key,
        lambda node: node.code,
    )
    for identity in identities:
        taken = set(pairs.values())
        ours = _unique(left, (i for i in rest_left if i not in pairs), identity)
        theirs = _unique(right, (j for j in rest_right if j not in taken), identity)
        pairs.update((i, theirs[name]) for name, i in ours.items() if name in theirs)
    anchors = [(rest_left.start - 1, rest_right.start - 1), *_longest_rise(sorted(pairs.items()))]
    anchors.append((rest_left.stop, rest_right.stop))
    taken = set(pairs.values())
    for (i0, j0), (i1, j1) in pairwise(anchors):
        gap_left = [i for i in range(i0 + 1, i1) if i not in pairs]
        gap_right = [j for j in range(j0 + 1, j1) if j not in taken]
        if gap_left and gap_right:
            pairs.update(_cheapest(left, right, gap_left, gap_right))
    return pairs


def _unique(
    nodes: Sequence[Node], indices: Iterator[int], identity: Callable[[Node], Hashable]
) -> dict[Hashable, int]:
    """Return the indices of the nodes whose identity no other of them has."""
    seen: dict[Hashable, int] = {}
    again: set[Hashable] = {None}
    for index in indices:
        name = identity(nodes[index])
        if name in seen:
            again.add(name)
        seen[name] = index
    return {name: index for name, index in seen.items() if name not in again}


def _longest_rise(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return as many pairs as can stand in one order in both lists (patience sorting)."""
    ends: list[int] = []
    tops: list[int] = []
    before: list[int | None] = []
    for index, (_, j) in enumerate(pairs):
        pile = bisect_left(ends, j)
        before.append(tops[pile - 1] if pile else None)
        ends[pile : pile + 1] = [j]
        tops[pile : pile + 1] = [index]
    rise: list[tuple[int, int]] = []
    at = tops[-1] if tops else None
    while at is not None:
        rise.append(pairs[at])
        at = before[at]
    return rise[::-1]


def _cheapest(
    left: Sequence[Node], right: Sequence[Node], ours: list[int], theirs: list[int]
) -> dict[int, int]:
    """Pair nodes in order so that the sum of what differs is least (edit distance)."""
    if len(ours) * len(theirs) > _TABLE_LIMIT:
        both = zip(ours, theirs, strict=False)
        return {i: j for i, j in both if _price(left[i], right[j], {}) < 2 * _UNPAIRED}
    bags: dict[int, Counter[bytes]] = {}
    width = len(theirs) + 1
    costs = [[_UNPAIRED * j for j in range(width)]]
    prices: list[list[float]] = []
    for i in ours:
        row = [costs[-1][0] + _UNPAIRED]
        prices.append([_price(left[i], right[j], bags) for j in theirs])
        for column, price in enumerate(prices[-1], start=1):
            row.append(
                min(
                    costs[-1][column - 1] + price,
                    costs[-1][column] + _UNPAIRED,
                    row[column - 1] + _UNPAIRED,
                )
            )
        costs.append(row)
    pairs: dict[int, int] = {}
    row_at, column_at = len(ours), len(theirs)
    while row_at and column_at:
        price = prices[row_at - 1][column_at - 1]
        cost = costs[row_at][column_at]
        if cost == costs[row_at - 1][column_at - 1] + price:
            row_at, column_at = row_at - 1, column_at - 1
            pairs[ours[row_at]] = theirs[column_at]
        elif cost == costs[row_at - 1][column_at] + _UNPAIRED:
            row_at -= 1
        else:
            column_at -= 1
    return pairs


def _price(a: Node, b: Node, bags: dict[int, Counter[bytes]]) -> float:
    """Return what it costs to call two nodes twins: 0 if equal, above 2 * _UNPAIRED if never."""
    if a.code == b.code:
        return 0.0
    if a.key is not None and a.key == b.key:
        return 0.3
    never = 2 * _UNPAIRED + 1
    keyed = (a.key is not None, b.key is not None)
    if a.kind != b.kind:
        return never if any(keyed) else 0.95
    if keyed == (False, False):
        return 0.95 - 0.6 * _similarity(a, b, bags)
    return _price_of_renaming(a, b, bags) if all(keyed) else never


def _price_of_renaming(a: Node, b: Node, bags: dict[int, Counter[bytes]]) -> float:
    """Return what it costs to call two nodes of one kind twins although they have other names."""
    same_value = bool(a.children and b.children) and _value(a) == _value(b)
    if a.named or a.kind == "DictElement":
        return 0.5 if same_value else 2 * _UNPAIRED + 1
    alike = _similarity(a, b, bags)
    twins = same_value or alike > _ALIKE or a.kind in _DEFINITIONS
    return 0.9 - 0.6 * alike if twins else 2 * _UNPAIRED + 1


def _value(node: Node) -> bytes:
    return node.children[-1].code


def _similarity(a: Node, b: Node, bags: dict[int, Counter[bytes]]) -> float:
    """Return the share of what two nodes contain that both contain, 0 to 1."""
    ours, theirs = _bag(a, bags), _bag(b, bags)
    return 2 * (ours & theirs).total() / max(1, ours.total() + theirs.total())


def _bag(node: Node, bags: dict[int, Counter[bytes]]) -> Counter[bytes]:
    """Return how often each piece of code occurs in a node, down to a certain depth."""
    bag = bags.get(id(node))
    if bag is None:
        bag = Counter()
        level = [node]
        for _ in range(_BAG_DEPTH):
            level = [child for parent in level for child in parent.children]
            bag.update(child.code for child in level)
        bags[id(node)] = bag
    return bag
