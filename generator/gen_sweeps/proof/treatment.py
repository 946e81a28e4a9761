"""A treatment call as it stands in a file, read back and compared with what the spec says."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping

from gen_sweeps.spec.model import SCALARS, Reference, Value

MAX_NESTING = 100
"""Brackets that may be open at once in a call: more than the values of a spec need, and few
enough to leave as many to the file around it (CPython stops at 200)."""


class UnreadableTreatmentError(Exception):
    """The text is not the call that the spec describes; says why."""


def read_back(text: str, call: str, arguments: Mapping[str, Value]) -> None:
    """Check that `text` is nothing but a call of `call` with exactly these arguments.

    The values are compared with their types, node by node, so what passes can't hold anything
    but literals and names of constants: no operator, no assignment, no comment.

    Args:
        text: The call's source, from its first to its last character.
        call: What is called, possibly dotted.
        arguments: The keyword arguments in their order.

    Raises:
        UnreadableTreatmentError: It is anything else.
    """
    node = parsed_call(text, call)
    names = [keyword.arg for keyword in node.keywords]
    if node.args or names != list(arguments):
        raise UnreadableTreatmentError(f"its arguments are not {', '.join(arguments) or 'none'}")
    for keyword, (name, value) in zip(node.keywords, arguments.items(), strict=True):
        if not _reads(keyword.value, value, 1):
            raise UnreadableTreatmentError(f"the value of {name} is not what the spec says")


def parsed_call(text: str, call: str) -> ast.Call:
    """Return the tree of a text that is one call and nothing beside it.

    Raises:
        UnreadableTreatmentError: It is anything else.
    """
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UnreadableTreatmentError(f"it is no expression: {error}") from None
    if not isinstance(node, ast.Call) or dotted_name(node.func) != call:
        raise UnreadableTreatmentError(f"it is not a call of {call}")
    if not _spans(node, text):
        raise UnreadableTreatmentError("there is something beside the call")
    if "#" in text and any(_comments(text)):
        raise UnreadableTreatmentError("there is a comment in it")
    return node


def dotted_name(node: ast.expr) -> str | None:
    """Return `a.b.c` for a name or an attribute of names, None for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (owner := dotted_name(node.value)):
        return f"{owner}.{node.attr}"
    return None


def references(value: Value) -> Iterator[str]:
    """Yield the names of the constants that a value refers to."""
    if isinstance(value, Reference):
        yield value.name
    elif not isinstance(value, SCALARS):
        for item in value if isinstance(value, tuple) else value.values():
            yield from references(item)


def _spans(node: ast.expr, text: str) -> bool:
    """Say whether a node starts at the first character of the text and ends at the last."""
    lines = text.split("\n")
    start = (node.lineno, node.col_offset)
    end = (node.end_lineno, node.end_col_offset)
    return start == (1, 0) and end == (len(lines), len(lines[-1].encode()))


def _comments(text: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def _reads(node: ast.expr, value: Value, depth: int) -> bool:
    """Say whether evaluating `node` gives exactly `value`."""
    if depth >= MAX_NESTING:
        return False
    match node:
        case ast.Constant(value=read):
            return isinstance(value, type(read)) and repr(read) == repr(value)
        case ast.Name(id=name):
            return isinstance(value, Reference) and value.name == name
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as read)):
            return isinstance(value, type(read)) and repr(-read) == repr(value)
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value=str(read))], keywords=[]):
            return isinstance(value, float) and read == repr(value)
        case ast.List(elts=items):
            return (
                isinstance(value, tuple)
                and len(items) == len(value)
                and all(_reads(i, v, depth + 1) for i, v in zip(items, value, strict=True))
            )
        case ast.Dict(keys=keys, values=items):
            return (
                not isinstance(value, (*SCALARS, tuple))
                and len(keys) == len(value)
                and all(
                    isinstance(key, ast.Constant) and key.value == name
                    for key, name in zip(keys, value, strict=True)
                )
                and all(_reads(i, v, depth + 1) for i, v in zip(items, value.values(), strict=True))
            )
        case _:
            return False
