"""A family whose differences have names: its variables, and its template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from gen_sweeps.adopt.file_names import NameGrid


@dataclass(frozen=True, slots=True)
class SpecVariable:
    """A variable of the spec to be.

    Attributes:
        name: What it is called.
        sources: Its TOML source in each file, by the number of the file; where there is none, it
            is not defined.
        texts: What stands in the file, likewise.
        starts: Where it stands in each file that prints it, as offsets.
        path: What a reader would call that place: its key, and what has it in turn.
        is_flag: Whether it only says which branch a file takes.
        is_asked: Whether the template asks if it is defined, so that it can't have a default.
        is_prose: Whether it stands in a docstring or a comment only.
    """

    name: str
    sources: Mapping[int, str]
    texts: Mapping[int, str]
    starts: Mapping[int, tuple[int, ...]]
    path: tuple[str, ...] = ()
    is_flag: bool = False
    is_asked: bool = False
    is_prose: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What a template prints: an expression of Jinja, filters included."""

    expression: str


@dataclass(frozen=True, slots=True)
class TemplateBranch:
    """What a template prints under a condition of Jinja; without one, otherwise."""

    condition: str | None
    nodes: tuple[TemplateNode, ...]


@dataclass(frozen=True, slots=True)
class TemplateFork:
    """The branches of `{% if … %}`."""

    branches: tuple[TemplateBranch, ...]


TemplateNode: TypeAlias = "str | Shown | TemplateFork"


def conditions_of(nodes: Iterable[TemplateNode]) -> Iterator[str]:
    """Yield the conditions of a template."""
    for node in nodes:
        if isinstance(node, TemplateFork):
            for branch in node.branches:
                if branch.condition is not None:
                    yield branch.condition
                yield from conditions_of(branch.nodes)


@dataclass(frozen=True, slots=True)
class NamedFamily:
    """A family whose differences have names.

    Attributes:
        grid: The axes, with names.
        variables: The variables, in the order in which they appear.
        nodes: The template.
        titles: What each file says as the title of its strategy, as text.
        docs: Likewise, as its doc.
        prints_strategy: Whether code prints the strategy's name.
        said_at: Where each file says those, as offsets, by `strategy.title` and `strategy.doc`.
    """

    grid: NameGrid
    variables: tuple[SpecVariable, ...]
    nodes: tuple[TemplateNode, ...]
    titles: Mapping[int, str]
    docs: Mapping[int, str]
    prints_strategy: bool
    said_at: Mapping[str, Mapping[int, Sequence[int]]] = field(default_factory=dict)

    def with_treatment(self, placeholder: str) -> NamedFamily:
        """Return the family with the treatment where its template has a text."""
        return replace(self, nodes=tuple(_with_treatment(self.nodes, placeholder)))


def _with_treatment(nodes: Iterable[TemplateNode], placeholder: str) -> Iterator[TemplateNode]:
    for node in nodes:
        if isinstance(node, TemplateFork):
            yield TemplateFork(
                tuple(
                    TemplateBranch(it.condition, tuple(_with_treatment(it.nodes, placeholder)))
                    for it in node.branches
                )
            )
        elif isinstance(node, str) and placeholder in node:
            before, _, after = node.partition(placeholder)
            yield from (before, Shown("treatment"), after)
        else:
            yield node
