"""What a comparison found, ready to be printed in any format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from gen_sweeps.compare.vary import Pattern, is_allowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gen_sweeps.compare.difference import ChangeKind, DifferenceKind
    from gen_sweeps.compare.family import Family, Row, Value
    from gen_sweeps.compare.suspicions import Suspicion
    from gen_sweeps.errors import Problem


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """What a comparison found.

    Attributes:
        family: What differs, all of it.
        patterns: What may vary.
        suspicions: What no difference shows.
        problems: The files that could not be compared.
    """

    family: Family
    patterns: tuple[Pattern, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def outside(self) -> tuple[Row, ...]:
        """The differences that count: those that nothing allows."""
        return tuple(
            row for row in self.family.rows if not is_allowed(row.difference, self.patterns)
        )

    @property
    def varying(self) -> tuple[Row, ...]:
        """The differences that are there because they may be."""
        return tuple(row for row in self.family.rows if self.is_declared(row))

    @property
    def unused(self) -> tuple[Pattern, ...]:
        """The patterns that match no difference."""
        return tuple(
            pattern
            for pattern in self.patterns
            if not any(pattern.allows(row.difference) for row in self.family.rows)
        )

    @property
    def exit_code(self) -> int:
        """0 if nothing differs that may not, 1 if something does, 2 if a file was not compared."""
        if self.problems:
            return 2
        return 1 if self.outside else 0

    def is_declared(self, row: Row) -> bool:
        """Whether a pattern allows a difference."""
        return any(pattern.allows(row.difference) for pattern in self.patterns)

    def rows(self, kind: DifferenceKind) -> tuple[Row, ...]:
        """Return the differences of a kind."""
        return tuple(row for row in self.family.rows if row.kind == kind)


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Return as much of each file's path, from its end, as tells it from the others."""
    parts = {name: PurePath(name).parts for name in names}
    short: dict[str, str] = {}
    for name, own in parts.items():
        others = [other for key, other in parts.items() if key != name]
        length = 1
        while length < len(own) and any(other[-length:] == own[-length:] for other in others):
            length += 1
        short[name] = "/".join(own[-length:]) if own else name
    return short


def headline(values: Sequence[Value], change: ChangeKind) -> str:
    """Return what differs in a few words: `1 of 12 differs: 8, the others 4`."""
    total = sum(len(value.holders) for value in values)
    outliers = total - len(values[-1].holders)
    if change == "reordered":
        return f"reordered in {outliers} of {total}"
    few, many = values[0], values[-1]
    if len(values) > 2:  # noqa: PLR2004 - neither two values nor one and nothing
        return f"{len(values)} values in {total} files"
    if total == 2:  # noqa: PLR2004 - neither of two is the outlier
        return change
    if len(few.holders) == len(many.holders):
        return f"{brief(few.text)} in one half, {brief(many.text)} in the other"
    verb = "differs" if outliers == 1 else "differ"
    return f"{outliers} of {total} {verb}: {brief(few.text)}, the others {brief(many.text)}"


def brief(text: str | None, width: int = 40) -> str:
    """Return a value on one line of at most `width` characters, or `nothing`."""
    if text is None:
        return "nothing"
    line = " ".join(text.split())
    if not line:
        return repr(text) if text else "nothing"
    return line if len(line) <= width else line[: width - 1] + "…"


def brief_values(texts: Sequence[str | None], width: int) -> list[str]:
    """Return values on one line each, long ones cut so that what tells them apart is seen."""
    lines = [None if text is None else " ".join(text.split()) for text in texts]
    there = [line for line in lines if line]
    start = 0
    if any(len(line) > width for line in there) and len(there) > 1:
        shortest = min(map(len, there))
        common = next(
            (n for n in range(shortest) if len({line[n] for line in there}) > 1), shortest
        )
        start = max(0, common - width // 3)
    cut = [line if not line or not start else "…" + line[start:] for line in lines]
    return [brief(line or text, width) for line, text in zip(cut, texts, strict=True)]
