"""A template in two halves: what may depend on the strategy, and what can't.

Most of a strategy's file is the same in all of them, because nothing in that part of the template
names the strategy. What is told here from the template's syntax need be rendered only once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Environment, Template, nodes

_SAME_FOR_ALL = frozenset({"sweep", "base", "vars", "treatment", "loop"})
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
    """The two halves of a template; rendered one after the other they make what it makes."""

    strategy: Template
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
    depends = {"strategy", *_STATEFUL}
    last = -1
    for index, item in enumerate(items):
        if _depends(item, depends):
            last = index
            depends |= _names(item, "store")
    # What is set once above, from things that are the same for all, is set again in the half
    # below: two settings of a name that is the same for all are one.
    settings = [item for item in items[: last + 1] if isinstance(item, nodes.Assign)]
    same = [item for item in settings if not _names(item, "load", "store") & depends]
    shared = items[last + 1 :]
    known = _SAME_FOR_ALL | environment.globals.keys()
    known = known.union(*(_names(item, "store") for item in (*same, *shared)))
    if not shared or any(_names(item, "load") - known for item in (*same, *shared)):
        return None

    def compiled(body: list[nodes.Node]) -> Template:
        tree = nodes.Template(body, lineno=1).set_environment(environment)
        code = environment.compile(tree, name, filename)  # type: ignore[call-overload] # takes trees
        return environment.template_class.from_code(
            environment, code, environment.make_globals(None)
        )

    return Halves(compiled(items[: last + 1]), compiled([*same, *shared]))


def _items(tree: nodes.Template) -> Iterator[nodes.Node]:
    """Yield what stands at the top level of a template, each printed thing on its own."""
    for node in tree.body:
        if isinstance(node, nodes.Output):
            for printed in node.nodes:
                yield nodes.Output([printed], lineno=printed.lineno)
        else:
            yield node


def _depends(item: nodes.Node, depends: set[str]) -> bool:
    """Say whether what an item makes may depend on one of the names."""
    plain = all(isinstance(node, _PLAIN_NODES) for node in (item, *item.find_all(nodes.Node)))
    return not plain or bool(_names(item, "load") & depends)


def _names(item: nodes.Node, *contexts: str) -> set[str]:
    names = (item, *item.find_all(nodes.Name))
    return {node.name for node in names if isinstance(node, nodes.Name) and node.ctx in contexts}
