"""Everything that differs between two trees, each thing once and at its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from inspect import cleandoc
from typing import TYPE_CHECKING, NamedTuple

from gen_sweeps.compare.concrete.alignment import Alignment, align
from gen_sweeps.compare.concrete.difference import ChangeKind, Difference, DifferenceKind, Site
from gen_sweeps.compare.concrete.gaps import (
    Gap,
    first_comment,
    gaps_between,
    read_gap,
    said,
    split_gap,
)
from gen_sweeps.compare.concrete.layout import layout_note, same_layout, whole_file_notes
from gen_sweeps.compare.concrete.tree import PathStep

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gen_sweeps.compare.concrete.tree import Module, Node, SourceText

_INDENTATION = "docstring indentation"
_WHOLE_VALUE = 60
"""Characters up to which a value is shown whole where only a part of it differs."""


class Twin(NamedTuple):
    """A piece of the first file and what stands for it in the second, as byte offsets."""

    start: int
    end: int
    other_start: int
    other_end: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing two files.

    Attributes:
        differences: What differs, in the order of the first file.
        twins: Where the nodes that were paired start and end in the first and in the second file;
            those within a node that is the same text in both are left out.
    """

    differences: tuple[Difference, ...]
    twins: tuple[Twin, ...]


def differences(a: Module, b: Module) -> tuple[Difference, ...]:
    """Return what differs between two files; empty if and only if they are the same bytes."""
    return compare(a, b).differences


def compare(a: Module, b: Module) -> Comparison:
    """Compare two files and keep which node became which."""
    if a.source == b.source:
        return Comparison((), (Twin(0, len(a.text.data), 0, len(b.text.data)),))
    walk = _PairWalk(a, b)
    walk.pair(a.root, b.root, (), ())
    found = _moved_comments_as_layout(sorted(walk.found, key=lambda difference: difference.order))
    if a.root.code != b.root.code and not any(_tells_of_code(d) for d in found):
        whole = Difference("code", "changed", (), Site(1, 1, ""), Site(1, 1, ""), 0)
        found.insert(0, whole)  # whatever was not named at its place is still no equality
    for note in whole_file_notes(a.source, b.source, anything=bool(found)):
        found.append(
            Difference("layout", "changed", (), Site(1, 1, ""), Site(1, 1, ""), 0, note=note)
        )
    return Comparison(tuple(found), tuple(walk.twins))


Steps = tuple[PathStep, ...]
Pair = tuple["Node", "Node"]


class _PairWalk:
    """One walk through two trees, which collects what differs with the order to report it in."""

    def __init__(self, a: Module, b: Module) -> None:
        self.a = a
        self.b = b
        self.found: list[Difference] = []
        self.twins: list[Twin] = []
        self._seen: set[tuple[Steps, int, int]] = set()

    def pair(self, a: Node, b: Node, steps: Steps, above: tuple[Pair, ...]) -> None:
        """Report what differs between two nodes that stand for each other.

        Args:
            a: The node of the first file.
            b: The node of the second.
            steps: The way to them.
            above: The nodes around them up to the last one that has a name.
        """
        self.twins.append(Twin(a.start, a.end, b.start, b.end))
        same_code = a.code == b.code
        if same_code and self.a.text_of(a) == self.b.text_of(b):
            return
        if a.step is not None:
            steps, above = _onwards(steps, a.step), ()
        if a.kind != b.kind or a.head != b.head:
            if a.docstring is not None and b.docstring is not None:
                self._docstring(a, b, steps)
            else:
                self._changed(a, b, steps, above)
            return
        if a.named and a.key != b.key:
            self._renamed(a, b, steps)
        if not a.children and not b.children and not a.listed:
            if same_code:
                self._spelling(a, b, steps)
            return
        if a.step is None and not a.listed:
            above = (*above, (a, b))
        if a.listed:
            self._listed(a, b, steps, above, same_code=same_code)
        else:
            self._fixed(a, b, steps, above)

    def _fixed(self, a: Node, b: Node, steps: Steps, above: tuple[Pair, ...]) -> None:
        """Compare nodes whose children have roles."""
        if [child.key for child in a.children] != [child.key for child in b.children]:
            self._unlike_parts(a, b, steps, above)
            return
        for ours, theirs in zip(a.children, b.children, strict=True):
            self.pair(ours, theirs, steps, above)
        if a.key == b.key or not a.named:
            for before, after in zip(
                gaps_between(a, self.a.text), gaps_between(b, self.b.text), strict=True
            ):
                self._gap(before, after, steps, layout=True, separator=False)

    def _unlike_parts(self, a: Node, b: Node, steps: Steps, above: tuple[Pair, ...]) -> None:
        """Compare nodes of which one has a part that the other has not: a return value, `else`."""
        theirs = {child.key: child for child in b.children}
        ours = {child.key: child for child in a.children}
        lone = [c for c in (*a.children, *b.children) if not (c.key in ours and c.key in theirs)]
        short = len(self.a.text_of(a)) <= _WHOLE_VALUE and len(self.b.text_of(b)) <= _WHOLE_VALUE
        if short or not all(
            child.listed or child.kind in {"Else", "If", "Finally"} for child in lone
        ):
            self._changed(a, b, steps, above)
            return
        for child in a.children:
            if child.key in theirs:
                self.pair(child, theirs[child.key], steps, above)
            else:
                self._lone(child, steps, left=True)
        for child in b.children:
            if child.key not in ours:
                self._lone(child, steps, left=False)

    def _listed(
        self, a: Node, b: Node, steps: Steps, above: tuple[Pair, ...], *, same_code: bool
    ) -> None:
        """Compare lists, whose children may be added, missing or in another order."""
        if same_code:
            both = tuple((i, i) for i in range(len(a.children)))
            alignment = Alignment(both, (), (), ())
        else:
            alignment = align(a.children, b.children)
        for i in alignment.removed:
            self._lone(a.children[i], steps, left=True)
        at = dict(alignment.pairs)
        for j in alignment.added:
            self._lone(b.children[j], steps, left=False, order=self._place_of_added(a, at, j))
        for i, j in alignment.pairs:
            self.pair(a.children[i], b.children[j], steps, above)
        if alignment.moved:
            self._reordered(a, b, steps, alignment)
        self._gaps_of_list(a, b, steps, at)

    def _place_of_added(self, a: Node, pairs: dict[int, int], j: int) -> int:
        """Return the offset in the first file after which something was added in the second."""
        before = [i for i, twin in pairs.items() if twin < j]
        return a.children[max(before)].end if before else a.start

    def _gaps_of_list(self, a: Node, b: Node, steps: Steps, at: dict[int, int]) -> None:
        ours = [split_gap(gap, self.a.text) for gap in gaps_between(a, self.a.text)]
        theirs = [split_gap(gap, self.b.text) for gap in gaps_between(b, self.b.text)]
        last_a, last_b = len(a.children) - 1, len(b.children) - 1
        self._gap(ours[0][0], theirs[0][0], steps, layout=last_a >= 0 <= last_b, separator=False)
        for i, j in at.items():
            step = a.children[i].step
            where = (*steps, step) if step is not None else steps
            follows = (i == 0 and j == 0) or (i > 0 and at.get(i - 1) == j - 1)
            self._gap(ours[i][1], theirs[j][1], where, layout=follows, separator=False)
            ends = (i == last_a, j == last_b)
            self._gap(
                ours[i + 1][0],
                theirs[j + 1][0],
                where,
                layout=ends[0] == ends[1],
                separator=not all(ends),
            )
        if at.get(last_a) == last_b or (last_a < 0 and last_b < 0):
            self._gap(ours[-1][1], theirs[-1][1], steps, layout=True, separator=False)

    def _gap(self, ours: Gap, theirs: Gap, steps: Steps, *, layout: bool, separator: bool) -> None:
        """Report other comments between two twins, or else another layout."""
        raw_a = self.a.text.data[ours.start : ours.end]
        raw_b = self.b.text.data[theirs.start : theirs.end]
        if raw_a == raw_b:
            return
        a = read_gap(ours, self.a.text, separator=separator)
        b = read_gap(theirs, self.b.text, separator=separator)
        at_a, at_b = first_comment(ours, self.a.text), first_comment(theirs, self.b.text)
        if a.comments != b.comments:
            left = site_at(self.a.text, at_a, "\n".join(a.comments)) if a.comments else None
            right = site_at(self.b.text, at_b, "\n".join(b.comments)) if b.comments else None
            if said(a.comments) == said(b.comments):
                self.found.append(
                    Difference(
                        "layout", "changed", steps, left, right, at_a, note="comment spacing"
                    )
                )
            else:
                self.found.append(
                    Difference("comment", _change(left, right), steps, left, right, at_a)
                )
        elif layout and not same_layout(a.layout, b.layout):
            left = site_at(self.a.text, ours.start, self.a.text.slice(ours.start, ours.end))
            right = site_at(self.b.text, theirs.start, self.b.text.slice(theirs.start, theirs.end))
            at_end = (ours.end, theirs.end) == (len(self.a.text.data), len(self.b.text.data))
            note = layout_note(a.layout, b.layout, at_end=at_end)
            self.found.append(
                Difference("layout", "changed", steps, left, right, ours.start, note=note)
            )

    def _docstring(self, a: Node, b: Node, steps: Steps) -> None:
        same = _unindented(a.docstring or "") == _unindented(b.docstring or "")
        left, right = self._sites_of_text(a, b)
        if same:
            self.found.append(
                Difference("layout", "changed", steps, left, right, a.start, note=_INDENTATION)
            )
        else:
            self.found.append(Difference("docstring", "changed", steps, left, right, a.start))

    def _spelling(self, a: Node, b: Node, steps: Steps) -> None:
        """Report one value that is spelled in two ways: quotes, `0.60`, strings side by side."""
        if same_layout(self.a.text_of(a), self.b.text_of(b)):
            return
        left, right = self._sites_of_text(a, b)
        note = "quotes" if a.kind in {"String", "Docstring"} else "spelling"
        self.found.append(Difference("layout", "changed", steps, left, right, a.start, note=note))

    def _changed(self, a: Node, b: Node, steps: Steps, above: tuple[Pair, ...]) -> None:
        """Report two values, with as much around them as stays short."""
        shown = (a, b)
        for outer in above:
            texts = (self.a.text_of(outer[0]), self.b.text_of(outer[1]))
            if all(len(text) <= _WHOLE_VALUE and "\n" not in text for text in texts):
                shown = outer
                break
        mark = (steps, shown[0].start, shown[1].start)
        if shown != (a, b) and mark in self._seen:
            return
        self._seen.add(mark)
        if shown == (a, b) and a.kind == b.kind == "String":
            left, right = self._sites_of_text(a, b)
        else:
            left = site_at(self.a.text, a.start, self.a.value_of(shown[0]))
            right = site_at(self.b.text, b.start, self.b.value_of(shown[1]))
        renamed = bool(steps) and steps[-1].name.endswith(" name")
        self.found.append(
            Difference("code", "renamed" if renamed else "changed", steps, left, right, a.start)
        )

    def _renamed(self, a: Node, b: Node, steps: Steps) -> None:
        left = site_at(self.a.text, a.start, a.key or "")
        right = site_at(self.b.text, b.start, b.key or "")
        self.found.append(Difference("code", "renamed", steps, left, right, a.start))

    def _reordered(self, a: Node, b: Node, steps: Steps, alignment: Alignment) -> None:
        """Report twins that stand in another order, all of a list as one difference."""
        rows = [i for i, _ in alignment.pairs]
        columns = sorted(j for _, j in alignment.pairs)
        twin = dict(alignment.pairs)
        wrong = [n for n, i in enumerate(rows) if twin[i] != columns[n]]
        ours = [a.children[rows[n]] for n in wrong]
        theirs = [b.children[columns[n]] for n in wrong]
        imports = all(node.kind in {"Import", "ImportFrom", "ImportAlias"} for node in ours)
        order = PathStep("part", "order", ".imports" if imports and a.head == "body" else "")
        left = site_at(self.a.text, ours[0].start, ", ".join(_names(self.a, ours)))
        right = site_at(self.b.text, theirs[0].start, ", ".join(_names(self.b, theirs)))
        self.found.append(
            Difference("code", "reordered", (*steps, order), left, right, ours[0].start)
        )

    def _lone(self, node: Node, steps: Steps, *, left: bool, order: int | None = None) -> None:
        """Report a node that only one of the files has; of a list, each of its nodes."""
        if node.listed:
            for child in node.children:
                self._lone(child, steps, left=left, order=order)
            return
        module = self.a if left else self.b
        if node.step is not None:
            steps = (*steps, node.step)
        site = site_at(module.text, node.start, module.value_of(node))
        kind: DifferenceKind = "code" if node.docstring is None else "docstring"
        if left:
            self.found.append(Difference(kind, "removed", steps, site, None, node.start))
        else:
            self.found.append(Difference(kind, "added", steps, None, site, None, after=order or 0))

    def _sites_of_text(self, a: Node, b: Node) -> tuple[Site, Site]:
        """Return the sites of two strings; the positions are where long ones begin to differ."""
        texts = self.a.text_of(a), self.b.text_of(b)
        sites: list[Site] = []
        common = texts[0][: _common_start(*texts)]
        for module, node, text in zip((self.a, self.b), (a, b), texts, strict=True):
            at = node.start + (len(common.encode()) if "\n" in common else 0)
            sites.append(site_at(module.text, min(at, node.end - 1), text))
        return sites[0], sites[1]


def site_at(file: SourceText, offset: int, text: str) -> Site:
    """Return the site of a text at an offset of a file."""
    line, column = file.position(offset)
    return Site(line, column, text)


def _tells_of_code(difference: Difference) -> bool:
    return difference.kind in {"code", "docstring"} or difference.note == _INDENTATION


def _onwards(steps: Steps, step: PathStep) -> Steps:
    """Return the way one step further; the name of a class is found beside it, not in it."""
    if step.kind == "part" and step.name in {"class name", "function name"}:
        steps = steps[:-1]
    return (*steps, step)


def _change(left: Site | None, right: Site | None) -> ChangeKind:
    if left is None:
        return "added"
    return "changed" if right is not None else "removed"


def _names(module: Module, nodes: Iterable[Node]) -> Iterable[str]:
    """Yield the names of nodes, or their text where they have none."""
    for node in nodes:
        named = node.key and not node.key.startswith("@") and node.step is not None
        yield node.step.text.strip(" .") if named and node.step else module.text_of(node)


def _unindented(docstring: str) -> str:
    """Return what a docstring says, without indentation and space at the ends of lines."""
    return "\n".join(line.rstrip() for line in cleandoc(docstring).strip().splitlines())


def _moved_comments_as_layout(found: list[Difference]) -> list[Difference]:
    """Return the differences with each comment that only stands elsewhere as one of layout."""
    comments = [d for d in found if d.kind == "comment"]
    if _lines(d.left for d in comments) == _lines(d.right for d in comments):
        return [
            replace(d, kind="layout", change="changed", note="comment place")
            if d.kind == "comment"
            else d
            for d in found
        ]
    gone: dict[tuple[str, ...], list[int]] = {}
    for index, difference in enumerate(found):
        if difference.kind == "comment" and difference.left and difference.right is None:
            gone.setdefault(tuple(said(difference.left.text.split("\n"))), []).append(index)
    moved: dict[int, Difference] = {}
    dropped: set[int] = set()
    for index, difference in enumerate(found):
        if difference.kind != "comment" or difference.left or difference.right is None:
            continue
        places = gone.get(tuple(said(difference.right.text.split("\n"))))
        if places:
            first = places.pop(0)
            moved[first] = replace(
                found[first],
                kind="layout",
                change="changed",
                right=difference.right,
                note="comment place",
            )
            dropped.add(index)
    return [moved.get(n, difference) for n, difference in enumerate(found) if n not in dropped]


def _lines(sites: Iterable[Site | None]) -> list[str]:
    """Return the lines of comments, sorted."""
    return sorted(line for site in sites if site for line in said(site.text.split("\n")))


def _common_start(a: str, b: str) -> int:
    """Return how many characters two texts begin with in common."""
    shorter = min(len(a), len(b))
    return next((n for n in range(shorter) if a[n] != b[n]), shorter)
