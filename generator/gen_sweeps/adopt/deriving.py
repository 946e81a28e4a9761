"""Finds what in the files follows from their names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from gen_sweeps.adopt.file_names import NameGrid
from gen_sweeps.adopt.surroundings import Role

_Change = Callable[[str], str]


def _replaced(old: str, new: str) -> _Change:
    return lambda text: text.replace(old, new)


_CASES: tuple[tuple[str, _Change], ...] = (
    ("", str),
    (" | lower", str.lower),
    (" | upper", str.upper),
    (" | capitalize", str.capitalize),
)
_REPLACEMENTS: tuple[tuple[str, _Change], ...] = (
    ("", str),
    *(
        (f' | replace("{old}", "{new}")', _replaced(old, new))
        for old, new in (
            ("_", "-"),
            ("-", "_"),
            ("_", " "),
            ("-", " "),
            ("_", ""),
            ("-", ""),
            ("_", "/"),
        )
    ),
)
_MOSTLY = 0.6
"""The share of files in which a place must follow from the name to be a pattern."""

_FEWEST = 3
"""How many files at least must follow a pattern that others don't, and how many characters a level
must have to be told from other text."""

_FIRST_SIGN = 0xE000
"""The first of Unicode's private characters, which no file to adopt is likely to have."""

_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,14})")

SIGNS = re.compile("([\ue000-\ue3ff])")
"""What stands for something that follows from the name of a file."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a place follows from a file's name.

    Attributes:
        axis: The index of the axis.
        filters: What a template makes of the level, as in ` | upper`; empty for the level itself.
        is_computed: Whether those are no filters, but calculate: ` + 1`.
    """

    axis: int
    filters: str
    is_computed: bool = False


@dataclass(frozen=True, slots=True)
class LevelPattern:
    """A text that follows from a file's name, with the index of an axis in braces for its level.

    Attributes:
        text: The text.
        exceptions: The files in which something else stands there.
    """

    text: str
    exceptions: frozenset[int]

    def with_names(self, names: Sequence[str]) -> str:
        """Return the text with the axes' names in braces."""
        return re.sub(r"\{(\d+)\}", lambda field: f"{{{names[int(field[1])]}}}", self.text)


@lru_cache(maxsize=4096)
def _bounded(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(text)}(?![A-Za-z0-9])")


@dataclass(frozen=True)
class Derivations:
    """What can be made of the names of files."""

    grid: NameGrid

    @cached_property
    def _forms(self) -> tuple[tuple[int, str, tuple[str, ...]], ...]:
        """Each axis with each change of its levels that makes something new."""
        forms = []
        for index, axis in enumerate(self.grid.axes):
            seen: set[tuple[str, ...]] = set()
            for replacement, replaced in _REPLACEMENTS:
                for case, cased in _CASES:
                    made = tuple(cased(replaced(level)) for level in axis.levels)
                    if made not in seen:
                        seen.add(made)
                        forms.append((index, replacement + case, made))
        return tuple(sorted(forms, key=lambda form: len(form[1])))

    def exact(self, values: Mapping[int, str], role: Role) -> Derivation | None:
        """Return how values follow from the files' names, if all do."""
        files = sorted(values)
        if len({values[file] for file in files}) < 2:  # noqa: PLR2004 - else nothing differs
            return None
        for axis, filters, made in self._forms:
            if all(made[file] == values[file] for file in files) and self._suits(axis, role):
                return Derivation(axis, filters)
        return self._computed(values)

    def _computed(self, values: Mapping[int, str]) -> Derivation | None:
        """Return the sum or the product with a number of an axis that values are, if they are."""
        if not all(map(_WHOLE.fullmatch, values.values())):
            return None
        for index, axis in enumerate(self.grid.axes):
            pairs = {(int(axis.levels[it]), int(x)) for it, x in values.items() if axis.is_number}
            if len({level for level, _ in pairs}) < _FEWEST:
                continue
            sums = {value - level for level, value in pairs}
            products = {value / level if level else None for level, value in pairs}
            if len(sums) == 1 and (number := sums.pop()):
                return Derivation(index, f" {'-+'[number > 0]} {abs(number)}", is_computed=True)
            if len(products) == 1 and (factor := products.pop()) and factor.is_integer():
                return Derivation(index, f" * {factor:.0f}", is_computed=True)
        return None

    def marked(self, lines: Mapping[int, str]) -> Mapping[int, str]:
        """Return lines in which what follows from the names of their files is one sign each.

        A sign stands for an axis and a change of its levels, which all lines must have.
        """
        marked = dict(lines)
        for number, (axis, _, made) in enumerate(self._forms):
            levels = self.grid.axes[axis]
            is_telling = all(len(made[file]) >= _FEWEST for file in lines)
            if not is_telling and not (levels.is_number and levels.hint):
                continue
            if len({made[file] for file in lines}) < 2:  # noqa: PLR2004 - else nothing differs
                continue
            found = {
                file: _bounded(made[file]).sub(chr(_FIRST_SIGN + number), line)
                for file, line in marked.items()
            }
            if all(found[file] != line for file, line in marked.items()):
                marked = found
        return marked

    def spelled(self, sign: str, file: int) -> str:
        """Return what a sign stands for in the lines of a file."""
        return self._forms[ord(sign) - _FIRST_SIGN][2][file]

    def pattern(self, values: Mapping[int, str]) -> LevelPattern | None:
        """Return the text that values are with the levels of their files filled in.

        Most of the files have to follow it, and at least three if not all do.
        """
        templates = {file: self._template(file, value) for file, value in values.items()}
        counts = Counter(template for template in templates.values() if "{" in template)
        if not counts:
            return None
        text, count = counts.most_common(1)[0]
        wrong = frozenset(file for file, template in templates.items() if template != text)
        right = {values[file] for file in values if file not in wrong}
        is_most = count >= _MOSTLY * len(values) and len(right) > 1
        if not is_most or (wrong and count < _FEWEST):
            return None
        return LevelPattern(text, wrong)

    def _template(self, file: int, text: str) -> str:
        """Return a text with the levels of a file in it replaced by the names of their axes."""
        if "{" in text or "}" in text:
            return text
        levels = sorted(
            ((axis.levels[file], index) for index, axis in enumerate(self.grid.axes)),
            key=lambda it: -len(it[0]),
        )
        for level, index in levels:
            if len(level) > 1 or self.grid.axes[index].is_number:
                text = re.sub(
                    rf"(?<![A-Za-z0-9{{]){re.escape(level)}(?![A-Za-z0-9}}])", f"{{{index}}}", text
                )
        return text

    def _suits(self, axis: int, role: Role) -> bool:
        """Say whether a level may be printed in a place of a role."""
        levels = self.grid.axes[axis]
        if role is Role.EXPRESSION:
            return levels.is_number or all(level.isidentifier() for level in levels.levels)
        return True


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return what is left of a text without case and separators."""
    return "".join(filter(str.isalnum, text)).lower()
