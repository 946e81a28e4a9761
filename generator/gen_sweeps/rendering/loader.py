"""The templates' world: where they come from and what they see."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Never, TypeAlias

from jinja2 import BaseLoader, Environment, TemplateNotFound

from gen_sweeps.errors import TemplateError
from gen_sweeps.rendering.escaping import Text
from gen_sweeps.rendering.filters import SLOT, TreatmentView
from gen_sweeps.spec.model import Reference, Section, Spec, Strategy, Treatment, Value

SUFFIX = ".jinja"
"""What the name of a template ends with; without it, it is the name of the file that it makes."""

STRATEGY = "{strategy}"
"""What stands for the strategy's name in the name of a template."""

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
    """`strategy` in a template."""

    name: str
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
    return {"sweep": sweep, "base": BaseView(spec.base), "vars": view(spec.vars)}


def strategy_views(strategy: Strategy, treatment: Treatment) -> dict[str, object]:
    """Return what a template with `{strategy}` in its name sees besides."""
    args = {name: view(value) for name, value in strategy.args.items()}
    return {
        "strategy": StrategyView(strategy.name, Text(strategy.title), Text(strategy.doc), args),
        "treatment": TreatmentView(treatment.call, treatment.vary),
    }


class TemplateFolder(BaseLoader):
    """Loads templates from one folder and from nowhere else.

    Attributes:
        loaded: The sha256 of each template that was loaded, in hexadecimal, by its path.
        listed: The names in each folder that was looked through for templates, by its path.
    """

    def __init__(self, folder: Path) -> None:
        self.listed: dict[str, list[str]] = {}
        self._folder = folder
        self.loaded: dict[str, str] = {}

    def names(self) -> list[str]:
        """Return the templates that make files, as paths below the folder, in order.

        Other files may be included or imported, and make none.

        Raises:
            OSError: A folder can't be listed: what is in it must not be taken for removed.
            TemplateError: Something has the name of a template, but is no file.
        """
        found = []
        for folder, folders, files in os.walk(self._folder, onerror=_raise):
            self.listed[folder] = [*folders, *files]
            for path in (Path(folder, name) for name in files if name.endswith(SUFFIX)):
                if not path.is_file():
                    message = "is not a regular file: a link that leads nowhere, or a device"
                    raise TemplateError.at(message, str(path))
                found.append(path.relative_to(self._folder).as_posix())
        return sorted(found)

    def display(self, name: str) -> str:
        """Return the path of a template as the user would name it."""
        return str(self._folder / name)

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return the text of a template and its path; part of Jinja's protocol for loaders."""
        del environment
        if not self._contains(template):
            message = f"{template!r} is outside of the template folder"
            raise TemplateNotFound(template, message)
        path = self._folder / template
        if not path.exists():
            raise TemplateNotFound(template, f"no template {template!r} in the folder")
        if not path.is_file():  # a pipe would never end
            raise TemplateNotFound(template, f"{template!r} is not a regular file")
        data = path.read_bytes()
        source = data.decode("utf-8-sig")
        if SLOT in source:
            raise TemplateError.at("has U+0000, which no generated file may have", str(path))
        self.loaded[str(path)] = sha256(data, usedforsecurity=False).hexdigest()
        return source, str(path), lambda: True

    def _contains(self, template: str) -> bool:
        name = PurePosixPath(template)
        if name.is_absolute() or ".." in name.parts or "\\" in template or "\0" in template:
            return False
        real = Path(os.path.realpath(self._folder / template))
        return real.is_relative_to(os.path.realpath(self._folder))


def _raise(error: OSError) -> Never:
    raise error
