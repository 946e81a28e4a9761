"""The judge of the proof: do two files differ in nothing but the treatment?"""

from __future__ import annotations

import ast
import codecs
import re
import warnings
from itertools import pairwise
from typing import TYPE_CHECKING

from gen_sweeps.compare import Difference, differences, site_at, without_comments
from gen_sweeps.errors import ProofError
from gen_sweeps.proof.treatment import find_treatment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gen_sweeps.compare import Module, Node, Site

_WALRUS = "NamedExpr"
_SEPARATOR = re.compile(rb",?(?: |(?:\r\n|\n|\r)[ \t]*)?")
"""What an argument needs to stand on its own line, or behind another one; any more is layout."""

Cut = tuple[int, int]


def undeclared_differences(
    control: Module, other: Module, call: str, vary: tuple[str, ...]
) -> tuple[Difference, ...]:
    """Return everything that differs outside the module docstring and what the treatment may vary.

    Empty if and only if the two files are the same bytes once their module docstrings and the
    `vary` arguments of their one treatment call are taken out. An argument is taken out with the
    comma and the line that it needs, so that it may be there or not; a comment or an empty line
    beside it is not.

    Args:
        control: The file to compare with.
        other: The file to judge; positions on the right are its.
        call: What the treatment calls; its last dotted part counts.
        vary: The keyword arguments of the call that may differ, or be missing.

    Raises:
        ProofError: If a file has not exactly one treatment call, or one that may go by another
            name, or assigns a variable in an argument that varies, or has bytes that LibCST drops.
    """
    kept = [_Rest(module, _treatment(module, call), vary) for module in (control, other)]
    if kept[0].data == kept[1].data:
        return ()
    name = call.rpartition(".")[2]
    found = differences(control, other)
    outside = tuple(difference for difference in found if not _inside(difference, name, vary))
    beside = tuple(difference for difference in found if difference.kind == "comment")
    return outside or beside or (_first_byte(kept[0], kept[1]),)


def _treatment(module: Module, call: str) -> Node:
    """Return the treatment call of a file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(module.source)
    name = call.rpartition(".")[2]
    find_treatment(tree, name, module.path, f"the file must call `{name}(…)` exactly once")
    return next(node for node in _nodes(module.root) if _calls(node, name))


def _nodes(root: Node) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


def _calls(node: Node, name: str) -> bool:
    """Say whether a node is a call of what has this name as its last dotted part."""
    if node.kind != "Call":
        return False
    function = next(child for child in node.children if child.key == "@func")
    if function.kind == "Attribute":
        function = next(child for child in function.children if child.key == "@attr")
    return function.kind == "Name" and function.head == name


class _Rest:
    """A file without its module docstring and without what the treatment may vary.

    Attributes:
        module: The file.
        data: What is left of it.
    """

    def __init__(self, module: Module, call: Node, vary: tuple[str, ...]) -> None:
        if not module.exact:
            raise ProofError.at(
                "has bytes that LibCST drops, a form feed say, so the proof can't compare them",
                module.path,
                hint="remove form feeds and lone carriage returns from the file",
            )
        self.module = module
        self._cuts = sorted([*_docstring(module), *_arguments(module, call, vary)])
        pieces = [codecs.BOM_UTF8 if module.source.startswith(codecs.BOM_UTF8) else b""]
        at = 0
        for start, end in self._cuts:
            pieces.append(module.text.data[at:start])
            at = end
        pieces.append(module.text.data[at:])
        self.data = b"".join(pieces)

    def offset(self, index: int) -> int:
        """Return where in the file a byte of the skeleton stands."""
        if self.module.source.startswith(codecs.BOM_UTF8):
            index = max(0, index - len(codecs.BOM_UTF8))
        for start, end in self._cuts:
            if index >= start:
                index += end - start
        return min(index, len(self.module.text.data))


def _docstring(module: Module) -> list[Cut]:
    body = module.root.children[0].children
    return [(body[0].start, body[0].end)] if body and body[0].docstring is not None else []


def _arguments(module: Module, call: Node, vary: tuple[str, ...]) -> list[Cut]:
    """Return what to cut out of a call to have it without the arguments that vary."""
    holder = next(child for child in call.children if child.key == "@args")
    arguments = holder.children
    gone = [a.kind == "Arg" and a.named and a.key in vary for a in arguments]
    cuts: list[Cut] = []
    for argument, is_gone in zip(arguments, gone, strict=True):
        if is_gone:
            _refuse_walrus(module, argument)
            cuts.append((argument.start, argument.end))
    if not cuts:
        return []
    if all(gone):
        opening = holder.start + module.text.data[holder.start : arguments[0].start].rfind(b"(") + 1
        gaps = [(opening, arguments[0].start), (arguments[-1].end, call.end - 1)]
    else:
        gaps = []
    for index, (argument, following) in enumerate(pairwise(arguments)):
        leads = all(gone[: index + 1])
        if all(gone) or (gone[index] if leads else gone[index + 1]):
            gaps.append((argument.end, following.start))
    for start, end in gaps:
        cuts += _plain_parts(module.text.data, start, end)
    return cuts


def _plain_parts(data: bytes, start: int, end: int) -> list[Cut]:
    """Return what to cut of the text between arguments: all, or the comma if more stands there."""
    text = data[start:end]
    if _SEPARATOR.fullmatch(text):
        return [(start, end)]
    comma = without_comments(text).find(b",")
    return [(start + comma, start + comma + 1)] if comma >= 0 else []


def _refuse_walrus(module: Module, argument: Node) -> None:
    stack = [argument]
    while stack:
        node = stack.pop()
        if node.kind == _WALRUS:
            line, column = module.text.position(node.start)
            raise ProofError.at(
                f"the treatment's argument {argument.key} assigns a variable, which acts outside",
                module.path,
                line,
                column,
                hint="assign it in a statement of its own",
            )
        stack.extend(node.children)


def _inside(difference: Difference, call: str, vary: tuple[str, ...]) -> bool:
    """Whether a difference is within what may vary."""
    steps = difference.steps
    if len(steps) == 1 and steps[0].name == "docstring":
        return difference.kind != "comment" and difference.note in {
            "",
            "quotes",
            "docstring indentation",
        }
    return any(
        step.kind == "argument" and step.call == call and step.name in vary for step in steps
    )


def _first_byte(a: _Rest, b: _Rest) -> Difference:
    """Return the first byte that differs, for what no other difference explains."""
    shorter = min(len(a.data), len(b.data))
    index = next((n for n in range(shorter) if a.data[n] != b.data[n]), shorter)
    sites: list[Site] = []
    for skeleton in (a, b):
        text = skeleton.module.text
        offset = skeleton.offset(index)
        line_end = text.data.find(b"\n", offset)
        shown = text.slice(
            offset, line_end if line_end > offset else min(offset + 1, len(text.data))
        )
        sites.append(site_at(text, offset, shown))
    return Difference("layout", "changed", (), sites[0], sites[1], a.offset(index), note="bytes")
