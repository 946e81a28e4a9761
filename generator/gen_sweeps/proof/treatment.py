"""The treatment call in a file: found in its tree, and read back from its source."""

from __future__ import annotations

import ast
import io
import math
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from gen_sweeps.errors import ProofError
from gen_sweeps.proof.operands import HoleValue, dotted_name, reads_as
from gen_sweeps.spec.model import SCALARS, Call, Expression, Reference


class UnreadableTreatmentError(Exception):
    """The text is not the call that the spec describes; says why."""


def find_treatment(tree: ast.Module, call: str, path: str, hint: str) -> ast.Call:
    """Return the only call of the treatment's function in a file.

    Args:
        tree: The file's tree.
        call: What is called, possibly dotted; its last part counts.
        path: The file's path as the user would name it.
        hint: What to do so that there is exactly one.

    Raises:
        ProofError: There is no such call or more than one, it stands in an f-string, or the file
            uses the name in a way by which something else could be called, or under another name.
    """
    uses = _Uses(call.rpartition(".")[2])
    uses.visit(tree)
    if uses.in_string:
        message = f"calls {call} in an f-string, where it can't be proven"
        raise ProofError.at(message, path, uses.in_string[0].lineno, hint=hint)
    if not uses.calls:
        message = f"has no treatment call: {call} is not called in its code"
        raise ProofError.at(message, path, hint=hint)
    if len(uses.calls) > 1:
        places = ", ".join(f"line {node.lineno}" for node in uses.calls)
        message = f"has {len(uses.calls)} treatment calls ({places})"
        raise ProofError.at(message, path, uses.calls[1].lineno, hint=hint)
    for fault in uses.faults:
        hint = f"import {call} by its own name and call it directly, once"
        message = f"{fault.what}, which could hide a treatment call"
        raise ProofError.at(message, path, fault.line, hint=hint)
    return uses.calls[0]


@dataclass(frozen=True, slots=True)
class _Fault:
    """A use of the treatment's name that the proof can't follow."""

    what: str
    line: int


_NAMING = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.BitOr, ast.Tuple, ast.List)
"""What an annotation may be made of, and call nothing by another name."""


class _Uses(ast.NodeVisitor):
    """Finds each use of a name: calls of it, and what a call of it could hide behind."""

    def __init__(self, name: str) -> None:
        self.calls: list[ast.Call] = []
        self.in_string: list[ast.Call] = []
        self.faults: list[_Fault] = []
        self._name = name
        self._strings = 0

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._strings += 1
        self.generic_visit(node)
        self._strings -= 1

    visit_TemplateStr = visit_JoinedStr  # noqa: N815 - ast names the visitor, from Python 3.14 on

    def visit_Call(self, node: ast.Call) -> None:
        match node:
            case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=[value, kinds]):
                self.visit(value)
                self._annotation(kinds)  # names classes, and does nothing else with them
                return
        if not self._names(node.func):
            self.generic_visit(node)
            return
        (self.in_string if self._strings else self.calls).append(node)
        if isinstance(node.func, ast.Attribute):
            self.visit(node.func.value)
        for child in (*node.args, *node.keywords):
            self.visit(child)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id == self._name:
            self._fault(node, "aliases" if isinstance(node.ctx, ast.Load) else "rebinds")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr == self._name:
            self._fault(node, "aliases" if isinstance(node.ctx, ast.Load) else "rebinds")
        # What the class has, as in `Config.default()`, is another name than its own.
        if not (isinstance(node.ctx, ast.Load) and self._names(node.value)):
            self.visit(node.value)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        # A class that is made from it has a name of its own too.
        bases = [base for base in node.bases if self._names(base)]
        for child in ast.iter_child_nodes(node):
            if child not in bases:
                self.visit(child)

    def visit_alias(self, node: ast.alias) -> None:
        last = node.name.rpartition(".")[2]
        if node.asname and (last == self._name) != (node.asname == self._name):
            self._fault(node, "aliases" if last == self._name else "rebinds")

    def visit_arg(self, node: ast.arg) -> None:
        if node.arg == self._name:
            self._fault(node, "rebinds")
        self._annotation(node.annotation)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        self._annotation(node.annotation)
        if node.value:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if node.name == self._name:
            self._fault(node, "rebinds")
        for child in ast.iter_child_nodes(node):
            if child is node.returns:
                self._annotation(node.returns)
            else:
                self.visit(child)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast names the visitor

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name == self._name:
            self._fault(node, "rebinds")
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name == self._name:
            self._fault(node, "rebinds")
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs  # noqa: N815 - ast names the visitor

    def _annotation(self, node: ast.expr | None) -> None:
        """Visit an annotation: it may name the class, as long as it does nothing else with it."""
        if node is None:
            return
        if not self._names(node):
            if not isinstance(node, _NAMING):
                self.visit(node)
                return
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self._annotation(child)

    def _names(self, node: ast.expr) -> bool:
        return (isinstance(node, ast.Name) and node.id == self._name) or (
            isinstance(node, ast.Attribute) and node.attr == self._name
        )

    def _fault(self, node: ast.expr | ast.stmt | ast.alias | ast.arg | ast.AST, verb: str) -> None:
        line = getattr(node, "lineno", 1)
        self.faults.append(_Fault(f"{verb} {self._name}", line))


def names_in(value: HoleValue) -> Iterator[str]:
    """Yield the names that the source of a value needs: of constants, of `float`.

    What a call calls is not among them.
    """
    if isinstance(value, Reference):
        yield value.name.partition(".")[0]
    elif isinstance(value, float) and not math.isfinite(value):
        yield "float"
    elif isinstance(value, Expression):
        tree = ast.parse(value.source, mode="eval")
        yield from (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    elif isinstance(value, Call):
        for item in value.arguments.values():
            yield from names_in(item)
    elif not isinstance(value, SCALARS):
        for item in value if isinstance(value, tuple) else value.values():
            yield from names_in(item)


def read_back(text: str, call: Call) -> None:
    """Check that `text` is nothing but the call, for a place that construction does not prove.

    The values are compared with their types, node by node, so what passes can't hold anything
    but literals and names of constants: no operator, no assignment, no comment.

    Args:
        text: The call's source, from its first to its last character.
        call: What it must be.

    Raises:
        UnreadableTreatmentError: It is anything else.
    """
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UnreadableTreatmentError(f"it is no expression: {error}") from None
    if not isinstance(node, ast.Call) or dotted_name(node.func) != call.function:
        raise UnreadableTreatmentError(f"it is not a call of {call.function}")
    if not _spans(node, text):
        raise UnreadableTreatmentError("there is something beside the call")
    if "#" in text and any(_comments(text)):
        raise UnreadableTreatmentError("there is a comment in it")
    if node.args or [keyword.arg for keyword in node.keywords] != list(call.arguments):
        wanted = ", ".join(call.arguments) or "none"
        raise UnreadableTreatmentError(f"its arguments are not {wanted}")
    for keyword, (name, value) in zip(node.keywords, call.arguments.items(), strict=True):
        if not reads_as(keyword.value, value, text):
            raise UnreadableTreatmentError(f"the value of {name} is not what the spec says")


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
