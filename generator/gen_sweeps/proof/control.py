"""The control's file, parsed whole: what it says of all the others of its template."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from gen_sweeps.errors import GenSweepsError, ProofError
from gen_sweeps.proof.placement import check_placements
from gen_sweeps.proof.python_syntax import docstring_end, parse
from gen_sweeps.proof.treatment import MAX_NESTING, dotted_name
from gen_sweeps.rendering.renderer import File
from gen_sweeps.spec.model import Treatment


@dataclass(frozen=True)
class Skeleton:
    """A file with its docstring and its treatment taken out.

    Attributes:
        file: The control's file.
        before: Its text between the docstring and the treatment.
        after: Its text from the end of the treatment.
        names: The names that the file binds somewhere; None if a star import hides them.
    """

    file: File
    before: str
    after: str
    names: frozenset[str] | None

    @cached_property
    def takes_deep_values(self) -> bool:
        """Whether any treatment that is read back on its own would be accepted in this place.

        CPython counts the brackets that are open in the file, so one that parses alone may not
        parse in place. A file with the deepest treatment of all tells, for all others.
        """
        deepest = f"f({'[' * MAX_NESTING}{']' * MAX_NESTING})"
        try:
            ast.parse(f'""{self.before}{deepest}{self.after}')
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
        return True


def examine(file: File, treatment: Treatment, shown: str) -> Skeleton:
    """Return the skeleton of the control's file.

    Args:
        file: The control's file, as rendered from one of the templates.
        treatment: What may differ from the control.
        shown: The file's path as the user would name it.

    Raises:
        TemplateError: Python does not accept the file, or it has no docstring.
        ProofError: It has no treatment call, more than one, or one under another name.
    """
    tree = parse(file, shown)
    docstring = docstring_end(file, shown, tree)
    check_placements(file, shown)
    start, end = _placed(file, treatment, shown)
    last_name = treatment.call.rpartition(".")[2]
    _check_calls(_Calls(tree, last_name), file, (start, end), treatment, shown)
    return Skeleton(file, file.source[docstring:start], file.source[end:], _bound_names(tree))


def _placed(file: File, treatment: Treatment, shown: str) -> tuple[int, int]:
    """Return where the template placed the treatment, which it must do once."""
    if len(file.treatments) == 1:
        return file.treatments[0]
    places = ", ".join(f"line {_line(file, start)}" for start, _ in file.treatments)
    count = f"{len(file.treatments)} treatment calls ({places})" if places else "no treatment call"
    hint = f"place `{{{{ treatment }}}}` once in {file.template}, where {treatment.call} is called"
    raise ProofError.at(f"has {count}", shown, hint=hint)


class _Calls(ast.NodeVisitor):
    """Finds each use of a name: calls of it, and what makes it known under another name."""

    def __init__(self, tree: ast.Module, name: str) -> None:
        self.calls: list[ast.Call] = []
        self.in_string: list[ast.Call] = []
        self.aliases: list[ast.expr | ast.alias] = []
        self._name = name
        self._strings = 0
        self.visit(tree)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._strings += 1
        self.generic_visit(node)
        self._strings -= 1

    visit_TemplateStr = visit_JoinedStr  # noqa: N815 - ast names the visitor, from Python 3.14 on

    def visit_Call(self, node: ast.Call) -> None:
        if self._names(node.func):
            (self.in_string if self._strings else self.calls).append(node)
            if isinstance(node.func, ast.Attribute):
                self.visit(node.func.value)
            for child in (*node.args, *node.keywords):
                self.visit(child)
        else:
            self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load) and self._names(node):
            self.aliases.append(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Load) and self._names(node):
            self.aliases.append(node)
        self.visit(node.value)

    def visit_alias(self, node: ast.alias) -> None:
        if node.asname and self._name != node.asname and node.name.split(".")[-1] == self._name:
            self.aliases.append(node)

    # Annotations name a class without calling it.

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        if node.value:
            self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        pass

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for child in (*node.decorator_list, node.args, *node.body):
            self.visit(child)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast names the visitor

    def _names(self, node: ast.expr) -> bool:
        return (isinstance(node, ast.Name) and node.id == self._name) or (
            isinstance(node, ast.Attribute) and node.attr == self._name
        )


def _check_calls(
    found: _Calls, file: File, span: tuple[int, int], treatment: Treatment, shown: str
) -> None:
    """Check that the placed treatment is a call in the tree, and that no other is about."""

    def error(message: str, line: int, hint: str) -> GenSweepsError:
        return ProofError.at(message, shown, line, hint=hint)

    call = treatment.call
    once = f"place `{{{{ treatment }}}}` in {file.template}, and write {call} nowhere else"
    line = _line(file, span[0])
    if found.in_string:
        raise error(f"calls {call} in an f-string, where it can't be proven", line, once)
    if not found.calls:
        raise error(f"has no treatment call: {call} stands in a comment or string", line, once)
    if len(found.calls) > 1:
        places = ", ".join(f"line {node.lineno}" for node in found.calls)
        message = f"has {len(found.calls)} treatment calls ({places})"
        raise error(message, found.calls[1].lineno, once)
    if found.aliases:
        alias = found.aliases[0]
        message = f"makes {call} known under another name, which could hide a treatment call"
        raise error(message, alias.lineno, f"call {call} by its own name in {file.template}")
    (node,) = found.calls
    if _span(node, file) != span or dotted_name(node.func) != call:
        message = f"the treatment is not a call of {call} on its own: {ast.unparse(node.func)}"
        raise error(
            message, line, f"place `{{{{ treatment }}}}` as an expression in {file.template}"
        )


def _line(file: File, offset: int) -> int:
    return file.source.count("\n", 0, offset) + 1


def _span(node: ast.Call, file: File) -> tuple[int, int]:
    """Return the offsets at which a node starts and ends, in characters."""
    lines = file.source.split("\n")

    def offset(line: int, column: int) -> int:
        before = sum(len(text) + 1 for text in lines[: line - 1])
        return before + len(lines[line - 1].encode()[:column].decode(errors="replace"))

    end = (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
    return offset(node.lineno, node.col_offset), offset(*end)


def _bound_names(tree: ast.Module) -> frozenset[str] | None:
    """Return the names that imports, assignments and definitions of a file bind, in any scope."""
    names = set(_bindings(tree))
    return None if "*" in names else frozenset(names)


def _bindings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.alias(name=name, asname=asname):
                yield asname or name.partition(".")[0]
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name
