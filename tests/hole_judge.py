"""The slow truth about a filled file, for tests of the proof by construction.

It knows nothing of places. It fills marks into the control, reads that file, puts the values where
the marks have landed, and compares with the filled file: trees, warnings, comments, docstrings,
symbol tables, LibCST's bytes.
"""

from __future__ import annotations

import ast
import io
import math
import re
import symtable
import tokenize
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import libcst

from gen_sweeps.spec.model import Call, Expression, Reference, Value


@dataclass(frozen=True)
class Piece:
    """What fills a part of a control: an expression and its value, or a text and what it says."""

    start: int
    end: int
    filling: str
    value: Value | Call
    is_expression: bool


def filled(source: str, pieces: Sequence[Piece], texts: Iterable[str]) -> str:
    """Return the control with a text in place of each piece."""
    out, at = [], 0
    for piece, text in zip(pieces, texts, strict=True):
        out += [source[at : piece.start], text]
        at = piece.end
    return "".join(out) + source[at:]


def objection(source: str, pieces: Sequence[Piece]) -> str | None:
    """Return what is wrong with the filled file, or None.

    Args:
        source: The control.
        pieces: What fills it, in order.
    """
    text = filled(source, pieces, (piece.filling for piece in pieces))
    marks = _marks(source, pieces)
    marked = filled(source, pieces, marks)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compile(text.encode(), "arm", "exec", dont_inherit=True)
        tree = ast.parse(text.encode())
        if libcst.parse_module(text.encode()).bytes != text.encode():
            return "LibCST does not keep the bytes"
    except (SyntaxError, ValueError, Warning, RecursionError, libcst.ParserSyntaxError) as error:
        return f"{type(error).__name__}: {error}"
    expected = _Put(pieces).visit(ast.parse(marked.encode()))
    names = {
        mark: str(piece.value)
        for mark, piece in zip(marks, pieces, strict=True)
        if not piece.is_expression
    }
    read = {
        name
        for mark, piece in zip(marks, pieces, strict=True)
        if piece.is_expression
        for name in (mark, *_names(piece.filling))
    }
    comments = [_replaced(it, names) for it in _comments(marked)]
    checks: dict[str, tuple[object, object]] = {
        "tree": (_dump(expected), _dump(tree)),
        "docstrings": (_docstrings(ast.parse(source)), _docstrings(tree)),
        "keys": (_lost_keys(ast.parse(source)), _lost_keys(tree)),
        "comments": (comments, _comments(text)),
        "pragmas": (_pragmas(source), _pragmas(text)),
        "encoding": ("utf-8", tokenize.detect_encoding(io.BytesIO(text.encode()).readline)[0]),
        "scopes": (_scopes(marked, names, read), _scopes(text, {}, read)),
        "characters": (_odd(source), _odd(text)),
        "names": (True, _meet_alike(source, pieces, marks)),
    }
    return next((what for what, (one, other) in checks.items() if one != other), None)


def _marks(source: str, pieces: Sequence[Piece]) -> list[str]:
    """Return a mark for each piece; names that are one in both files have one mark."""
    marks: dict[object, str] = {}
    return [
        marks.setdefault(
            index
            if piece.is_expression
            else (source[piece.start : piece.end], piece.filling, piece.value),
            f"qzh{index}z",
        )
        for index, piece in enumerate(pieces)
    ]


def node_of(value: Value | Call) -> ast.expr:
    """Return the tree of a value."""
    match value:
        case Reference(name=source) | Expression(source=source):
            return ast.parse(f"({source}\n)", mode="eval").body
        case Call(function=function, arguments=arguments):
            words = [ast.keyword(name, node_of(it)) for name, it in arguments.items()]
            return ast.Call(node_of(Reference(function)), [], words)
        case tuple():
            return ast.List([node_of(it) for it in value], ast.Load())
        case Mapping():
            return ast.Dict(list(map(ast.Constant, value)), list(map(node_of, value.values())))
        case bool() | str():
            return ast.Constant(value)
        case float() if not math.isfinite(value):
            return ast.Call(node_of(Reference("float")), [ast.Constant(repr(value))], [])
        case _ if repr(value).startswith("-"):
            return ast.UnaryOp(ast.USub(), ast.Constant(-value))
        case _:
            return ast.Constant(value)


class _Put(ast.NodeTransformer):
    """Puts values where marks have landed."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self._texts = {f"qzh{i}z": str(it.value) for i, it in enumerate(pieces)}

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Name) and (match := re.fullmatch("qzh([0-9]+)z", node.id)):
            piece = self._pieces[int(match[1])]
            if piece.is_expression:
                return node_of(piece.value)
        self.generic_visit(node)
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                setattr(node, field, [self._said(it) for it in value])
            else:
                setattr(node, field, self._said(value))
        return node

    def _said(self, value: object) -> object:
        if isinstance(value, str):
            return _replaced(value, self._texts)
        if isinstance(value, bytes):
            return _replaced(value.decode("latin-1"), self._texts).encode("latin-1", "replace")
        return value


def _replaced(text: str, names: Mapping[str, str]) -> str:
    return re.sub("qzh[0-9]+z", lambda match: names.get(match[0], match[0]), text)


def _dump(tree: ast.AST) -> str:
    """Return a tree as text, without positions, `u` prefixes and empty parts of f-strings."""
    text = re.sub(r", kind='u'", "", ast.dump(tree))
    return re.sub(r"(?<=\[)Constant\(value=''\)(?:, )?|, Constant\(value=''\)(?=[],])", "", text)


def _docstrings(tree: ast.AST) -> list[bool]:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [it for it in ast.walk(tree) if isinstance(it, kinds)]
    return [ast.get_docstring(it, clean=False) is not None for it in found]


def _lost_keys(tree: ast.AST) -> int:
    """Return how many entries of dicts another one with the same key replaces."""
    dicts = [it.keys for it in ast.walk(tree) if isinstance(it, ast.Dict)]
    return sum(len(keys) - len({key and ast.dump(key) for key in keys}) for keys in dicts)


def _comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [it.string for it in tokens if it.type == tokenize.COMMENT]


def _pragmas(text: str) -> list[int]:
    """Return which comments a tool reads."""
    words = r"#!|#\s*%%|#\s*///|noqa|type:|fmt:|pylint:|isort:|coding[:=]|-\*-|pragma:|vim:"
    return [i for i, it in enumerate(_comments(text)) if re.search(words, it, re.IGNORECASE)]


def _odd(text: str) -> bool:
    return bool(re.search("[\x00\r\x0c\x1a\u202a-\u202e\u2066-\u2069\ufeff]", text))


def _scopes(text: str, names: Mapping[str, str], left_out: set[str]) -> object:
    """Return the symbol tables of a file: what each scope does with each name."""

    def read(table: symtable.SymbolTable) -> object:
        symbols = []
        for it in table.get_symbols():
            name = _replaced(it.get_name(), names)
            does = (
                *(it.is_assigned(), it.is_parameter(), it.is_imported()),
                *(it.is_declared_global(), it.is_nonlocal(), it.is_annotated()),
            )
            if any(does) or name not in left_out:
                symbols.append((name, *does))
        children = [read(it) for it in table.get_children()]
        return table.get_type(), _replaced(table.get_name(), names), sorted(symbols), children

    return read(symtable.symtable(text, "arm", "exec"))


def _names(expression: str) -> set[str]:
    try:
        tree = ast.parse(f"({expression})", mode="eval")
    except SyntaxError:
        return set()
    return {it.id for it in ast.walk(tree) if isinstance(it, ast.Name)}


def _meet_alike(source: str, pieces: Sequence[Piece], marks: Sequence[str]) -> bool:
    """Say whether the names that texts bind meet the names that they meet in the control."""
    of_control, of_arm = (
        _bindings(
            filled(
                source,
                pieces,
                (
                    mark if it.is_expression else text
                    for it, mark, text in zip(pieces, marks, texts, strict=True)
                ),
            )
        )
        for texts in (
            [source[it.start : it.end] for it in pieces],
            [it.filling for it in pieces],
        )
    )
    if len(of_control) != len(of_arm):
        return False
    renamed = {
        (old, new)
        for (old, binds), (new, _) in zip(of_control, of_arm, strict=True)
        if binds and old != new
    }
    reads = [
        (_names(source[it.start : it.end]), _names(it.filling)) for it in pieces if it.is_expression
    ]
    return all(
        (old == before) == (new == after)
        for old, new in renamed
        for (before, _), (after, _) in zip(of_control, of_arm, strict=True)
    ) and all((old in before) == (new in after) for old, new in renamed for before, after in reads)


def _bindings(text: str) -> list[tuple[str, bool]]:
    """Return the names of a file, and whether they are bound where they stand."""
    found: list[tuple[str, bool]] = []
    for node in ast.walk(ast.parse(text.encode())):
        match node:
            case ast.Name(id=name, ctx=context):
                found.append((name, isinstance(context, ast.Store)))
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.arg(arg=name):
                found.append((name, True))
            case ast.alias(name=path, asname=name):
                found.append((name or path.split(".")[0], True))
    return found
