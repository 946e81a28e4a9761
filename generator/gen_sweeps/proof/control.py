"""The first file of a skeleton, read whole: what it says of all that share the skeleton."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from gen_sweeps.errors import ProofError
from gen_sweeps.proof.holes import Places, find_places
from gen_sweeps.proof.operands import dotted_name
from gen_sweeps.proof.placement import check_placements
from gen_sweeps.proof.python_syntax import docstring_end, offset_of, parse
from gen_sweeps.proof.treatment import find_treatment
from gen_sweeps.rendering.renderer import File
from gen_sweeps.spec.model import Treatment


@dataclass(frozen=True)
class Control:
    """A file that Python has read whole, for all that have the same skeleton.

    Attributes:
        file: The file.
        docstring_end: The offset in it at which its docstring ends.
        in_docstring: How many of its holes stand in the docstring.
        places: Where the holes stand, and which of them the proof can't follow.
        names: The names that the file binds somewhere; None if a star import hides them.
    """

    file: File
    docstring_end: int
    in_docstring: int
    places: Places
    names: frozenset[str] | None

    @property
    def code(self) -> str:
        """What stands behind the docstring."""
        return self.file.source[self.docstring_end :]


def examine(file: File, treatment: Treatment, shown: str) -> Control:
    """Read a file whole.

    Args:
        file: The first file of its skeleton.
        treatment: What may differ from the control.
        shown: The file's path as the user would name it.

    Raises:
        TemplateError: Python does not accept the file, or it has no docstring.
        ProofError: It has no treatment call, more than one, or one that the proof can't follow.
    """
    tree = parse(file, shown)
    end = docstring_end(file, shown, tree)
    check_placements(file, shown)
    _check_treatment(file, tree, treatment, shown)
    spans = file.page.spans
    return Control(
        file,
        end,
        sum(start < end for start, _ in spans),
        find_places(file.source, spans, tree),
        _bound_names(tree),
    )


def _check_treatment(file: File, tree: ast.Module, treatment: Treatment, shown: str) -> None:
    """Check that the template placed the treatment once, and that this is the file's only call."""
    call = treatment.call
    if len(file.treatments) != 1:
        places = ", ".join(f"line {_line(file, start)}" for start, _ in file.treatments)
        calls = f"{len(file.treatments)} treatment calls ({places})"
        hint = f"place `{{{{ treatment }}}}` once in {file.template}, where {call} is called"
        raise ProofError.at(f"has {calls if places else 'no treatment call'}", shown, hint=hint)
    hint = f"place `{{{{ treatment }}}}` in {file.template}, and write {call} nowhere else"
    node = find_treatment(tree, call, shown, hint)
    ((start, end),) = file.treatments
    lines = file.source.split("\n")
    last = (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
    span = (offset_of(lines, node.lineno, node.col_offset), offset_of(lines, *last))
    if span != (start, end) or dotted_name(node.func) != call:
        message = f"the treatment is not a call of {call} on its own: {ast.unparse(node.func)}"
        hint = f"place `{{{{ treatment }}}}` as an expression in {file.template}"
        raise ProofError.at(message, shown, _line(file, start), hint=hint)


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
