"""LibCST's tree of a file as the neutral tree that is compared.

Everything that LibCST calls whitespace, parenthesis, comma or newline is left out of the nodes and
found again as the text between them, which is why a node knows where it starts and ends. What is
left is what Python's own syntax tree tells apart; the tests hold the two against each other.
"""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from typing import TYPE_CHECKING, TypeGuard

import libcst as cst

from gen_sweeps.compare.concrete.labels import Context, element_label, label_of
from gen_sweeps.compare.concrete.literals import decode_text, number_value, split_string
from gen_sweeps.compare.concrete.tree import Node, PathStep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from libcst.metadata import CodeSpan

_LAYOUT_FIELDS = frozenset(
    (
        "lpar", "rpar", "lbracket", "rbracket", "lbrace", "rbrace", "comma", "semicolon", "colon",
        "first_colon", "second_colon", "equal", "dot", "separator", "header", "footer", "indent",
        "leading_lines", "lines_after_decorators", "trailing_whitespace", "trailing_comma",
        "default_indent", "default_newline", "has_trailing_newline", "encoding",
    )
)  # fmt: skip
_SAME_KIND = {"MatchList": "MatchSequence", "MatchTuple": "MatchSequence"}
_PARAMETER_FIELDS = ("posonly_params", "params", "star_arg", "kwonly_params", "star_kwarg")


@cache
def _code_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    """Return the fields of a LibCST node that are code, in the order of their declaration."""
    names = (field.name for field in fields(kind))
    return tuple(n for n in names if n not in _LAYOUT_FIELDS and not n.startswith("whitespace_"))


class Outline:
    """Builds the tree of one file.

    Args:
        data: The text of the file in UTF-8, as LibCST writes it.
        spans: Where each LibCST node is in it.
    """

    def __init__(self, data: bytes, spans: Mapping[cst.CSTNode, CodeSpan]) -> None:
        self._data = data
        self._spans = spans

    def module(self, module: cst.Module) -> Node:
        """Return the tree of the whole file."""
        docstring = Context(docstring_of="module")
        body = self._body(module.body, "@body", (0, len(self._data)), docstring)
        return Node("Module", "", *_arranged([body], (0, len(self._data))))

    def text(self, node: cst.CSTNode) -> str:
        """Return the text of a LibCST node."""
        start, end = self._span(node)
        return self._data[start:end].decode("utf-8", "replace")

    def _span(self, node: cst.CSTNode) -> tuple[int, int]:
        span = self._spans[node]
        return span.start, span.start + span.length

    def build(self, node: cst.CSTNode, role: str | None, context: Context, sort: str = "") -> Node:
        """Return the tree of a LibCST node.

        Args:
            node: What to read.
            role: Which part of its parent it is (`@value`), or None in a list.
            context: What its name depends on.
            sort: Which of several lists of its parent it stands in.
        """
        leaf = self._leaf(node)
        if leaf is not None:
            return Node(*leaf, (), *self._span(node), key=role)
        label = label_of(node, self.text, context)
        children: list[Node] = []
        heads = [sort]
        for name in _code_fields(type(node)):
            value: object = getattr(node, name)
            if name == label.name_field:
                continue
            if isinstance(value, cst.CSTNode):
                children.append(self._child(node, name, value, label.inner))
            elif isinstance(value, (list, tuple)) and (value or name != "decorators"):
                children.append(self._list(node, name, value, label.inner))
            elif isinstance(value, str):
                heads.append(f"{name}={value}")
        if isinstance(node, cst.Subscript):
            heads.append(str(_is_tuple_index(node)))
        if isinstance(node, cst.ClassDef):
            children = self._merge_arguments(children)
        value_start = -1
        if isinstance(node, (cst.Arg, cst.Assign, cst.AnnAssign)) and children:
            value_start = max(child.start for child in children)
        kind = type(node).__name__
        return Node(
            _SAME_KIND.get(kind, kind),
            "|".join(heads),
            *_arranged(children, self._span(node)),
            value_start,
            label.step,
            role or label.key,
            named=label.name_field is not None,
        )

    def _leaf(self, node: cst.CSTNode) -> tuple[str, str] | None:
        """Return kind and head of a node that is compared as a whole, or None."""
        if isinstance(node, cst.Name):
            return "Name", node.value
        if isinstance(node, cst.BaseNumber):
            return "Number", number_value(self.text(node))
        if isinstance(node, cst.BaseString):
            return "String", self._string(node)
        if isinstance(node, (cst.BaseCompOp, cst.BaseBinaryOp, cst.BaseUnaryOp, cst.BaseBooleanOp)):
            return "Operator", type(node).__name__
        if isinstance(node, cst.BaseAugOp):
            return "Operator", type(node).__name__
        return None

    def _child(self, parent: cst.CSTNode, name: str, value: cst.CSTNode, context: Context) -> Node:
        """Return the tree of a field that holds one node."""
        if isinstance(value, cst.BaseSuite):
            return self._body(value.body, f"@{name}", self._suite_span(value), context)
        if isinstance(value, cst.Parameters):
            return self._parameters(value, context)
        if isinstance(value, cst.Else):
            inner = value.body.body
            if isinstance(parent, cst.If) and len(inner) == 1 and isinstance(inner[0], cst.If):
                return self.build(inner[0], f"@{name}", context)
        if isinstance(value, (cst.ParamStar, cst.ImportStar, cst.Asynchronous)):
            return Node(type(value).__name__, "", (), *self._span(value), key=f"@{name}")
        if isinstance(parent, (cst.ClassDef, cst.FunctionDef)) and name == "name":
            word = "class name" if isinstance(parent, cst.ClassDef) else "function name"
            step = PathStep("part", word, f".{word}")
            return Node("Name", self.text(value), (), *self._span(value), step=step, key="@name")
        return self.build(value, f"@{name}", context)

    def _suite_span(self, suite: cst.BaseSuite) -> tuple[int, int]:
        if isinstance(suite, cst.IndentedBlock) and suite.body:
            return self._span(suite.body[0])[0], self._span(suite.body[-1])[1]
        return self._span(suite)

    def _list(
        self,
        parent: cst.CSTNode,
        name: str,
        values: Sequence[object],
        context: Context,
    ) -> Node:
        """Return the tree of a field that holds a list of nodes."""
        children: list[Node] = []
        for index, value in enumerate(values):
            if not isinstance(value, cst.CSTNode):
                continue
            if isinstance(value, (cst.BaseElement, cst.BaseDictElement)):
                children.append(self._element(value, index))
            else:
                children.append(self.build(value, None, replace(context, index=index)))
        span = (children[0].start, children[-1].end) if children else self._list_place(parent)
        return Node("list", "", tuple(children), *span, key=f"@{name}", listed=True)

    def _list_place(self, parent: cst.CSTNode) -> tuple[int, int]:
        """Return where an empty list is: behind the name of a class, else at the end."""
        end = self._span(parent)[1]
        if isinstance(parent, cst.ClassDef):
            after_name = self._span(parent.name)[1]
            return after_name, after_name
        return end, end

    def _element(self, node: cst.BaseElement | cst.BaseDictElement, index: int) -> Node:
        """Return the tree of an element of a list, tuple, set or dict."""
        step, key = element_label(node, index, self.text)
        keyed = isinstance(node, cst.DictElement)
        children = [self.build(node.value, "@value", Context(named=keyed))]
        if isinstance(node, cst.DictElement):
            children.insert(0, self.build(node.key, "@key", Context()))
        kind = type(node).__name__
        value_start = children[-1].start if isinstance(node, cst.DictElement) else -1
        return Node(kind, "", *_arranged(children, self._span(node)), value_start, step, key)

    def _parameters(self, parameters: cst.Parameters, context: Context) -> Node:
        """Return the parameters of a function as one list, each with its sort."""
        children: list[Node] = []
        for sort in _PARAMETER_FIELDS:
            value: object = getattr(parameters, sort)
            for param in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(param, cst.Param):
                    children += [self.build(param, None, context, sort)]
        span = (children[0].start, children[-1].end) if children else self._span(parameters)
        return Node("list", "", tuple(children), *span, key="@params", listed=True)

    def _merge_arguments(self, children: list[Node]) -> list[Node]:
        """Return a class's children with its bases and keywords as the one list that they are."""
        lists = [child for child in children if child.key in {"@bases", "@keywords"}]
        items = [item for arguments in lists for item in arguments.children]
        items.sort(key=lambda item: item.start)
        span = (items[0].start, items[-1].end) if items else (lists[0].start, lists[0].end)
        merged = Node("list", "", tuple(items), *span, key="@arguments", listed=True)
        return [child for child in children if child not in lists] + [merged]

    def _body(
        self,
        statements: Sequence[cst.BaseStatement] | Sequence[cst.BaseSmallStatement],
        key: str,
        span: tuple[int, int],
        context: Context,
    ) -> Node:
        """Return the statements of a suite, those that share a line one by one."""
        flat: list[cst.CSTNode] = []
        for statement in statements:
            if isinstance(statement, cst.SimpleStatementLine):
                flat.extend(statement.body)
            else:
                flat.append(statement)
        owner, context = context.docstring_of, Context()
        children: list[Node] = []
        for index, node in enumerate(flat):
            if index == 0 and owner and _is_docstring(node):
                children.append(self._docstring(node, owner))
            else:
                children.append(self.build(node, None, context))
        start = min([span[0], *(child.start for child in children)])
        end = max([span[1], *(child.end for child in children)])
        return Node("list", "body", tuple(children), start, end, key=key, listed=True)

    def _docstring(self, statement: cst.Expr, owner: str) -> Node:
        said = self._string(statement.value)
        step = PathStep(
            "part", "docstring", "module docstring" if owner == "module" else " docstring"
        )
        return Node(
            "Docstring",
            said,
            (),
            *self._span(statement),
            step=step,
            key="@docstring",
            docstring=said.partition(":")[2],
        )

    def _string(self, node: cst.CSTNode) -> str:
        """Return what a string says, however it is quoted, joined or escaped: `str:…`."""
        parts: list[str] = []
        for literal in _literals(node):
            if isinstance(literal, cst.SimpleString):
                prefix, text = split_string(literal.value)
                parts.append(_escaped(decode_text(text, prefix)))
            elif isinstance(literal, (cst.FormattedString, cst.TemplatedString)):
                prefix = split_string(f"{literal.start}{literal.end}")[0]
                parts.append("\0t" if "t" in prefix else "")
                self._formatted_parts(literal.parts, prefix, parts)
        first = _literals(node)[0]
        is_bytes = isinstance(first, cst.SimpleString) and "b" in first.prefix.lower()
        return f"{'bytes' if is_bytes else 'str'}:" + "".join(parts)

    def _formatted_parts(
        self, content: Sequence[cst.CSTNode], prefix: str, parts: list[str]
    ) -> None:
        for part in content:
            if isinstance(part, (cst.FormattedStringText, cst.TemplatedStringText)):
                text = part.value.replace("{{", "{").replace("}}", "}")
                parts.append(_escaped(decode_text(text, prefix)))
            elif isinstance(part, (cst.FormattedStringExpression, cst.TemplatedStringExpression)):
                code = self.build(part.expression, None, Context()).code.hex()
                if part.equal is not None:  # `{x=}` prints its own source text
                    code += self.text(part)
                parts.append(f"\0{{{code}!{part.conversion}:")
                self._formatted_parts(part.format_spec or (), prefix, parts)
                parts.append("\0}")


def _arranged(children: list[Node], span: tuple[int, int]) -> tuple[tuple[Node, ...], int, int]:
    """Return children in the order of the source, and where the node around them starts and ends.

    The lists among them grow to their brackets, so that the text around their items is theirs.
    """
    start = min([span[0], *(child.start for child in children)])
    end = max([span[1], *(child.end for child in children)])
    ordered = sorted(children, key=lambda child: (child.start, child.end))
    for index, child in enumerate(ordered):
        if child.listed:
            before = ordered[index - 1].end if index else start
            after = ordered[index + 1].start if index + 1 < len(ordered) else end
            child.start, child.end = min(before, child.start), max(after, child.end)
    return tuple(ordered), start, end


def _escaped(text: str) -> str:
    """Return text in which no mark of an f-string's part can appear."""
    return text.replace("\0", "\0\0")


def _literals(node: cst.CSTNode) -> list[cst.CSTNode]:
    """Return the string literals that stand side by side in a string."""
    if isinstance(node, cst.ConcatenatedString):
        return [node.left, *_literals(node.right)]
    return [node]


def _is_docstring(node: cst.CSTNode) -> TypeGuard[cst.Expr]:
    return isinstance(node, cst.Expr) and all(
        isinstance(literal, cst.SimpleString) and "b" not in literal.prefix.lower()
        for literal in _literals(node.value)
    )


def _is_tuple_index(node: cst.Subscript) -> bool:
    """Tell `a[1,]` and `a[1, 2]` from `a[1]`."""
    return len(node.slice) > 1 or isinstance(node.slice[-1].comma, cst.Comma)
