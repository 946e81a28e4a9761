"""A comparison for a person at a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gen_sweeps.compare.difference import KINDS
from gen_sweeps.compare.matrix import matrix_lines
from gen_sweeps.compare.report import ComparisonReport, brief_values, headline
from gen_sweeps.console.terminal import BOLD, PLAIN, YELLOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gen_sweeps.compare.difference import DifferenceKind
    from gen_sweeps.compare.family import Holder, Row
    from gen_sweeps.compare.suspicions import Suspicion

_VALUE_WIDTH = 44
_HOLDERS_SHOWN = 3
_NOTES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class View:
    """What to show, and how.

    Attributes:
        layout: Whether to list differences of layout, not only to count them.
        comments: Whether to list those of comments and docstrings.
        color: Whether the terminal shows colour.
        width: Columns of the terminal.
    """

    layout: bool = False
    comments: bool = False
    color: bool = False
    width: int = 100

    def lists(self, kind: DifferenceKind) -> bool:
        """Whether differences of a kind are listed one by one."""
        return kind == "code" or (self.layout if kind == "layout" else self.comments)


def report_text(report: ComparisonReport, view: View) -> str:
    """Return a comparison as text, ending in a newline."""
    lines = (line.replace("\r", "\\r").replace("\n", "\\n") for line in _lines(report, view))
    return "".join(f"{line}\n" for line in lines)


def _lines(report: ComparisonReport, view: View) -> Iterator[str]:
    code = report.rows("code")
    undeclared = [row for row in code if not report.is_declared(row)]
    for block in (
        matrix_lines(undeclared, report.family.names, view.width),
        *(_row_lines(row, view) for row in _listed(report, view)),
        list(_declared(report)),
        [_suspicion_line(suspicion, view) for suspicion in report.suspicions],
    ):
        if block:
            yield from block
            yield ""
    yield _summary(report, len(code))
    for kind in KINDS[1:]:
        yield from _kind_summary(report, kind, view)


def _listed(report: ComparisonReport, view: View) -> Iterator[Row]:
    """Yield the differences to list one by one: those asked for, and all that count."""
    counting = set(map(id, report.outside))
    for kind in KINDS:
        for row in report.rows(kind):
            if (view.lists(kind) or id(row) in counting) and not report.is_declared(row):
                yield row


def _declared(report: ComparisonReport) -> Iterator[str]:
    """Yield a line for each difference that was declared, and for what was declared in vain."""
    for row in report.varying:
        yield f"may vary: {row.path}: {len(row.values)} values in {len(report.family.names)} files"
    for pattern in report.unused:
        yield f"note: --vary {pattern.text!r} matches no difference"


def _suspicion_line(suspicion: Suspicion, view: View) -> str:
    place = ":".join(str(p) for p in (suspicion.name, suspicion.line, suspicion.column) if p)
    return f"{_paint('warning', YELLOW, view)}: {place}: {suspicion.message}"


def _summary(report: ComparisonReport, code: int) -> str:
    count = len(report.family.names)
    files = f"{count} files compared"
    if count > 2:  # noqa: PLR2004 - of two files, the first is the one to compare with
        files += f" with {report.family.reference}, the most typical"
    if not code and not report.outside:
        return f"{files}: no difference in code"
    places = f"{code} difference{'' if code == 1 else 's'} in code"
    if not report.patterns:
        return f"{files}: {places}"
    outside = len(report.outside)
    return f"{files}: {places}, {outside or 'none'} outside what may vary"


def _kind_summary(report: ComparisonReport, kind: DifferenceKind, view: View) -> Iterator[str]:
    """Yield one line on differences that are only counted, with the option that lists them."""
    rows = report.rows(kind)
    if not rows:
        return
    odd = {name for row in rows for name in row.differing}
    notes = sorted({row.difference.note for row in rows if row.difference.note})
    what = notes or list(dict.fromkeys(row.path for row in rows))
    more = f", … ({len(what) - _NOTES_SHOWN} more)" if len(what) > _NOTES_SHOWN else ""
    places = f"{len(rows)} place{'' if len(rows) == 1 else 's'}"
    files = f"{len(odd)} of {len(report.family.names)} files"
    option = "--layout" if kind == "layout" else "--comments"
    ask = "" if view.lists(kind) else f"; list them with {option}"
    plural = kind if kind == "layout" else f"{kind}s"
    yield f"{plural}: {places} in {files} ({', '.join(what[:_NOTES_SHOWN])}{more}){ask}"


def _row_lines(row: Row, view: View) -> list[str]:
    note = f" [{row.difference.note}]" if row.difference.note else ""
    kind = "" if row.kind == "code" else f"{row.kind}: "
    values = row.values
    lines = [f"{kind}{_paint(row.path, BOLD, view)}: {headline(values, row.change)}{note}"]
    texts = brief_values([value.text for value in values], _VALUE_WIDTH)
    width = max(map(len, texts))
    for value, text in zip(values, texts, strict=True):
        places = [_place(holder) for holder in value.holders[:_HOLDERS_SHOWN]]
        rest = len(value.holders) - len(places)
        more = f" and {rest} more" if rest else ""
        lines.append(f"    {text:{width}}  {', '.join(places)}{more}")
    return lines


def _place(holder: Holder) -> str:
    parts = (holder.name, holder.line, holder.column)
    return ":".join(str(part) for part in parts if part is not None)


def _paint(text: str, code: str, view: View) -> str:
    return f"{code}{text}{PLAIN}" if view.color else text
