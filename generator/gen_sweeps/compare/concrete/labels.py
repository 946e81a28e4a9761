"""How a reader finds a piece of code, and what pairs it with its twin in another file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import singledispatch
from typing import TYPE_CHECKING

import libcst as cst

from gen_sweeps.compare.concrete.literals import decode_text, split_string
from gen_sweeps.compare.concrete.tree import PathStep

if TYPE_CHECKING:
    from collections.abc import Callable

    TextOf = Callable[[cst.CSTNode], str]

_TEST_LENGTH = 40
"""Characters of a condition that are shown in the path of what it guards."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a piece of code has to know of the code around it to be named.

    Attributes:
        docstring_of: What a body right here belongs to (`module`, `class`, `function`), or "".
        named: Whether the steps so far name the value that is being read, so that a call in it
            need not be named again.
        call: The last dotted part of the function whose arguments are being read, or "".
        index: The 0-based place of an argument in its call.
    """

    docstring_of: str = ""
    named: bool = True
    call: str = ""
    index: int = 0


@dataclass(frozen=True, slots=True)
class Label:
    """How a node is known.

    Attributes:
        step: How a reader finds it in its parent, or None.
        key: What pairs it with its twin, or None.
        name_field: The field that holds nothing but that key, or None.
        inner: The context for what is in it.
    """

    step: PathStep | None = None
    key: str | None = None
    name_field: str | None = None
    inner: Context = field(default_factory=Context)


@singledispatch
def label_of(_node: cst.CSTNode, _text_of: TextOf, context: Context) -> Label:
    """Return how a node is known, given the context it stands in."""
    return Label(inner=replace(context, docstring_of=""))


@label_of.register(cst.ClassDef)
def _(node: cst.ClassDef, _text_of: TextOf, _context: Context) -> Label:
    name = node.name.value
    inner = Context(docstring_of="class", call=name)
    return Label(PathStep("name", name, f".{name}"), f"class {name}", inner=inner)


@label_of.register(cst.FunctionDef)
def _(node: cst.FunctionDef, _text_of: TextOf, _context: Context) -> Label:
    name = node.name.value
    inner = Context(docstring_of="function", call=name)
    return Label(PathStep("name", name, f".{name}"), f"function {name}", inner=inner)


@label_of.register(cst.Arg)
def _(node: cst.Arg, _text_of: TextOf, context: Context) -> Label:
    unnamed_call = "" if context.named or not context.call else f".{context.call}"
    if node.keyword is not None:
        name = node.keyword.value
        shown = f"{unnamed_call}({name})" if unnamed_call else f".{name}"
        return Label(PathStep("argument", name, shown, context.call), name, "keyword")
    shown = f"{unnamed_call}({node.star}{_ordinal(context.index)} argument)"
    step = PathStep("argument", str(context.index), shown, context.call)
    return Label(step, inner=Context(named=False))


@label_of.register(cst.Call)
def _(node: cst.Call, _text_of: TextOf, context: Context) -> Label:
    return Label(inner=replace(context, docstring_of="", call=last_name(node.func)))


@label_of.register(cst.Param)
def _(node: cst.Param, _text_of: TextOf, context: Context) -> Label:
    name = node.name.value
    return Label(PathStep("argument", name, f"({name})", context.call), name, "name")


@label_of.register(cst.Decorator)
def _(_node: cst.Decorator, _text_of: TextOf, _context: Context) -> Label:
    return Label(PathStep("part", "decorator", " decorator"))


@label_of.register(cst.ImportAlias)
def _(node: cst.ImportAlias, text_of: TextOf, _context: Context) -> Label:
    name = dotted_name(node.name) or text_of(node.name)
    return Label(PathStep("import", name, f" {name}"), name, "name")


@label_of.register(cst.ImportFrom)
def _(node: cst.ImportFrom, _text_of: TextOf, _context: Context) -> Label:
    module = "." * len(node.relative) + (dotted_name(node.module) or "")
    shown = module.rpartition(".")[2] or module
    return Label(PathStep("import", shown, f".{shown} import"), f"from {module}")


@label_of.register(cst.Import)
def _(node: cst.Import, _text_of: TextOf, _context: Context) -> Label:
    name = dotted_name(node.names[0].name) or ""
    return Label(PathStep("import", name, f".{name} import"), f"import {name}")


@label_of.register(cst.Assign)
def _(node: cst.Assign, text_of: TextOf, _context: Context) -> Label:
    return _assignment([t.target for t in node.targets], text_of, "targets")


@label_of.register(cst.AnnAssign)
def _(node: cst.AnnAssign, text_of: TextOf, _context: Context) -> Label:
    return _assignment([node.target], text_of, "target")


@label_of.register(cst.AugAssign)
def _(node: cst.AugAssign, text_of: TextOf, _context: Context) -> Label:
    label = _assignment([node.target], text_of, "target")
    return Label(label.step, f"{label.key} {type(node.operator).__name__}")


@label_of.register(cst.Expr)
def _(node: cst.Expr, _text_of: TextOf, _context: Context) -> Label:
    return _call_statement(node.value) if isinstance(node.value, cst.Call) else Label()


@label_of.register(cst.BaseSmallStatement)
def _(node: cst.BaseSmallStatement, _text_of: TextOf, _context: Context) -> Label:
    name = type(node).__name__.lower()
    return Label(PathStep("part", name, f".{name}"))


@label_of.register(cst.BaseCompoundStatement)
def _(node: cst.BaseCompoundStatement, text_of: TextOf, _context: Context) -> Label:
    return Label(_compound_step(node, text_of))


def element_label(
    node: cst.BaseElement | cst.BaseDictElement, index: int, text_of: TextOf
) -> tuple[PathStep, str | None]:
    """Return how an element of a list, tuple, set or dict is found, and its key if it has one."""
    if isinstance(node, cst.DictElement):
        if isinstance(node.key, cst.SimpleString):
            prefix, text = split_string(node.key.value)
            name = decode_text(text, prefix)
            key = f"[{name!r}]" if '"' in name else f'["{name}"]'
            if "b" in prefix:
                return PathStep("entry", name, key), f"b{key}"
            return PathStep("entry", name, f".{name}" if name.isidentifier() else key), key
        name = _one_line(text_of(node.key))
        return PathStep("entry", name, f"[{name}]"), f"[{name}]"
    if isinstance(node, cst.StarredDictElement):
        name = "**" + _one_line(text_of(node.value))
        return PathStep("entry", name, f"[{name}]"), None
    return PathStep("index", str(index), f"[{index}]"), None


def last_name(func: cst.BaseExpression) -> str:
    """Return the last dotted part of what is called, or ""."""
    if isinstance(func, cst.Name):
        return func.value
    return func.attr.value if isinstance(func, cst.Attribute) else ""


def dotted_name(node: cst.CSTNode | None) -> str | None:
    """Return `a.b.c` for a name and its attributes, None for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        before = dotted_name(node.value)
        return before and f"{before}.{node.attr.value}"
    return None


def _ordinal(index: int) -> str:
    number = index + 1
    suffix = (
        "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{suffix}"


def _assignment(
    targets: list[cst.BaseAssignTargetExpression], text_of: TextOf, name_field: str
) -> Label:
    simple = dotted_name(targets[0]) if len(targets) == 1 else None
    name = simple or _one_line(" = ".join(map(text_of, targets))).replace("'", '"')
    return Label(PathStep("name", name, f".{name}"), name, name_field if simple else None)


def _call_statement(call: cst.Call) -> Label:
    """Label `parser.add_argument("--lr", …)` by what is called and its first string."""
    name = dotted_name(call.func)
    if name is None:
        return Label(inner=Context(named=False))
    first = call.args[0].value if call.args and call.args[0].keyword is None else None
    if isinstance(first, cst.SimpleString):
        prefix, text = split_string(first.value)
        name = f'{name}("{decode_text(text, prefix)}")'
    return Label(PathStep("name", name, f".{name}"), name)


def _compound_step(node: cst.BaseCompoundStatement, text_of: TextOf) -> PathStep:
    word = type(node).__name__.lower().replace("trystar", "try")
    shown = word
    if isinstance(node, (cst.If, cst.While)):
        shown = f"{word} {_one_line(text_of(node.test))}"
    elif isinstance(node, cst.For):
        shown = f"for {_one_line(text_of(node.target))} in {_one_line(text_of(node.iter))}"
    elif isinstance(node, cst.With):
        shown = f"with {_one_line(text_of(node.items[0].item))}"
    return PathStep("part", word, f".({shown})")


def _one_line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _TEST_LENGTH else text[: _TEST_LENGTH - 1] + "…"
