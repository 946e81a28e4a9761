"""Reads what the names of a family's files have in common, and the axes in what they have not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

from gen_sweeps.adopt.siblings import AdoptionError, common_start
from gen_sweeps.errors import Problem
from gen_sweeps.spec.model import STRATEGY
from gen_sweeps.spec.names import level_fault

MOST_AXES = 3
"""How many axes a family's names may have."""

_SEPARATOR = re.compile(r"[_\-./=]|(?<=[a-z])(?=\d)")
_WORD = re.compile(r"[^_\-./]+|[_\-./]+")
_NUMBER = re.compile(r"0|[1-9]\d{0,8}")


@dataclass(frozen=True)
class NameAxis:
    """An axis of the family: a part of the files' names.

    Attributes:
        levels: What the name of each file has there.
        hint: What stands before it in the names, if that says what it is: `seed` in `seed0`.
        name: What it is called; empty as long as that isn't known.
    """

    levels: tuple[str, ...]
    hint: str = ""
    name: str = ""

    @cached_property
    def distinct(self) -> tuple[str, ...]:
        """The levels, sorted as a reader would."""
        levels = set(self.levels)
        if self.is_number:
            return tuple(sorted(levels, key=int))
        return tuple(sorted(levels, key=_natural))

    @cached_property
    def is_number(self) -> bool:
        """Whether all levels are whole numbers, written as such."""
        return all(map(_NUMBER.fullmatch, self.levels))


@dataclass(frozen=True)
class NameGrid:
    """The names of a family's files, made of what all have and of levels of axes.

    Attributes:
        parts: What a name consists of: texts, and the indexes of axes.
        axes: The axes, in the order of the names.
    """

    parts: tuple[str | int, ...]
    axes: tuple[NameAxis, ...]

    @property
    def count(self) -> int:
        """How many files there are."""
        return len(self.axes[0].levels)

    def pattern(self) -> str:
        """Return the name with each axis in braces."""
        return "".join(
            part if isinstance(part, str) else f"{{{self.axes[part].name}}}" for part in self.parts
        )

    @cached_property
    def missing(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """The combinations of levels that no file has: in each, some levels of each axis."""
        present = set(zip(*(axis.levels for axis in self.axes), strict=True))
        every = product(*(axis.distinct for axis in self.axes))
        found: list[tuple[tuple[str, ...], ...]] = [
            tuple((it,) for it in levels) for levels in every if levels not in present
        ]
        for index in reversed(range(len(self.axes))):
            groups: dict[tuple[tuple[str, ...], ...], tuple[str, ...]] = {}
            for levels in found:
                others = levels[:index] + levels[index + 1 :]
                groups[others] = groups.get(others, ()) + levels[index]
            found = [(*it[:index], own, *it[index:]) for it, own in groups.items()]
        return tuple(found)

    def controls(self, index: int) -> tuple[str, ...]:
        """Return the levels of an axis that exist wherever one of its other levels does."""
        axis = self.axes[index]
        others = list(zip(*(it.levels for it in self.axes if it is not axis), strict=True))
        rows = [*zip(axis.levels, others or [()] * self.count, strict=True)]
        return tuple(
            level
            for level in axis.distinct
            if {row for own, row in rows if own == level} == {row for _, row in rows}
        )

    @property
    def strategies(self) -> tuple[str, ...] | None:
        """The strategy of each file; None if no axis is that of the strategies."""
        return next((axis.levels for axis in self.axes if axis.name == STRATEGY), None)


def read_names(names: Sequence[str], shown: Sequence[str]) -> NameGrid:
    """Return the names of files as a grid, or as strategies where they form none.

    Args:
        names: The files' paths in the family's folder.
        shown: Their paths as the user named them.

    Raises:
        AdoptionError: What tells a name from the others can't be a level.
    """
    start, middles, end = _around(names)
    grid = _best_grid(middles)
    if grid is None:
        problems = [
            Problem(
                f"{middle!r}, which tells it from the others, {fault}",
                path,
                hint="rename the file, or adopt the files of one folder at a time",
            )
            for middle, path in zip(middles, shown, strict=True)
            if (fault := level_fault(middle))
        ]
        folded = [middle.casefold() for middle in middles]
        problems += [
            Problem("has the name of another one, but for its case", path)
            for fold, path in zip(folded, shown, strict=True)
            if folded.count(fold) > 1 and not problems
        ]
        if problems:
            raise AdoptionError(*problems)
        grid = NameGrid((0,), (NameAxis(tuple(middles)),))
    parts = [part for part in (start, *grid.parts, end) if part != ""]
    return _named_strategies(_with_hints(NameGrid(_joined(parts), grid.axes)))


def _around(names: Sequence[str]) -> tuple[str, list[str], str]:
    """Return what all names start with, what they have in the middle, and what they end with."""
    endings = {name[len(_stem(name)) :] for name in names}
    end = endings.pop() if len(endings) == 1 else ""
    stems = [name.removesuffix(end) for name in names]
    start = _cut(common_start(stems))
    start = start if all(stem[len(start) :] for stem in stems) else ""
    rest = [stem[len(start) :][::-1] for stem in stems]
    tail = common_start(rest)[::-1]
    found = re.search(r"[_\-./]", tail)
    tail = tail[found.start() :] if found else ""
    if not all(len(one) > len(tail) for one in rest):
        tail = ""
    middles = [stem[len(start) : len(stem) - len(tail)] for stem in stems]
    return start, middles, tail + end


def _stem(name: str) -> str:
    folder, slash, file = name.rpartition("/")
    return folder + slash + (file.partition(".")[0] or file)


def _cut(text: str) -> str:
    """Return a common start as far as its last separator."""
    ends = [match.end() for match in _SEPARATOR.finditer(text)]
    return text[: ends[-1]] if ends else ""


def _natural(text: str) -> list[tuple[int, int, str]]:
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in re.findall(r"\d{1,18}|\D+", text)
    ]


def _joined(parts: Sequence[str | int]) -> tuple[str | int, ...]:
    joined: list[str | int] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)


def _best_grid(middles: Sequence[str]) -> NameGrid | None:
    """Return the grid that says most about the names; None if none says enough."""
    best: tuple[float, NameGrid] | None = None
    if len(middles) < 4:  # noqa: PLR2004 - two levels of two axes
        return None
    for grid in _grids(middles):
        sizes = [len(axis.distinct) for axis in grid.axes]
        gaps = prod(sizes) - len(middles)
        if any(map(level_fault, {level for axis in grid.axes for level in axis.levels})):
            continue
        if len({level.casefold() for axis in grid.axes for level in axis.levels}) < sum(sizes):
            continue
        said = sum(sizes) + _entries(grid) - 0.5 * len(sizes)
        is_needed = any("/" in middle for middle in middles)
        is_told = gaps <= len(middles) and said < len(middles) + 2
        if (is_told or is_needed) and (best is None or said < best[0]):
            best = said, grid
    return best[1] if best else None


def _entries(grid: NameGrid) -> float:
    """Return what it takes to say which combinations of levels there are not."""
    return sum(1 + 0.25 * sum(map(len, levels)) for levels in grid.missing)


def _grids(middles: Sequence[str]) -> Iterator[NameGrid]:
    """Yield the ways to see names as levels of two or three axes."""
    split = [_WORD.findall(middle) for middle in middles]
    words = [parts[::2] for parts in split]
    if any(
        middle[:1] in "_-./" or len(parts) % 2 == 0
        for middle, parts in zip(middles, split, strict=True)
    ):
        return
    shortest = min(map(len, words))
    for count in range(2, min(MOST_AXES, shortest) + 1):
        # Some axes take a word each from the left, some from the right, and one what is between.
        for wide in range(count):
            for sizes in _sizes(count, wide, shortest):
                if grid := _grid(split, wide, sizes):
                    yield grid


def _sizes(count: int, wide: int, shortest: int) -> Iterator[tuple[int, ...]]:
    """Yield how many words the axes other than the wide one take."""
    spare = shortest - count
    for taken in product(range(1, min(spare, 2) + 2), repeat=count - 1):
        if sum(taken) < shortest:
            yield (*taken[:wide], 0, *taken[wide:])


def _grid(split: Sequence[Sequence[str]], wide: int, sizes: Sequence[int]) -> NameGrid | None:
    rows: list[list[str]] = []
    between: list[str] | None = None
    for parts in split:
        own = list(sizes)
        own[wide] = (len(parts) + 1) // 2 - sum(sizes)
        row: list[str] = []
        marks: list[str] = []
        at = 0
        for size in own:
            end = at + 2 * size - 1
            row.append("".join(parts[at:end]))
            marks += parts[end : end + 1]
            at = end + 1
        if between not in (None, marks):
            return None
        between = marks
        rows.append(row)
    columns = list(zip(*rows, strict=True))
    if not all(len(set(column)) > 1 for column in columns) or between is None:
        return None
    parts_: list[str | int] = [0]
    for index, mark in enumerate(between, 1):
        parts_ += [mark, index]
    return NameGrid(tuple(parts_), tuple(map(NameAxis, columns)))


def _with_hints(grid: NameGrid) -> NameGrid:
    """Return a grid with what is before numbers taken out of the levels: `seed` of `seed0`."""
    parts: list[str | int] = []
    axes = []
    for part in grid.parts:
        if isinstance(part, str):
            parts.append(part)
            continue
        levels = grid.axes[part].levels
        found = [re.fullmatch(r"([A-Za-z]+[-_]?)(\d[\w.]*)", level) for level in levels]
        starts = {match[1] for match in found if match}
        start = starts.pop() if all(found) and len(starts) == 1 else ""
        before = start or (parts[-1] if parts and isinstance(parts[-1], str) else "")
        hint = re.search(r"([A-Za-z]{2,}|(?<![A-Za-z])[sS])[-_=]?\Z", before)
        own = tuple(level[len(start) :] for level in levels)
        if any(map(level_fault, own)):
            own, start = levels, ""
        is_said = hint and all(level[:1].isdigit() for level in own)
        axes.append(NameAxis(own, _word(hint[1]) if hint and is_said else ""))
        parts += [start, part] if start else [part]
    return NameGrid(_joined(parts), tuple(axes))


def _word(hint: str) -> str:
    return "seed" if hint.lower() == "s" else hint.lower()


def _named_strategies(grid: NameGrid) -> NameGrid:
    """Return a grid in which the one axis that is no number is that of the strategies."""
    named = [index for index, axis in enumerate(grid.axes) if not _is_measure(axis)]
    chosen = 0 if len(grid.axes) == 1 else named[0] if len(named) == 1 else None
    if chosen is None or not grid.controls(chosen):
        return grid
    axes = list(grid.axes)
    axes[chosen] = NameAxis(axes[chosen].levels, name=STRATEGY)
    return NameGrid(grid.parts, tuple(axes))


def _is_measure(axis: NameAxis) -> bool:
    return all(re.fullmatch(r"\d[\w.]*", level) for level in axis.levels)


def with_axis_names(grid: NameGrid, names: Mapping[int, str]) -> NameGrid:
    """Return a grid whose axes are called so, by their indexes."""
    axes = tuple(
        NameAxis(axis.levels, axis.hint, names.get(index, axis.name))
        for index, axis in enumerate(grid.axes)
    )
    return NameGrid(grid.parts, axes)
