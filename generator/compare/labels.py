"""How a reader finds a piece of code, and what pairs it with its twin in another file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import libcst as cst

from generator.compare.literals import decode_text, split_string
from generator.compare.tree import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    TextOf = Callable[[cst.CSTNode], str]

_TEST_LENGTH = 40
"""Characters of a condition that are shown in the path of what it guards."""

_NAMED_FIELD: dict[type[cst.CSTNode], str] = {
    cst.Param: "name",
    cst.ImportAlias: "name",
    cst.Arg: "keyword",
    cst.Assign: "targets",
    cst.AnnAssign: "target",
}
"""The field that holds the name of a node, where the node's key says the same."""


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

    step: Step | None
    key: str | None
    name_field: str | None
    inner: Context


def label_of(node: cst.CSTNode, text_of: TextOf, context: Context) -> Label:
    """Return how a node is known, given the context it stands in."""
    inner = replace(context, docstring_of="")
    if isinstance(node, (cst.ClassDef, cst.FunctionDef)):
        kind = "class" if isinstance(node, cst.ClassDef) else "function"
        name = node.name.value
        step = Step("name", name, f".{name}")
        inner = Context(docstring_of=kind, call=name)
        return Label(step, f"{kind} {name}", None, inner)
    if isinstance(node, cst.Arg):
        return _argument(node, context)
    if isinstance(node, cst.Call):
        return Label(None, None, None, replace(inner, call=last_name(node.func)))
    if isinstance(node, cst.Param):
        name = node.name.value
        return Label(Step("argument", name, f"({name})", context.call), name, "name", Context())
    if isinstance(node, cst.Decorator):
        return Label(Step("part", "decorator", " decorator"), None, None, Context())
    if isinstance(node, (cst.BaseSmallStatement, cst.ImportAlias)):
        return _small_statement(node, text_of)
    if isinstance(node, cst.BaseCompoundStatement):
        return Label(_compound_step(node, text_of), None, None, Context())
    return Label(None, None, None, inner)


def element_label(
    node: cst.BaseElement | cst.BaseDictElement, index: int, text_of: TextOf
) -> tuple[Step, str | None]:
    """Return how an element of a list, tuple, set or dict is found, and its key if it has one."""
    if isinstance(node, cst.DictElement):
        if isinstance(node.key, cst.SimpleString):
            prefix, text = split_string(node.key.value)
            name = decode_text(text, prefix)
            shown = f"[{name!r}]" if '"' in name else f'["{name}"]'
            return Step("entry", name, shown), f"{'b' if 'b' in prefix else ''}{shown}"
        name = _one_line(text_of(node.key))
        return Step("entry", name, f"[{name}]"), f"[{name}]"
    if isinstance(node, cst.StarredDictElement):
        name = "**" + _one_line(text_of(node.value))
        return Step("entry", name, f"[{name}]"), None
    return Step("index", str(index), f"[{index}]"), None


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


def _argument(node: cst.Arg, context: Context) -> Label:
    if node.keyword is not None:
        name = node.keyword.value
        shown = f".{name}" if context.named or not context.call else f".{context.call}({name})"
        step = Step("argument", name, shown, context.call)
        return Label(step, name, "keyword", Context())
    place = f"({node.star}{_ordinal(context.index)} argument)"
    shown = place if context.named or not context.call else f".{context.call}{place}"
    step = Step("argument", str(context.index), shown, context.call)
    return Label(step, None, None, Context(named=False))


def _ordinal(index: int) -> str:
    number = index + 1
    suffix = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _small_statement(node: cst.BaseSmallStatement | cst.ImportAlias, text_of: TextOf) -> Label:
    if isinstance(node, cst.ImportAlias):
        name = dotted_name(node.name) or text_of(node.name)
        return Label(Step("import", name, f" {name}"), name, "name", Context())
    if isinstance(node, cst.ImportFrom):
        module = "." * len(node.relative) + (dotted_name(node.module) or "")
        shown = module.rpartition(".")[2] or module
        return Label(Step("import", shown, f".{shown} import"), f"from {module}", None, Context())
    if isinstance(node, cst.Import):
        name = dotted_name(node.names[0].name) or ""
        return Label(Step("import", name, ".import"), f"import {name}", None, Context())
    if isinstance(node, (cst.Assign, cst.AnnAssign, cst.AugAssign)):
        return _assignment(node, text_of)
    if isinstance(node, cst.Expr) and isinstance(node.value, cst.Call):
        return _call_statement(node.value)
    if isinstance(node, cst.Expr):
        return Label(None, None, None, Context())
    name = type(node).__name__.lower()
    return Label(Step("part", name, f".{name}"), None, None, Context())


def _assignment(node: cst.Assign | cst.AnnAssign | cst.AugAssign, text_of: TextOf) -> Label:
    targets = [t.target for t in node.targets] if isinstance(node, cst.Assign) else [node.target]
    simple = dotted_name(targets[0]) if len(targets) == 1 else None
    name = simple or _one_line(" = ".join(map(text_of, targets)))
    name = name.replace("'", '"')
    step = Step("name", name, f".{name}")
    if isinstance(node, cst.AugAssign):
        return Label(step, f"{name} {type(node.operator).__name__}", None, Context())
    field = _NAMED_FIELD[type(node)] if simple else None
    return Label(step, name, field, Context())


def _call_statement(call: cst.Call) -> Label:
    """Label `parser.add_argument("--lr", …)` by what is called and its first string."""
    name = dotted_name(call.func)
    if name is None:
        return Label(None, None, None, Context(named=False))
    first = call.args[0].value if call.args and call.args[0].keyword is None else None
    if isinstance(first, cst.SimpleString):
        prefix, text = split_string(first.value)
        name = f'{name}("{decode_text(text, prefix)}")'
    return Label(Step("name", name, f".{name}"), name, None, Context())


def _compound_step(node: cst.BaseCompoundStatement, text_of: TextOf) -> Step:
    word = type(node).__name__.lower().replace("trystar", "try")
    shown = word
    if isinstance(node, (cst.If, cst.While)):
        shown = f"{word} {_one_line(text_of(node.test))}"
    elif isinstance(node, cst.For):
        shown = f"for {_one_line(text_of(node.target))} in {_one_line(text_of(node.iter))}"
    elif isinstance(node, cst.With):
        shown = f"with {_one_line(text_of(node.items[0].item))}"
    return Step("part", word, f".({shown})")


def _one_line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _TEST_LENGTH else text[: _TEST_LENGTH - 1] + "…"
