"""A template in two halves: what may depend on the strategy, and what can't.

Most of a strategy's file is the same in all of them, because nothing in that part of the template
names the strategy. What is told here from the template's syntax need be rendered only once.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from jinja2 import Environment, Template, nodes

SAME_FOR_ALL = frozenset({"sweep", "base", "vars", "treatment", "loop"})
"""What a template sees that is the same for every strategy; the treatment is filled in later."""

_STATEFUL = frozenset({"namespace", "cycler", "joiner"})
"""What makes things that change when they are used, so that an earlier use shows in a later one."""

_PLAIN_NODES = (
    *(nodes.Output, nodes.TemplateData, nodes.ExprStmt, nodes.Assign, nodes.If, nodes.For),
    *(nodes.Name, nodes.Const, nodes.Tuple, nodes.List, nodes.Dict, nodes.Pair, nodes.Keyword),
    *(nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.Call),
    *(nodes.BinExpr, nodes.UnaryExpr, nodes.Compare, nodes.Operand, nodes.Concat, nodes.CondExpr),
)
"""Nodes whose effect is only what they print, and names that they set where this can be seen."""


@dataclass(frozen=True, slots=True)
class Halves:
    """The two halves of a template; rendered one after the other they make what it makes.

    Attributes:
        strategy: The half that may depend on the strategy.
        items: What stands at the top level of that half.
        shared: The half that is the same for all strategies.
    """

    strategy: Template
    items: tuple[nodes.Node, ...]
    shared: Template


def halves(environment: Environment, name: str) -> Halves | None:
    """Return a template in two halves; None if no part at its end is the same for everyone.

    Args:
        environment: Loads the template.
        name: Its name.

    Raises:
        jinja2.TemplateError: It can't be loaded or parsed.
    """
    loader = environment.loader
    if loader is None:  # pragma: no cover - every environment here has one
        return None
    source, filename, _ = loader.get_source(environment, name)
    items = list(_items(environment.parse(source, name, filename)))
    differing = {"strategy", *_STATEFUL}
    last = -1
    for index, item in enumerate(items):
        if depends(item, differing):
            last = index
            differing |= names(item, "store")
    # What is set once above, from things that are the same for all, is set again in the half
    # below: two settings of a name that is the same for all are one.
    settings = [item for item in items[: last + 1] if isinstance(item, nodes.Assign)]
    same = [item for item in settings if not names(item, "load", "store") & differing]
    shared = items[last + 1 :]
    known = SAME_FOR_ALL | environment.globals.keys()
    known = known.union(*(names(item, "store") for item in (*same, *shared)))
    if not shared or any(names(item, "load") - known for item in (*same, *shared)):
        return None

    def compiled(body: list[nodes.Node]) -> Template:
        tree = nodes.Template(body, lineno=1).set_environment(environment)
        code = environment.compile(tree, name, filename)  # type: ignore[call-overload] # takes trees
        return environment.template_class.from_code(
            environment, code, environment.make_globals(None)
        )

    half = items[: last + 1]
    return Halves(compiled(half), tuple(half), compiled([*same, *shared]))


def _items(tree: nodes.Template) -> Iterator[nodes.Node]:
    """Yield what stands at the top level of a template, each printed thing on its own."""
    for node in tree.body:
        if isinstance(node, nodes.Output):
            for printed in node.nodes:
                yield nodes.Output([printed], lineno=printed.lineno)
        else:
            yield node


def depends(item: nodes.Node, differing: AbstractSet[str]) -> bool:
    """Say whether what a part of a template makes may depend on one of the names."""
    plain = all(isinstance(node, _PLAIN_NODES) for node in (item, *item.find_all(nodes.Node)))
    return not plain or bool(names(item, "load") & differing)


def names(item: nodes.Node, *contexts: str) -> set[str]:
    """Return the names in a part of a template: those that it loads or stores, as is asked."""
    found = (item, *item.find_all(nodes.Name))
    return {node.name for node in found if isinstance(node, nodes.Name) and node.ctx in contexts}
