"""What is wrong with a spec, by the path of keys at which it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import MappingProxyType
from typing import TypeAlias

from gen_sweeps.spec.model import SpelledFloat

KeyPath: TypeAlias = "tuple[str | int, ...]"
"""The keys that lead to a place in a TOML document, with an index for each array passed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with the key, or with the value, that stands at `where`.

    Attributes:
        where: The keys that lead there.
        message: What is wrong.
        hint: What to do about it.
        at_value: Whether it is the value that is wrong, not the key.
        offset: The characters of the value, which is a string, before the fault.
    """

    where: KeyPath
    message: str
    hint: str | None = None
    at_value: bool = False
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong with a spec, and what in it is probably not meant."""

    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def report(
        self,
        where: KeyPath,
        message: str,
        hint: str | None = None,
        *,
        at_value: bool = False,
        offset: int = 0,
    ) -> None:
        """Write down that something is wrong at `where`."""
        self.errors.append(Finding(where, message, hint, at_value, offset))

    def warn(self, where: KeyPath, message: str, hint: str | None = None) -> None:
        """Write down that something at `where` is probably not meant."""
        self.warnings.append(Finding(where, message, hint))


_TYPES: Mapping[type, str] = MappingProxyType(
    {
        bool: "a boolean",
        int: "an integer",
        SpelledFloat: "a float",
        str: "a string",
        list: "an array",
        dict: "a table",
        datetime: "a date with a time",
        date: "a date",
        time: "a time",
    }
)


def toml_type(value: object) -> str:
    """Return what TOML calls the type of a value that tomllib has read, with its article."""
    return _TYPES[type(value)]
