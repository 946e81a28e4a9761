"""What a section found, as a value, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.timing import Ratio, Series, figure

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (0.0, "ns"))
_SCALE = {"s": 1.0, "ms": 1e3, "µs": 1e6, "ns": 1e9}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One job beside its baselines, of the same rounds.

    Attributes:
        job: What was done.
        seconds: The median time.
        against: By baseline, its median time and how many times as long the job takes.
    """

    job: str
    seconds: float
    against: Mapping[str, tuple[float, Ratio]]


def compared(job: Series, baselines: Mapping[str, Series], *, name: str = "") -> Comparison:
    """Return a job beside its baselines, which are by the heading of their column."""
    against = {
        heading: (baseline.seconds, job.over(baseline)) for heading, baseline in baselines.items()
    }
    return Comparison(name or job.name, job.seconds, against)


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
        parts = [f"### {self.title}"]
        if self.comparisons:
            parts.append(self._table())
        if self.figures:
            headings = list(dict.fromkeys(name for row in self.figures.values() for name in row))
            rows = [
                [what, *(row.get(name, "-") for name in headings)]
                for what, row in self.figures.items()
            ]
            parts.append(_table(["", *headings], rows))
        parts += self.notes
        return "\n\n".join(parts) + "\n"

    def as_json(self) -> dict[str, object]:
        """Return the section as plain values; times in seconds."""
        return {
            "title": self.title,
            "comparisons": [
                {
                    "job": row.job,
                    "seconds": row.seconds,
                    "against": {
                        heading: {
                            "seconds": seconds,
                            "ratio": ratio.median,
                            "low": ratio.low,
                            "high": ratio.high,
                        }
                        for heading, (seconds, ratio) in row.against.items()
                    },
                }
                for row in self.comparisons
            ],
            "figures": {what: dict(row) for what, row in self.figures.items()},
            "notes": list(self.notes),
        }

    def _table(self) -> str:
        headings = list(dict.fromkeys(name for row in self.comparisons for name in row.against))
        rows = [
            [row.job, duration(row.seconds), *(_cell(row, heading) for heading in headings)]
            for row in self.comparisons
        ]
        return _table(["", "time", *headings], rows)


def duration(seconds: float) -> str:
    """Return a time with a unit that suits it."""
    unit = next(name for least, name in _UNITS if seconds >= least)
    return f"{figure(seconds * _SCALE[unit])} {unit}"


def _cell(row: Comparison, heading: str) -> str:
    if heading not in row.against:
        return "-"
    seconds, ratio = row.against[heading]
    return f"{ratio} of {duration(seconds)}"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
