"""The JSON Schema of a spec file, by which editors complete and check it.

It is pydantic's schema of the models, with what they leave to `reading` added: which forms a
value, a reference and a constant take, and which names may be names.
"""

from __future__ import annotations

import json
from typing import Any

from gen_sweeps.spec.schema import Document

IDENTIFIER = "^[A-Za-z_][A-Za-z0-9_]*$"
DOTTED = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$"

_TITLES = {
    "SweepTable": "[sweep]",
    "TreatmentTable": "[treatment]",
    "StrategyTable": "[strategies.NAME]",
}

_DEFINITIONS: dict[str, object] = {
    "Value": {
        "title": "A value",
        "description": "A boolean, number or string, an array or a table of values, or a "
        'reference { base = "NAME" }. The generated code has a literal of the same type and '
        "value; dates and times have none.",
        "examples": [1e-5, "cosine", [1, 2], {"gamma": 0.99}, {"base": "LEARNING_RATE"}],
        "anyOf": [
            {"type": ["boolean", "integer", "number", "string"]},
            {"type": "array", "items": {"$ref": "#/$defs/Value"}},
            {"$ref": "#/$defs/Reference"},
            {"type": "object", "additionalProperties": {"$ref": "#/$defs/Value"}},
        ],
    },
    "Reference": {
        "title": "A reference to a base constant",
        "description": '{ base = "NAME" }: the generated code names the constant instead of '
        "repeating its value, so the two can't disagree.",
        "examples": [{"base": "LEARNING_RATE"}],
        "type": "object",
        "properties": {
            "base": {
                "title": "Name of a base constant",
                "description": "A name that stands under a heading of [base].",
                "type": "string",
                "pattern": IDENTIFIER,
                "examples": ["LEARNING_RATE"],
            }
        },
        "required": ["base"],
        "additionalProperties": False,
    },
    "DocumentedConstant": {
        "title": "A base constant and what it means",
        "description": '{ value = …, doc = "…" }: the doc becomes a comment above the constant.',
        "examples": [{"value": 4, "doc": "GRPO group size"}],
        "type": "object",
        "properties": {
            "value": {"$ref": "#/$defs/Value"},
            "doc": {
                "title": "What the constant means",
                "description": "A comment for the line above the constant; its unit, its source.",
                "type": "string",
                "examples": ["tokens"],
            },
        },
        "required": ["value"],
        "additionalProperties": False,
    },
    "Constant": {
        "title": "A base constant",
        "description": "A value, a reference to a constant further up, or "
        '{ value = …, doc = "…" }, the form that a table as the value must take.',
        "examples": [3e-6, {"value": 4, "doc": "GRPO group size"}],
        "anyOf": [
            {"type": ["boolean", "integer", "number", "string"]},
            {"type": "array", "items": {"$ref": "#/$defs/Value"}},
            {"$ref": "#/$defs/Reference"},
            {"$ref": "#/$defs/DocumentedConstant"},
        ],
    },
}


_KEYWORDS = ("$schema", "$ref", "title", "description", "type", "required", "properties")
"""The order in which keywords stand; those that are not named follow, in that of the alphabet."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 7) of a spec file."""
    made = Document.model_json_schema()
    tables = made.pop("$defs")
    for name, title in _TITLES.items():
        tables[name]["title"] = title
    value, names = {"$ref": "#/$defs/Value"}, {"pattern": IDENTIFIER}
    top = made["properties"]
    treatment = tables["TreatmentTable"]["properties"]
    treatment["call"]["pattern"] = DOTTED
    treatment["vary"] |= {"items": {"type": "string", "pattern": IDENTIFIER}, "uniqueItems": True}
    tables["SweepTable"]["properties"]["package"]["pattern"] = DOTTED
    arguments = tables["StrategyTable"]["properties"]["args"]
    for table in (treatment["shared"], arguments):
        table |= {"additionalProperties": value, "propertyNames": names}
    top["vars"]["additionalProperties"] = value
    top["strategies"]["propertyNames"] = names
    top["base"]["additionalProperties"] = {
        "title": '[base."HEADING"]',
        "description": "A heading of `_base.py` and the constants under it.",
        "examples": [{"LEARNING_RATE": 3e-6}],
        "type": "object",
        "additionalProperties": {"$ref": "#/$defs/Constant"},
        "propertyNames": names,
    }
    made |= {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A gen-sweeps spec",
        "$defs": dict(sorted((tables | _DEFINITIONS).items())),
    }
    return _ordered(made)


def text() -> str:
    """Return the schema as the text of a file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _ordered(part: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its keywords in an order that no version of pydantic decides."""
    ranks = {keyword: rank for rank, keyword in enumerate(_KEYWORDS)}
    ordered: dict[str, Any] = {}
    for keyword in sorted(part, key=lambda word: (ranks.get(word, len(ranks)), word)):
        value = part[keyword]
        match keyword, value:
            case "properties" | "$defs", _:
                value = {name: _ordered(inner) for name, inner in value.items()}
            case "items" | "additionalProperties" | "propertyNames", dict():
                value = _ordered(value)
            case "anyOf", _:
                value = [_ordered(inner) for inner in value]
        ordered[keyword] = value
    return ordered
