"""A comparison for a person at a terminal: what to look at, then how the files part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from gen_sweeps.characters import on_one_line
from gen_sweeps.compare.findings import LABELS, NOTHING, FamilyFinding, shortened
from gen_sweeps.compare.names import partition
from gen_sweeps.compare.places import ABSENT, KINDS, FamilyPlace, FamilyStep, Kind, path_text
from gen_sweeps.compare.report import ComparisonReport
from gen_sweeps.compare.slips import pattern_at
from gen_sweeps.console.terminal import BOLD, PLAIN, YELLOW

_LINES = 40
"""Lines that are printed if not everything was asked for."""

_FINDINGS = 12
_OF_ONE_CLASS = 4
_LINES_OF_ONE = 3
"""Findings that are shown, those of one class among several, and lines of each."""

_COLUMNS = 3
"""Values of a place that are shown side by side; of more, the first of them."""

_LEAST = 12
"""Characters of a value that are always shown."""

_LONGEST = 10_000
"""Characters of a value that are looked at."""


@dataclass(frozen=True, slots=True)
class View:
    """What to show, and how.

    Attributes:
        full: Whether to show every place, finding and way.
        layout: Whether to show differences of layout, not only to count them.
        comments: Whether to show those of comments and docstrings.
        color: Whether the terminal shows colour.
        width: Columns of the terminal.
    """

    full: bool = False
    layout: bool = False
    comments: bool = False
    color: bool = False
    width: int = 100

    def shows(self, kind: Kind) -> bool:
        """Whether differences of a kind are shown place by place."""
        return kind == "code" or (self.layout if kind == "layout" else self.comments or self.full)


def report_text(report: ComparisonReport, view: View) -> str:
    """Return a comparison as text, ending in a newline."""
    return "".join(f"{line}\n" for line in _Page(report, view).lines())


class _Page:
    """One comparison on its way to the terminal."""

    def __init__(self, report: ComparisonReport, view: View) -> None:
        self._report = report
        self._family = report.family
        self._names = report.family.names
        self._view = view
        counting = set(map(id, report.outside))
        declared = set(map(id, report.declared))
        self._places = [
            place
            for kind in KINDS
            for place in report.of_kind(kind)
            if (view.shows(kind) or id(place) in counting) and id(place) not in declared
        ]
        self._prefix = _common_start([p.path for p in self._places if p.kind == "code"])

    def lines(self) -> Iterator[str]:
        """Yield the lines."""
        blocks = [[self._head()], list(self._findings()), [], list(self._end())]
        blocks[2] = list(self._ways(_LINES - sum(len(block) + 1 for block in blocks)))
        for number, block in enumerate(filter(None, blocks)):
            if number:
                yield ""
            yield from block

    def _head(self) -> str:
        code = self._report.of_kind("code")
        ways = len({partition(place.classes) for place in code})
        count = len(self._family.members)
        text = f"{count} files: no difference in code"
        if code:
            which = "undeclared place" if self._report.allowing else "place"
            places = f"1 {which} differs" if len(code) == 1 else f"{len(code)} {which}s differ"
            text = f"{count} files: {places}"
            text += f", in {ways} ways" if ways > 1 else ""
        elif self._report.declared:
            text += " but what may vary"
        if self._prefix:
            text += f"; paths start with {path_text(self._prefix)}"
        if self._names.common:
            text += f"; names: {self._names.common}_*"
        return self._clipped(text)

    # What to look at

    def _findings(self) -> Iterator[str]:
        findings = self._report.findings
        shown: Counter[str] = Counter()
        picked: list[FamilyFinding] = []
        for finding in findings:
            of_one = _OF_ONE_CLASS if len({f.sort for f in findings}) > 2 else _FINDINGS // 2  # noqa: PLR2004 - if two share the room
            if self._view.full or (shown[finding.sort] < of_one and len(picked) < _FINDINGS):
                shown[finding.sort] += 1
                picked.append(finding)
        if not picked:
            return
        yield self._painted("look at:", YELLOW)
        width = max(len(LABELS[finding.sort]) for finding in picked)
        for finding in picked:
            yield from self._finding(finding, width)
        left = Counter(finding.sort for finding in findings if finding not in picked)
        if left:
            rest = ", ".join(f"{count} of {LABELS[sort]}" for sort, count in left.items())
            yield self._clipped(f"  … more: {rest} (--full)")

    def _finding(self, finding: FamilyFinding, width: int) -> list[str]:
        """Return what a finding says, on several lines where the terminal is narrow."""
        who = self._names.label(finding.files[:1] if finding.sort == "copies" else finding.files)
        line = finding.sites[0][1]
        where = f":{line}" if line and finding.sort != "copies" else ""
        text = on_one_line(f"  {LABELS[finding.sort]:{width}}  {who}{where}: {finding.message}")
        indent = " " * (width + 4)
        lines = wrap(text, self._view.width, subsequent_indent=indent, break_on_hyphens=False)
        if len(lines) > _LINES_OF_ONE:
            last = " ".join(map(str.strip, lines[_LINES_OF_ONE - 1 :]))
            lines[_LINES_OF_ONE - 1 :] = [self._clipped(f"{indent}{last}")]
        return lines

    # How the files part

    def _ways(self, room: int) -> Iterator[str]:
        ways: dict[tuple[int, ...], list[FamilyPlace]] = {}
        for place in self._places:
            ways.setdefault(partition(place.classes), []).append(place)
        folded: list[FamilyPlace] = []
        folded_ways = 0
        most = 6 if len(ways) < 6 else 3 if len(ways) < 12 else 2  # noqa: PLR2004 - the more ways, the fewer lines for each
        for classes, places in sorted(ways.items(), key=lambda way: self._weight(*way)):
            count = len(places) if self._view.full else min(len(places), most)
            needed = 1 + count + (count < len(places))
            if not self._view.full and needed > room:
                folded += places
                folded_ways += 1
                continue
            room -= needed
            title, groups = self._heading(classes)
            counted = f"{len(places)} place{'' if len(places) == 1 else 's'}"
            yield self._painted(self._clipped(f"{title}: {counted}"), BOLD)
            yield from self._rows(places[:count], groups)
            if count < len(places):
                yield f"  … {len(places) - count} more"
        if folded:
            ways_text = "1 other way" if folded_ways == 1 else f"{folded_ways} other ways"
            yield f"not shown: {len(folded)} places in {ways_text}; --full shows all"

    def _weight(self, classes: tuple[int, ...], places: Sequence[FamilyPlace]) -> tuple[int, int]:
        """Return by what ways are ordered: fewest outliers, fewest places; each its own last."""
        sizes = Counter(classes)
        total = len(classes)
        each_own = len(sizes) == total and total > 2  # noqa: PLR2004 - of two files, each is its own
        return total + 1 if each_own else total - max(sizes.values()), len(places)

    def _heading(self, classes: Sequence[int]) -> tuple[str, list[list[int]]]:
        """Return how files part in a few words, and the groups in the order of their values."""
        by_class: dict[int, list[int]] = {}
        for file, one in enumerate(classes):
            by_class.setdefault(one, []).append(file)
        names, total = self._names, len(classes)
        groups = sorted(by_class.values(), key=len)
        if total == 2:  # noqa: PLR2004 - in the order given
            return " | ".join(names.short), [[0], [1]]
        if len(groups) == total:
            return "each file its own", groups
        position = names.word_position(classes)
        if position is not None:
            words = list(dict.fromkeys(own[position] for own in names.own))
            more = ", …" if len(words) > _COLUMNS else ""
            groups = [[f for f, own in enumerate(names.own) if own[position] == w] for w in words]
            return f"by the name's {', '.join(words[:_COLUMNS])}{more}", groups
        if len(groups) == 2:  # noqa: PLR2004 - the few and the many
            few, many = groups
            if len(few) == 1:
                return f"only {names.short[few[0]]}", groups
            rest = names.label(many) if len(many) <= _COLUMNS else f"the other {len(many)}"
            return f"{names.label(few)} | {rest}", groups
        outliers = [file for group in groups[:-1] for file in group]
        if len(groups[-1]) > total / 2 and len(outliers) <= 4:  # noqa: PLR2004 - as many as a line can name
            return f"{names.label(outliers)} | the other {len(groups[-1])}", groups
        return f"{len(groups)} groups", groups

    def _rows(self, places: Sequence[FamilyPlace], groups: Sequence[Sequence[int]]) -> list[str]:
        limit = max(20, self._view.width * 2 // 5)
        paths = [self._path(place, limit) for place in places]
        width = max(map(len, paths))
        return [
            self._clipped(
                f"  {path:{width}}  {self._values(place, groups, self._view.width - width - 6)}"
            )
            for path, place in zip(paths, places, strict=True)
        ]

    def _path(self, place: FamilyPlace, limit: int) -> str:
        path = place.name
        start = path_text(self._prefix)
        if start and path.startswith(start) and len(path) > len(start):
            path = path[len(start) :].lstrip(". ")
        if place.kind != "code":
            word = "" if place.kind in path else place.kind
            path = " ".join(filter(None, (path, word, place.note and f"[{place.note}]")))
        if place.anywhere:
            path += " (wherever it stands)"
        return path if len(path) <= limit else f"…{path[len(path) - limit + 1 :]}"

    def _values(self, place: FamilyPlace, groups: Sequence[Sequence[int]], room: int) -> str:
        pattern = pattern_at(self._family, place) if len(groups) > 2 else None  # noqa: PLR2004 - two values are shown
        total = len(place.classes)
        if pattern is not None:
            odd = [file for file in range(total) if file not in pattern.following]
            text = shortened(pattern.text, 60)
            if not odd:
                return f"{text} in all"
            own = shortened(self._family.text(place, odd[0]), 30)
            more = f" +{len(odd) - 1}" if len(odd) > 1 else ""
            return (
                f"{text} in {total - len(odd)} of {total}; {self._names.short[odd[0]]}: {own}{more}"
            )
        shown = groups[:_COLUMNS] if len(groups) > _COLUMNS + 1 else groups
        more = f" | … {len(groups) - len(shown)} more" if len(shown) < len(groups) else ""
        room -= len(more) + 3 * (len(shown) - 1)
        texts = [self._value(place, group) for group in shown]
        cut = _fitted(texts, room)
        if len(set(cut)) < len(set(texts)):  # they part behind what is shown
            letters = enumerate(zip(*(text for text in texts if text != NOTHING), strict=False))
            common = next((n for n, found in letters if len(set(found)) > 1), 0)
            texts = [text if text == NOTHING else f"…{text[common:]}" for text in texts]
            cut = _fitted(texts, room)
        return " | ".join(cut) + more

    def _value(self, place: FamilyPlace, group: Sequence[int]) -> str:
        """Return what a group of files has: its text if it is one, else what tells of it."""
        first = next((file for file in group if place.classes[file] != ABSENT), None)
        if first is None:
            return NOTHING
        texts = {self._family.text(place, file) for file in group}
        if len(texts) == 1:
            return shortened(texts.pop(), _LONGEST)
        piece = place.pieces.get(first)
        if piece is not None and piece.callee is not None:
            return f"{piece.callee.said}(…)"
        return f"{shortened(self._family.text(place, first), _LONGEST)} …"

    # What is only counted

    def _end(self) -> Iterator[str]:
        report = self._report
        declared = report.declared
        notes = []
        if declared:
            names = list(dict.fromkeys(place.name for place in declared))
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""  # noqa: PLR2004 - as many as a line takes
            many = f"{len(declared)} place{'s' * (len(declared) > 1)}"
            notes.append(f"may vary: {many}: {', '.join(names[:3])}{more}")
        for pattern in report.unused:
            arguments = report.arguments_of(pattern)
            hint = f"; for its arguments, write '{pattern.text}({', '.join(arguments)})'"
            note = f"note: --vary {pattern.text!r} matches no difference{hint * bool(arguments)}"
            yield from wrap(on_one_line(note), self._view.width, subsequent_indent="  ")
        for kind in KINDS[1:]:
            places = report.of_kind(kind)
            if places and not self._view.shows(kind):
                option = "--layout" if kind == "layout" else "--comments"
                what = sorted({place.note for place in places if place.note}) or [
                    p.name for p in places
                ]
                plural = kind if kind == "layout" else f"{kind}s"
                many = f"{len(places)} place{'s' * (len(places) > 1)}"
                more = ", …" if len(what) > 3 else ""  # noqa: PLR2004 - as above
                notes.append(f"{plural}: {many} ({', '.join(what[:3])}{more}); {option} shows them")
        yield from map(self._clipped, notes)

    def _clipped(self, text: str) -> str:
        """Return text on one line that fits the terminal, with nothing that a terminal obeys."""
        text = on_one_line(text)
        return text if len(text) <= self._view.width else text[: self._view.width - 1] + "…"

    def _painted(self, text: str, code: str) -> str:
        return f"{code}{text}{PLAIN}" if self._view.color else text


def _common_start(paths: Sequence[Sequence[FamilyStep]]) -> tuple[FamilyStep, ...]:
    """Return the steps that all paths start with, if it is worth to take them out."""
    if len(paths) < 3:  # noqa: PLR2004 - two lines are read as they are
        return ()
    common = []
    for steps in zip(*(path[:-1] for path in paths), strict=False):
        if len({step.text for step in steps}) > 1:
            break
        common.append(steps[0])
    return tuple(common)


def _fitted(texts: Sequence[str], room: int) -> list[str]:
    """Return texts that fit side by side; those that are short leave room to the others."""
    share = room // len(texts)
    short = [len(text) for text in texts if len(text) <= share]
    each = (room - sum(short)) // max(1, len(texts) - len(short))
    return [shortened(text, max(_LEAST, each)) for text in texts]
