"""N files that should be siblings, each compared with the most typical of them.

The cost grows with N, never with its square: what is kept of a file once it was compared is its
text, what differs and where its pieces stand.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.compare.pairwise import Twin, compare, site_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from generator.compare.difference import Change, Difference, Kind, Site
    from generator.compare.tree import Module, Text


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

    Attributes:
        difference: The first pair of files that differ there; says where and how.
        values: The values, rarest first; together every file once.
    """

    difference: Difference
    values: tuple[Value, ...]

    @property
    def path(self) -> str:
        """The place, in a reader's terms."""
        return self.difference.path

    @property
    def kind(self) -> Kind:
        """What sort of thing differs."""
        return self.difference.kind

    @property
    def change(self) -> Change:
        """How it differs."""
        return self.difference.change

    @property
    def outliers(self) -> int:
        """How many files have another value than the most common one."""
        return sum(len(value.holders) for value in self.values[:-1])

    def value_of(self, name: str) -> str | None:
        """Return the value that a file has."""
        return next(v.text for v in self.values if any(h.name == name for h in v.holders))


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


@dataclass(frozen=True, slots=True)
class _Member:
    """What is kept of a file that was compared."""

    text: Text
    differences: dict[tuple[object, ...], Difference]
    twins: tuple[Twin, ...]


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
    groups: list[tuple[str, ...]] = []
    compared: list[_Member] = []
    rows: dict[tuple[object, ...], Difference] = {}
    for module, names in members:
        comparison = compare(reference, module)
        keyed = _keyed(comparison.differences)
        for key, difference in keyed.items():
            rows.setdefault(key, difference)
        groups.append(tuple(names))
        compared.append(_Member(module.text, keyed, comparison.twins))
    found = [_row(key, first, reference, compared, groups) for key, first in rows.items()]
    found.sort(key=lambda row: (row.outliers, row.difference.order))
    return Family(
        tuple(name for names in groups for name in names),
        reference.path,
        tuple(groups),
        tuple(found),
    )


def _keyed(differences: Sequence[Difference]) -> dict[tuple[object, ...], Difference]:
    """Name each difference so that the same place has the same name whichever file is compared."""
    keyed: dict[tuple[object, ...], Difference] = {}
    for difference in differences:
        nature = "order" if difference.change == "reordered" else ""
        key = (difference.kind, difference.path, difference.anchor, nature)
        count = 0
        while (*key, count) in keyed:
            count += 1
        keyed[(*key, count)] = difference
    return keyed


def _row(
    key: tuple[object, ...],
    first: Difference,
    reference: Module,
    members: Sequence[_Member],
    groups: Sequence[tuple[str, ...]],
) -> Row:
    values: dict[str | None, list[Holder]] = {}
    for member, names in zip(members, groups, strict=True):
        difference = member.differences.get(key)
        site = difference.right if difference else _twin_site(first, reference, member)
        text = site.text if site else None
        where = (site.line, site.column) if site else (None, None)
        values.setdefault(text, []).extend(Holder(name, *where) for name in names)
    ordered = sorted(values.items(), key=lambda item: len(item[1]))
    return Row(first, tuple(Value(text, tuple(holders)) for text, holders in ordered))


def _twin_site(difference: Difference, reference: Module, member: _Member) -> Site | None:
    """Return where a file that does not differ has what the reference has, None if nowhere."""
    anchor, left = difference.anchor, difference.left
    if anchor is None or left is None:
        return None
    around = [twin for twin in member.twins if twin.start <= anchor < max(twin.end, twin.start + 1)]
    best = min(around or member.twins[:1], key=lambda twin: twin.end - twin.start)
    ours = reference.text.data[best.start : best.end]
    theirs = member.text.data[best.other_start : best.other_end]
    if ours == theirs:
        return site_at(member.text, best.other_start + anchor - best.start, left.text)
    if best.start == anchor:
        return site_at(member.text, best.other_start, left.text)
    return _site_beside(anchor, left.text, reference, member) if difference.kind != "code" else None


def _site_beside(anchor: int, text: str, reference: Module, member: _Member) -> Site:
    """Return where a file has a comment or layout: beside the same code as the reference."""
    behind = [twin for twin in member.twins if twin.start >= anchor]
    ahead = [twin for twin in member.twins if twin.end <= anchor]
    at = 0
    if behind:
        after = min(behind, key=lambda twin: twin.start)
        at = max(0, after.other_start - (after.start - anchor))
        if not member.text.data.startswith(reference.text.data[anchor : after.start], at):
            at = after.other_start
    if ahead:
        before = max(ahead, key=lambda twin: twin.end)
        beside = before.other_end + anchor - before.end
        if member.text.data.startswith(text.encode("utf-8", "replace"), beside):
            at = beside
    return site_at(member.text, at, text)
