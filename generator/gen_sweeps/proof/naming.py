"""Names places as a reader would: `optimizer.lr`, `module docstring`, `class name`."""

from __future__ import annotations

import ast
import io
import tokenize
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TypeAlias

from gen_sweeps.proof.operands import dotted_name

_Position: TypeAlias = "tuple[int, int]"
"""A line, from 1, and the bytes before it on the line: as `ast` counts."""

_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def place_names(source: str, tree: ast.Module, spans: Sequence[tuple[int, int]]) -> list[str]:
    """Return the name of the place at which each span of a file stands.

    Args:
        source: The file.
        tree: Its tree.
        spans: Offsets in characters.
    """
    lines = source.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]

    def position(offset: int) -> _Position:
        row = bisect_right(starts, offset) - 1
        return row + 1, len(lines[row][: offset - starts[row]].encode())

    # Tokens are only looked at if there may be a comment.
    may_be = any("#" in source[source.rfind("\n", 0, start) + 1 : start] for start, _ in spans)
    comments = dict(_comments(source)) if may_be else {}
    names = []
    for start, end in spans:
        first, last = position(start), position(end)
        column = comments.get(first[0])
        in_comment = column is not None and start - starts[first[0] - 1] >= column
        names.append("comment" if in_comment else _name(tree, first, last))
    return names


def _comments(source: str) -> Iterator[tuple[int, int]]:
    """Yield each line that has a comment, and the characters before it."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start


def _name(tree: ast.Module, first: _Position, last: _Position) -> str:
    parts: list[str] = []
    node: ast.AST = tree
    while True:
        inner = (it for it in _children(node) if _holds(it[1], first, last))
        label, child = next(inner, ("", None))
        if child is None:
            break
        parts += filter(None, [_label(child) if label is None else label])
        node = child
    if isinstance(node, _DEFINITIONS) and last < _position(node.body[0]):
        return "class name" if isinstance(node, ast.ClassDef) else "function name"
    path = ".".join(parts).replace(".[", "[").replace(". ", " ")
    return path.strip() or "the file"


def _position(node: ast.stmt | ast.expr) -> _Position:
    return node.lineno, node.col_offset


def _holds(node: ast.AST, first: _Position, last: _Position) -> bool:
    if not isinstance(node, ast.stmt | ast.expr | ast.arg | ast.keyword | ast.ExceptHandler):
        return False
    end = (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
    return (node.lineno, node.col_offset) <= first and last <= end


def _children(node: ast.AST) -> Iterator[tuple[str | None, ast.AST]]:
    """Yield what a node is made of, each with what a reader calls it in there.

    None if that only depends on the part.
    """
    match node:
        case ast.Dict():
            for key, value in zip(node.keys, node.values, strict=True):
                yield str(key.value) if isinstance(key, ast.Constant) else "", value
            yield from (("key", key) for key in node.keys if key)
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            yield from ((f"[{index}]", item) for index, item in enumerate(items))
        case ast.Call():
            yield "", node.func
            yield from ((f"[{index}]", argument) for index, argument in enumerate(node.args))
            yield from ((keyword.arg or "**", keyword.value) for keyword in node.keywords)
            yield from (("keyword name", keyword) for keyword in node.keywords)
        case _:
            yield from _others(node)


def _others(node: ast.AST) -> Iterator[tuple[str | None, ast.AST]]:
    docstring = None
    if isinstance(node, (ast.Module, *_DEFINITIONS)):
        has_one = ast.get_docstring(node, clean=False) is not None
        docstring = node.body[0] if has_one else None
    for child in ast.iter_child_nodes(node):
        if child is docstring:
            yield "module docstring" if isinstance(node, ast.Module) else " docstring", child
            continue
        if isinstance(child, _DEFINITIONS):  # decorators stand before what they belong to
            yield from ((f"{child.name} decorator", it) for it in child.decorator_list)
        if isinstance(child, ast.arguments):
            yield from _parameters(child)
        elif not isinstance(child, ast.operator | ast.expr_context):
            yield None, child
    # A `with`, a comprehension and a pattern have parts without positions of their own.
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.withitem | ast.comprehension):
            yield from (("", part) for part in ast.iter_child_nodes(child))


def _parameters(node: ast.arguments) -> Iterator[tuple[str, ast.AST]]:
    positional = [*node.posonlyargs, *node.args]
    defaults = [*([None] * (len(positional) - len(node.defaults))), *node.defaults]
    pairs = [
        *zip(positional, defaults, strict=True),
        *zip(node.kwonlyargs, node.kw_defaults, strict=True),
    ]
    for parameter, default in pairs:
        yield parameter.arg, parameter
        if default:
            yield parameter.arg, default
    yield from ((it.arg, it) for it in (node.vararg, node.kwarg) if it)


def _label(node: ast.AST) -> str:
    match node:
        case (
            ast.ClassDef(name=name)
            | ast.FunctionDef(name=name)
            | ast.AsyncFunctionDef(name=name)
            | ast.keyword(arg=str(name))
        ):
            return name
        case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
            return ast.unparse(target)
        case ast.Expr(value=ast.Call(func=function)):
            return dotted_name(function) or ""
        case ast.Import() | ast.ImportFrom():
            return "import"
        case ast.Return():
            return "return"
        case _:
            return ""
