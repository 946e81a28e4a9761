"""Says where an edit by hand belongs: at which line of the spec, or of a template."""

from __future__ import annotations

import ast
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TypeAlias

from gen_sweeps.proof.factor_places import common_ends
from gen_sweeps.rendering.renderer import File, Rendering, template_lines
from gen_sweeps.rendering.skeleton import Filling
from gen_sweeps.spec.model import STRATEGY, Call

_Keys: TypeAlias = "tuple[str, ...]"
"""The keys that lead to a value of a spec."""

_UNNAMED = "what it has there"

_ASSIGNED = re.compile(r"([A-Za-z_]\w*)(?:: [^=]+)? = ")


@dataclass(frozen=True)
class Edits:
    """Explains the edits of one generated file.

    Attributes:
        rendering: What the spec makes.
        file: The file, as the spec makes it.
    """

    rendering: Rendering
    file: File

    def belongs(self, has: Sequence[str], wanted: range) -> str:
        """Return where an edit belongs and what to do there, as a sentence without an end.

        Args:
            has: The lines that are there.
            wanted: The lines, from 0, that the spec has in their place.
        """
        start, end = self._changed(has, wanted)
        for number, (first, last) in enumerate(self.file.page.spans):
            if first <= start and end <= last:
                filling = self.file.page.fillings[number]
                origin = self.file.page.skeleton.holes[number].origin
                found = self._value(filling, origin, start - first, end - first)
                if found and (place := self._position(found[0])):
                    said = self._said(has, wanted, first + found[1], first + found[2])
                    return _advice(said, place)
        line = self._lines[wanted.start] if wanted else ""
        if match := _ASSIGNED.match(line):
            name = match[1]
            for section in self.rendering.spec.base if self.file.arm is None else ():
                if name in {constant.name for constant in section.constants}:
                    place = self._position([("base", section.heading, name)])
                    first = self._starts[wanted.start]
                    said = self._said(has, wanted, first + match.end(), first + len(line))
                    return _advice(said, place) if place else ""
        return _advice(_UNNAMED if has else "", self._template(start))

    @cached_property
    def _lines(self) -> list[str]:
        return self.file.source.split("\n")

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(line) + 1 for line in self._lines)]

    def _changed(self, has: Sequence[str], wanted: range) -> tuple[int, int]:
        """Return the offsets of what is replaced; of a line, without what stays the same."""
        start = self._starts[wanted.start]
        if len(has) != 1 or len(wanted) != 1:
            return start, self._starts[wanted.stop] - 1 if wanted else start
        old = self._lines[wanted.start]
        before, after = common_ends(old, has[0])
        return start + before, start + len(old) - after

    def _said(self, has: Sequence[str], wanted: range, start: int, end: int) -> str:
        """Return what stands in the place of a value; nothing if its line is gone."""
        if not has:
            return ""
        if len(has) == 1 and len(wanted) == 1:
            before = start - self._starts[wanted.start]
            after = self._starts[wanted.stop] - 1 - end
            if before >= 0 and after >= 0 and (said := has[0][before : len(has[0]) - after]):
                return f"`{said}`"
        return _UNNAMED

    def _value(
        self, filling: Filling, origin: frozenset[str], start: int, end: int
    ) -> tuple[list[_Keys], int, int] | None:
        """Return the keys under which what fills a hole may stand, and its offsets in it."""
        arm = self.file.arm
        if arm is None:
            return None
        strategy = ("strategies", arm.levels[STRATEGY]) if STRATEGY in arm.levels else ()
        if isinstance(filling.value, Call):
            for name, first, last in _arguments(filling.text):
                if first <= start and end <= last:
                    return [(*strategy, "args", name), ("treatment", "shared", name)], first, last
            return [(*strategy, "args"), strategy], 0, len(filling.text)
        found: list[_Keys] = []
        for name in sorted(filter(None, origin)):
            found.append((*strategy, "vars", name))
            found += [("axes", axis, level, name) for axis, level in arm.levels.items()]
            found += [("vars", name), ("axes", name)]
        if "" in origin and arm.strategy:
            key = "doc" if filling.value == arm.strategy.doc.strip() else "title"
            found += [(*strategy, key), strategy]
        return found, 0, len(filling.text)

    def _position(self, candidates: Sequence[_Keys]) -> str | None:
        """Return the first place that the spec, or one that it extends, has; None if none."""
        from gen_sweeps.spec.locations import positions  # noqa: PLC0415 - tree-sitter is heavy

        for keys in candidates:
            for path in self.rendering.spec.sources:
                source = path.read_bytes()
                if keys and _has(tomllib.loads(source.decode("utf-8-sig")), keys):
                    line = positions(source).find(keys).line
                    named = ".".join(k if re.fullmatch(r"[\w-]+", k) else f'"{k}"' for k in keys)
                    return f"{path}:{line}, `{named}`"
        return None

    def _template(self, offset: int) -> str:
        pieces = template_lines(self.rendering, self.file.path)
        index = min(bisect_right([end for end, _, _ in pieces], offset), len(pieces) - 1)
        if index < 0:
            return self.file.template
        _, template, line = pieces[index]
        start = pieces[index - 1][0] if index else 0
        return f"{template}:{line + self.file.source.count(chr(10), start, offset)}"


def _advice(said: str, place: str) -> str:
    """Return what to do at a place about what an edit says; about what it took out if nothing."""
    if said:
        return f"{said} belongs at {place}: write it there"
    return f"what is gone comes from {place}: take it out there"


def _arguments(call: str) -> Iterator[tuple[str, int, int]]:
    """Yield the name of each argument of a call, and the offsets of its value."""
    tree = ast.parse(f"({call})", mode="eval").body
    starts = [0, *accumulate(len(line.encode()) + 1 for line in f"({call})".split("\n"))]
    source = f"({call})".encode()

    def offset(line: int, column: int) -> int:
        return len(source[: starts[line - 1] + column].decode()) - 1

    for keyword in tree.keywords if isinstance(tree, ast.Call) else ():
        value = keyword.value
        last = (value.end_lineno or value.lineno, value.end_col_offset or 0)
        yield keyword.arg or "", offset(value.lineno, value.col_offset), offset(*last)


def _has(table: object, keys: _Keys) -> bool:
    for key in keys:
        if not isinstance(table, dict) or key not in table:
            return False
        table = table[key]
    return True
