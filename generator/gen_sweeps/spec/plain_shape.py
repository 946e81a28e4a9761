"""Whether a document has the shape of a spec, told without pydantic, which takes long to load.

This only ever says yes where the models of `schema` do; everything else is left to them, and
they say what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

STRINGS = "strings"
TABLE = "table"
TEXT = "text"
TEXT_OR_NONE = "text or none"

TABLES: Mapping[str, Mapping[str, str]] = {
    "sweep": {"name": TEXT, "package": TEXT, "output": TEXT, "templates": TEXT, "control": TEXT},
    "treatment": {"call": TEXT, "vary": STRINGS, "shared": TABLE},
    "strategies": {"title": TEXT_OR_NONE, "doc": TEXT_OR_NONE, "args": TABLE},
}
"""The keys that may stand in a table, and what their values must be."""

REQUIRED: Mapping[str, frozenset[str]] = {
    "sweep": frozenset({"name", "package", "output", "control"}),
    "treatment": frozenset({"call", "vary"}),
    "strategies": frozenset(),
}

OPTIONAL_TABLES = ("vars", "base")


def is_plainly_valid(data: Mapping[str, object]) -> bool:
    """Say whether a document, as tomllib reads it, is sure to have the shape of a spec."""
    strategies = data.get("strategies")
    return (
        isinstance(strategies, dict)
        and bool(strategies)
        and is_plain_but_for_strategies(data)
        and all(map(is_plain_strategy, strategies.values()))
    )


def is_plain_but_for_strategies(data: Mapping[str, object]) -> bool:
    """Say the same of all in a document but the strategies, which may not be in it."""
    base = data.get("base", {})
    return (
        data.keys() <= {*TABLES, *OPTIONAL_TABLES}
        and _fits("sweep", data.get("sweep"))
        and _fits("treatment", data.get("treatment"))
        and isinstance(data.get("vars", {}), dict)
        and isinstance(base, dict)
        and all(isinstance(section, dict) for section in base.values())
    )


def is_plain_strategy(table: object) -> bool:
    """Say the same of the table of one strategy."""
    return _fits("strategies", table)


def _fits(name: str, table: object) -> bool:
    if not isinstance(table, dict) or not REQUIRED[name] <= table.keys():
        return False
    kinds = TABLES[name]
    return all(map(_is, map(kinds.get, table), table.values()))


def _is(kind: str | None, value: object) -> bool:
    if kind == TEXT_OR_NONE:
        return isinstance(value, str)
    if kind == TEXT:
        return isinstance(value, str) and bool(value)
    if kind == TABLE:
        return isinstance(value, dict)
    if kind == STRINGS:
        return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)
    return False
