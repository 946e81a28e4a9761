"""What stands around the places of a Python file, by its tokens and its tree."""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeGuard

from gen_sweeps.adopt.alignment import is_comment, name_of
from gen_sweeps.adopt.surroundings import Naming, Role
from gen_sweeps.proof.tokens import SourceToken, TokenKind, source_tokens

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*", re.ASCII)
_IMPORT = re.compile(r"\s*(?:from\s+(?P<module>\S*)\s+)?import\s+")
_VERB = re.compile(r"^(?:add|build|create|define|get|load|make|register|set)_(?=\w)", re.IGNORECASE)
_BUILTINS = frozenset(vars(builtins))
"""Functions whose names say nothing of what they are given."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """What has a name, and where it stands."""

    key: str
    parents: tuple[str, ...]
    start: int
    end: int


class PythonSurroundings:
    """What stands around the places of a Python file that Python accepts."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [0]
        for line in text.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._is_ascii = text.isascii()

    @cached_property
    def _tree(self) -> ast.Module:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(self._text)

    @cached_property
    def _tokens(self) -> list[SourceToken]:
        return list(source_tokens(self._text))

    @cached_property
    def _starts(self) -> list[int]:
        return [token.start for token in self._tokens]

    @cached_property
    def _docstring(self) -> tuple[int, int]:
        body = self._tree.body
        match body[:1]:
            case [ast.Expr(value=ast.Constant(value=str()) as node)]:
                return self._span(node)
        return 0, 0

    @cached_property
    def _expressions(self) -> Mapping[tuple[int, int], ast.expr]:
        found = {}
        skipped = set[int]()
        for node in ast.walk(self._tree):
            if isinstance(node, ast.JoinedStr):
                skipped |= {id(inner) for inner in ast.walk(node) if inner is not node}
            elif isinstance(node, ast.Dict):
                skipped |= {id(inner) for key in node.keys if key for inner in ast.walk(key)}
            elif isinstance(node, ast.pattern):
                skipped |= {id(inner) for inner in ast.walk(node)}
            if (
                isinstance(node, ast.expr)
                and id(node) not in skipped
                and not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)
                and not isinstance(node, ast.Starred | ast.Slice | ast.GeneratorExp)
            ):
                found[self._span(node)] = node
        return found

    @cached_property
    def _by_start(self) -> list[tuple[int, int]]:
        return sorted(self._expressions)

    def _offset(self, line: int, column: int) -> int:
        start = self._lines[line - 1]
        if self._is_ascii:
            return start + column
        text = self._text[start : self._lines[line] - 1]
        return start + len(text.encode()[:column].decode(errors="replace"))

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        return (
            self._offset(node.lineno, node.col_offset),
            self._offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset),
        )

    def _token(self, offset: int) -> SourceToken | None:
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return None
        token = self._tokens[index]
        if token.kind is TokenKind.OTHER and index and self._tokens[index - 1].end == offset:
            token = self._tokens[index - 1]
        return token if offset <= token.end else None

    def role(self, start: int, end: int) -> Role | None:
        """Return what may fill a place; None if it can't be a place of its own."""
        if (start, end) in self._expressions:
            return Role.EXPRESSION
        token = self._token(start)
        if token is None:
            return None
        first, last = token.inner
        if not first <= start <= end <= last:
            is_dotted = _DOTTED.fullmatch(self._text, start, end)
            return Role.NAME if is_dotted and self._is_module(start) else None
        match token.kind:
            case TokenKind.FORMAT if self._is_in_braces(first, start):
                return None
            case TokenKind.STRING | TokenKind.FORMAT:
                is_docstring = (token.start, token.end) == self._docstring
                return Role.DOCSTRING if is_docstring else Role.TEXT
            case TokenKind.COMMENT:
                return Role.TEXT
            case TokenKind.NAME:
                return Role.NAME
            case _:
                return None

    def _is_in_braces(self, first: int, offset: int) -> bool:
        before = self._text[first:offset].replace("{{", "").replace("}}", "")
        return before.count("{") > before.count("}")

    def _is_module(self, offset: int) -> bool:
        line = self._text[self._text.rfind("\n", 0, offset) + 1 : offset]
        return re.fullmatch(r"\s*(?:from\s+[\w.]*|import\s.*)", line) is not None

    def around(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the expressions around a place, the smallest first; before them, its string."""
        token = self._token(start)
        if token and token.kind.is_string:
            first, last = token.inner
            if first <= start <= end <= last and (first, last) != (start, end):
                yield first, last
        index = bisect_right(self._by_start, (start, len(self._text) + 1))
        found = [span for span in self._by_start[:index] if span[1] >= end and span != (start, end)]
        yield from sorted(found, key=lambda span: span[1] - span[0])

    def contents(self, start: int) -> tuple[int, int] | None:
        """Return where the text in quotes, or the comment, that an offset is in starts and ends."""
        token = self._token(start)
        if token is None or not (token.kind.is_string or token.kind is TokenKind.COMMENT):
            return None
        first, last = token.inner
        return token.inner if first <= start <= last else None

    # -- what a reader calls a place --

    @cached_property
    def _scopes(self) -> list[_Scope]:
        return list(self._read_scopes(self._tree, ()))

    def _scope(self, offset: int) -> _Scope | None:
        """Return the innermost thing with a name that an offset is in."""
        inside = [scope for scope in self._scopes if scope.start <= offset <= scope.end]
        return min(inside, key=lambda it: it.end - it.start, default=None)

    def value(self, offset: int) -> tuple[int, int] | None:
        """Return where the value with a name that an offset is in starts and ends, on its line."""
        scope = self._scope(offset)
        if scope is None or (scope.start, scope.end) not in self._expressions:
            return None
        is_line = "\n" not in self._text[scope.start : scope.end]
        return (scope.start, scope.end) if is_line else None

    def naming(self, offset: int) -> Naming:
        """Return what a reader calls what stands at an offset."""
        token = self._token(offset)
        if token and token.kind is TokenKind.COMMENT:
            return self._comment_naming(token)
        best = self._scope(offset)
        if best is None:
            return Naming("")
        key = self._imported(offset) if best.key == "module" else best.key
        return Naming(key, best.parents)

    def _imported(self, offset: int) -> str:
        """Return what an import calls a module, or what it takes from one, by what is before it."""
        start = self._text.rfind("\n", 0, offset) + 1
        line = self._text[start:].partition("\n")[0]
        found = _IMPORT.match(line)
        is_taken = found is not None and start + found.end() <= offset and found["module"]
        before = found["module"] if found and is_taken else line[: offset - start].rstrip(".")
        words = re.findall(r"[A-Za-z]\w*", before)
        kind = "imported" if is_taken else "module"
        has_word = words and words[-1] not in ("from", "import")
        return f"{words[-1]}_{kind}" if has_word else kind

    def _comment_naming(self, comment: SourceToken) -> Naming:
        line = self._text[self._text.rfind("\n", 0, comment.start) + 1 : comment.start]
        if line.strip():
            found = self.naming(comment.start - len(line) + len(line.lstrip()) - len(line) + 1)
            key = name_of(line) or found.key
            return Naming(f"{key}_note" if key else "note", found.parents)
        rest = self._text[comment.end :].split("\n")
        code = next((it for it in rest if it.strip() and not is_comment(it)), "")
        said = self._text[slice(*comment.inner)].strip("# ")
        words = re.findall(r"[A-Za-z]{4,}", said)
        name = name_of(said) or name_of(code) or next(iter(words), "")
        return Naming(f"{name}_note" if name else "note")

    def _read_scopes(self, node: ast.AST, parents: tuple[str, ...]) -> Iterator[_Scope]:
        """Yield what has a name, and where it stands; the inner ones after the outer ones."""
        for child in ast.iter_child_nodes(node):
            inside = parents
            owner = _owner(child)
            for key, named in _named(child):
                start, end = self._span(named)
                yield _Scope(key, (*inside, owner) if owner else inside, start, end)
            match child:
                case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                    start, _ = self._span(child)
                    line = self._text.index("\n", start)
                    kind = "class_name" if isinstance(child, ast.ClassDef) else "function"
                    yield _Scope(kind, inside, start, line)
                    inside = (*inside, child.name)
                case ast.Import() | ast.ImportFrom():
                    yield _Scope("module", inside, *self._span(child))
                case ast.Expr(value=ast.Constant(value=str()) as text):
                    yield _Scope("doc", inside, *self._span(text))
            if isinstance(child, ast.Assign | ast.AnnAssign | ast.keyword):
                key, _ = next(_named(child), ("", None))
                inside = (*inside, key) if key else inside
                yield from self._read_scopes(child, inside)
            elif isinstance(child, ast.Dict):
                for item, value in zip(child.keys, child.values, strict=True):
                    own = (*inside, str(item.value)) if _is_text(item) else inside
                    holder = ast.Expr(value=value)
                    yield from self._read_scopes(holder, own)
            else:
                yield from self._read_scopes(child, inside)


def _is_text(node: ast.expr | None) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _named(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the values that a node gives names."""
    match node:
        case ast.keyword(arg=str(key), value=value):
            yield key, value
        case (
            ast.Assign(targets=[target], value=value)
            | ast.AnnAssign(target=target, value=ast.expr() as value)
        ):
            yield _last_name(target), value
        case ast.Call(func=function, args=[_, *_] as arguments) if (
            _last_name(function) not in _BUILTINS
        ):
            positional = (it for it in arguments if not isinstance(it, ast.Starred))
            name = _VERB.sub("", _last_name(function))
            yield from ((name, it) for it in positional)
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            yield from ((str(key.value), value) for key, value in pairs if _is_text(key))
        case ast.arguments():
            yield from _defaults(node)
        case ast.For(target=target, iter=values) | ast.comprehension(target=target, iter=values):
            yield _last_name(target), values


def _defaults(node: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    named = [*node.posonlyargs, *node.args]
    for parameter, default in zip(named[::-1], node.defaults[::-1], strict=False):
        yield parameter.arg, default
    for parameter, value in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        if value is not None:
            yield parameter.arg, value


def _owner(node: ast.AST) -> str:
    """Return what has the attribute that a node sets: `evaluate` in `evaluate.batch_size = 1`."""
    match node:
        case ast.Assign(targets=[ast.Attribute(value=value)]):
            return _last_name(value)
    return ""


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Subscript(value=value):
            return _last_name(value)
    return ""
