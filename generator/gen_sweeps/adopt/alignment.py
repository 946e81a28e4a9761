"""Aligns the lines of siblings: which line of one file is which line of another."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

from gen_sweeps.progress import Progress, silent, tracked

MAX_CELLS = 60_000
"""Pairs of lines that are looked at between two anchors; more are matched by equality alone."""

_TOKEN = re.compile(r"\d[\d_.]*(?:[eE][+-]?\d+)?|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\s\w]|_|\S")

_KEY = re.compile(
    r"""\s*(?:-\s+|export\s+)?(?:
        ["']([\w./-]+)["']\s*:                     # a key of a dict or of JSON
      | ((?:[\w-]+\.)*[\w-]+)\s*(?::[^=]*)?=(?!=)   # an assignment, a keyword argument
      | ([\w.-]+):(?=\s|$)                          # a key of YAML
      | (--[\w-]+)                                  # an option
      | ((?:async\s+)?(?:def|class)\b)
      | ((?:from|import|return|if|for|with)\b|\#)
    )""",
    re.VERBOSE,
)
_OPENINGS, _CLOSINGS = "([{", ")]}"
_LITERAL = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|#.*")

_SIMILAR = 0.5
"""The share of words that two lines must have in common to be one line."""


@dataclass(frozen=True)
class AlignedLine:
    """A line of the family: what it is in each file that has it.

    Attributes:
        lines: Its text with the line end, by the number of the file.
        starts: The offset at which it starts, likewise.
    """

    lines: Mapping[int, str]
    starts: Mapping[int, int]

    @cached_property
    def files(self) -> frozenset[int]:
        """The files that have it."""
        return frozenset(self.lines)

    @cached_property
    def is_constant(self) -> bool:
        """Whether it is the same in all files that have it."""
        return len(set(self.lines.values())) == 1

    def within(self, files: frozenset[int]) -> AlignedLine:
        """Return what some of the files have of it."""
        if self.files <= files:
            return self
        chosen = self.files & files
        return AlignedLine(
            {file: self.lines[file] for file in chosen},
            {file: self.starts[file] for file in chosen},
        )


def align(texts: Sequence[str], progress: Progress = silent) -> tuple[AlignedLine, ...]:
    """Return the lines of a family in order; those of each file, joined, are its text.

    The most typical file comes first, then one file after the other, nearest first.
    """
    files = [re.findall(r"[^\n]*\n", text) for text in texts]
    bags = [Counter(lines) for lines in files]
    common = Counter(line for bag in bags for line in bag)
    first = max(
        range(len(files)),
        key=lambda file: sum(common[x] * weight(x) for x in bags[file]) / (1 + len(bags[file])),
    )
    profile = [{first: line} for line in files[first]]
    for file in tracked(_nearest_first(bags, first), "aligning", progress):
        profile = _merge(profile, file, files[file])
    profile = _slide(profile, len(files))
    positions = [0] * len(files)
    aligned = []
    for column in profile:
        aligned.append(AlignedLine(column, {file: positions[file] for file in column}))
        for file, line in column.items():
            positions[file] += len(line)
    return tuple(aligned)


def _nearest_first(bags: Sequence[Counter[str]], first: int) -> list[int]:
    """Return the files but the first, each the nearest to those before it."""
    sizes = [max(1, bag.total()) for bag in bags]
    rest = dict.fromkeys(file for file in range(len(bags)) if file != first)
    nearness = {file: (bags[file] & bags[first]).total() / sizes[file] for file in rest}
    order: list[int] = []
    while rest:
        file = max(rest, key=lambda it: (nearness[it], -it))
        del rest[file]
        order.append(file)
        for other in rest:
            found = (bags[other] & bags[file]).total() / sizes[other]
            nearness[other] = max(nearness[other], found)
    return order


@lru_cache(maxsize=100_000)
def words(line: str) -> tuple[str, ...]:
    """Return what a line consists of, blanks left out."""
    return tuple(_TOKEN.findall(line))


@lru_cache(maxsize=100_000)
def key_of(line: str) -> str | None:
    """Return what a line sets, or the word that says what it is; None if that can't be seen."""
    match = _KEY.match(line)
    return next(filter(None, match.groups()), None) if match else None


def name_of(line: str) -> str | None:
    """Return the name that a line sets: of an argument, a variable, a key; None if it sets none."""
    match = _KEY.match(line)
    return next(filter(None, match.groups()[:4]), None) if match else None


def is_comment(line: str) -> bool:
    """Say whether a line is a comment of Python or a shell, and nothing else."""
    return line.lstrip().startswith("#")


@lru_cache(maxsize=100_000)
def weight(line: str) -> float:
    """Return how much a line tells: a blank or a bracket is found anywhere."""
    count = sum(map(str.isalnum, line))
    if not line.strip():
        return 0.08
    return 0.15 if count == 0 else 0.5 if count < 5 else 1.0  # noqa: PLR2004 - `else:`, `),`


@lru_cache(maxsize=200_000)
def likeness(one: str, other: str) -> float:
    """Return how alike two lines are, from 0 to 1."""
    left, right = Counter(words(one)), Counter(words(other))
    if not left or not right:
        return 0.0
    found = 2 * (left & right).total() / (left.total() + right.total())
    if name := name_of(one):
        found = max(found, 0.7) if name == name_of(other) else 0.6 * found
    elif key_of(one) != key_of(other):
        found *= 0.6
    return found if indent(one) == indent(other) else 0.75 * found


def indent(line: str) -> int:
    """Return by how many characters a line is indented."""
    return len(line) - len(line.lstrip())


@lru_cache(maxsize=100_000)
def brackets(line: str) -> int:
    """Return how many more brackets a line opens than it closes."""
    code = _LITERAL.sub("", line)
    return sum(map(code.count, _OPENINGS)) - sum(map(code.count, _CLOSINGS))


def is_balanced(lines: Iterable[str]) -> bool:
    """Say whether lines close what they open, and nothing else."""
    depth = 0
    for line in lines:
        for character in _LITERAL.sub("", line):
            depth += (character in _OPENINGS) - (character in _CLOSINGS)
            if depth < 0:
                return False
    return depth == 0


_Column = dict[int, str]


def _merge(profile: list[_Column], file: int, lines: Sequence[str]) -> list[_Column]:
    """Return the columns of a profile with the lines of one more file in them."""
    kinds = [Counter(column.values()) for column in profile]
    places: dict[str, list[int]] = defaultdict(list)
    for index, kind in enumerate(kinds):
        for line in kind:
            places[line].append(index)
    seen = Counter(lines)
    unique = [
        (number, places[line][0])
        for number, line in enumerate(lines)
        if seen[line] == 1 and len(places[line]) == 1 and weight(line) == 1.0
    ]
    merged: list[_Column] = []
    end = (-1, -1)
    for number, index in [*_longest_chain(unique), (len(lines), len(profile))]:
        old, new = slice(end[1] + 1, index), slice(end[0] + 1, number)
        merged += _fill(profile[old], kinds[old], file, lines[new])
        if index < len(profile):
            merged.append(profile[index] | {file: lines[number]})
        end = number, index
    return merged


def _longest_chain(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the most of the pairs, sorted by their first, such that the second ascends too."""
    tails: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for index, (_, second) in enumerate(pairs):
        at = bisect_left(tails, second)
        before.append(last[at - 1] if at else None)
        tails[at : at + 1] = [second]
        last[at : at + 1] = [index]
    chain = []
    step = last[-1] if last else None
    while step is not None:
        chain.append(pairs[step])
        step = before[step]
    return chain[::-1]


def _fill(
    columns: list[_Column], kinds: Sequence[Counter[str]], file: int, lines: Sequence[str]
) -> list[_Column]:
    """Return the columns between two anchors with the lines between them."""
    if not columns or not lines:
        return columns + [{file: line} for line in lines]
    matches = (
        _matches(kinds, lines)
        if len(columns) * len(lines) <= MAX_CELLS
        else _equal_lines(kinds, lines)
    )
    filled: list[_Column] = []
    column = number = 0
    for index, line in [*matches, (len(columns), len(lines))]:
        filled += columns[column:index]
        filled += [{file: text} for text in lines[number:line]]
        if index < len(columns):
            filled.append(columns[index] | {file: lines[line]})
        column, number = index + 1, line + 1
    return filled


def _equal_lines(kinds: Sequence[Counter[str]], lines: Sequence[str]) -> list[tuple[int, int]]:
    typical = [kind.most_common(1)[0][0] for kind in kinds]
    blocks = SequenceMatcher(None, typical, lines, autojunk=False).get_matching_blocks()
    return [(a + step, b + step) for a, b, size in blocks for step in range(size)]


def _matches(kinds: Sequence[Counter[str]], lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return which columns and lines belong together, such that they are most alike in sum."""
    gains = [[_gain(kind, line) for line in lines] for kind in kinds]
    best = [[0.0] * (len(lines) + 1) for _ in range(len(kinds) + 1)]
    for index in range(len(kinds) - 1, -1, -1):
        row, below, gain = best[index], best[index + 1], gains[index]
        for line in range(len(lines) - 1, -1, -1):
            found = max(below[line], row[line + 1])
            if gain[line] > 0 and gain[line] + below[line + 1] > found:
                found = gain[line] + below[line + 1]
            row[line] = found
    matches = []
    index = line = 0
    while index < len(kinds) and line < len(lines):
        if best[index][line] == best[index + 1][line]:
            index += 1
        elif best[index][line] == best[index][line + 1]:
            line += 1
        else:
            matches.append((index, line))
            index, line = index + 1, line + 1
    return matches


def _gain(kind: Counter[str], line: str) -> float:
    """Return what it is worth to take a line for one of a column; 0 if they are not alike."""
    if line in kind:
        return weight(line) * (1.2 + 0.2 * kind[line] / kind.total())
    typical = kind.most_common(3)
    alike = max(likeness(line, other) for other, _ in typical)
    return alike * min(weight(line), weight(typical[0][0])) if alike >= _SIMILAR else 0.0


# -- blocks that only some files have --


def _slide(columns: list[_Column], count: int) -> list[_Column]:
    """Move blocks that some files lack to where a statement or an argument begins.

    Where the line before a block is its last line too, it may as well start there: of all such
    places, the one at which the block's brackets match is what a person has inserted.
    """
    columns = list(columns)
    start = 0
    while start < len(columns):
        files = frozenset(columns[start])
        end = start + 1
        if len(files) == count:
            start = end
            continue
        while end < len(columns) and frozenset(columns[end]) == files:
            end += 1
        start = _moved(columns, start, end, count)
    return columns


def _moved(columns: list[_Column], start: int, end: int, count: int) -> int:
    """Move the block of columns from `start` to `end`; return where to go on."""
    files = sorted(columns[start])
    size = end - start

    def shared(index: int) -> str | None:
        """Return a line that all files have alike, None if there is none."""
        if not 0 <= index < len(columns) or len(columns[index]) < count:
            return None
        line, *others = set(columns[index].values())
        return None if others else line

    windows = {start: columns[start:end]}
    for step in (-1, 1):
        at, block = start, columns[start:end]
        while (line := shared(at - 1 if step < 0 else at + size)) is not None:
            leaving = block[-1] if step < 0 else block[0]
            if set(leaving.values()) != {line}:
                break
            entering = [dict.fromkeys(files, line)]
            block = [*entering, *block[:-1]] if step < 0 else [*block[1:], *entering]
            at += step
            windows[at] = block
    best = max(windows, key=lambda at: (round(_looks(windows[at], files[0]), 3), -abs(at - start)))
    if best != start:
        low, high = min(best, start), max(best, start) + size
        others = [column for column in columns[low:high] if len(column) == count]
        columns[low:high] = [*windows[best], *others] if best < start else [*others, *windows[best]]
    return max(best + size, end)


def _looks(block: Sequence[_Column], file: int) -> float:
    """Return how much a block looks like something that a person inserts as a whole."""
    lines = [column[file] for column in block]
    indents = [indent(line) for line in lines if line.strip()]
    score = 4.0 * is_balanced(lines)
    if indents:
        score += 1.5 * (lines[0].strip() != "" and indents[0] == min(indents)) - 0.02 * indents[0]
    return score + 0.6 * (not lines[-1].strip()) - 0.3 * (not lines[0].strip())
