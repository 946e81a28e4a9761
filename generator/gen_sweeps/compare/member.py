"""What is kept of one file of a family once it was compared: where its pieces are, no tree."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import InitVar, dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from gen_sweeps.compare.pairwise import site_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gen_sweeps.compare.difference import Difference, Site
    from gen_sweeps.compare.pairwise import Comparison, Twin
    from gen_sweeps.compare.tree import SourceText


class Key(NamedTuple):
    """What a place is called, whichever file is compared with the reference."""

    kind: str
    path: str
    anchor: int | None
    reordered: bool
    number: int


@dataclass(slots=True)
class Member:
    """A file of a family, compared with the reference.

    Attributes:
        names: The names of the file, which are several if copies of it are about.
        reference: The text of the file that it was compared with.
        text: Its own text.
        comparison: What came of it; read once, not kept.
        differences: What differs from the reference, by place.
    """

    names: tuple[str, ...]
    reference: SourceText
    text: SourceText
    comparison: InitVar[Comparison]
    differences: dict[Key, Difference] = field(init=False)
    _twins: tuple[Twin, ...] = field(init=False)
    _starts: tuple[int, ...] = field(init=False)
    _outer: tuple[int, ...] = field(init=False)

    def __post_init__(self, comparison: Comparison) -> None:
        """Name the differences, and find for each piece the one around it."""
        self.differences = _keyed(comparison.differences)
        twins = sorted(comparison.twins, key=lambda twin: (twin.start, -twin.end))
        self._twins = tuple(twins)
        self._starts = tuple(twin.start for twin in twins)
        self._outer = _outer_of(twins)

    def site(self, key: Key, difference: Difference) -> Site | None:
        """Return what the file has at a place where some file differs, or None if nothing.

        Args:
            key: The place.
            difference: What another file has there, for what the reference has.
        """
        own = self.differences.get(key)
        if own is not None:
            return own.right
        anchor, left = difference.anchor, difference.left
        if anchor is None or left is None:
            return None
        twin = self._around(anchor)
        ours = self.reference.data[twin.start : twin.end]
        if ours == self.text.data[twin.other_start : twin.other_end]:
            return site_at(self.text, twin.other_start + anchor - twin.start, left.text)
        if twin.start == anchor:
            return site_at(self.text, twin.other_start, left.text)
        return None if difference.kind == "code" else self._beside(anchor, left.text)

    def _around(self, anchor: int) -> Twin:
        """Return the smallest piece around an offset of the reference."""
        index = bisect_right(self._starts, anchor) - 1
        while index > 0 and self._twins[index].end <= max(anchor, self._twins[index].start):
            index = self._outer[index]
        return self._twins[max(index, 0)]

    def _beside(self, anchor: int, text: str) -> Site:
        """Return where a comment or layout is: beside the same code as in the reference."""
        index = bisect_right(self._starts, anchor - 1)
        at = 0
        if index < len(self._twins):
            after = self._twins[index]
            at = max(0, after.other_start - (after.start - anchor))
            if not self.text.data.startswith(self.reference.data[anchor : after.start], at):
                at = after.other_start
        ahead = [twin for twin in self._twins[:index] if twin.end <= anchor]
        if ahead:
            before = max(ahead, key=lambda twin: twin.end)
            beside = before.other_end + anchor - before.end
            if self.text.data.startswith(text.encode("utf-8", "replace"), beside):
                at = beside
        return site_at(self.text, at, text)


def _outer_of(twins: Sequence[Twin]) -> tuple[int, ...]:
    """Return for each piece the index of the smallest one around it; 0 for the whole."""
    outer: list[int] = []
    opened: list[int] = []
    for index, twin in enumerate(twins):
        while opened and twins[opened[-1]].end < max(twin.end, twin.start + 1):
            opened.pop()
        outer.append(opened[-1] if opened else 0)
        opened.append(index)
    return tuple(outer)


def _keyed(differences: Sequence[Difference]) -> dict[Key, Difference]:
    """Name each difference; the second of one name is counted."""
    keyed: dict[Key, Difference] = {}
    for difference in differences:
        reordered = difference.change == "reordered"
        key = Key(difference.kind, difference.path, difference.anchor, reordered, 0)
        while key in keyed:
            key = key._replace(number=key.number + 1)
        keyed[key] = difference
    return keyed
