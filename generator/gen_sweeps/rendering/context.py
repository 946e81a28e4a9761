"""The context of templates: views of the spec, and of the arm that is rendered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TypeAlias

from jinja2 import StrictUndefined, UndefinedError

from gen_sweeps.rendering.companions import Language, bare_check, language_of
from gen_sweeps.rendering.escaping import Code, IdentityText, Text
from gen_sweeps.rendering.filters import StrategyView, TreatmentView
from gen_sweeps.rendering.skeleton import IDENTITY
from gen_sweeps.rendering.tracing import traced
from gen_sweeps.spec.model import (
    STRATEGY,
    Arm,
    Expression,
    Reference,
    Section,
    Spec,
    Value,
)

View: TypeAlias = "bool | int | float | Text | list[View] | Mapping[Text, View]"
"""A value of the spec as templates see it: with strings and code guarded, keys among them."""


@dataclass(frozen=True, slots=True)
class SweepView:
    """`sweep` in a template."""

    name: Text
    package: str
    output: Text
    control: Text
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
class ArmView:
    """`arm` in a template.

    Attributes:
        name: The names of its strategy and its levels.
        file: The path of the file that is made for it, in the output folder.
    """

    name: Text
    file: Text


VIEWS: Mapping[type, frozenset[str]] = MappingProxyType(
    {
        kind: frozenset(field.name for field in fields(kind))
        for kind in (
            SweepView,
            SectionView,
            ConstantView,
            StrategyView,
            ArmView,
            TreatmentView,
        )
    }
)
"""What templates see, and its attributes."""


def view(value: Value) -> View:
    """Return `value` as templates see it."""
    if isinstance(value, str):
        return Text(value)
    if isinstance(value, Reference | Expression):
        return Code(value)
    if isinstance(value, tuple):
        return [view(item) for item in value]
    if isinstance(value, Mapping):
        return {Text(key): view(item) for key, item in value.items()}
    return value


def spec_views(spec: Spec) -> dict[str, object]:
    """Return what every template of `spec` sees."""
    sweep = SweepView(
        name=Text(spec.name),
        package=spec.package,
        output=Text(str(spec.output)),
        control=Text("-".join(spec.control.values())),
        spec=Text(spec.path.name),
        marker=Text(spec.marker),
    )
    shared = {
        name: view(value) for name, value in spec.arms[0].vars.items() if not spec.depends[name]
    }
    moved = _MovedVariables(name="vars")
    return {"sweep": sweep, "base": BaseView(spec.base), "vars": moved, **shared}


def arm_views(spec: Spec, arm: Arm, path: str, axes: Collection[str]) -> dict[str, object]:
    """Return what a template sees of an arm besides its identity: its factors.

    Args:
        spec: The spec.
        arm: The arm, or one of those that share the file.
        path: The file.
        axes: The axes that the template's name carries.
    """
    views: dict[str, object] = {}
    language = language_of(path)
    check = bare_check(language)
    for axis, value in arm.values.items():
        views[axis] = (
            traced(view(value), frozenset({axis}), check)
            if axis in axes
            else _not_carried(axis, axis)
        )
    for name, value in arm.vars.items():
        if not (depends := spec.depends[name]):
            continue  # every template sees it
        if missing := depends.difference(axes):
            views[name] = _not_carried(name, min(missing))
        else:
            views[name] = traced(view(value), frozenset({name}), check)
    if spec.treatment.call:
        views["treatment"] = _not_carried("treatment", STRATEGY)
    if arm.strategy is None or STRATEGY not in axes:
        views["strategy"] = _not_carried(STRATEGY, STRATEGY)
    elif spec.treatment.call:
        args: object = _ONLY_WHOLE
        if language is not Language.PYTHON:
            args = {
                name: traced(view(value), frozenset({name}), check)
                for name, value in (*spec.treatment.shared.items(), *arm.strategy.args.items())
            }
        views["treatment"] = TreatmentView(spec.treatment.call, spec.treatment.vary, args)
    return views


def identity_views(  # noqa: PLR0913, PLR0917 - whose identity, whose factors, who wants to know
    spec: Spec,
    arm: Arm,
    path: str,
    own: Arm,
    axes: Collection[str],
    report: Callable[[], None],
) -> dict[str, object]:
    """Return what a template sees of an arm's identity.

    Args:
        spec: The spec.
        arm: The arm whose identity is seen.
        path: The file that is made for it.
        own: The arm whose factors are seen; the same one but where it is looked for whether a
            file depends on anything else.
        axes: The axes that the template's name carries.
        report: Called when the template does more with the identity than print it.
    """
    check = bare_check(language_of(path))

    def text(said: str) -> Text:
        return IdentityText(said, IDENTITY, check, report)

    name = "-".join(level for axis, level in arm.levels.items() if axis in axes)
    views: dict[str, object] = {"arm": ArmView(text(name), text(path))}
    if arm.strategy is not None and own.strategy is not None and STRATEGY in axes:
        called = text(arm.strategy.name)
        if STRATEGY in spec.treatment.vary:  # its name is a factor like any other
            called = Text(own.strategy.name, frozenset({STRATEGY}), check)
        views["strategy"] = StrategyView(called, text(arm.strategy.title), text(arm.strategy.doc))
    return views


def shared_views(spec: Spec, path: str) -> dict[str, object]:
    """Return what a template sees whose file all arms share: all arms, and what they share.

    Also where only some arms are rendered, all of the spec are seen.
    """
    spec = spec.whole or spec
    check = bare_check(language_of(path))
    views: dict[str, object] = {axis: _not_carried(axis, axis) for axis in spec.axis_names}
    views |= {name: _not_carried(name, min(axes)) for name, axes in spec.depends.items() if axes}
    if spec.treatment.call:
        views["treatment"] = _not_carried("treatment", STRATEGY)
    views["arms"] = [
        {
            "name": Text(arm.name, IDENTITY, check),
            **({STRATEGY: Text(arm.strategy.name, IDENTITY, check)} if arm.strategy else {}),
            **{
                name: traced(view(value), frozenset({name}), check)
                for name, value in (*arm.values.items(), *arm.vars.items())
            },
        }
        for arm in spec.arms
    ]
    return views


_ONLY_WHOLE = StrictUndefined(
    hint="arguments stay in their call: print `{{ treatment }}`, or make a variable of what is to "
    "stand elsewhere"
)
"""What stands for the arguments of the treatment in Python files."""


def _not_carried(name: str, axis: str) -> StrictUndefined:
    """Return what stands for a factor that a file can't print, for several arms share it."""
    which = (
        f"{name!r} depends on {axis!r}" if name != axis else f"arms of each {axis!r} share the file"
    )
    hint = f"{which}: put {{{axis}}} into the template's name"
    return StrictUndefined(hint=hint, name=name)


class _MovedVariables(StrictUndefined):
    """What stands for `vars`, whose variables are printed by their own names."""

    __slots__ = ()

    def __getattr__(self, name: str) -> object:
        """Refuse."""
        if name.startswith("__"):
            raise AttributeError(name)
        raise UndefinedError(f"`vars.{name}` is written `{name}` now")
