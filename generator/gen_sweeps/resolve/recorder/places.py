"""Places in the sources that are being run, and the two ways in which running them ends early."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType, TracebackType

_LONGEST_EXPRESSION = 100

Span = tuple[int, int, int, int]
"""First line (1-based), first column (0-based, UTF-8 bytes), last line, last column."""


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """Where an expression stands.

    Attributes:
        path: The absolute path of its file.
        span: Its first and last position, None if only the line is known.
        line: Its first line, 1-based.
        text: Its source on one line, shortened; empty if it is not known.
    """

    path: str
    line: int
    span: Span | None = None
    text: str = ""

    @property
    def column(self) -> int | None:
        """The 1-based column of the first byte, or None."""
        return None if self.span is None else self.span[1] + 1


class Unknowable(BaseException):
    """Something that depends on what is only recorded.

    It is no `Exception`, so that a file's `except Exception` does not turn it into a guess.
    """

    def __init__(self, message: str, place: SourcePlace | None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint


@dataclass(slots=True)
class Source:
    """One file as it was read.

    Attributes:
        path: Its absolute path.
        text: Its decoded text.
        module: The dotted name that it runs under.
        package: The dotted name that its relative imports start from.
    """

    path: str
    text: str
    module: str
    package: str
    _lines: list[bytes] | None = field(default=None, repr=False)
    _calls: dict[Span, ast.Call] | None = field(default=None, repr=False)
    _tree: ast.Module | None = field(default=None, repr=False)

    def segment(self, span: Span) -> str:
        """Return the text of a span on one line, shortened."""
        if self._lines is None:
            self._lines = self.text.encode("utf-8", "surrogatepass").splitlines()
        first, start, last, end = span
        lines = self._lines[first - 1 : last]
        if not lines:
            return ""
        lines[-1] = lines[-1][:end]
        lines[0] = lines[0][start:]
        text = " ".join(b" ".join(lines).decode("utf-8", "replace").split())
        return text if len(text) <= _LONGEST_EXPRESSION else f"{text[: _LONGEST_EXPRESSION - 1]}…"

    @property
    def tree(self) -> ast.Module:
        """The file's syntax tree as written, parsed when first asked for."""
        if self._tree is None:
            self._tree = ast.parse(self.text)
        return self._tree

    def decisive(self, place: SourcePlace, *, is_branch: bool) -> SourcePlace:
        """Return the part of an expression or statement that decides how it goes on.

        Which part of an `if` or `for` an instruction is said to be of differs between Pythons.
        """
        for node in ast.walk(self.tree):
            part: ast.expr | None = None
            if isinstance(node, ast.Assign) and any(
                span_of(target) == place.span for target in node.targets
            ):
                part = node.value
            elif isinstance(node, (ast.expr, ast.stmt)) and span_of(node) == place.span:
                part = _deciding(node, is_branch=is_branch)
            if part is not None:
                span = span_of(part)
                return SourcePlace(place.path, span[0], span, self.segment(span))
        return place

    def call_at(self, span: Span | None) -> ast.Call | None:
        """Return the call expression that stands at exactly this span."""
        if self._calls is None:
            self._calls = {
                span_of(node): node for node in ast.walk(self.tree) if isinstance(node, ast.Call)
            }
        return None if span is None else self._calls.get(span)


def span_of(node: ast.expr | ast.stmt) -> Span:
    """Return the position of a syntax node."""
    return (
        node.lineno,
        node.col_offset,
        node.end_lineno or node.lineno,
        node.end_col_offset or node.col_offset,
    )


def _deciding(node: ast.AST, *, is_branch: bool) -> ast.expr | None:
    match node:
        case ast.If(test=part) | ast.While(test=part) | ast.Assert(test=part):
            pass
        case ast.IfExp(test=part) | ast.For(iter=part):
            pass
        case ast.ListComp(generators=[first, *_]) | ast.SetComp(generators=[first, *_]):
            part = first.ifs[0] if is_branch and first.ifs else first.iter
        case ast.DictComp(generators=[first, *_]) | ast.GeneratorExp(generators=[first, *_]):
            part = first.ifs[0] if is_branch and first.ifs else first.iter
        case _:
            return None
    while isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Not):
        part = part.operand
    return part


class Sources:
    """The files that run as themselves, by absolute path."""

    def __init__(self) -> None:
        self.files: dict[str, Source] = {}
        self._positions: dict[CodeType, list[Span | None]] = {}

    def add(self, source: Source) -> None:
        """Take a file in, before it runs."""
        self.files[source.path] = source

    def here(self) -> SourcePlace | None:
        """Return where the innermost running expression of these files is."""
        for frame in _outwards(sys._getframe(1)):  # noqa: SLF001 - the only way to the caller's frame
            if frame.f_code.co_filename in self.files:
                return self._place(frame.f_code, frame.f_lasti, frame.f_lineno)
        return None

    def raised_at(self, traceback: TracebackType | None) -> SourcePlace | None:
        """Return the innermost place in these files that a traceback passes."""
        found: SourcePlace | None = None
        while traceback is not None:
            code = traceback.tb_frame.f_code
            if code.co_filename in self.files:
                found = self._place(code, traceback.tb_lasti, traceback.tb_lineno)
            traceback = traceback.tb_next
        return found

    def _place(self, code: CodeType, instruction: int, line: int | None) -> SourcePlace:
        path = code.co_filename
        span = self._span(code, instruction)
        if span is None:
            return SourcePlace(path, line or 1)
        return SourcePlace(path, span[0], span, self.files[path].segment(span))

    def _span(self, code: CodeType, instruction: int) -> Span | None:
        spans = self._positions.get(code)
        if spans is None:
            spans = [span_of_position(position) for position in code.co_positions()]
            self._positions[code] = spans
        index = instruction // 2
        return spans[index] if 0 <= index < len(spans) else None


def span_of_position(
    position: tuple[int | None, int | None, int | None, int | None],
) -> Span | None:
    """Return an instruction's position as code objects tell it; None if a part is missing."""
    first, last, start, end = position
    if first is None or last is None or start is None or end is None:
        return None
    return (first, start, last, end)


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
