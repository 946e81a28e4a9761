"""Checks Python expressions of a spec, node by node; none is ever evaluated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gen_sweeps.errors import PYTHON
from gen_sweeps.spec.names import UNSEEN

if TYPE_CHECKING:
    import ast

MAX_LENGTH = 2000
"""How many characters an expression may have."""

ALLOWED = "it takes literals, names, attributes, calls, containers and arithmetic of numbers"
"""What an expression may have."""

MAX_NESTING = 40
"""How deep brackets and operators may nest; CPython stops at 200 brackets, far above that."""

_UNSEEN = re.compile(f"[{UNSEEN}]")
_TEXT = re.compile(
    r"([A-Za-z]*)("
    r'"""(?:\\.|[^\\])*?"""|'
    r"'''(?:\\.|[^\\])*?'''|"
    r'"(?:\\.|[^"\\])*"|'
    r"'(?:\\.|[^'\\])*')"
)


class ExpressionError(Exception):
    """What is written is no expression that a spec may have.

    Args:
        message: What is wrong, as the end of a sentence.
        offset: The characters before the fault.
    """

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def check_expression(source: str) -> None:
    """Return if a spec may have this expression.

    It has literals, names, attributes of names, calls of both with positional and keyword
    arguments, tuples, lists, sets, dicts, and arithmetic of number literals; nothing else.

    Raises:
        ExpressionError: It may not.
    """
    _check_text(source)
    root = _parsed(source)
    if _is_bare_tuple(source, root):
        raise ExpressionError("is a tuple without brackets: put `(` and `)` around it", 0)
    try:
        _check(root.body)
    except _RefusedNodeError as refused:
        # Python counts columns in bytes of UTF-8.
        before = source.encode()[: refused.node.col_offset].decode()
        raise ExpressionError(refused.message, len(before)) from None


def _check_text(source: str) -> None:
    """Check what must hold before anything is parsed."""
    if not source:
        raise ExpressionError("is empty", 0)
    if len(source) > MAX_LENGTH:
        message = f"has {len(source)} characters; an expression has at most {MAX_LENGTH}"
        raise ExpressionError(message, MAX_LENGTH)
    if unseen := _UNSEEN.search(source):
        kind = "a line break" if unseen[0] in "\r\n" else "a character that can't be seen"
        raise ExpressionError(f"has {kind}", unseen.start())
    if source != source.strip():
        raise ExpressionError("has a blank at its start or end", 0)
    for text in _TEXT.finditer(source):
        if set(text[1].lower()) & set("ft"):
            raise ExpressionError("has a formatted string", text.start())
    # Texts are blanked out, so that what is left is what Python reads as code.
    code = _TEXT.sub(lambda text: " " * len(text[0]), source)
    for mark, kind in (("#", "a comment"), ("\\", "a backslash outside of a string")):
        if mark in code:
            raise ExpressionError(f"has {kind}", code.index(mark))
    if not code.isascii():
        offset = next(i for i, character in enumerate(code) if not character.isascii())
        raise ExpressionError("has a name with other than ASCII letters", offset)
    _check_nesting(code)


def _check_nesting(code: str) -> None:
    """Bound brackets and operators together: both make the tree of an expression deeper."""
    depth = 0
    outside: list[int] = []
    for offset, character in enumerate(code):
        if character in "([{":
            outside.append(depth)
            depth += 1
        elif character in ")]}" and outside:
            depth = outside.pop()
        elif character in ",:":
            depth = outside[-1] + 1 if outside else 0
        elif character in "+-*/%~.":
            depth += 1
        if depth > MAX_NESTING:
            raise ExpressionError(f"is nested more than {MAX_NESTING} levels deep", offset)


def _parsed(source: str) -> ast.Expression:
    import ast  # noqa: PLC0415 - most specs have no expression
    import warnings  # noqa: PLC0415 - likewise

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # "\d" is an error of tomorrow
            return ast.parse(source, mode="eval")
    except SyntaxError as error:
        before = source.encode()[: max((error.offset or 1) - 1, 0)]
        message = f"is no expression of {PYTHON}: {error.msg}"
        raise ExpressionError(message, len(before.decode(errors="ignore"))) from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError(f"is no expression of {PYTHON}", 0) from None


def _is_bare_tuple(source: str, root: ast.Expression) -> bool:
    import ast  # noqa: PLC0415 - see above

    # Brackets around all of it make it one operand, which can be called.
    return isinstance(root.body, ast.Tuple) and not isinstance(
        _parsed(f"{source}()").body, ast.Call
    )


class _RefusedNodeError(Exception):
    def __init__(self, message: str, node: ast.expr) -> None:
        super().__init__(message)
        self.message = message
        self.node = node


def _check(node: ast.expr) -> None:
    import ast  # noqa: PLC0415 - see above

    match node:
        case ast.Constant() if node.value is not Ellipsis:
            pass
        case ast.Name() | ast.Attribute():
            _check_dotted(node)
        case ast.Call():
            _check_call(node)
        case ast.Tuple() | ast.List() | ast.Set():
            for item in node.elts:
                _check(item)
        case ast.Dict():
            _check_dict(node)
        case ast.UnaryOp() | ast.BinOp():
            _check_number(node)
        case _:
            raise _RefusedNodeError(f"has {_kind(node)}", node)


def _check_dict(node: ast.Dict) -> None:
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            raise _RefusedNodeError("has `**`: write each key", value)
        _check(key)
        _check(value)


def _check_dotted(node: ast.expr) -> None:
    import ast  # noqa: PLC0415 - see above

    while isinstance(node, ast.Attribute):
        node = node.value
    if not isinstance(node, ast.Name):
        raise _RefusedNodeError("has an attribute, or a call, of something other than a name", node)
    if node.id == "__debug__":
        raise _RefusedNodeError("has `__debug__`", node)


def _check_call(node: ast.Call) -> None:
    import ast  # noqa: PLC0415 - see above

    _check_dotted(node.func)
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            raise _RefusedNodeError("has `*`: write each argument", argument)
        _check(argument)
    seen = set()
    for keyword in node.keywords:
        if keyword.arg is None:
            raise _RefusedNodeError("has `**`: write each argument", keyword.value)
        if keyword.arg in seen or keyword.arg == "__debug__":
            fault = "twice" if keyword.arg in seen else "as an argument"
            raise _RefusedNodeError(f"has `{keyword.arg}` {fault}", keyword.value)
        seen.add(keyword.arg)
        _check(keyword.value)


def _check_number(node: ast.expr) -> None:
    """Check arithmetic: its operands are number literals."""
    import ast  # noqa: PLC0415 - see above

    match node:
        case ast.Constant(value=bool() | str() | bytes()):
            pass
        case ast.Constant(value=int() | float() | complex()):
            return
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            _check_number(operand)
            return
        case ast.BinOp(
            left=left,
            op=ast.Add()
            | ast.Sub()
            | ast.Mult()
            | ast.Div()
            | ast.FloorDiv()
            | ast.Mod()
            | ast.Pow(),
            right=right,
        ):
            _check_number(left)
            _check_number(right)
            return
        case ast.UnaryOp() | ast.BinOp():
            raise _RefusedNodeError(f"has {_kind(node)}", node)
        case _:
            pass
    raise _RefusedNodeError("has arithmetic of something other than number literals", node)


def _kind(node: ast.expr) -> str:
    """Return what people call an expression that is refused."""
    kinds = {
        "Constant": "`...`",
        "Lambda": "a lambda",
        "NamedExpr": "`:=`",
        "JoinedStr": "a formatted string",
        "TemplateStr": "a template string",
        "Subscript": "a subscript",
        "Slice": "a slice",
        "Await": "`await`",
        "Yield": "`yield`",
        "YieldFrom": "`yield`",
        "Starred": "`*`",
        "ListComp": "a comprehension",
        "SetComp": "a comprehension",
        "DictComp": "a comprehension",
        "GeneratorExp": "a comprehension",
        "Compare": "a comparison",
        "BoolOp": "`and` or `or`",
        "IfExp": "`if`",
        "UnaryOp": "`not` or `~`",
    }
    return kinds.get(type(node).__name__, "an operator that is no arithmetic")
