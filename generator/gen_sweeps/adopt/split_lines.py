"""Lines, cut into what all files have and the places between."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from gen_sweeps.adopt.alignment import AlignedLine
from gen_sweeps.adopt.deriving import SIGNS, Derivations

_TOKEN = re.compile(
    r"(?<![\w.])-?\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?(?!\w)"
    r"|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[ \t]+|.",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a place starts and ends, told by the texts between places.

    Attributes:
        first: The index of the text that it starts in.
        start: The offset in that text.
        last: The index of the text that it ends in.
        end: The offset in that one.
    """

    first: int
    start: int
    last: int
    end: int

    def spans(self, index: int) -> bool:
        """Say whether a place between texts is inside."""
        return self.first <= index < self.last


@dataclass(frozen=True)
class SplitLine:
    """A line, cut.

    Attributes:
        constants: What all files have: before, between and behind the places.
        values: What stands in each place, by the number of the file.
        starts: The offset at which the line starts, likewise.
    """

    constants: tuple[str, ...]
    values: tuple[Mapping[int, str], ...]
    starts: Mapping[int, int]

    @classmethod
    def of(cls, line: AlignedLine, lines: Mapping[int, str] | None = None) -> SplitLine:
        """Return a line cut as finely as its words allow.

        Args:
            line: The line.
            lines: What it is in each file, if that has been marked.
        """
        lines = lines or line.lines
        counts = Counter(lines.values())
        constants, between = _common_words([text for text, _ in counts.most_common()])
        values = tuple({file: texts[text] for file, text in lines.items()} for texts in between)
        return cls(tuple(constants), values, line.starts)

    def unmarked(self, derivations: Derivations) -> SplitLine:
        """Return the line with places where signs stand for what follows from files' names."""

        def spelled(text: str, file: int) -> str:
            return SIGNS.sub(lambda sign: derivations.spelled(sign[0], file), text)

        constants = [""]
        values: list[Mapping[int, str]] = []
        for index, text in enumerate(self.constants):
            if index:
                place = self.values[index - 1]
                values.append({file: spelled(value, file) for file, value in place.items()})
                constants.append("")
            for part in SIGNS.split(text):
                if SIGNS.fullmatch(part):
                    values.append({file: spelled(part, file) for file in self.starts})
                    constants.append("")
                else:
                    constants[-1] += part
        return SplitLine(tuple(constants), tuple(values), self.starts)

    def start_of(self, index: int, file: int) -> int:
        """Return the offset in a file at which a place starts."""
        before = sum(map(len, self.constants[: index + 1]))
        return self.starts[file] + before + sum(len(it[file]) for it in self.values[:index])

    def bounds(self, file: int, start: int, end: int) -> Bounds | None:
        """Return the bounds of a place in a file; None if they are not in what all files have."""
        first = last = None
        offset = self.starts[file]
        for index, text in enumerate(self.constants):
            if offset <= start <= offset + len(text) and start < offset + len(text) + 1:
                first = (index, start - offset)
            if last is None and offset <= end <= offset + len(text):
                last = (index, end - offset)
            offset += len(text)
            if index < len(self.values):
                offset += len(self.values[index][file])
        if first is None or last is None or first[0] >= last[0]:
            return None
        return Bounds(*first, *last)

    def merged(self, bounds: Bounds) -> SplitLine:
        """Return the line with all that is within bounds as one place."""
        first, last = bounds.first, bounds.last
        head, tail = self.constants[first][bounds.start :], self.constants[last][: bounds.end]
        inner = self.constants[first + 1 : last]

        def joined(file: int) -> str:
            parts = [head, self.values[first][file]]
            for text, values in zip(inner, self.values[first + 1 : last], strict=True):
                parts += [text, values[file]]
            return "".join([*parts, tail])

        values = {file: joined(file) for file in self.starts}
        return SplitLine(
            (
                *self.constants[:first],
                self.constants[first][: bounds.start],
                self.constants[last][bounds.end :],
                *self.constants[last + 1 :],
            ),
            (*self.values[:first], values, *self.values[last:]),
            self.starts,
        )

    def tidied(self) -> SplitLine:
        """Return the line without places that are empty or equal in all files, and in a row."""
        constants, values = [self.constants[0]], list[Mapping[int, str]]()
        for place, text in zip(self.values, self.constants[1:], strict=True):
            distinct = set(place.values())
            if len(distinct) == 1:
                constants[-1] += distinct.pop() + text
            elif values and not constants[-1]:
                before = values[-1]
                values[-1] = {file: before[file] + place[file] for file in place}
                constants[-1] = text
            else:
                values.append(place)
                constants.append(text)
        return SplitLine(tuple(constants), tuple(values), self.starts)

    def grown(self, characters: str) -> SplitLine:
        """Return the line with places grown over the characters beside them."""
        split = self
        index = 0
        while index < len(split.values):
            before, after = split.constants[index], split.constants[index + 1]
            left = re.search(f"(?:{characters})*\\Z", before)
            right = re.match(f"(?:{characters})*", after)
            bounds = Bounds(
                index, left.start() if left else len(before), index + 1, right.end() if right else 0
            )
            split = split.merged(bounds)
            if index and not split.constants[index]:
                split = split.tidied()
                index -= 1
            index += 1
        return split.tidied()

    def bridged(self, most: int) -> SplitLine:
        """Return the line with places joined that little stands between, and no `=`."""
        split = self
        index = 1
        while index < len(split.values):
            between = split.constants[index]
            if len(between) <= most and "=" not in between and '"' not in between:
                ends = Bounds(index - 1, len(split.constants[index - 1]), index + 1, 0)
                split = split.merged(ends)
            else:
                index += 1
        return split


def _common_words(variants: Sequence[str]) -> tuple[list[str], list[dict[str, str]]]:
    """Return the words that texts have in common, and what each has between them."""
    first = _TOKEN.findall(variants[0])
    tokens = {variants[0]: first}
    found: dict[str, dict[int, int]] = {variants[0]: {it: it for it in range(len(first))}}
    common = set(range(len(first)))
    for variant in variants[1:]:
        own = tokens[variant] = _TOKEN.findall(variant)
        blocks = SequenceMatcher(None, first, own, autojunk=False).get_matching_blocks()
        found[variant] = {a + it: b + it for a, b, size in blocks for it in range(size)}
        common &= found[variant].keys()
    constants = [""]
    between = []
    ends = dict.fromkeys(variants, 0)
    for index in [*sorted(common), None]:
        here = {it: len(tokens[it]) if index is None else found[it][index] for it in variants}
        texts = {it: "".join(tokens[it][ends[it] : here[it]]) for it in variants}
        if any(texts.values()):
            between.append(texts)
            constants.append("")
        if index is not None:
            constants[-1] += first[index]
            ends = {it: at + 1 for it, at in here.items()}
    return constants, between
