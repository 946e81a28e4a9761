"""Whether a document has the shape of a spec, told without pydantic, which takes long to load.

This only ever says yes where the models of `schema` do; everything else is left to them, and
they say what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

STRINGS = "strings"
TABLE = "table"
TEXT = "text"

TABLES: Mapping[str, Mapping[str, str]] = {
    "sweep": {"name": TEXT, "package": TEXT, "output": TEXT, "templates": TEXT, "control": TEXT},
    "treatment": {"call": TEXT, "vary": STRINGS, "shared": TABLE},
    "strategies": {"title": TEXT, "doc": TEXT, "args": TABLE},
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
    base = data.get("base", {})
    return (
        data.keys() <= {*TABLES, *OPTIONAL_TABLES}
        and _fits("sweep", data.get("sweep"))
        and _fits("treatment", data.get("treatment"))
        and isinstance(strategies, dict)
        and bool(strategies)
        and all(_fits("strategies", strategy) for strategy in strategies.values())
        and isinstance(data.get("vars", {}), dict)
        and isinstance(base, dict)
        and all(isinstance(section, dict) for section in base.values())
    )


def _fits(name: str, table: object) -> bool:
    if not isinstance(table, dict) or not table.keys() >= REQUIRED[name]:
        return False
    kinds = TABLES[name]
    return all(key in kinds and _is(kinds[key], value) for key, value in table.items())


def _is(kind: str, value: object) -> bool:
    if kind == TEXT:
        return isinstance(value, str) and bool(value)
    if kind == TABLE:
        return isinstance(value, dict)
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)
