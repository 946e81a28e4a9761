"""The reference of the spec's keys, for people: made from the JSON Schema, as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gen_sweeps.spec.json_schema import schema

_INTRODUCTION = """\
# The spec

A spec is one TOML file: what all files share, what may differ, and who differs how. Paths in it
are relative to the file itself. This page is made from the JSON Schema, which
`gen-sweeps schema` prints; name it in the first line of a spec (`#:schema spec.schema.json`) and
editors complete and check it.
"""

_TABLES = {
    "sweep": "SweepTable",
    "treatment": "TreatmentTable",
    "strategies": "StrategyTable",
}
"""The tables in which keys are fixed, by the key under which they stand."""


def markdown() -> str:
    """Return the reference as the text of a page."""
    whole = schema()
    definitions = whole["$defs"]
    parts = [_INTRODUCTION]
    for name, entry in whole["properties"].items():
        table = definitions.get(_TABLES.get(name, ""), entry)
        required = "required" if name in whole["required"] else "optional"
        heading = table["title"] if name in _TABLES else f"[{name}]"
        parts.append(f"## {_code(heading)} ({required})\n")
        described = entry if name == "strategies" else table
        parts.append(f"{described['description'].rpartition('`: ')[2]}\n")
        if name in _TABLES:
            parts += ["\n".join(_keys(table)) + "\n"]
        else:
            parts.append(f"Example:\n\n```toml\n{_example(name, entry)}\n```\n")
    parts.append("## Values\n")
    for name in ("Value", "Reference", "Constant", "DocumentedConstant"):
        definition = definitions[name]
        parts.append(f"### {definition['title']}\n\n{definition['description']}\n")
        values = enumerate(definition["examples"], start=1)
        examples = "\n".join(f"EXAMPLE_{number} = {_toml(value)}" for number, value in values)
        parts.append(f"```toml\n{examples}\n```\n")
    return "\n".join(parts)


def _keys(table: Mapping[str, Any]) -> Iterator[str]:
    yield "| key | type | | what it is | example |"
    yield "|---|---|---|---|---|"
    required = table.get("required", ())
    for name, key in table["properties"].items():
        needed = "required" if name in required else f"default {_code(_toml(key['default']))}"
        kind = {"array": "array of strings", "object": "table"}.get(key["type"], key["type"])
        examples = ", ".join(_code(_toml(value)) for value in key["examples"])
        yield f"| {_code(name)} | {kind} | {needed} | {key['description']} | {examples} |"


def _example(name: str, entry: Mapping[str, Any]) -> str:
    (example,) = entry["examples"]
    lines = []
    for key, value in example.items():
        if isinstance(value, dict):
            lines.append(f'[{name}."{key}"]')
            lines += (f"{inner} = {_toml(item)}" for inner, item in value.items())
        else:
            lines += [f"[{name}]", f"{key} = {_toml(value)}"]
    return "\n".join(lines)


def _toml(value: object) -> str:
    """Return a value of JSON as TOML writes it in one line."""
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {_toml(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _code(text: str) -> str:
    return f"`{text}`"
