"""The table of a comparison: its cells, and their layout on a terminal."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gen_sweeps.characters import on_one_line
from gen_sweeps.rendering.literals import width
from gen_sweeps.results.caveats import caveats_of, p_text, spelled
from gen_sweeps.results.comparison import ArmComparison, Block, Group
from gen_sweeps.results.inference import Estimate

GAP = 2
"""Columns between cells."""

NO_VALUE = "-"
"""What stands where there is no figure."""


@dataclass(frozen=True, slots=True)
class FigureFormat:
    """How the figures of a column are written: equally precise, so that they can be compared.

    Attributes:
        decimals: Digits after the point.
        is_scientific: Whether they have an exponent.
        is_signed: Whether a plus is written.
    """

    decimals: int
    is_scientific: bool
    is_signed: bool = False

    def number(self, value: float) -> str:
        """Return a number as text."""
        if not math.isfinite(value):
            return spelled(value)
        sign = "+" if self.is_signed else ""
        text = f"{value:{sign}.{self.decimals}{'e' if self.is_scientific else 'f'}}"
        return text if float(text) else text.replace("-", sign)  # there is no -0

    def with_bounds(self, estimate: Estimate | None) -> str:
        """Return a mean with the ends of its interval."""
        if estimate is None:
            return NO_VALUE
        mean = self.number(estimate.mean)
        if estimate.low is None or estimate.high is None:
            return mean
        return f"{mean} [{self.number(estimate.low)}, {self.number(estimate.high)}]"

    def with_half_width(self, estimate: Estimate | None) -> str:
        """Return a mean with the half of its interval, which is as wide on both sides."""
        if estimate is None:
            return NO_VALUE
        mean = self.number(estimate.mean)
        if estimate.half_width is None:
            return mean
        return f"{mean} ± {replace(self, is_signed=False).number(estimate.half_width)}"


MAX_DIGITS = 7
"""Significant digits of the largest figure of a column."""

PLAIN = range(-4, MAX_DIGITS + 1)
"""Powers of ten of the largest figure of a column that is written without an exponent."""


def figure_format(estimates: Iterable[Estimate | None], *, is_signed: bool = False) -> FigureFormat:
    """Return a format in which the typical interval's width shows three digits."""
    finite = [it for it in estimates if it is not None and math.isfinite(it.mean)]
    sizes = [abs(it.mean) for it in finite] + [it.half_width for it in finite if it.half_width]
    largest = max(sizes, default=0.0) or 1.0
    widths = sorted(it.half_width for it in finite if it.half_width)
    scale = widths[len(widths) // 2] if widths else largest / 10
    top = math.floor(math.log10(largest))
    decimals = min(2 - math.floor(math.log10(scale)), MAX_DIGITS - 1 - top)
    is_scientific = top not in PLAIN
    if is_scientific:
        decimals = max(2, min(decimals + top, MAX_DIGITS - 1))
    return FigureFormat(max(0, decimals), is_scientific, is_signed)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of the table: a group, or the headings.

    Attributes:
        names: Its level of each axis that tells groups apart.
        runs: How many of its runs have a value.
        value: The mean of those.
        comparison: The difference to the control, how many are better, and the p values; empty if
            nothing is compared.
        is_control: Whether the others are compared with it.
    """

    names: tuple[str, ...]
    runs: str
    value: str
    comparison: tuple[str, ...]
    is_control: bool = False


@dataclass(frozen=True, slots=True)
class ResultTable:
    """The table: headings, and the rows of each block."""

    headings: TableRow
    blocks: tuple[tuple[Block, tuple[TableRow, ...]], ...]

    @property
    def rows(self) -> list[TableRow]:
        """All rows, without the headings."""
        return [row for _, rows in self.blocks for row in rows]


def result_table(comparison: ArmComparison, *, has_bounds: bool = True) -> ResultTable:
    """Return the table of a comparison.

    Args:
        comparison: The comparison.
        has_bounds: Whether intervals are written by their ends, and not by half their width.
    """
    groups = comparison.groups
    differences = [group.difference for group in groups if group.difference]
    tested = sum(difference.p is not None for difference in differences)
    value_format = figure_format(group.estimate for group in groups)
    difference_format = figure_format((it.estimate for it in differences), is_signed=True)

    def written(form: FigureFormat, estimate: Estimate | None) -> str:
        return form.with_bounds(estimate) if has_bounds else form.with_half_width(estimate)

    def compared(group: Group) -> Iterator[str]:
        it = group.difference
        if it is None:
            yield from [NO_VALUE if not group.is_control else ""] * len(headings)
            return
        yield written(difference_format, it.estimate)
        yield NO_VALUE if it.better is None else f"{it.better} of {it.pairs}"
        if tested:
            yield NO_VALUE if it.p is None else p_text(it.p)
        if tested > 1:
            yield NO_VALUE if it.adjusted is None else p_text(it.adjusted)

    headings: list[str] = []
    if comparison.control and len(groups) > 1:
        headings = ["difference to control", "better" if comparison.goal else "lower"]
        headings += ["p", "p, Holm"][: min(tested, 2)]
    names = tuple(comparison.named_axes) or ("arms",)
    blocks = [
        (
            block,
            tuple(
                TableRow(
                    tuple(group.levels.values()) or ("all",),
                    _runs(group),
                    written(value_format, group.estimate),
                    tuple(compared(group)),
                    group.is_control,
                )
                for group in block.groups
            ),
        )
        for block in comparison.blocks
    ]
    metric = on_one_line(comparison.metric)
    return ResultTable(TableRow(names, "runs", metric, tuple(headings)), tuple(blocks))


def _runs(group: Group) -> str:
    measured, every = len(group.measured), len(group.results)
    return str(every) if measured == every else f"{measured} of {every}"


def heading(comparison: ArmComparison, *, has_bounds: bool = True) -> str:
    """Return the line that says what the table shows."""
    goals = {"min": " (less is better)", "max": " (more is better)"}
    metric = on_one_line(comparison.metric)
    parts = [f"{metric} at {comparison.selection}{goals.get(comparison.goal or '', '')}"]
    repeated = any(len(group.measured) > 1 for group in comparison.groups)
    if repeated:
        shown = "[95 % interval]" if has_bounds else "± half of the 95 % interval"
        parts.append(f"mean {shown} over {' and '.join(comparison.replicates)}")
    if comparison.control:
        same = [axis for axis in comparison.named_axes if axis not in comparison.control]
        at = " and ".join([*comparison.replicates, *same])
        paired = f", paired by {at}" if at else ""
        parts.append(f"control: {', '.join(comparison.control.values())}{paired}")
    return "; ".join(parts)


def table_text(comparison: ArmComparison, columns: int) -> str:
    """Return a comparison as text: the table, as it fits, and what to know of it.

    Args:
        comparison: The comparison.
        columns: How wide the terminal is.
    """
    for has_bounds in (True, False):
        table = result_table(comparison, has_bounds=has_bounds)
        every = [table.headings, *table.rows]
        lines = [*_aligned([[*it.names, it.runs, it.value, *it.comparison] for it in every], table)]
        if max(map(width, lines)) <= columns:
            break
    else:  # too wide: the differences stand below
        lines = [*_aligned([[*it.names, it.runs, it.value] for it in every], table)]
        if table.headings.comparison:
            compared = [it for it in every if not it.is_control]
            lines += ["", *_aligned([[*it.names, *it.comparison] for it in compared], table)]
    said = _wrapped(heading(comparison, has_bounds=has_bounds), columns)
    notes = [line for note in caveats_of(comparison) for line in _wrapped(note, columns)]
    return "\n".join([*said, "", *lines, *([""] if notes else []), *notes]) + "\n"


def _wrapped(text: str, columns: int) -> list[str]:
    return textwrap.wrap(text, columns, break_long_words=False, break_on_hyphens=False)


_RIGHT = frozenset({"runs", "better", "lower", "p", "p, Holm"})
"""The headings of columns that are aligned at their right ends."""


def _aligned(rows: Sequence[Sequence[str]], table: ResultTable) -> Iterator[str]:
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    names = len(table.headings.names)
    at_right = [index >= names and text in _RIGHT for index, text in enumerate(rows[0])]
    for row in rows:
        cells = (
            " " * (size - width(cell)) + cell if right else cell + " " * (size - width(cell))
            for cell, size, right in zip(row, widths, at_right, strict=True)
        )
        yield (" " * GAP).join(cells).rstrip()
