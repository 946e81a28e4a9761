"""Whether a document has the shape of a spec: its tables, keys and types, as pydantic sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pydantic import ValidationError
from pydantic.fields import FieldInfo  # noqa: TC002 - pydantic has loaded it

from gen_sweeps.spec.findings import Finding, KeyPath, toml_type
from gen_sweeps.spec.names import near_miss
from gen_sweeps.spec.schema import Document, StrategyTable, SweepTable, Table, TreatmentTable

_WANTED: Mapping[str, str] = MappingProxyType(
    {
        "string_type": "a string",
        "list_type": "an array",
        "dict_type": "a table",
        "model_type": "a table",
    }
)

_TABLES: Mapping[str, type[Table]] = MappingProxyType(
    {"sweep": SweepTable, "treatment": TreatmentTable, "strategies": StrategyTable}
)


def shape_findings(data: Mapping[str, object]) -> Iterator[Finding]:
    """Yield what is wrong with the keys and types of `data`, a whole document."""
    try:
        Document.model_validate(data)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            yield _finding(fault["type"], fault["loc"], fault["input"], fault["msg"])


def _finding(kind: str, where: KeyPath, value: object, message: str) -> Finding:
    if kind == "extra_forbidden":
        return Finding(where, "unknown key", _known_keys_hint(where))
    if kind == "missing":
        return Finding(where, "is missing", _example_hint(where))
    if kind in _WANTED:
        hint = None
        if where[0] == "base" and len(where) == 2:  # noqa: PLR2004 - `base` and what should be a heading
            hint = 'constants stand under a heading, as in `[base."Training"]`'
        return Finding(
            where, f"must be {_WANTED[kind]}, not {toml_type(value)}", hint, at_value=True
        )
    if kind in ("too_short", "string_too_short"):
        return Finding(where, "is empty", _example_hint(where), at_value=True)
    return Finding(where, message, at_value=True)  # pragma: no cover - the models declare no more


def _fields(where: KeyPath) -> Mapping[str, FieldInfo]:
    """Return the keys that may stand in the table in which `where` is."""
    table = Document if len(where) == 1 else _TABLES[str(where[0])]
    return table.model_fields


def _known_keys_hint(where: KeyPath) -> str:
    known = _fields(where)
    miss = near_miss(str(where[-1]), known)
    return f"did you mean `{miss}`?" if miss else f"known keys: {', '.join(known)}"


def _example_hint(where: KeyPath) -> str:
    name = str(where[-1])
    if len(where) == 1:
        return "add `[strategies.NAME]`" if name == "strategies" else f"add a table `[{name}]`"
    example, *_ = _fields(where)[name].examples or ("",)
    # Strings and arrays of strings look the same in JSON as in TOML.
    import json  # noqa: PLC0415 - paid only when there is something to report

    return f"as in `{name} = {json.dumps(example)}`"
