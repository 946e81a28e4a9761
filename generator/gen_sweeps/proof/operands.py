"""Fillings that are expressions: one operand each, of data and names, read back as a value.

The numbers of the rules (E1 …) are explained in `holes`.
"""

from __future__ import annotations

import ast
import io
import keyword
import math
import re
import tokenize
import warnings
from collections.abc import Mapping
from enum import Enum
from typing import TypeAlias

from gen_sweeps.spec.model import Call, Expression, Reference, Value

HoleValue: TypeAlias = "Value | Call"
"""What the spec says that a hole holds."""

MAX_DIGITS = 630
"""Digits of an integer: an environment may make Python refuse those of more than 640."""

MAX_BITS = int(MAX_DIGITS * math.log2(10))

SOFT_KEYWORDS = frozenset({"match", "case", "type", "_"})
"""Names that are keywords in some places of some versions of Python."""

MANGLED = re.compile(r"_[^_]\w*?__\w")
"""How the names start that Python makes of private ones: `_Class__name`."""

_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]*"

_ATOM = re.compile(
    rf"""
    (?P<string> "[ !#-\[\]-~]*" )
    | (?P<int> -?(?:0|[1-9][0-9]{{0,17}}) )
    | (?P<float> -?[0-9]{{1,17}}(?:\.[0-9]{{1,17}}(?:e[+-]?[0-9]{{1,3}})?|e[+-]?[0-9]{{1,3}}) )
    | (?P<name> {_IDENTIFIER}(?:\.{_IDENTIFIER})* )
    """,
    re.VERBOSE,
)
"""What most fillings are, told without Python's parser."""


class UnfitError(Exception):
    """A filling can't stand in its place; says why."""


class OperandSort(Enum):
    """What a place may have to tell apart."""

    NAMED = "a name, an attribute or a call"
    SINGLETON = "None, True or False"
    STRING = "a string"
    TUPLE = "a tuple"
    NEGATIVE = "a negative number"
    OTHER = "a number or a container"


def sort_of(node: ast.expr) -> OperandSort:
    """Return what sort of operand a node is."""
    match node:
        case ast.Name() | ast.Attribute() | ast.Call():
            return OperandSort.NAMED
        case ast.Constant(value=None | True | False):
            return OperandSort.SINGLETON
        case ast.Constant(value=str()):
            return OperandSort.STRING
        case ast.Tuple():
            return OperandSort.TUPLE
        case ast.UnaryOp():
            return OperandSort.NEGATIVE
        case _:
            return OperandSort.OTHER


def read_operand(text: str, room: int) -> ast.expr:
    """Return the node of a filling that is one operand.

    Args:
        text: The filling.
        room: The levels that it may nest (E10).

    Raises:
        UnfitError: It isn't, or is more than data and names (E1, E2, E8, E9, E10).
    """
    match = _ATOM.fullmatch(text)
    node = (match and _atom(match)) or _parsed(text)
    _check_data(node, room)
    if text.count("(") + text.count("[") + text.count("{") > room and _brackets(text) > room:
        raise UnfitError("it nests too deep for its place")
    return node


def names_read(node: ast.AST) -> frozenset[str]:
    """Return the names that an expression, or a file, reads."""
    found = (it for it in ast.walk(node) if isinstance(it, ast.Name))
    return frozenset(it.id for it in found if isinstance(it.ctx, ast.Load))


def dotted_name(node: ast.expr) -> str | None:
    """Return `a.b.c` for a name or an attribute of names, None for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (owner := dotted_name(node.value)):
        return f"{owner}.{node.attr}"
    return None


def reads_as(node: ast.expr, value: HoleValue, text: str) -> bool:
    """Say whether a node is exactly a value: type, sign of zero and order too (E11).

    Args:
        node: A node of a filling.
        value: What the spec says.
        text: The filling. A float with a `spelling` must be spelled so in it.
    """
    match value:
        case str() | int():
            constant = _literal(node)
            return type(constant) is type(value) and constant == value
        case float():
            return _reads_as_float(node, value, text)
        case Reference(name=name):
            return dotted_name(node) == name
        case Expression(source=source):
            return ast.dump(node) == ast.dump(ast.parse(source, mode="eval").body)
        case Call(function=function, arguments=arguments):
            return (
                isinstance(node, ast.Call)
                and dotted_name(node.func) == function
                and not node.args
                and [it.arg for it in node.keywords] == list(arguments)
                and all(
                    reads_as(it.value, argument, text)
                    for it, argument in zip(node.keywords, arguments.values(), strict=True)
                )
            )
        case tuple():
            return (
                isinstance(node, ast.List)
                and len(node.elts) == len(value)
                and all(reads_as(i, v, text) for i, v in zip(node.elts, value, strict=True))
            )
        case Mapping():
            return (
                isinstance(node, ast.Dict)
                and [key and _literal(key) for key in node.keys] == list(value)
                and all(
                    reads_as(i, v, text) for i, v in zip(node.values, value.values(), strict=True)
                )
            )


def prints_as(text: str, value: HoleValue) -> bool:
    """Say whether a value is printed as a text that is part of a word or a number."""
    match value:
        case str():
            return text == value
        case Reference(name=name):
            return text == name
        case Expression(source=source):
            return text == source
        case int():
            return text == str(value)
        case float():
            match = _ATOM.fullmatch(text)
            node = match and _atom(match)
            return node is not None and _reads_as_float(node, value, text)
        case _:
            return False


def _literal(node: ast.expr) -> object:
    """Return the value of a constant or a negative number; `...` for what is neither."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(operand=ast.Constant(value=int() | float() as value)):
            return -value
        case _:
            return ...


def _reads_as_float(node: ast.expr, value: float, text: str) -> bool:
    spelled = float.__repr__(value)
    if not math.isfinite(value):
        match node:
            case ast.Call(func=ast.Name("float"), args=[ast.Constant(str() as name)], keywords=[]):
                return name == spelled
            case _:
                return False
    read = _literal(node)
    if not isinstance(read, float) or repr(read) != spelled:
        return False
    spelling = getattr(value, "spelling", None)
    if spelling is None:
        return True
    whole = not hasattr(node, "lineno")  # it was told without the parser
    return bool(spelling == (text if whole else _segment(text, node)))


def _segment(text: str, node: ast.expr) -> str:
    """Return the source of a node that stands on one line."""
    line = text.split("\n")[node.lineno - 1].encode()
    return line[node.col_offset : node.end_col_offset].decode()


def _atom(match: re.Match[str]) -> ast.expr | None:
    """Return the node of an atom; None if Python's parser must look."""
    text = match[0]
    if match["name"]:
        first, *attributes = text.split(".")
        if keyword.iskeyword(first) or any(map(keyword.iskeyword, attributes)):
            return None
        node: ast.expr = ast.Name(first, ast.Load())
        for attribute in attributes:
            node = ast.Attribute(node, attribute, ast.Load())
        return node
    if match["string"]:
        return ast.Constant(text[1:-1])
    digits = text.removeprefix("-")
    number = ast.Constant(int(digits) if match["int"] else float(digits))
    return number if digits == text else ast.UnaryOp(ast.USub(), number)


def _parsed(text: str) -> ast.expr:
    """Return the node of a filling as Python's parser reads it.

    With ` ()` behind it an operand becomes a call without arguments, which ends where the text
    does; what binds less tightly, goes on or has a comment becomes anything else (E1).
    """
    if text[:1].isspace() or text[-1:].isspace() or "\\\n" in text or "\\N" in text:
        raise UnfitError("it has white space around it, a continued line or a named escape")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = ast.parse(f"{text} ()", mode="eval").body
        if "#" in text or not text.isascii():
            _check_tokens(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError, tokenize.TokenError) as error:
        raise UnfitError(f"it is no expression: {error}") from None
    negative = isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub)
    call = tree.operand if isinstance(tree, ast.UnaryOp) else tree
    lines = text.split("\n")
    end = (len(lines), len(lines[-1].encode()) + len(" ()"))
    if (
        (isinstance(tree, ast.UnaryOp) and not negative)
        or not isinstance(call, ast.Call)
        or call.args
        or call.keywords
        or (call.end_lineno, call.end_col_offset) != end
    ):
        raise UnfitError("it is not one name, literal, call or container in brackets")
    operand = call.func
    in_brackets = text[0] == "(" and text[-1] == ")"
    if not in_brackets and (operand.lineno, operand.col_offset) != (1, int(negative)):
        raise UnfitError("it is not one operand from its first character")
    if not isinstance(tree, ast.UnaryOp):
        return operand
    tree.operand = operand
    tree.end_lineno, tree.end_col_offset = operand.end_lineno, operand.end_col_offset
    return tree


def _check_tokens(text: str) -> None:
    """Check that no part is a comment, or a name that Python would read as another one."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            raise UnfitError("it has a comment")
        if token.type == tokenize.NAME and not token.string.isascii():
            raise UnfitError(f"its name {token.string} is not ASCII")


def _brackets(text: str) -> int:
    """Return how many brackets are open at once; strings have none."""
    depth = deepest = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
            deepest = max(deepest, depth)
    return deepest


def _check_data(node: ast.expr, room: int) -> None:
    """Check that a node is made of data and names, and acts on nothing outside (E2)."""
    if room < 0:
        raise UnfitError("it nests too deep for its place")
    match node:
        case ast.Constant(value=value):
            _check_constant(value)
        case ast.Name(id=name):
            _check_name(name)
        case ast.Attribute(attr=name):
            _check_attribute(name)
        case ast.Call():
            _check_call(node)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            if isinstance(number, bool) or (isinstance(number, int) and not number):
                raise UnfitError("it has a minus sign that does nothing")
    for child in _children(node):
        _check_data(child, room - 1)


def _children(node: ast.expr) -> list[ast.expr]:
    """Return what an operand is made of.

    Raises:
        UnfitError: It is something else than data and names (E2).
    """
    match node:
        case ast.Constant() | ast.Name():
            return []
        case (
            ast.Attribute(value=child)
            | ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float()) as child)
        ):
            return [child]
        case ast.Call():
            return [node.func, *node.args, *(it.value for it in node.keywords)]
        case ast.List() | ast.Tuple() | ast.Set():
            return node.elts
        case ast.Dict() if None not in node.keys:
            return [*filter(None, node.keys), *node.values]
        case _:
            raise UnfitError(f"it has a {type(node).__name__}, which is no data")


def _check_constant(value: object) -> None:
    """Check that every Python, in every environment, reads a constant alike (E9, E10)."""
    match value:
        case int():
            if value.bit_length() > MAX_BITS:
                raise UnfitError(f"it has an integer of more than {MAX_DIGITS} digits")
        case float() | complex():
            if math.inf in (value.real, value.imag):
                raise UnfitError("it has a number that overflows")
        case str():
            if not value.isascii() and re.search("[\ud800-\udfff]", value):
                raise UnfitError("it has a lone surrogate")
        case None | bytes():
            pass
        case _:
            raise UnfitError("it has an ellipsis")


def _check_attribute(name: str) -> None:
    """Check that no class renames a name (E8)."""
    private = name.startswith("__") and not name.endswith("__")
    if private or MANGLED.match(name):
        raise UnfitError(f"the name {name} is private to a class")


def _check_name(name: str) -> None:
    """Check that a name means the same wherever it stands (E8)."""
    _check_attribute(name)
    if name in ("super", "__class__", "__debug__"):
        raise UnfitError(f"the name {name} has a meaning of its own to Python")


def _check_call(call: ast.Call) -> None:
    names = [it.arg for it in call.keywords]
    if None in names or len(set(names)) < len(names):
        raise UnfitError("it has a `**`, or a keyword twice")
    for name in filter(None, names):
        _check_name(name)
    if sort_of(call.func) is not OperandSort.NAMED:
        raise UnfitError("it calls what has no name")
