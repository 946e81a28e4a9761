"""A control file as it is read once: its tokens, its expressions, and what its names do.

The letters and numbers of the rules (C1, E3 …) are explained in `holes`.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import unicodedata
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple, TypeAlias

Span: TypeAlias = "tuple[int, int]"
"""Where a part of a text starts and ends, as offsets in characters."""

STRING_START = re.compile("([A-Za-z]*)('''|\"\"\"|'|\")")
"""The prefix and the opening quotes of a string literal."""

FORMATTED = tuple(
    getattr(ast, name) for name in ("JoinedStr", "TemplateStr") if name in ast.__dict__
)
"""The nodes of f-strings and t-strings; before Python 3.12 what is in them has no true position."""

_TYPE_PARAMETERS = tuple(
    getattr(ast, name) for name in ("TypeVar", "ParamSpec", "TypeVarTuple") if name in ast.__dict__
)

_FORBIDDEN = re.compile("[\r\0\f\ufeff]")


class UnreadableControlError(Exception):
    """A control file is not one that the proof by construction can rest on; says why."""


class NameRole(Enum):
    """What a name does where it stands."""

    READ = auto()
    BOUND = auto()
    ATTRIBUTE = auto()
    PATH = auto()
    """Part of a module's path, or what is imported under another name."""


class Token(NamedTuple):
    """A token; an f-string is one STRING whatever the version of Python.

    Attributes:
        kind: NAME, NUMBER, STRING, OP or NEWLINE.
        text: Its source.
        start: Where it starts.
        end: Where it ends.
        depth: The brackets that are open before it.
    """

    kind: str
    text: str
    start: int
    end: int
    depth: int


NO_TOKEN = Token("NEWLINE", "", -1, -1, 0)
"""What stands before the first token and after the last."""


class Spot(NamedTuple):
    """Where an expression stands in the tree.

    Attributes:
        node: The expression.
        parent: The node that has it.
        field: The parent's field that it is in.
        depth: The nodes above it.
        named: Whether Python warns if it is, or folds into, a literal: it is called, subscripted,
            compared by identity, or the index of a literal.
    """

    node: ast.expr
    parent: ast.AST
    field: str
    depth: int
    named: bool


class ClosedSpan(NamedTuple):
    """Where no hole may be.

    Attributes:
        span: The offsets.
        owner: The node that it belongs to: a hole that has all of that in it is no hole in it.
        reason: Why.
    """

    span: Span
    owner: Span
    reason: str


@dataclass(frozen=True, slots=True)
class ControlSource:
    """A control file, by offsets in its text.

    Attributes:
        text: The source.
        tokens: The tokens, but for comments and white space.
        starts: Where each of the tokens starts.
        comments: The comments, from `#` to the end of the line.
        spots: The expressions outside of f-strings.
        roles: What a name does, by where it starts; names that no hole may be have none.
        closed: Where no hole may be.
        declared: The names that `global` and `nonlocal` name.
        formatted: The names that f-strings read.
    """

    text: str
    tokens: tuple[Token, ...]
    starts: tuple[int, ...]
    comments: tuple[Span, ...]
    spots: dict[Span, Spot]
    roles: dict[int, NameRole]
    closed: tuple[ClosedSpan, ...]
    declared: frozenset[str]
    formatted: frozenset[str]

    def token(self, index: int) -> Token:
        """Return a token, or what stands in for one before the first and after the last."""
        return self.tokens[index] if 0 <= index < len(self.tokens) else NO_TOKEN

    def names(self) -> Iterator[tuple[str, Token]]:
        """Yield each name token with the name that Python takes it for."""
        for token in self.tokens:
            if token.kind == "NAME":
                yield normal(token.text), token


def normal(name: str) -> str:
    """Return an identifier as Python compares it: `ﬁ` is `fi`."""
    return name if name.isascii() else unicodedata.normalize("NFKC", name)


def read_control(text: str, tree: ast.Module | None = None) -> ControlSource:
    """Read a control file.

    Args:
        text: The source.
        tree: Its tree, if it has been parsed.

    Raises:
        UnreadableControlError: C1: it has characters or an encoding that tools read differently,
            or Python does not accept it without a warning.
    """
    if match := _FORBIDDEN.search(text):
        raise UnreadableControlError(f"the control has U+{ord(match[0]):04X}")
    try:
        data = text.encode()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compile(data, "control", "exec", dont_inherit=True)
            tree = tree or ast.parse(data)
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        lines = _Lines(text)
        tokens, comments = _tokens(text, lines)
        walk = _Walk(tree, lines, tokens)
    except (SyntaxError, ValueError, Warning, MemoryError, RecursionError) as error:
        raise UnreadableControlError(f"Python does not take the control: {error}") from None
    except tokenize.TokenError as error:
        raise UnreadableControlError(f"the control has no tokens: {error}") from None
    if encoding != "utf-8":
        raise UnreadableControlError(f"the control declares the encoding {encoding}")
    return ControlSource(
        text,
        tokens,
        walk.starts,
        comments,
        walk.spots,
        walk.roles,
        tuple(walk.closed),
        frozenset(walk.declared),
        frozenset(walk.formatted),
    )


class _Lines:
    """Offsets of lines and columns in a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._ascii = text.isascii()
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def offset(self, row: int, column: int) -> int:
        """Return the offset of a column that is counted in characters, as `tokenize` does."""
        at_end = row > len(self._starts)
        return len(self.text) if at_end else self._starts[row - 1] + column

    def offset_of_byte(self, row: int, column: int) -> int:
        """Return the offset of a column that is counted in bytes, as `ast` does."""
        start = self._starts[row - 1]
        if self._ascii:
            return start + column
        line = self.text[start : start + column].encode()[:column]
        return start + len(line.decode())

    def span(self, node: ast.AST) -> Span | None:
        """Return where a node stands; None for one without a position."""
        row = getattr(node, "lineno", None)
        if row is None:
            return None
        start: int = getattr(node, "col_offset", 0)
        end_row: int = getattr(node, "end_lineno", row)
        end: int = getattr(node, "end_col_offset", start)
        return self.offset_of_byte(row, start), self.offset_of_byte(end_row, end)


def _tokens(text: str, lines: _Lines) -> tuple[tuple[Token, ...], tuple[Span, ...]]:
    """Return the tokens and the comments of a source."""
    tokens: list[Token] = []
    comments: list[Span] = []
    brackets = formats = opened = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = tokenize.tok_name[token.type]
        start, end = lines.offset(*token.start), lines.offset(*token.end)
        if kind.endswith("STRING_START"):
            opened = opened if formats else start
            formats += 1
        elif kind.endswith("STRING_END"):
            formats -= 1
            if not formats:
                tokens.append(Token("STRING", text[opened:end], opened, end, brackets))
        elif formats or kind in ("NL", "INDENT", "DEDENT", "ENCODING", "ENDMARKER"):
            continue
        elif kind == "COMMENT":
            line_end = text.find("\n", start)
            comments.append((start, len(text) if line_end < 0 else line_end))
        else:
            tokens.append(Token(kind, token.string, start, end, brackets))
            if kind == "OP":
                brackets += (token.string in "([{") - (token.string in ")]}")
    return tuple(tokens), tuple(comments)


_FOLDED = (ast.UnaryOp, ast.BinOp, ast.Tuple, ast.Subscript, ast.Compare, ast.BoolOp, ast.IfExp)
"""Expressions that can become a constant if their operands are: `x is -{{v}}`."""

_NAMED = (ast.Name, ast.Attribute, ast.Call)


class _Walk:
    """What a tree says of a source."""

    def __init__(self, tree: ast.Module, lines: _Lines, tokens: tuple[Token, ...]) -> None:
        self._lines = lines
        self._tokens = tokens
        self.starts = tuple(token.start for token in tokens)
        self.spots: dict[Span, Spot] = {}
        self.roles: dict[int, NameRole] = {}
        self.closed: list[ClosedSpan] = []
        self.declared: set[str] = set()
        self.formatted: set[str] = set()
        stack: list[tuple[ast.AST, int, bool]] = [(tree, 0, False)]
        while stack:
            node, depth, named = stack.pop()
            for field, child in _children(node):
                at = self._lines.span(child)
                is_named = _is_named(node, field) or (named and isinstance(node, _FOLDED))
                if at and isinstance(child, ast.expr):
                    self.spots[at] = Spot(child, node, field, depth + 1, is_named)
                if at and field == "keys" and (owner := self._lines.span(node)):
                    self.closed.append(ClosedSpan(at, owner, "is in the key of a dict"))
                if at is None or self._enters(child, at):
                    stack.append((child, depth + 1, is_named))

    def _enters(self, node: ast.AST, at: Span) -> bool:
        """Note what a node says, and say whether what is in it is to be looked at."""
        if isinstance(node, (ast.pattern, *_TYPE_PARAMETERS)):
            self.closed.append(ClosedSpan(at, at, "is in a pattern or a type parameter"))
            return False
        if isinstance(node, FORMATTED):
            self.formatted.update(it.id for it in ast.walk(node) if isinstance(it, ast.Name))
            return False
        if role := self._role(node, at):
            start, what = role
            self.roles[start] = what
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            self.declared.update(node.names)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            self._read_import(node, at)
        return True

    def _role(self, node: ast.AST, at: Span) -> tuple[int, NameRole] | None:
        """Return what the name does that a node has, and where it starts."""
        match node:
            case ast.Name(ctx=ast.Load()):
                return at[0], NameRole.READ
            case ast.Name(ctx=ast.Store()) | ast.arg():
                return at[0], NameRole.BOUND
            case ast.Attribute():
                return self.starts[self._index(at[1] - 1)], NameRole.ATTRIBUTE
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                index = self._index(at[0])
                while self._tokens[index].text not in ("class", "def"):
                    index += 1
                return self.starts[index + 1], NameRole.BOUND
            case _:
                return None

    def _index(self, offset: int) -> int:
        """Return the index of the last token that starts at an offset or before it."""
        return bisect_right(self.starts, offset) - 1

    def _read_import(self, node: ast.Import | ast.ImportFrom, at: Span) -> None:
        """Tell the names that an import binds from those of a module's path."""
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            return
        part = before = ""
        for index in range(self._index(at[0]), self._index(at[1] - 1) + 1):
            token = self._tokens[index]
            if token.text in ("import", "from"):
                part = token.text
            elif token.kind == "NAME" and token.text != "as":
                following = index + 1
                while self._tokens[following].text == ".":  # import a.b as c: `a` is not bound
                    following += 2
                renamed = self._tokens[following].text == "as"
                binds = before == "as" or (before != "." and not renamed)
                bound = part == "import" and binds
                self.roles[token.start] = NameRole.BOUND if bound else NameRole.PATH
            before = token.text


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, ast.AST):
                yield field, child


def _is_named(node: ast.AST, field: str) -> bool:
    """Say whether Python warns of a literal in a field of a node."""
    match node:
        case ast.Call():
            return field == "func"
        case ast.Subscript():
            base = node.value
            while isinstance(base, ast.Subscript):
                base = base.value
            return field == "value" or not isinstance(base, _NAMED)
        case ast.Compare(ops=operators):
            return any(isinstance(operator, (ast.Is, ast.IsNot)) for operator in operators)
        case _:
            return False
