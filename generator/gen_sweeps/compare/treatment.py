"""Finding the one call that is the treatment of an experiment, or saying why there is none."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from gen_sweeps.errors import ProofError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gen_sweeps.compare.tree import Module, Node


def treatment_call(module: Module, call: str) -> Node:
    """Return the only call of `call` in a file.

    Args:
        module: The file.
        call: What is called; its last dotted part counts.

    Raises:
        ProofError: If there is no such call, or more than one, or if what is called is also used in
            a way by which it could be called under another name.
    """
    name = call.rpartition(".")[2]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(module.source)
    _refuse_other_uses(module, tree, name)
    calls = [node for node in _nodes(module.root) if node.kind == "Call" and _called(node) == name]
    everywhere = [n for n in ast.walk(tree) if isinstance(n, ast.Call) if _name_of(n.func) == name]
    if not everywhere:
        raise ProofError.at(
            f"has no call of {name}, so there is no treatment to prove",
            module.path,
            hint=f"the file must call `{name}(…)` exactly once, by that name",
        )
    if len(everywhere) > 1:
        lines = ", ".join(str(line) for line in sorted(node.lineno for node in everywhere))
        line, column = module.text.position(calls[1].start) if len(calls) > 1 else (None, None)
        raise ProofError.at(
            f"calls {name} {len(everywhere)} times (lines {lines}), so the treatment is not one",
            module.path,
            line,
            column,
            hint=f"the file must call `{name}(…)` exactly once",
        )
    if len(calls) != 1:
        raise ProofError.at(
            f"calls {name} inside an f-string, where it can't be the treatment",
            module.path,
            everywhere[0].lineno,
            hint="call it outside, and put the result into the f-string",
        )
    return calls[0]


def _nodes(root: Node) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


def _called(call: Node) -> str:
    """Return the last dotted part of what a call calls, or ""."""
    func = next(child for child in call.children if child.key == "@func")
    if func.kind == "Attribute":
        func = next(child for child in func.children if child.key == "@attr")
    return func.head if func.kind == "Name" else ""


def _name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _refuse_other_uses(module: Module, tree: ast.Module, name: str) -> None:
    """Raise ProofError if the name is used but to call it, import it or annotate with it."""
    harmless: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            harmless.add(id(node.func))
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(annotation, ast.AST):
                harmless.update(id(part) for part in ast.walk(annotation))
        if (
            isinstance(node, ast.alias)
            and node.name.rpartition(".")[2] == name
            and node.asname not in {None, name}
        ):
            _refuse(module, node, f"imports {name} under another name, {node.asname}")
    for node in ast.walk(tree):
        if _name_of(node) == name and id(node) not in harmless and isinstance(node, ast.expr):
            _refuse(
                module,
                node,
                f"uses {name} without calling it, so that it may be called under another name",
            )


def _refuse(module: Module, node: ast.expr | ast.alias, message: str) -> None:
    line = node.lineno
    before = module.source.splitlines()[line - 1][: node.col_offset]
    raise ProofError.at(
        message,
        module.path,
        line,
        len(before.decode("utf-8", "replace")) + 1,
        hint="import it by its name and call it directly, once: the proof can't follow others",
    )
