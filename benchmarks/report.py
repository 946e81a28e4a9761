"""What a section found, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.timing import Series, Spread

AT_MOST = "at most"
"""The column that says what a figure may come to."""

_UNITS = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One job beside its baselines, of the same rounds.

    Attributes:
        job: What was done.
        series: How long it took.
        baselines: What it is compared with, by the heading of the column.
        at_most: What the first ratio may come to; None if nobody has said.
    """

    job: str
    series: Series
    baselines: Mapping[str, Series]
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report: comparisons, then single figures, then what there is to know.

    Attributes:
        title: What was measured.
        comparisons: The rows of the table; all have the same baselines.
        figures: Other figures: by what they say, the figure of each column.
        notes: How to read them, and what was skipped.
    """

    title: str
    comparisons: Sequence[Comparison] = ()
    figures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def as_markdown(self) -> str:
        """Return the section as Markdown."""
        rows = {
            row.job: {
                "time": duration(row.series.seconds),
                **{name: _cell(row.series, other) for name, other in row.baselines.items()},
                **({AT_MOST: str(row.at_most)} if row.at_most else {}),
            }
            for row in self.comparisons
        }
        tables = [_table(found) for found in (rows, self.figures) if found]
        return "\n\n".join((f"### {self.title}", *tables, *self.notes)) + "\n"


def ratio(spread: Spread) -> str:
    """Return `1.32 (1.28-1.35)`."""
    return f"{figure(spread.median)} ({figure(spread.low)}-{figure(spread.high)})"


def duration(seconds: float) -> str:
    """Return a time with a unit that suits it."""
    unit = next((name for name, size in _UNITS.items() if seconds >= size), "ns")
    return f"{figure(seconds / _UNITS[unit])} {unit}"


def figure(value: float) -> str:
    """Return a number with three significant digits and no exponent."""
    if value >= 100:  # noqa: PLR2004 - three digits
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004 - likewise


def _cell(series: Series, baseline: Series) -> str:
    spread = series.over(baseline)
    quartiles = f"({figure(spread.low)}-{figure(spread.high)})"
    return f"{figure(spread.median)}× {quartiles} of {duration(baseline.seconds)}"


def _table(rows: Mapping[str, Mapping[str, str]]) -> str:
    headings = list(dict.fromkeys(name for row in rows.values() for name in row))
    if AT_MOST in headings:  # the last, also where the first row has none
        headings.remove(AT_MOST)
        headings.append(AT_MOST)
    cells = [[what, *(row.get(name, "-") for name in headings)] for what, row in rows.items()]
    lines = [["", *headings], ["---", *["---:"] * len(headings)], *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
