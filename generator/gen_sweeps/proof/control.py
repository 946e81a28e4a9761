"""The first file of a skeleton, read whole: what it says of all that share the skeleton."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from gen_sweeps.errors import ProofError
from gen_sweeps.proof.holes import Places, find_places
from gen_sweeps.proof.operands import dotted_name, names_read
from gen_sweeps.proof.placement import check_placements
from gen_sweeps.proof.python_syntax import docstring_span, offset_of, parse
from gen_sweeps.proof.treatment import find_treatment, names_in
from gen_sweeps.rendering.renderer import File
from gen_sweeps.rendering.skeleton import IDENTITY, HoleValue
from gen_sweeps.spec.model import Call, Treatment


@dataclass(frozen=True)
class Control:
    """A file that Python has read whole, for all that have the same skeleton.

    Attributes:
        file: The file.
        tree: Its tree.
        in_docstring: Which of its holes stand in the module docstring.
        places: Where the holes stand, and which of them the proof can't follow.
        names: The names that the file binds somewhere; None if a star import hides them.
    """

    file: File
    tree: ast.Module
    in_docstring: frozenset[int]
    places: Places
    names: frozenset[str] | None

    @cached_property
    def has_identity_in_code(self) -> bool:
        """Whether a hole outside of the module docstring prints which arm the file is for."""
        holes = enumerate(self.file.page.skeleton.holes)
        return any(
            not IDENTITY.isdisjoint(hole.origin) and number not in self.in_docstring
            for number, hole in holes
        )

    @property
    def unbound(self) -> frozenset[str]:
        """The names that the file reads, and nothing in it or in Python binds."""
        if self.names is None:
            return frozenset()
        return names_read(self.tree) - self.names - frozenset(dir(builtins))


def examine(file: File, treatment: Treatment, shown: str) -> Control:
    """Read a file whole.

    Args:
        file: The first file of its skeleton.
        treatment: What strategies may set.
        shown: The file's path as the user would name it.

    Raises:
        TemplateError: Python does not accept the file, or text of the spec is in its code.
        ProofError: It has no treatment call, more than one, or one that the proof can't follow.
    """
    tree = parse(file, shown)
    check_placements(file, shown)
    _check_treatment(file, tree, treatment, shown)
    spans = file.page.spans
    start, end = docstring_span(file.source, tree)
    inside = (index for index, span in enumerate(spans) if start < span[0] and span[1] < end)
    places = find_places(file.source, spans, tree)
    return Control(file, tree, frozenset(inside), places, _bound_names(tree))


def names_fault(value: HoleValue, control: Control) -> tuple[str, str] | None:
    """Return which name in a value is not what it should be in the file, and a hint; or None."""
    names = set(names_in(value))
    if control.names is None or not names:
        return None
    template = control.file.template
    what = "the treatment" if isinstance(value, Call) else "a value"
    if "float" in names and "float" in control.names:
        message = f"{what} needs Python's float, which the file binds to something else"
        return message, f"use another name in {template}"
    if missing := names - control.names - set(dir(builtins)):
        name = min(missing)
        return (
            f"{what} names {name}, which nothing in the file defines",
            f"import {name} in {template}",
        )
    return None


def _check_treatment(file: File, tree: ast.Module, treatment: Treatment, shown: str) -> None:
    """Check that the template placed the treatment once, and that this is the file's only call.

    A file that prints other factors need not have one.
    """
    call = treatment.call
    if not call or (not file.treatments and file.page.skeleton.holes and _prints_factors(file)):
        return
    if len(file.treatments) != 1:
        places = ", ".join(f"line {_line(file, start)}" for start, _ in file.treatments)
        calls = f"{len(file.treatments)} treatment calls ({places})"
        hint = f"place `{{{{ treatment }}}}` once in {file.template}, where {call} is called"
        raise ProofError.at(f"has {calls if places else 'no treatment call'}", shown, hint=hint)
    ((start, end),) = file.treatments
    if call in dir(builtins):
        node = _call_at(file, tree, start, end)
    else:
        hint = f"place `{{{{ treatment }}}}` in {file.template}, and write {call} nowhere else"
        node = find_treatment(tree, call, shown, hint)
    if node is None or _span(file, node) != (start, end) or dotted_name(node.func) != call:
        called = ast.unparse(node.func) if node else ""
        message = f"the treatment is not a call of {call} on its own"
        hint = f"place `{{{{ treatment }}}}` as an expression in {file.template}"
        if called.endswith(f".{call}"):
            message = f"{message}: {called}"
            hint = f'write `call = "{called}"` and place `{{{{ treatment }}}}` alone'
        raise ProofError.at(message, shown, _line(file, start), hint=hint)


def _prints_factors(file: File) -> bool:
    return any(name for hole in file.page.skeleton.holes for name in hole.origin)


def _call_at(file: File, tree: ast.Module, start: int, end: int) -> ast.Call | None:
    """Return the call that stands exactly there; None if there is none."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return next((node for node in calls if _span(file, node) == (start, end)), None)


def _span(file: File, node: ast.Call) -> tuple[int, int]:
    lines = file.source.split("\n")
    last = (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
    return offset_of(lines, node.lineno, node.col_offset), offset_of(lines, *last)


def _line(file: File, offset: int) -> int:
    return file.source.count("\n", 0, offset) + 1


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
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield name
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield name
