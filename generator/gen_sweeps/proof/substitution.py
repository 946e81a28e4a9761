"""Proves a file by reading it whole: its tree is its skeleton's with the values put in.

Knows nothing of places. It fills the holes with names that nothing else has, reads that file, puts
the values where the names have landed, and compares with the tree of the file as it is. So it
judges what construction refuses, file by file, and everything with `--paranoid`.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Mapping, Sequence

from gen_sweeps.rendering.literals import keyword_arguments, literal
from gen_sweeps.rendering.skeleton import Filling, HoleValue, Kind, Page
from gen_sweeps.spec.model import Call

_LABEL = re.compile("gen_sweeps_hole_([0-9]+)_")


def substitution_fault(page: Page) -> str | None:
    """Return why a file is not its skeleton with the values of its holes; None if it is."""
    marked = _filled(
        page.skeleton.texts, [f"gen_sweeps_hole_{n}_" for n in range(len(page.fillings))]
    )
    source = page.text
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wanted = ast.parse(marked.encode())
            found = ast.parse(source.encode())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "prints what is no value, name or text on its own"
    try:
        put = _Put(page).visit(wanted)
    except _MisplacedError as error:
        return str(error)
    if _dump(put) != _dump(found):
        return "reads otherwise than the value on its own"
    texts = {n: _text(kind, filling) for n, (kind, filling) in enumerate(_holes(page))}
    comments = [_replaced(comment, texts) for comment in _comments(marked)]
    return None if comments == _comments(source) else "changes the comments around it"


class _MisplacedError(Exception):
    """A value stands where it can't; says which."""


class _Put(ast.NodeTransformer):
    """Puts the values of holes where their labels stand in a tree."""

    def __init__(self, page: Page) -> None:
        self._holes = dict(enumerate(_holes(page)))
        self._texts = {n: _text(kind, filling) for n, (kind, filling) in self._holes.items()}

    def visit_Name(self, node: ast.Name) -> ast.AST:
        label = _LABEL.fullmatch(node.id)
        if label is None or not isinstance(node.ctx, ast.Load):
            return self.generic_visit(node)
        kind, filling = self._holes[int(label[1])]
        if kind not in (Kind.VALUE, Kind.NAME):
            raise _MisplacedError("prints text in its code")
        source = filling.text if kind is Kind.NAME else _source(filling.value)
        return ast.parse(f"({source})", mode="eval").body

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for field, value in ast.iter_fields(node):
            if isinstance(value, str | bytes):
                setattr(node, field, self._put(value))
            elif isinstance(value, list):
                value[:] = [self._put(v) if isinstance(v, str | bytes) else v for v in value]
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str | bytes):
            node.value = self._put(node.value)
        return node

    def _put(self, value: str | bytes) -> str | bytes:
        if isinstance(value, bytes):
            return _replaced(value.decode("latin-1"), self._texts).encode("latin-1", "replace")
        return _replaced(value, self._texts)


def _holes(page: Page) -> list[tuple[Kind, Filling]]:
    kinds = (hole.kind for hole in page.skeleton.holes)
    return list(zip(kinds, page.fillings, strict=True))


def _filled(texts: Sequence[str], fillings: Sequence[str]) -> str:
    first, *rest = texts
    return first + "".join(f"{it}{text}" for it, text in zip(fillings, rest, strict=True))


def _source(value: HoleValue) -> str:
    if isinstance(value, Call):
        return keyword_arguments(value.function, value.arguments, indent=0)
    return literal(value)


def _text(kind: Kind, filling: Filling) -> str:
    """Return what a filling says inside of a string, a name or a comment."""
    value = filling.value
    return value if isinstance(value, str) and kind is not Kind.VALUE else filling.text


def _replaced(text: str, texts: Mapping[int, str]) -> str:
    return _LABEL.sub(lambda label: texts[int(label[1])], text)


def _dump(tree: ast.AST) -> str:
    """Return a tree as text, without what Python makes of an empty part of an f-string."""
    dumped = ast.dump(tree)
    return re.sub(r"Constant\(value=''\)(, )?|, kind='u'", "", dumped)


def _comments(source: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    try:
        return [token.string for token in tokens if token.type == tokenize.COMMENT]
    except (tokenize.TokenError, SyntaxError):
        return []
