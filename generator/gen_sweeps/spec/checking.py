"""Checks that a document has the keys that the schema declares, with values of their kinds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gen_sweeps.spec.findings import Finding, KeyPath, toml_type
from gen_sweeps.spec.names import closest_match
from gen_sweeps.spec.schema import (
    DOCUMENT,
    SWEEP,
    TREATMENT,
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
    has_type,
    is_tagged,
    toml_literal,
)

AXES_ELSEWHERE = frozenset(
    {"axes", "axis", "factors", "grid", "matrix", "parameters", "seed", "seeds"}
)
"""What other tools call the tables that are axes here."""

CALL = next(key for key in TREATMENT.keys if key.name == "call")

HINT_FOR_CALLS = (
    "name one call; what else differs is a variable: name it in `vary`, set it in "
    "`[strategies.NAME.vars]` and print it in the template"
)


def check(document: Mapping[str, object]) -> Iterator[Finding]:
    """Yield everything that is wrong with the keys and the types of a document."""
    yield from _missing_keys(DOCUMENT, document, ())
    if not document.keys() & {"strategies", "axes"}:
        hint = "add a table `[strategies.NAME]`, or `[axes.NAME]` if there are only axes"
        yield Finding(("strategies",), "is missing", hint)
    yield from _missing_control(document)
    yield from _present_keys(DOCUMENT, document, ())


def _missing_control(document: Mapping[str, object]) -> Iterator[Finding]:
    sweep = document.get("sweep")
    if "strategies" in document and isinstance(sweep, dict) and "control" not in sweep:
        key = next(key for key in SWEEP.keys if key.name == "control")
        yield Finding(("sweep", "control"), "is missing", _hint(key))


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
            yield Finding((*where, name), "unknown key", _hint_for_unknown(name, table, known))


def _hint_for_unknown(name: str, table: TableKind, known: Iterable[str]) -> str:
    if table in (DOCUMENT, SWEEP) and name in AXES_ELSEWHERE:
        return "cross the strategies with a further factor by `[axes.seed]`, `levels = [0, 1, 2]`"
    if match := closest_match(name, known):
        return f"did you mean `{match}`?"
    return table.hint or f"known keys: {', '.join(known)}"


def _check(
    kind: KeyKind, value: object, where: KeyPath, key: SpecKey | None = None
) -> Iterator[Finding]:
    if isinstance(kind, ChoiceKind):
        kind = kind.chosen(value) or kind
    if isinstance(kind, ValueKind):
        if kind.table and isinstance(value, dict) and not is_tagged(value):
            yield from _documented_value(kind.table, value, where)
    elif not has_type(kind, value):
        message = f"must be {_wanted(kind)}, not {toml_type(value)}"
        yield Finding(where, message, _hint_for_type(kind, value, where, key), at_value=True)
    elif isinstance(kind, StringKind | ArrayKind | MapKind) and kind.nonempty and not value:
        yield Finding(where, "is empty", _hint(key) if key else None, at_value=True)
    elif isinstance(kind, StringKind) and kind.allowed and value not in kind.allowed:
        message = f"must be {' or '.join(f'`{word}`' for word in kind.allowed)}, not {value!r}"
        yield Finding(where, message, at_value=True)
    elif isinstance(kind, IntegerKind) and value not in kind.allowed:
        message = f"must be from {kind.allowed.start} to {kind.allowed.stop - 1}"
        yield Finding(where, message, at_value=True)
    else:
        yield from _check_inside(kind, value, where)


def _hint_for_type(kind: KeyKind, value: object, where: KeyPath, key: SpecKey | None) -> str | None:
    if key is CALL and isinstance(value, list):
        return HINT_FOR_CALLS
    if where[0] == "run" and key and key.examples:
        return _hint(key)
    if isinstance(kind, ArrayKind) and isinstance(value, dict):
        return "write `[[overrides]]`" if where == ("overrides",) else "put `[` and `]` around it"
    if isinstance(kind, ScalarKind) and "levels" in where:
        return "give the level a name: `[axes.NAME.LEVEL]`, with the value as a variable"
    return kind.hint if isinstance(kind, MapKind | ChoiceKind) else None


def _check_inside(kind: KeyKind, value: object, where: KeyPath) -> Iterator[Finding]:
    match kind, value:
        case ArrayKind(), list():
            for index, item in enumerate(value):
                yield from _check(kind.items, item, (*where, index))
        case MapKind(), dict():
            for name, item in value.items():
                yield from _check(kind.values, item, (*where, name))
        case TableKind(), dict():
            yield from _missing_keys(kind, value, where)
            yield from _present_keys(kind, value, where)
        case _:
            pass


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
        case IntegerKind():
            return "an integer"
        case ScalarKind():
            return "a boolean, a number or a string"
        case ArrayKind():
            return "an array"
        case ChoiceKind():
            return " or ".join(dict.fromkeys(map(_wanted, kind.choices)))
        case _:
            return "a table"


def _hint(key: SpecKey) -> str:
    """Return how to write a key that is missing or empty."""
    if isinstance(key.kind, TableKind | MapKind) and key.kind.title:
        return f"add a table `{key.kind.title}`"
    example, *_ = key.examples
    return f"as in `{key.name} = {toml_literal(example)}`"
