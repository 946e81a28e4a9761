"""N files that should be siblings, each compared with the most typical of them.

The cost grows with N, never with its square: what is kept of a file once it was compared is its
text, what differs and where its pieces stand.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gen_sweeps.compare.member import Key, Member
from gen_sweeps.compare.pairwise import compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gen_sweeps.compare.difference import ChangeKind, Difference, DifferenceKind
    from gen_sweeps.compare.tree import Module


@dataclass(frozen=True, slots=True)
class Holder:
    """A file that has a certain value.

    Attributes:
        name: The file.
        line: 1-based line of the value, or None.
        column: 1-based column, or None.
    """

    name: str
    line: int | None
    column: int | None


@dataclass(frozen=True, slots=True)
class Value:
    """A value, and the files that have it.

    Attributes:
        text: The value as the files spell it, or None for those that have nothing there.
        holders: The files, at least one.
    """

    text: str | None
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One place at which the files of a family differ.

    Keeps only what differs; the values of all files are looked up when they are asked for, so that
    N rows for N files do not take N times N places in memory.

    Attributes:
        difference: The first pair of files that differ there; says where and how.
        differing: The files that differ from the reference there.
    """

    difference: Difference
    differing: tuple[str, ...]
    _key: Key
    _members: Sequence[Member]

    @property
    def path(self) -> str:
        """The place, in a reader's terms."""
        return self.difference.path

    @property
    def kind(self) -> DifferenceKind:
        """What sort of thing differs."""
        return self.difference.kind

    @property
    def change(self) -> ChangeKind:
        """How it differs."""
        return self.difference.change

    @property
    def values(self) -> tuple[Value, ...]:
        """The values, rarest first; together every file once."""
        values: dict[str | None, list[Holder]] = {}
        for member in self._members:
            site = member.site(self._key, self.difference)
            where = (site.line, site.column) if site else (None, None)
            holders = values.setdefault(site.text if site else None, [])
            holders += [Holder(name, *where) for name in member.names]
        ordered = sorted(values.items(), key=lambda item: len(item[1]))
        return tuple(Value(text, tuple(holders)) for text, holders in ordered)

    def value_of(self, name: str) -> str | None:
        """Return the value that a file has."""
        member = next(member for member in self._members if name in member.names)
        site = member.site(self._key, self.difference)
        return site.text if site else None


@dataclass(frozen=True, slots=True)
class Family:
    """What differs between N files.

    Attributes:
        names: The files in the order given, those that are the same bytes side by side.
        reference: The most typical of them, which the others were compared with.
        identical: Groups of files that are the same bytes, every file once.
        rows: Where they differ, places with the fewest outliers first.
    """

    names: tuple[str, ...]
    reference: str
    identical: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]


def most_typical(sources: Sequence[bytes], weights: Sequence[int] | None = None) -> int:
    """Return the index of the file that differs least, in lines, from all others together.

    That is the medoid, found without comparing pairs: a line that `count` of N files have brings
    its file nearer to `count` of them and takes it away from N - `count`.

    Args:
        sources: The files, at least one; of equally near ones the first is taken.
        weights: How many files have each of these sources, if not one each.
    """
    weights = weights or [1] * len(sources)
    lines = [{line.strip() for line in source.splitlines()} for source in sources]
    counts: Counter[bytes] = Counter()
    for own, weight in zip(lines, weights, strict=True):
        counts.update(dict.fromkeys(own, weight))
    total = sum(weights)
    scores = [sum(2 * counts[line] - total for line in own) for own in lines]
    return scores.index(max(scores))


def compare_family(reference: Module, members: Iterable[tuple[Module, Sequence[str]]]) -> Family:
    """Compare files with one of them.

    Args:
        reference: The one that the others are compared with.
        members: Every file once, the reference among them, in the order to show them: the first of
            those that are the same bytes, with the names of all of them. Read one at a time.
    """
    found: list[Member] = []
    differing: dict[Key, list[Member]] = {}
    for module, names in members:
        comparison = compare(reference, module)
        own = Member(tuple(names), reference.text, module.text, comparison)
        found.append(own)
        for key in own.differences:
            differing.setdefault(key, []).append(own)
    total = sum(len(member.names) for member in found)
    rows = [(_outliers(key, own, total), _row(key, own, found)) for key, own in differing.items()]
    rows.sort(key=lambda item: (item[0], item[1].difference.order))
    return Family(
        tuple(name for member in found for name in member.names),
        reference.path,
        tuple(member.names for member in found),
        tuple(row for _, row in rows),
    )


def _row(key: Key, differing: Sequence[Member], members: Sequence[Member]) -> Row:
    names = tuple(name for member in differing for name in member.names)
    return Row(differing[0].differences[key], names, key, members)


def _outliers(key: Key, differing: Sequence[Member], total: int) -> int:
    """Return how many files do not have the most common value, if all others have one value."""
    counts: Counter[str | None] = Counter()
    for member in differing:
        right = member.differences[key].right
        counts[right.text if right else None] += len(member.names)
    return total - max(total - counts.total(), *counts.values())
