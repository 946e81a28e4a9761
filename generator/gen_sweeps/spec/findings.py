"""Findings: what is wrong with a spec, and at which key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from typing import TypeAlias

from gen_sweeps.spec.model import SpelledFloat

KeyPath: TypeAlias = "tuple[str | int, ...]"
"""The keys that lead to a place in a TOML document, with an index for each array passed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with the key at `where`, or with its value."""

    where: KeyPath
    message: str
    hint: str | None = None
    at_value: bool = False


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
