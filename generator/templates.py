"""The templates' world: where they come from, what they see, and what they may do.

A template is rendered with placeholders (slots) where Python source is to be laid out, because
only the rendered text tells at which column a value stands; `render` fills them in.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, pass_context
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import SandboxedEnvironment

from generator.literals import literal
from generator.names import dotted_fault
from generator.spec import Reference, Section, Spec, Strategy, Treatment, Value
from generator.text import Text, in_comment, in_docstring, raw

SUFFIX = ".jinja"
"""What the name of a template ends with; without it, it is the name of the file that it makes."""

STRATEGY = "{strategy}"
"""What stands for the strategy's name in the name of a template."""

SLOT = "\x00"
"""Opens and closes a slot; can't stand in a file, and no text of the spec can bring it in."""

TREATMENT_SLOT = f"{SLOT}treatment{SLOT}"

View: TypeAlias = "bool | int | float | Text | Reference | list[View] | Mapping[str, View]"
"""A value of the spec as templates see it: as `Value`, with strings guarded."""


@dataclass(frozen=True, slots=True)
class SweepView:
    """`sweep` in a template."""

    name: Text
    package: str
    output: str
    control: str
    spec: str
    marker: str


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


@dataclass(frozen=True, slots=True)
class TreatmentView:
    """`treatment` in a template: the whole call, ready to place."""

    call: str
    vary: tuple[str, ...]

    def __str__(self) -> str:
        """Return the slot that the call is laid out in."""
        return TREATMENT_SLOT


def view(value: Value) -> View:
    """Return `value` as templates see it."""
    if isinstance(value, str):
        return Text(value)
    if isinstance(value, tuple):
        return [view(item) for item in value]
    if isinstance(value, Mapping):
        return {key: view(item) for key, item in value.items()}
    return value


def sweep_views(spec: Spec) -> dict[str, object]:
    """Return what every template of `spec` sees."""
    sweep = SweepView(
        name=Text(spec.name),
        package=spec.package,
        output=str(spec.output),
        control=spec.control,
        spec=spec.path.name,
        marker=spec.marker,
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
            OSError: The folder can't be listed.
        """
        found = []
        for folder, folders, files in os.walk(self._folder):
            self.listed[folder] = [*folders, *files]
            found += [Path(folder, name) for name in files if name.endswith(SUFFIX)]
        return sorted(path.relative_to(self._folder).as_posix() for path in found)

    def display(self, name: str) -> str:
        """Return the path of a template as the user would name it."""
        return str(self._folder / name)

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return the text of a template and its path; part of Jinja's protocol for loaders."""
        del environment
        path = self._folder / template
        name = PurePosixPath(template)
        inside = not name.is_absolute() and ".." not in name.parts and "\\" not in template
        if not inside or not path.resolve().is_relative_to(self._folder.resolve()):
            message = f"{template!r} is outside of the template folder"
            raise TemplateNotFound(template, message)
        try:
            data = path.read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise TemplateNotFound(template, f"no template {template!r} in the folder") from None
        source = data.decode("utf-8-sig")
        self.loaded[str(path)] = sha256(data, usedforsecurity=False).hexdigest()
        return source, str(path), lambda: True


class Slots:
    """The values that one rendering wants laid out, in the order in which it asked."""

    def __init__(self) -> None:
        self.values: list[Value] = []

    @pass_context
    def python(self, _context: Context, value: object) -> str:
        """Filter `python`: the value as a Python literal, laid out where it stands."""
        self.values.append(_value(value))
        return f"{SLOT}{len(self.values) - 1}{SLOT}"


def environment(folder: TemplateFolder, slots: Slots) -> Environment:
    """Return the Jinja environment: standard delimiters, strict, sandboxed, the same everywhere."""
    made = SandboxedEnvironment(
        loader=folder,
        undefined=StrictUndefined,
        finalize=_printed,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        newline_sequence="\n",
        auto_reload=False,
        cache_size=-1,
    )
    # What they return differs from run to run.
    del made.filters["random"], made.globals["lipsum"]
    made.filters |= {
        "python": slots.python,
        "docstring": lambda text: in_docstring(_text(text)),
        "comment": _comment,
        "name": _name,
        "safe": _text,
    }
    return made


def _printed(value: object) -> object:
    """Return what `{{ value }}` prints: text as it is, other values as Python literals."""
    if isinstance(value, str | Text | TreatmentView | Undefined):
        return value
    return literal(_value(value))


def _value(value: object) -> Value:
    """Return the value of the spec that a template means.

    Raises:
        TemplateRuntimeError: There is no Python literal for it.
        UndefinedError: It is not defined.
    """
    if isinstance(value, Text | str):
        return raw(value)
    if value is None:
        return Reference("None")
    if isinstance(value, bool | int | float | Reference):
        return value
    if isinstance(value, list | tuple):
        return tuple(_value(item) for item in value)
    if isinstance(value, Mapping):
        return {raw(key): _value(item) for key, item in value.items()}
    if isinstance(value, Undefined):
        str(value)  # raises: undefined values are strict
    raise TemplateRuntimeError(f"there is no Python literal for a {type(value).__name__}")


def _text(value: object) -> str:
    return raw(value) if isinstance(value, Text) else str(value)


def _comment(value: object, start: str = "#") -> str:
    """Filter `comment`: the text as a comment of as many lines; `start` is `#` or `#:`."""
    if start not in ("#", "#:"):
        raise TemplateRuntimeError(f"a comment starts with # or #:, not {start!r}")
    return in_comment(_text(value), start)


def _name(value: object) -> str:
    """Filter `name`: the text as it is, if it is a (dotted) Python name."""
    text = _text(value)
    if fault := dotted_fault(text):
        raise TemplateRuntimeError(f"{text!r} {fault}")
    return text
