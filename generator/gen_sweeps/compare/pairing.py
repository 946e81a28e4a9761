"""Pairs the children of N pieces that stand for each other: one column for each thing.

By key and code, by key, by key without the file's own words, by role, by likeness; each child
is in exactly one column.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import NamedTuple, TypeAlias

from gen_sweeps.compare.names import ONE, OWN, FileNames
from gen_sweeps.compare.pieces import Child, Piece

_ALIKE_DEFINITIONS = 0.35
"""Share of common content from which classes or functions of other names may be one."""

_ALIKE_VALUES = 0.5
"""Share of common content from which variables of other names may be one."""

_ALIKE_ELEMENTS = 0.4
_ALIKE_FAR_ELEMENTS = 0.7
_BAG_DEPTH = 3
"""Levels down to which the keys of a piece count for what it is like."""

_WEIGHED = 400
"""Pairs that are weighed against each other at once; beyond it, things of one key go in order."""

_LOOKED_AT = 3
"""Members of a column that a child is weighed against."""


class Variant(NamedTuple):
    """A piece and all places at which it stands for the same thing.

    Attributes:
        piece: The piece.
        sites: For each file that has it, the file's number and the offset in its text.
    """

    piece: Piece
    sites: list[tuple[int, int]]


Column: TypeAlias = "dict[int, Child]"
"""What stands for one thing, by the number of the variant that it is in."""


def united(variants: Iterable[Variant]) -> list[Variant]:
    """Return the variants with those of the same piece as one."""
    found: dict[int, Variant] = {}
    for variant in variants:
        known = found.get(id(variant.piece))
        if known is None:
            found[id(variant.piece)] = Variant(variant.piece, list(variant.sites))
        else:
            known.sites.extend(variant.sites)
    return list(found.values())


def align(variants: Sequence[Variant], names: FileNames) -> list[Column]:
    """Return a column for each thing that any of the variants has, in reading order."""
    weights = [len(variant.sites) for variant in variants]
    counts: Counter[tuple[str, int]] = Counter()
    for variant, weight in zip(variants, weights, strict=True):
        for child in variant.piece.children:
            counts[child.key, child.piece.code] += weight
    total = sum(weights)
    scores = [
        sum(2 * counts[child.key, child.piece.code] - total for child in variant.piece.children)
        for variant in variants
    ]
    order = sorted(range(len(variants)), key=lambda number: (-scores[number], number))
    table = _Table(variants, names)
    for number in order:
        table.add(number)
    return table.columns()


class _Table:
    """Columns that grow by one variant after the other, the most typical first."""

    def __init__(self, variants: Sequence[Variant], names: FileNames) -> None:
        self._columns: list[Column] = []
        self._order: list[int] = []
        self._position: dict[int, int] = {}
        self._keys: list[set[str]] = []
        self._by: dict[object, list[int]] = defaultdict(list)
        self._variants = variants
        self._names = names
        self._often: Counter[str] = Counter()
        self._together = {frozenset(c.key for c in v.piece.children) for v in variants}
        for variant in variants:
            keys = {child.key for child in variant.piece.children}
            self._often.update(dict.fromkeys(keys, len(variant.sites)))
        self._roles: dict[int, dict[bytes, set[tuple[str, ...]]]] = {}
        # What the variant that is being added has, and what of it has found its column.
        self._number = 0
        self._children: Sequence[Child] = ()
        self._found: dict[int, int] = {}
        self._taken: set[int] = set()

    def columns(self) -> list[Column]:
        """Return the columns in reading order."""
        return [self._columns[number] for number in self._order]

    def add(self, number: int) -> None:
        """Put each child of a variant into its column, or into a new one."""
        self._number, self._children = number, self._variants[number].piece.children
        self._found, self._taken = {}, set()
        for marks in (_same, _same_comment, _same_key):
            self._by_mark(marks)
        self._by_mark(self._same_but_own)
        self._by_likeness()
        self._insert()

    def _same_but_own(self, child: Child) -> object:
        key = self._names.without_own(self._variants[self._number].sites[0][0], child.key)
        return (key,) if OWN in key or ONE in key else None

    def _by_mark(self, mark_of: Callable[[Child], object]) -> None:
        """Pair what has the same mark, several of one mark in order."""
        wanted: dict[object, list[int]] = defaultdict(list)
        for index in self._left():
            mark = mark_of(self._children[index])
            if mark is not None and mark in self._by:
                wanted[mark].append(index)
        for mark, indices in wanted.items():
            free = [number for number in self._by[mark] if number not in self._taken]
            usual = [number for number in free if self._is_main(number, self._children[indices[0]])]
            free = sorted(usual or free, key=self._position.__getitem__)
            for index, number in self._in_order(indices, free):
                self._pair(index, number)

    def _is_main(self, number: int, child: Child) -> bool:
        """Whether a child's key is the most frequent one of a column."""
        keys = self._keys[number]
        return len(keys) == 1 or child.key == max(sorted(keys), key=self._often.__getitem__)

    def _left(self) -> list[int]:
        return [n for n in range(len(self._children)) if n not in self._found]

    def _pair(self, index: int, number: int) -> None:
        self._found[index] = number
        self._taken.add(number)

    def _in_order(self, indices: Sequence[int], columns: Sequence[int]) -> list[tuple[int, int]]:
        """Pair things of one key in order, and the most similar if they are not as many."""
        if len(indices) == len(columns) or len(indices) * len(columns) > _WEIGHED:
            return list(zip(indices, columns, strict=False))
        prices = [[self._likeness(index, number) for number in columns] for index in indices]
        return [(indices[a], columns[b]) for a, b in _best_in_order(prices)]

    def _likeness(self, index: int, number: int) -> float:
        """Return how alike a child and a column are; more than 0, and more for a full column."""
        column = self._columns[number]
        child = self._children[index].piece
        others = islice(column.values(), _LOOKED_AT)
        alike = max(similarity(child, other.piece) for other in others)
        return alike + 0.01 + 0.02 * len(column) / (len(column) + 1)

    def _by_likeness(self) -> None:
        """Pair what is left: same role first, then the most similar, near before far."""
        left = self._left()
        free = [number for number in self._order if number not in self._taken]
        if not left or not free or len(left) * len(free) > _WEIGHED * 10:
            return
        at = self._position
        paired = [(index, at[number]) for index, number in self._found.items()]
        offers = []
        for index in left:
            low = max((place for other, place in paired if other < index), default=-1)
            above = (place for other, place in paired if other > index and place > low)
            high = min(above, default=len(self._order))
            for number in free:
                near = low < at[number] < high
                others = islice(self._columns[number].items(), _LOOKED_AT)
                score = max(self._price(index, other, child, near=near) for other, child in others)
                if score > 0:
                    offers.append((-score, not near, abs(at[number] - low), index, number))
        for *_, index, number in sorted(offers):
            if index not in self._found and number not in self._taken:
                self._pair(index, number)

    def _price(self, index: int, other: int, theirs: Child, *, near: bool) -> float:
        """Return how well two children of other keys go together; 0 for not at all."""
        ours = self._children[index]
        if ours.piece.sort != theirs.piece.sort or ours.piece.sort == "comment":
            return 0
        alike = similarity(ours.piece, theirs.piece)
        both = bool(ours.piece.children and theirs.piece.children)
        if all(not key or key.startswith("element ") for key in (ours.key, theirs.key)):
            if both:
                return _if_at_least(_ALIKE_ELEMENTS if near else _ALIKE_FAR_ELEMENTS, alike)
            return 0.3 + alike / 2 if near and ours.piece.kind == theirs.piece.kind else 0
        if any(ours.key in keys and theirs.key in keys for keys in self._together):
            return 0  # a file has both, so they are two things
        if self._variants[self._number].piece.kind in {"Call", "Dict"}:
            return 0  # a keyword is never renamed: its name means something
        if ours.defines == theirs.defines == "=" and not both:
            return self._same_role(ours, other, theirs) * (0.6 + 0.3 * (alike == 1))
        return _price_of_statements(ours, theirs, alike, near=near) if both else 0

    def _same_role(self, ours: Child, other: int, theirs: Child) -> bool:
        """Whether two constants are used as the same arguments."""
        if ours.piece.kind != theirs.piece.kind:
            return False
        one, two = self._used_as(self._number, ours), self._used_as(other, theirs)
        common = len(one & two)
        return common > 0 and 2 * common >= min(len(one), len(two))

    def _used_as(self, variant: int, child: Child) -> set[tuple[str, ...]]:
        """Return the keys above the uses of a name in its body."""
        piece = self._variants[variant].piece
        roles = self._roles.get(variant)
        if roles is None:
            roles = self._roles[variant] = defaultdict(set)
            stack: list[tuple[Piece, tuple[str, ...]]] = [(piece, ())]
            while stack:
                inner, keys = stack.pop()
                if inner.kind == "Name":
                    roles[inner.text].add(keys[-2:])
                stack += [(c.piece, (*keys, c.key)) for c in inner.children]
        return roles.get(piece.text[child.name_offset : child.name_end], set())

    def _insert(self) -> None:
        """Add the variant's children to the columns, those without one behind their neighbour."""
        new: dict[int, list[int]] = defaultdict(list)
        at = -1
        for index, child in enumerate(self._children):
            number = self._found.get(index)
            if number is None:
                number = len(self._columns)
                self._columns.append({})
                self._keys.append(set())
                new[at].append(number)
            else:
                at = number
            self._columns[number][self._number] = child
            self._keys[number].add(child.key)
            for mark in (
                _same(child),
                _same_comment(child),
                _same_key(child),
                self._same_but_own(child),
            ):
                if mark is not None and number not in self._by[mark]:
                    self._by[mark].append(number)
        if new:
            order = new[-1]
            for number in self._order:
                order += [number, *new.get(number, ())]
            self._order = order
            self._position = {number: place for place, number in enumerate(order)}


def _if_at_least(least: float, alike: float) -> float:
    return alike if alike >= least else 0


def _price_of_statements(ours: Child, theirs: Child, alike: float, *, near: bool) -> float:
    """Return how well two statements of other keys go together."""
    if ours.defines or theirs.defines:
        least = _ALIKE_VALUES if ours.defines == "=" else _ALIKE_DEFINITIONS
        return _if_at_least(least, alike) if ours.defines == theirs.defines else 0
    sort = ours.key.partition(" ")[0]
    if sort != theirs.key.partition(" ")[0]:
        return 0
    if sort == "from":
        return _if_at_least(_ALIKE_DEFINITIONS, alike)
    return _if_at_least(_ALIKE_VALUES, alike) if near else 0


def _same(child: Child) -> object:
    return child.key, child.piece.code


def _same_comment(child: Child) -> object:
    return child.piece.code if child.piece.sort == "comment" else None


def _same_key(child: Child) -> object:
    return child.key or None


def _best_in_order(prices: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return pairs in rising order whose prices add up to the most."""
    rows, columns = len(prices), len(prices[0]) if prices else 0
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for a in range(rows - 1, -1, -1):
        for b in range(columns - 1, -1, -1):
            both = best[a + 1][b + 1] + prices[a][b]
            best[a][b] = max(best[a + 1][b], best[a][b + 1], both)
    found = []
    a = b = 0
    while a < rows and b < columns:
        if best[a][b] == best[a + 1][b + 1] + prices[a][b]:
            found.append((a, b))
            a, b = a + 1, b + 1
        elif best[a][b] == best[a + 1][b]:
            a += 1
        else:
            b += 1
    return found


def similarity(one: Piece, other: Piece) -> float:
    """Return from 0 to 1 how much two pieces have in common; 1 exactly if they mean the same."""
    if one.code == other.code:
        return 1
    if one.kind != other.kind:
        return 0
    if not one.children or not other.children:
        if one.kind != "Constant":
            return 0
        words, others = (set(re.findall(rb"\w+", piece.text)) for piece in (one, other))
        return 0.8 * 2 * len(words & others) / max(1, len(words) + len(others))
    bag, others_bag = _bag(one), _bag(other)
    common = sum(min(count, others_bag.get(key, 0)) for key, count in bag.items())
    return min(0.99, 2 * common / max(1, sum(bag.values()) + sum(others_bag.values())))


def _bag(piece: Piece) -> dict[tuple[str, int], int]:
    """Return what is in a piece, counted: keys near its top, and keys with their values."""
    if piece.bag is None:
        bag: dict[tuple[str, int], int] = defaultdict(int)
        stack = [(piece, 0)]
        while stack:
            inner, depth = stack.pop()
            for child in inner.children:
                if child.piece.sort != "code":
                    continue
                bag[child.key, child.piece.code] += 1
                if depth < _BAG_DEPTH:
                    bag[child.key, -1] += 1
                    stack.append((child.piece, depth + 1))
        piece.bag = bag
    return piece.bag
