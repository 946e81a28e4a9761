"""The context of templates: views of the spec, and of the arm that is rendered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TypeAlias

from gen_sweeps.rendering.escaping import Text
from gen_sweeps.rendering.filters import TreatmentView
from gen_sweeps.spec.model import Reference, Section, Spec, Strategy, Value

IDENTITY = frozenset({"strategy"})
"""The origin of what says which arm a file is for: the strategy's name, title and doc."""

View: TypeAlias = "bool | int | float | Text | Reference | list[View] | Mapping[Text, View]"
"""A value of the spec as templates see it: as `Value`, with strings guarded, keys among them."""


@dataclass(frozen=True, slots=True)
class SweepView:
    """`sweep` in a template."""

    name: Text
    package: str
    output: Text
    control: str
    spec: Text
    marker: Text


@dataclass(frozen=True, slots=True)
class ConstantView:
    """A constant in a section of `base`."""

    name: str
    value: View
    doc: Text


@dataclass(frozen=True, slots=True)
class SectionView:
    """What iterating over `base` gives."""

    heading: Text
    constants: tuple[ConstantView, ...]


class BaseView:
    """`base` in a template: iterates over sections; `base.NAME` is a constant's value."""

    __slots__ = ("_sections", "_values")

    def __init__(self, sections: tuple[Section, ...]) -> None:
        self._sections = tuple(
            SectionView(
                Text(section.heading),
                tuple(
                    ConstantView(constant.name, view(constant.value), Text(constant.doc))
                    for constant in section.constants
                ),
            )
            for section in sections
        )
        self._values = {
            constant.name: constant.value
            for section in self._sections
            for constant in section.constants
        }

    def __iter__(self) -> Iterator[SectionView]:
        """Iterate over the sections, in the order of the spec."""
        return iter(self._sections)

    def __getitem__(self, name: str) -> View:
        """Return the value of a constant."""
        return self._values[name]


@dataclass(frozen=True, slots=True)
class StrategyView:
    """`strategy` in a template: the arm's identity, and the arguments that it sets."""

    name: Text
    title: Text
    doc: Text
    args: Mapping[str, View]


VIEWS: Mapping[type, frozenset[str]] = MappingProxyType(
    {
        kind: frozenset(field.name for field in fields(kind))
        for kind in (SweepView, SectionView, ConstantView, StrategyView, TreatmentView)
    }
)
"""What templates see, and its attributes."""


def view(value: Value) -> View:
    """Return `value` as templates see it."""
    if isinstance(value, str):
        return Text(value)
    if isinstance(value, tuple):
        return [view(item) for item in value]
    if isinstance(value, Mapping):
        return {Text(key): view(item) for key, item in value.items()}
    return value


def sweep_views(spec: Spec) -> dict[str, object]:
    """Return what every template of `spec` sees."""
    sweep = SweepView(
        name=Text(spec.name),
        package=spec.package,
        output=Text(str(spec.output)),
        control=spec.control,
        spec=Text(spec.path.name),
        marker=Text(spec.marker),
    )
    return {
        "sweep": sweep,
        "base": BaseView(spec.base),
        "vars": view(spec.vars),
        "treatment": TreatmentView(spec.treatment.call, spec.treatment.vary),
    }


def strategy_view(identity: Strategy, args: Mapping[str, View]) -> StrategyView:
    """Return `strategy` as a template sees it.

    Args:
        identity: The strategy whose name, title and doc are seen.
        args: The arguments that are seen: those of another strategy where it is looked for
            whether a file depends on anything but them.
    """
    return StrategyView(
        Text(identity.name, IDENTITY),
        Text(identity.title, IDENTITY),
        Text(identity.doc, IDENTITY),
        args,
    )
