"""Reads axes, and what selects some of their levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gen_sweeps.spec.findings import Findings, KeyPath
from gen_sweeps.spec.model import STRATEGY, SpelledFloat, Value
from gen_sweeps.spec.names import closest_match, level_fault, variable_fault
from gen_sweeps.spec.values import EMPTY, ValueReader, WrittenValue

MAX_BITS = 256
"""Of what integers a message says how they are written."""


@dataclass(frozen=True, slots=True)
class WrittenLevel:
    """A level of an axis, with variables as they are written, and where it stands."""

    name: str
    value: Value
    vars: Mapping[str, WrittenValue]
    where: KeyPath


@dataclass(frozen=True, slots=True)
class WrittenAxis:
    """An axis; the strategies are one too."""

    name: str
    levels: Mapping[str, WrittenLevel]
    where: KeyPath


@dataclass(frozen=True, slots=True)
class LevelSelection:
    """Levels of some axes, by the names of both, and where they are selected."""

    levels: Mapping[str, frozenset[str]]
    where: KeyPath

    def has(self, levels: Mapping[str, str]) -> bool:
        """Say whether a combination of levels is among those that are selected."""
        return all(levels[axis] in names for axis, names in self.levels.items())


def level_name(value: object) -> str:
    """Return the name of a level that is a value; of a float, it is how it is spelled."""
    return value.spelling if isinstance(value, SpelledFloat) else str(value)


def read_axes(
    table: Mapping[str, object], reader: ValueReader, findings: Findings
) -> Iterator[WrittenAxis]:
    """Yield the axes of a document's table `[axes]`."""
    for name, entry in table.items():
        where: KeyPath = ("axes", name)
        if fault := variable_fault(name):
            findings.report(where, f"{name!r} {fault}", "give the axis another name")
        if name == STRATEGY:
            continue
        levels = list(_levels(entry, where, reader)) if isinstance(entry, dict) else []
        yield WrittenAxis(name, _unique(levels, findings), where)


def _levels(
    entry: Mapping[str, object], where: KeyPath, reader: ValueReader
) -> Iterator[WrittenLevel]:
    if "levels" not in entry:
        for name, table in entry.items():
            place = (*where, name)
            yield WrittenLevel(name, name, reader.table(table, place), place)
        return
    levels = entry["levels"]
    for index, level in enumerate(levels if isinstance(levels, list) else ()):
        if not isinstance(level, str | int | float):
            continue
        place = (*where, "levels", index)
        value = level if isinstance(level, str | float) else reader.value(level, place)
        if isinstance(value, str | int | float):
            yield WrittenLevel(level_name(value), value, EMPTY, place)


def _unique(levels: list[WrittenLevel], findings: Findings) -> Mapping[str, WrittenLevel]:
    """Return levels by name; report names that can't be, and what is there twice."""
    unique: dict[str, WrittenLevel] = {}
    folded: dict[str, str] = {}
    for level in levels:
        other = folded.setdefault(level.name.casefold(), level.name)
        if fault := level_fault(level.name):
            hint = "give the level a name: `[axes.NAME.LEVEL]`, with the value as a variable"
            is_value = len(level.where) > len(("axes", "NAME", "LEVEL"))
            findings.report(level.where, f"{level.name!r} {fault}", hint if is_value else None)
        elif level.name in unique:
            findings.report(level.where, f"{level.name!r} is listed twice")
        elif other != level.name:
            message = f"differs from `{other}` only in case, and so would their files"
            findings.report(level.where, message)
        unique.setdefault(level.name, level)
    return unique


def read_selection(
    entry: object, where: KeyPath, axes: Mapping[str, WrittenAxis], findings: Findings
) -> LevelSelection | None:
    """Read `{ axis = level, other = [level, level] }`; None if it names what there isn't."""
    if not isinstance(entry, dict) or not entry:
        return None
    selected = {}
    for name, wanted in entry.items():
        place = (*where, name)
        if name not in axes:
            findings.report(place, *_unknown_axis(name, axes))
            continue
        levels = wanted if isinstance(wanted, list) else [wanted]
        names = {
            _level(level, (*place, index) if wanted is levels else place, axes[name], findings)
            for index, level in enumerate(levels)
            if isinstance(level, str | int | float)
        }
        if None not in names:
            selected[name] = frozenset(filter(None, names))
    return LevelSelection(selected, where) if len(selected) == len(entry) else None


def _unknown_axis(name: str, axes: Mapping[str, WrittenAxis]) -> tuple[str, str]:
    match = closest_match(name, axes)
    if not match:
        remedy = "there are no strategies" if name == STRATEGY else f"declare `[axes.{name}]`"
        return f"no axis is called {name!r}", f"axes: {', '.join(axes)}" if axes else remedy
    return f"no axis is called {name!r}", f"did you mean `{match}`?"


def _level(level: object, where: KeyPath, axis: WrittenAxis, findings: Findings) -> str | None:
    """Return the name of a level of an axis, however it is written; report that there is none."""
    name = _known_level(level, axis)
    if name is None:
        # Python refuses to write an integer of thousands of digits in decimal.
        is_long = isinstance(level, int) and level.bit_length() > MAX_BITS
        written = "…" if is_long else level_name(level)
        match = closest_match(written, axis.levels)
        hint = f"did you mean `{match}`?" if match else f"levels: {', '.join(axis.levels)}"
        kind = "strategy" if axis.name == STRATEGY else f"level of `{axis.name}`"
        findings.report(where, f"no {kind} is called {written!r}", hint, at_value=True)
    return name


def _known_level(level: object, axis: WrittenAxis) -> str | None:
    if isinstance(level, str):
        return level if level in axis.levels else None
    for known in axis.levels.values():
        if type(known.value) is type(level) and known.value == level:
            return known.name
    return None
