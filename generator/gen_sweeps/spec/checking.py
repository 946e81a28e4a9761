"""Checks that a document has the keys that the schema declares, with values of their kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gen_sweeps.spec.findings import Finding, KeyPath, toml_type
from gen_sweeps.spec.names import closest_match
from gen_sweeps.spec.schema import (
    DOCUMENT,
    ArrayKind,
    KeyKind,
    MapKind,
    SpecKey,
    StringKind,
    TableKind,
    ValueKind,
    is_reference,
    toml_literal,
)


def check(document: Mapping[str, object]) -> Iterator[Finding]:
    """Yield everything that is wrong with the keys and the types of a document."""
    yield from _missing_keys(DOCUMENT, document, ())
    yield from _present_keys(DOCUMENT, document, ())


def _missing_keys(
    table: TableKind, given: Mapping[str, object], where: KeyPath
) -> Iterator[Finding]:
    for key in table.keys:
        if key.required and key.name not in given:
            yield Finding((*where, key.name), "is missing", _hint(key))


def _present_keys(
    table: TableKind, given: Mapping[str, object], where: KeyPath
) -> Iterator[Finding]:
    known = {key.name: key for key in table.keys}
    for name, value in given.items():
        if key := known.get(name):
            yield from _check(key.kind, value, (*where, name), key)
        else:
            match = closest_match(name, known)
            hint = f"did you mean `{match}`?" if match else f"known keys: {', '.join(known)}"
            yield Finding((*where, name), "unknown key", hint)


def _check(
    kind: KeyKind, value: object, where: KeyPath, key: SpecKey | None = None
) -> Iterator[Finding]:
    match kind, value:
        case (
            (StringKind(nonempty=True), str())
            | (ArrayKind(nonempty=True), list())
            | (MapKind(nonempty=True), dict())
        ) if not value:
            yield Finding(where, "is empty", _hint(key) if key else None, at_value=True)
        case StringKind(), str():
            pass
        case ArrayKind(), list():
            for index, item in enumerate(value):
                yield from _check(kind.items, item, (*where, index))
        case MapKind(), dict():
            for name, item in value.items():
                yield from _check(kind.values, item, (*where, name))
        case TableKind(), dict():
            yield from _missing_keys(kind, value, where)
            yield from _present_keys(kind, value, where)
        case ValueKind(table=TableKind() as table), dict() if not is_reference(value):
            yield from _documented_value(table, value, where)
        case ValueKind(), _:
            pass
        case _:
            message = f"must be {_wanted(kind)}, not {toml_type(value)}"
            hint = kind.hint if isinstance(kind, MapKind) else None
            yield Finding(where, message, hint, at_value=True)


def _documented_value(
    table: TableKind, given: Mapping[str, object], where: KeyPath
) -> Iterator[Finding]:
    """Check `{ value = …, doc = … }`, which may be meant as a table of values."""
    if "value" not in given:
        hint = f"write `{where[-1]} = {{ value = {{ … }} }}` for a table as the value"
        yield Finding(where, "has no `value`", hint)
    yield from _present_keys(table, given, where)


def _wanted(kind: KeyKind) -> str:
    match kind:
        case StringKind():
            return "a string"
        case ArrayKind():
            return "an array"
        case _:
            return "a table"


def _hint(key: SpecKey) -> str:
    """Return how to write a key that is missing or empty."""
    if isinstance(key.kind, TableKind | MapKind) and key.kind.title:
        return f"add a table `{key.kind.title}`"
    example, *_ = key.examples
    return f"as in `{key.name} = {toml_literal(example)}`"
