"""Reads the values of a document: freezes them, and checks what they refer to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from gen_sweeps.spec.expressions import ALLOWED, ExpressionError, check_expression
from gen_sweeps.spec.findings import Findings, KeyPath, toml_type
from gen_sweeps.spec.model import Expression, Reference, Value
from gen_sweeps.spec.names import closest_match
from gen_sweeps.spec.schema import is_tagged

MAX_DEPTH = 50
"""How deep a value may nest; CPython stops at 200 brackets in a file, and a template has some."""

MAX_DIGITS = 4300
"""How long an integer may be; Python refuses to read a longer one (`sys.int_info`)."""

_PLAIN = re.compile(r"[ !#-&(-\[\]-~]+")
"""What stands between quotes of both kinds as it is."""

EMPTY: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class VariableReference:
    """`{ var = "NAME" }`: what a variable or an axis has in an arm."""

    name: str


WrittenValue: TypeAlias = (
    "bool | int | float | str | Reference | Expression | VariableReference | "
    "tuple[WrittenValue, ...] | Mapping[str, WrittenValue]"
)
"""A value as it is written; that of an arm has no `VariableReference` in it."""


class ValueReader:
    """Reads values; what Python can't write and what refers to nothing is reported.

    Args:
        findings: Where that is written down.
        constants: The base constants that may be named, and where they stand.
        further_constants: Says whether a constant is defined, but further down.
    """

    def __init__(
        self,
        findings: Findings,
        constants: Mapping[str, KeyPath],
        further_constants: Callable[[str], bool],
    ) -> None:
        self._findings = findings
        self._constants = constants
        self._is_further_down = further_constants

    def table(self, table: object, where: KeyPath) -> Mapping[str, WrittenValue]:
        """Read a table of values with names; anything else is as good as an empty one."""
        if not isinstance(table, dict) or not table:
            return EMPTY
        return MappingProxyType({name: self.value(v, (*where, name)) for name, v in table.items()})

    def value(self, value: object, where: KeyPath, depth: int = 0) -> WrittenValue:
        """Return `value` frozen, or something harmless in its place."""
        if isinstance(value, (str, bool, float)):
            return value
        if isinstance(value, int):
            if not _is_written(value):
                message = f"has more than {MAX_DIGITS} digits, which Python can't read back"
                self._findings.report(where, message, at_value=True)
                return 0
            return value
        if isinstance(value, (list, dict)):
            return self._nested(value, where, depth)
        message = f"is {toml_type(value)}, which Python has no literal for"
        hint = "write it as a string, in quotes"
        self._findings.report(where, message, hint, at_value=True)
        return 0

    def _nested(
        self, value: list[object] | dict[str, object], where: KeyPath, depth: int
    ) -> WrittenValue:
        if depth >= MAX_DEPTH:
            self._findings.report(
                where, f"is nested more than {MAX_DEPTH} levels deep", at_value=True
            )
            return 0
        if isinstance(value, list):
            return tuple(
                self.value(item, (*where, index), depth + 1) for index, item in enumerate(value)
            )
        if not value:
            return EMPTY
        if is_tagged(value):
            ((tag, text),) = value.items()
            return self._tagged(tag, str(text), where)
        return MappingProxyType(
            {key: self.value(item, (*where, key), depth + 1) for key, item in value.items()}
        )

    def _tagged(self, tag: str, text: str, where: KeyPath) -> WrittenValue:
        match tag:
            case "base":
                return self._reference(text, where)
            case "python":
                return self._expression(text, where)
            case _:
                if where[0] == "base":
                    message = "is a variable: constants are the same in all arms"
                    self._findings.report((*where, tag), message)
                return VariableReference(text)

    def _expression(self, source: str, where: KeyPath) -> Expression:
        try:
            check_expression(source)
        except ExpressionError as error:
            self._findings.report(
                (*where, "python"), error.message, ALLOWED, at_value=True, offset=error.offset
            )
        return Expression(source)

    def _reference(self, name: str, where: KeyPath) -> Reference:
        if name in self._constants:
            return Reference(name)
        if where[0] == "base" and self._is_further_down(name):
            message = f"constant {name!r} is defined further down"
            self._findings.report(where, message, "move it above the constants that refer to it")
        else:
            match = closest_match(name, self._constants)
            hint = unknown_hint("base", name, match, f"define {name} under [base.…]")
            message = f"no constant is called {name!r}"
            self._findings.report(where, message, hint, at_value=True)
        return Reference(name)


def unknown_hint(tag: str, name: str, match: str | None, remedy: str) -> str:
    """Return what to do about a reference to nothing, which may be meant as a table."""
    if match:
        return f"did you mean `{match}`?"
    if not _PLAIN.fullmatch(name):
        return remedy
    literal = f"a table with this one key is written `{{ python = \"{{'{tag}': '{name}'}}\" }}`"
    return f"{remedy}; {literal}" if name.isidentifier() else literal


def _is_written(value: int) -> bool:
    """Say whether Python writes an integer in decimal; its limit can be set, but not here."""
    try:
        return len(str(value).lstrip("-")) <= MAX_DIGITS
    except ValueError:
        return False


def parts(value: WrittenValue, where: KeyPath) -> Iterator[tuple[WrittenValue, KeyPath]]:
    """Yield a value and all that are in it, each with its place."""
    yield value, where
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from parts(item, (*where, index))
    elif isinstance(value, MappingProxyType):  # faster than to ask for any mapping
        for key, item in value.items():
            yield from parts(item, (*where, key))


def resolved(
    value: WrittenValue, variable: Callable[[str], Value], text: Callable[[str], str]
) -> Value:
    """Return a value as an arm has it.

    Args:
        value: The value as it is written.
        variable: Returns what a variable or an axis has.
        text: Returns what becomes of a text.
    """
    if isinstance(value, str):
        return text(value)
    if isinstance(value, VariableReference):
        return variable(value.name)
    if isinstance(value, tuple):
        return tuple(resolved(item, variable, text) for item in value)
    if isinstance(value, MappingProxyType):
        return MappingProxyType(
            {key: resolved(item, variable, text) for key, item in value.items()}
        )
    return value  # type: ignore[return-value]  # what else it can be is gone


def has_variables(value: WrittenValue) -> bool:
    """Say whether there is a `{ var = … }` in a value."""
    if isinstance(value, tuple):
        return any(map(has_variables, value))
    if isinstance(value, MappingProxyType):
        return any(map(has_variables, value.values()))
    return isinstance(value, VariableReference)
