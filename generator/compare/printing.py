"""A comparison for a person at a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.compare.matrix import matrix_lines
from generator.compare.report import Report, brief_values, headline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from generator.compare.difference import Kind
    from generator.compare.family import Holder, Row

_VALUE_WIDTH = 44
_HOLDERS_SHOWN = 3
_NOTES_SHOWN = 4
_BOLD, _YELLOW, _PLAIN = "\033[1m", "\033[33m", "\033[0m"


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

    def lists(self, kind: Kind) -> bool:
        """Whether differences of a kind are listed one by one."""
        return kind == "code" or (self.layout if kind == "layout" else self.comments)


def report_text(report: Report, view: View) -> str:
    """Return a comparison as text, ending in a newline."""
    return "\n".join(_lines(report, view)) + "\n"


def _lines(report: Report, view: View) -> Iterator[str]:
    family = report.family
    counting = set(map(id, report.outside))
    code, varying = report.rows("code"), report.varying
    matrix = matrix_lines([row for row in family.rows if row.kind == "code"], family.names, view.width)
    if matrix:
        yield from matrix
        yield ""
    for kind in ("code", "docstring", "comment", "layout"):
        rows = report.rows(kind)
        listed = [row for row in rows if view.lists(kind) or id(row) in counting]
        for row in listed:
            if not report.is_declared(row):
                yield from _row_lines(row, view)
                yield ""
    for row in varying:
        count = len(row.values)
        yield f"may vary: {row.path}: {count} values in {len(family.names)} files"
    for pattern in report.unused:
        yield f"note: --vary {pattern.text!r} matches no difference"
    if varying or report.unused:
        yield ""
    for suspicion in report.suspicions:
        place = ":".join(str(p) for p in (suspicion.name, suspicion.line, suspicion.column) if p)
        yield f"{_paint('warning', _YELLOW, view)}: {place}: {suspicion.message}"
    if report.suspicions:
        yield ""
    yield _summary(report, len(code))
    for kind, plural, option in (
        ("docstring", "docstrings", "--comments"),
        ("comment", "comments", "--comments"),
        ("layout", "layout", "--layout"),
    ):
        yield from _kind_summary(report.rows(kind), plural, option, shown=view.lists(kind))


def _summary(report: Report, code: int) -> str:
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


def _kind_summary(
    rows: Sequence[Row], plural: str, option: str, *, shown: bool
) -> Iterator[str]:
    """Yield one line on differences that are only counted."""
    if not rows:
        return
    files = len({holder.name for row in rows for value in row.values[:-1] for holder in value.holders})
    kinds = sorted({row.difference.note for row in rows if row.difference.note})
    what = kinds or list(dict.fromkeys(row.path for row in rows))
    more = f", … ({len(what) - _NOTES_SHOWN} more)" if len(what) > _NOTES_SHOWN else ""
    ask = "" if shown else f"; list them with {option}"
    place = "place" if len(rows) == 1 else "places"
    named = ", ".join(what[:_NOTES_SHOWN]) + more
    yield f"{plural}: {len(rows)} {place} in {files} of the files ({named}){ask}"


def _row_lines(row: Row, view: View) -> Iterator[str]:
    note = f" [{row.difference.note}]" if row.difference.note else ""
    kind = "" if row.kind == "code" else f"{row.kind}: "
    yield f"{kind}{_paint(row.path, _BOLD, view)}: {headline(row)}{note}"
    texts = brief_values([value.text for value in row.values], _VALUE_WIDTH)
    width = max(map(len, texts))
    for value, text in zip(row.values, texts, strict=True):
        places = [_place(holder) for holder in value.holders[:_HOLDERS_SHOWN]]
        rest = len(value.holders) - len(places)
        more = f" and {rest} more" if rest else ""
        yield f"    {text:{width}}  {', '.join(places)}{more}"


def _place(holder: Holder) -> str:
    parts = (holder.name, holder.line, holder.column)
    return ":".join(str(part) for part in parts if part is not None)


def _paint(text: str, code: str, view: View) -> str:
    return f"{code}{text}{_PLAIN}" if view.color else text
