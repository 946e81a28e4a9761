"""The reference of the spec's keys, a Markdown page for people."""

from __future__ import annotations

from collections.abc import Iterator

from gen_sweeps.spec.schema import (
    CONSTANT,
    DOCUMENT,
    DOCUMENTED_CONSTANT,
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
    toml_literal,
)

_INTRODUCTION = """\
# The spec

A spec is one TOML file that says what all files share, what may differ, and what each strategy
sets. Paths in it are relative to the file itself. `gen-sweeps schema` prints the same reference as
a JSON Schema; name it in the first line of a spec (`#:schema spec.schema.json`) and editors
complete and check the file.
"""


def markdown() -> str:
    """Return the reference as the text of a page."""
    parts = [_INTRODUCTION]
    for key in DOCUMENT.keys:
        parts += _section(key)
    parts.append("## Values\n")
    for kind in (VALUE, EXPRESSION, REFERENCE, VARIABLE, CONSTANT, DOCUMENTED_CONSTANT):
        parts.append(f"### {kind.title}\n\n{kind.description}\n")
        values = enumerate(kind.examples, start=1)
        lines = "\n".join(f"EXAMPLE_{number} = {toml_literal(value)}" for number, value in values)
        parts.append(f"```toml\n{lines}\n```\n")
    return "\n".join(parts)


def _section(key: SpecKey) -> Iterator[str]:
    """Yield the section of a key that stands at the top of a spec."""
    kind = key.kind.items if isinstance(key.kind, ArrayKind) else key.kind
    title = kind.title if isinstance(kind, TableKind | MapKind) else key.name
    required = "required" if key.required else "optional"
    yield f"## {_code(title)} ({required})\n"
    description = kind.description if isinstance(kind, TableKind) else key.description
    yield f"{description}\n"
    table = kind.values if isinstance(kind, MapKind) else kind
    if isinstance(table, TableKind):
        yield "\n".join(_rows(table)) + "\n"
        for inner in (it.kind for it in table.keys if isinstance(it.kind, TableKind)):
            yield f"### {_code(inner.title)}\n\n{inner.description}\n"
            yield "\n".join(_rows(inner)) + "\n"
    else:
        yield f"Example:\n\n```toml\n{_example(key)}\n```\n"


def _rows(table: TableKind) -> Iterator[str]:
    yield "| key | type | | description | example |"
    yield "|---|---|---|---|---|"
    for key in table.keys:
        examples = ", ".join(_code(toml_literal(value)) for value in key.examples)
        description = key.description
        if isinstance(key.kind, TableKind):
            description = f"See {_code(key.kind.title)} below."
        cells = (_code(key.name), _type(key.kind), _needed(key), description, examples)
        yield f"| {' | '.join(cells)} |"


def _needed(key: SpecKey) -> str:
    if key.required:
        return "required"
    return "optional" if key.default is None else f"default {_code(toml_literal(key.default))}"


def _type(kind: KeyKind) -> str:
    match kind:
        case StringKind():
            return "string"
        case IntegerKind():
            return "integer"
        case ScalarKind():
            return "scalar"
        case ChoiceKind():
            return " or ".join(dict.fromkeys(map(_type, kind.choices)))
        case ArrayKind():
            return f"array of {_type(kind.items)}s"
        case TableKind() | MapKind():
            return "table"
        case _:
            return "value"


def _example(key: SpecKey) -> str:
    """Return an example of a table with the user's own keys, below its header."""
    (example,) = key.examples
    entries = example if isinstance(example, dict) else {}
    lines = [f"{name} = {toml_literal(v)}" for name, v in entries.items() if type(v) is not dict]
    if lines:
        lines.insert(0, f"[{key.name}]")
    for name, value in entries.items():
        if isinstance(value, dict):
            lines.append(f'[{key.name}."{name}"]' if key.name == "base" else f"[{key.name}.{name}]")
            lines += (f"{inner} = {toml_literal(item)}" for inner, item in value.items())
    return "\n".join(lines)


def _code(text: str) -> str:
    return f"`{text}`"
