"""The JSON Schema of a spec file, with which editors complete and check it."""

from __future__ import annotations

import json
from typing import TypeAlias

from gen_sweeps.spec.schema import (
    DOCUMENT,
    EXPRESSION,
    REFERENCE,
    VALUE,
    VARIABLE,
    ArrayKind,
    ChoiceKind,
    IntegerKind,
    KeyKind,
    MapKind,
    ScalarKind,
    SpecKey,
    StringKind,
    TableKind,
    ValueKind,
)

Keywords: TypeAlias = "dict[str, object]"
"""A JSON Schema or a part of one, by its keywords."""

_FIRST = ("$schema", "$ref", "title", "description", "type", "required", "properties")
"""The keywords that come first, in this order; the others follow in alphabetical order."""

_SCALARS = ["boolean", "integer", "number", "string"]


def schema() -> Keywords:
    """Return the JSON Schema (draft 7) of a spec file."""
    definitions = _Definitions()
    document = definitions.table(DOCUMENT)
    return _ordered(
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            **document,
            "$defs": dict(sorted(definitions.made.items())),
        }
    )


def schema_text() -> str:
    """Return the schema as the text of a file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


class _Definitions:
    """Makes schemas of kinds; those with a name are in `made`, and elsewhere referred to."""

    def __init__(self) -> None:
        self.made: dict[str, Keywords] = {}

    def table(self, table: TableKind) -> Keywords:
        """Return the schema of a table itself."""
        return _ordered(
            {
                "title": table.title,
                "description": table.description,
                "type": "object",
                "required": [key.name for key in table.keys if key.required] or None,
                "properties": {key.name: self._key(key) for key in table.keys},
                "additionalProperties": False,
                "examples": list(table.examples) or None,
            }
        )

    def _key(self, key: SpecKey) -> Keywords:
        made = self._kind(key.kind)
        if "$ref" in made:  # other keywords beside a reference are ignored
            return made
        return _ordered(
            {
                "title": key.name.replace("_", " ").capitalize(),
                **made,
                "description": key.description,
                "examples": list(key.examples),
                "default": key.default,
            }
        )

    def _kind(self, kind: KeyKind) -> Keywords:
        match kind:
            case StringKind():
                length = 1 if kind.nonempty else None
                made: Keywords = {
                    "type": "string",
                    "pattern": kind.pattern,
                    "minLength": length,
                    "enum": list(kind.allowed) or None,
                }
            case IntegerKind(allowed):
                made = {
                    "type": "integer",
                    "minimum": allowed.start,
                    "maximum": allowed.stop - 1,
                }
            case ScalarKind():
                made = {"type": _SCALARS}
            case ChoiceKind():
                made = _any_of([self._kind(choice) for choice in kind.choices])
            case ArrayKind():
                made = {
                    "type": "array",
                    "items": self._kind(kind.items),
                    "minItems": 1 if kind.nonempty else None,
                    "uniqueItems": kind.unique or None,
                }
            case MapKind():
                made = {
                    "title": kind.title or None,
                    "description": kind.description or None,
                    "examples": list(kind.examples) or None,
                    "type": "object",
                    "additionalProperties": self._kind(kind.values),
                    "propertyNames": {"pattern": kind.pattern} if kind.pattern else None,
                    "minProperties": 1 if kind.nonempty else None,
                }
            case TableKind() | ValueKind():
                return self._reference(kind)
        return _ordered(made)

    def _reference(self, kind: TableKind | ValueKind) -> Keywords:
        if kind.name not in self.made:
            self.made[kind.name] = {}  # a value may have values in it
            made = self.table(kind) if isinstance(kind, TableKind) else self._value(kind)
            self.made[kind.name] = made
        return {"$ref": f"#/$defs/{kind.name}"}

    def _value(self, kind: ValueKind) -> Keywords:
        value = self._reference(VALUE)
        table = self._reference(kind.table) if kind.table else None
        return _ordered(
            {
                "title": kind.title,
                "description": kind.description,
                "anyOf": [
                    {"type": _SCALARS},
                    {"type": "array", "items": value},
                    *(self._reference(tagged) for tagged in (REFERENCE, EXPRESSION, VARIABLE)),
                    table or {"type": "object", "additionalProperties": value},
                ],
                "examples": list(kind.examples),
            }
        )


def _any_of(choices: list[Keywords]) -> Keywords:
    """Return the schema of a choice: one schema if types tell apart, so that editors are clear."""
    types = [choice.get("type") for choice in choices]
    names = [name for kind in types for name in (kind if isinstance(kind, list) else [kind])]
    if None in names or len(set(names)) < len(names):
        return {"anyOf": choices}
    merged: Keywords = {}
    for choice in choices:
        merged |= choice
    return {**merged, "type": names}


def _ordered(keywords: Keywords) -> Keywords:
    """Return the keywords that have a value, in their canonical order."""
    ranks = {keyword: rank for rank, keyword in enumerate(_FIRST)}
    present = {word: value for word, value in keywords.items() if value is not None}
    return {
        word: present[word] for word in sorted(present, key=lambda w: (ranks.get(w, len(ranks)), w))
    }
