"""The half of a template that a strategy's text goes into, as pieces to be put together.

What such a half takes of a strategy is mostly its name, its title and its description, printed
and nothing else. If all of it is like that, as its syntax tells, then the rest is the same for
every strategy, and a file's text is joined from pieces without running the template again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import TypeAlias

from jinja2 import Environment, nodes

from gen_sweeps.rendering.escaping import in_docstring
from gen_sweeps.rendering.filters import SLOT
from gen_sweeps.rendering.halves import SAME_FOR_ALL, depends, names
from gen_sweeps.rendering.sandbox import PIECE
from gen_sweeps.spec.model import Strategy

Piece: TypeAlias = "str | Callable[[Strategy], str]"
"""A text, or what makes one for a strategy."""

Settle: TypeAlias = Callable[[str], str | None]
"""Fills the slots of a rendered text; None if what stands in one depends on the place."""

_TEXTS: Mapping[str, Callable[[Strategy], str]] = {
    "title": lambda strategy: in_docstring(strategy.title),
    "doc": lambda strategy: in_docstring(strategy.doc),
}
"""What the filter `docstring` makes of a strategy's texts."""


def pieces(
    environment: Environment,
    half: Iterable[nodes.Node],
    values: Mapping[str, object],
    settle: Settle,
) -> tuple[Piece, ...] | None:
    """Return the pieces of a template's half; None if it does more than to print.

    Args:
        environment: Runs what is the same for every strategy, once.
        half: What stands at the top level of the half, as `halves` tells it; it has been run
            for a strategy without an error.
        values: What the template sees that is the same for every strategy.
        settle: Fills slots.
    """
    reader = _Reader(environment, values, settle)
    found: list[Piece] = []
    for item in half:
        made = reader.statement(item)
        if made is None:
            return None
        found += made
    return tuple(_joined(found))


def _joined(found: Iterable[Piece]) -> Iterable[Piece]:
    """Yield pieces, texts that follow on each other as one."""
    text = ""
    for piece in found:
        if isinstance(piece, str):
            text += piece
            continue
        if text:
            yield text
        yield piece
        text = ""
    if text:
        yield text


class _Reader:
    """Reads what a half does, from its start to its end, into pieces."""

    def __init__(
        self, environment: Environment, values: Mapping[str, object], settle: Settle
    ) -> None:
        self._environment = environment
        self._values = values
        self._settle = settle
        self._known = SAME_FOR_ALL | environment.globals.keys()
        self._set: dict[str, list[Piece]] = {}

    def statement(self, item: nodes.Node) -> list[Piece] | None:
        """Return what a statement prints; None if it does more than to print or to set a name."""
        match item:
            case nodes.Assign(target=nodes.Name(name=name), node=nodes.Expr() as value):
                made = self._text(value)
                if made is None or name in self._known or name == "strategy":
                    return None
                self._set[name] = made
                return []
            case nodes.Output(nodes=[nodes.Expr() as printed]):
                return self._printed(printed)
            case _:
                return None

    def _printed(self, value: nodes.Expr) -> list[Piece] | None:
        match value:
            case nodes.TemplateData(data=text):
                return [text]
            case nodes.Filter(
                name="docstring",
                args=[],
                kwargs=[],
                dyn_args=None,
                dyn_kwargs=None,
                node=nodes.Getattr(node=nodes.Name(name="strategy"), attr=attribute),
            ) if attribute in _TEXTS:
                return [_TEXTS[attribute]]
        if (made := self._text(value)) or not self._is_the_same(value):
            return made
        settled = self._settle(self._run(nodes.Output([value]))[0])
        return None if settled is None else [settled]

    def _text(self, value: nodes.Expr) -> list[Piece] | None:
        """Return the pieces of an expression that makes a plain string."""
        match value:
            case nodes.Const(value=str(text)):
                return [text]
            case nodes.Getattr(node=nodes.Name(name="strategy"), attr="name"):
                return [attrgetter("name")]
            case nodes.Name(name=name) if name in self._set:
                return self._set[name]
            # Each operand of `~` is in a filter that only counts what is joined.
            case nodes.Concat(nodes=operands):
                return self._all(operands)
        if not self._is_the_same(value):
            return None
        result = self._run(nodes.Assign(nodes.Name("result", "store"), value))[1].get("result")
        return [result] if type(result) is str and SLOT not in result else None

    def _all(self, operands: Iterable[nodes.Expr]) -> list[Piece] | None:
        made: list[Piece] = []
        for operand in operands:
            match operand:
                case nodes.Filter(name=name, node=nodes.Expr() as joined) if name == PIECE:
                    part = self._text(joined)
                case _:
                    return None
            if part is None:
                return None
            made += part
        return made

    def _is_the_same(self, value: nodes.Expr) -> bool:
        """Say whether an expression has the same value for every strategy."""
        return not depends(value, {"strategy"}) and names(value, "load") <= self._known

    def _run(self, statement: nodes.Stmt) -> tuple[str, Mapping[str, object]]:
        """Return what a statement prints, and the names that it sets."""
        tree = nodes.Template([statement], lineno=1).set_environment(self._environment)
        template = self._environment.from_string(tree)  # type: ignore[arg-type] # takes trees
        context = template.new_context(dict(self._values))
        return "".join(template.root_render_func(context)), context.vars
