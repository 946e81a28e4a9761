"""Decides where the spec sets each variable: by default, for a level, or for single arms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gen_sweeps.adopt.deriving import Derivations
from gen_sweeps.adopt.named_family import NamedFamily, SpecVariable
from gen_sweeps.adopt.printed_values import toml_text
from gen_sweeps.spec.model import STRATEGY
from gen_sweeps.spec.patterns import parse_pattern

_KEY = 8
"""Characters that a setting takes besides its name and value."""

_WHEN = 24
"""Characters that an override takes besides."""

Levels: TypeAlias = Mapping[int, tuple[str, ...]]
"""Levels by the indexes of their axes."""


@dataclass(frozen=True, slots=True)
class PlacedSetting:
    """A value that the spec gives a variable.

    Attributes:
        variable: Its name.
        source: The value, in TOML.
        files: The files that have it by that.
    """

    variable: str
    source: str
    files: frozenset[int]


@dataclass(frozen=True, slots=True)
class PlacedVariables:
    """What the spec sets, and where.

    Attributes:
        defaults: What `[vars]` sets.
        by_level: What levels set, by the index of their axis and their name.
        overrides: What combinations of levels set.
        vary: The names of what strategies set, or what has their name in it.
    """

    defaults: tuple[PlacedSetting, ...]
    by_level: Mapping[tuple[int, str], tuple[PlacedSetting, ...]]
    overrides: tuple[tuple[Levels, tuple[PlacedSetting, ...]], ...]
    vary: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to set a variable."""

    cost: float
    default: PlacedSetting | None
    axis: int | None
    levels: Mapping[str, PlacedSetting]
    exceptions: tuple[PlacedSetting, ...]


def place(family: NamedFamily) -> PlacedVariables:
    """Return where to set the variables of a family, such that as little as possible is said."""
    placer = _Placer(family)
    ways = {variable.name: placer.best(variable) for variable in family.variables}
    by_level: dict[tuple[int, str], list[PlacedSetting]] = {}
    exceptions: dict[tuple[tuple[int, tuple[str, ...]], ...], list[PlacedSetting]] = {}
    varies = []
    for name, way in ways.items():
        for level, setting in way.levels.items():
            by_level.setdefault((way.axis or 0, level), []).append(setting)
        for levels, setting in placer.combined(way.exceptions):
            exceptions.setdefault(tuple(levels.items()), []).append(setting)
        has_strategy = way.default is not None and f"{{{STRATEGY}}}" in way.default.source
        sets_strategy = way.axis is not None and family.grid.axes[way.axis].name == STRATEGY
        if has_strategy or (sets_strategy and way.levels):
            varies.append(name)
    own = [STRATEGY] if family.prints_strategy else []
    return PlacedVariables(
        tuple(way.default for way in ways.values() if way.default),
        {key: tuple(settings) for key, settings in by_level.items()},
        tuple((dict(levels), tuple(settings)) for levels, settings in exceptions.items()),
        (*own, *varies),
    )


class _Placer:
    def __init__(self, family: NamedFamily) -> None:
        self._grid = family.grid
        self._names = [axis.name for axis in family.grid.axes]
        self._derivations = Derivations(family.grid)
        self._count = family.grid.count

    def best(self, variable: SpecVariable) -> _Way:
        """Return the way to set a variable that says least."""
        pattern = self._pattern(variable)
        if len(self._grid.axes) == 1:
            return self._by_strategy(variable, pattern)
        ways = [self._by_axis(variable, None, pattern)]
        ways += [
            self._by_axis(variable, index, None)
            for index, axis in enumerate(self._grid.axes)
            if not axis.is_number
        ]
        return min(ways, key=lambda way: way.cost)

    def _pattern(self, variable: SpecVariable) -> tuple[str, frozenset[int]] | None:
        """Return the text that a variable's values follow from the files' names by."""
        texts = {file: toml_text(text) for file, text in variable.texts.items()}
        is_text = not variable.is_flag and texts == dict(variable.sources)
        if not is_text or not self._may_have_default(variable):
            return None
        found = self._derivations.pattern(variable.texts)
        return (found.with_names(self._names), found.exceptions) if found else None

    def _default(
        self, variable: SpecVariable, pattern: tuple[str, frozenset[int]] | None
    ) -> PlacedSetting | None:
        if pattern:
            text, wrong = pattern
            files = variable.sources.keys() - wrong
            return PlacedSetting(variable.name, toml_text(text), frozenset(files))
        if not self._may_have_default(variable):
            return None
        source, count = Counter(variable.sources.values()).most_common(1)[0]
        return self._setting(variable, source, self._with(variable, source)) if count > 1 else None

    def _may_have_default(self, variable: SpecVariable) -> bool:
        """Say whether a variable may be defined in files that don't print it."""
        return not variable.is_asked or len(variable.sources) == self._count

    def _with(self, variable: SpecVariable, source: str) -> frozenset[int]:
        return frozenset(file for file, own in variable.sources.items() if own == source)

    def _setting(self, variable: SpecVariable, source: str, files: Iterable[int]) -> PlacedSetting:
        return PlacedSetting(variable.name, self._unfilled(source), frozenset(files))

    def _unfilled(self, source: str) -> str:
        """Return a text in which nothing is filled in."""
        axes = frozenset(self._names)
        if source.startswith("{") or parse_pattern(source, axes, varies=True) is None:
            return source
        fields = "|".join(map(re.escape, axes))
        return re.sub(rf"\{{({fields})\}}", r"{{\1}}", source)

    def _by_strategy(
        self, variable: SpecVariable, pattern: tuple[str, frozenset[int]] | None
    ) -> _Way:
        default = self._default(variable, pattern)
        levels = self._grid.axes[0].levels
        own = {
            levels[file]: self._setting(variable, source, [file])
            for file, source in sorted(variable.sources.items())
            if default is None or file not in default.files
        }
        return _Way(0, default, 0, own, ())

    def _by_axis(
        self,
        variable: SpecVariable,
        index: int | None,
        pattern: tuple[str, frozenset[int]] | None,
    ) -> _Way:
        """Return the way to set a variable by one axis, and what is not so by overrides."""
        default = self._default(variable, pattern)
        levels: dict[str, PlacedSetting] = {}
        if index is not None:
            cells: dict[str, Counter[str]] = {}
            names = self._grid.axes[index].levels
            is_free = self._may_have_default(variable)
            for file in sorted(variable.sources) if is_free else range(self._count):
                cells.setdefault(names[file], Counter())[variable.sources.get(file, "")] += 1
            typical = {level: cell.most_common(1)[0][0] for level, cell in cells.items()}
            if any("" in cell and len(cell) > 1 for cell in cells.values()):
                typical = {}  # what is not defined can't be an exception
            source, count = Counter(typical.values()).most_common(1)[0] if typical else ("", 0)
            is_default = count > 1 and source and is_free
            default = self._setting(variable, source, ()) if is_default else None
            for level, own in typical.items():
                if own and not (is_default and own == source):
                    files = [it for it in range(self._count) if names[it] == level]
                    levels[level] = self._setting(variable, own, files)
            reached = {
                file: typical.get(names[file], source if is_default else "")
                for file in range(self._count)
            }
        else:
            reached = {
                file: variable.sources.get(file, "")
                if default and file in default.files
                else (default.source if default else "")
                for file in range(self._count)
            }
        exceptions = self._exceptions(variable, reached, default)
        said = [*([default] if default else []), *levels.values()]
        cost = sum(len(it.variable) + len(it.source) + _KEY for it in said)
        groups = list(self.combined(exceptions))
        cost += sum(len(it.variable) + len(it.source) + _KEY + _WHEN for _, it in groups)
        return _Way(cost, default, index, levels, exceptions)

    def _exceptions(
        self, variable: SpecVariable, reached: Mapping[int, str], default: PlacedSetting | None
    ) -> tuple[PlacedSetting, ...]:
        wrong: dict[str, list[int]] = {}
        for file, source in variable.sources.items():
            if reached[file] != source and not (default and file in default.files):
                wrong.setdefault(source, []).append(file)
        return tuple(self._setting(variable, it, files) for it, files in wrong.items())

    def combined(
        self, exceptions: Iterable[PlacedSetting]
    ) -> Iterator[tuple[Levels, PlacedSetting]]:
        """Yield combinations of levels for settings, each for as many files as it can be."""
        axes = self._grid.axes
        for setting in exceptions:
            left = set(setting.files)
            while left:
                file = min(left)
                levels, reached = max(
                    self._boxes(file, left), key=lambda it: (len(it[1]), -len(it[0]))
                )
                ordered = {index: levels[index] for index in range(len(axes)) if index in levels}
                yield ordered, PlacedSetting(setting.variable, setting.source, frozenset(reached))
                left -= reached

    def _boxes(self, file: int, files: set[int]) -> Iterator[tuple[Levels, set[int]]]:
        """Yield combinations of levels that a file has and no file outside of some."""
        axes = self._grid.axes
        own: dict[int, tuple[str, ...]] = {
            index: (axis.levels[file],) for index, axis in enumerate(axes)
        }
        yield own, {file}
        for index in range(len(axes)):
            alike = [
                it
                for it in sorted(files)
                if all(
                    axis.levels[it] == axis.levels[file]
                    for number, axis in enumerate(axes)
                    if number != index
                )
            ]
            wanted = tuple(dict.fromkeys(axes[index].levels[it] for it in alike))
            yield {**own, index: wanted}, set(alike)
        for size in range(1, len(axes)):
            for index in range(len(axes) - size + 1):
                kept = {number: own[number] for number in range(index, index + size)}
                inside = {
                    it
                    for it in range(self._count)
                    if all(axes[number].levels[it] in wanted for number, wanted in kept.items())
                }
                if inside <= files:
                    yield kept, inside


def control_of(family: NamedFamily, placed: PlacedVariables) -> str | None:
    """Return the strategy to compare the others with: the plain one, or the most typical."""
    grid = family.grid
    chosen = [index for index, axis in enumerate(grid.axes) if axis.name == STRATEGY]
    if not chosen:
        return None
    index = chosen[0]
    names = grid.controls(index)
    for word in ("baseline", "base", "control", "default", "identity", "vanilla", "none"):
        if word in names:
            return word

    def said(level: str) -> tuple[int, int]:
        settings: Sequence[PlacedSetting] = placed.by_level.get((index, level), ())
        return len(settings), names.index(level)

    return min(names, key=said)
