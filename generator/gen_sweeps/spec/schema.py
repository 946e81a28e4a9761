"""The schema of a spec: its tables and keys, with their types and descriptions.

It is the only place that knows them: `checking` checks a document by it, `json_schema` makes the
JSON Schema from it and `reference` the page for people. A new key is one more `SpecKey` here, which
`building` reads. What involves several tables (a control that exists, a reference that names a
constant) can't be declared for a single key, and is checked in `building`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

IDENTIFIER = "^[A-Za-z_][A-Za-z0-9_]*$"
DOTTED = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$"

DEFAULT_TEMPLATES = "templates"
"""The default of `sweep.templates`."""


@dataclass(frozen=True, slots=True)
class StringKind:
    """A string.

    Attributes:
        pattern: A regular expression for editors; the command says in words what names may be.
        nonempty: Whether it must have a character.
    """

    pattern: str | None = None
    nonempty: bool = False


@dataclass(frozen=True, slots=True)
class ArrayKind:
    """An array.

    Attributes:
        items: What each item is.
        nonempty: Whether it must have an item.
        unique: Whether no two items may be equal, for editors; the command says which are.
    """

    items: KeyKind
    nonempty: bool = False
    unique: bool = False


@dataclass(frozen=True, slots=True)
class TableKind:
    """A table in which only the declared keys may stand.

    Attributes:
        name: Its name in the JSON Schema.
        title: Its header, as in `[sweep]`, or what a person calls it.
        description: What it is, as a sentence.
        keys: Its keys, in the order in which a person would write them.
        examples: Tables as examples, if it is usually written inline.
    """

    name: str
    title: str
    description: str
    keys: tuple[SpecKey, ...]
    examples: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class MapKind:
    """A table whose keys are names that the user gives.

    Attributes:
        values: What stands under each name.
        title: Its header, as in `[strategies.NAME]`; empty if it is usually written inline.
        description: What it is, as a sentence; empty where that is said of its key.
        examples: Tables as examples, likewise.
        pattern: A regular expression of the names, for editors.
        nonempty: Whether it must have an entry.
        hint: What to do where something other than a table stands.
    """

    values: KeyKind
    title: str = ""
    description: str = ""
    examples: tuple[object, ...] = ()
    pattern: str | None = None
    nonempty: bool = False
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class ValueKind:
    """A value of any type; `building` checks whether Python has a literal for it.

    Attributes:
        name: Its name in the JSON Schema.
        title: What a person calls it.
        description: What it is, as a sentence.
        examples: Some values.
        table: The keys of a table that is no reference; without them, it is a table of values.
    """

    name: str
    title: str
    description: str
    examples: tuple[object, ...]
    table: TableKind | None = None


KeyKind: TypeAlias = "StringKind | ArrayKind | TableKind | MapKind | ValueKind"
"""What may stand under a key."""


@dataclass(frozen=True, slots=True)
class SpecKey:
    """A key of a table.

    Attributes:
        name: The key.
        kind: What stands under it.
        description: What that is, as a sentence; empty if the kind has a description of its own.
        examples: Values as examples, likewise.
        default: The value that its absence stands for; None if there is no such value.
        required: Whether it must be there.
    """

    name: str
    kind: KeyKind
    description: str = ""
    examples: tuple[object, ...] = ()
    default: object = None
    required: bool = False


REFERENCE = TableKind(
    "Reference",
    "A reference to a base constant",
    '{ base = "NAME" }: the generated code names the constant instead of repeating its value, so '
    "the two can't disagree.",
    (
        SpecKey(
            "base",
            StringKind(IDENTIFIER),
            "The name of a constant in [base].",
            examples=("LEARNING_RATE",),
            required=True,
        ),
    ),
    examples=({"base": "LEARNING_RATE"},),
)

VALUE = ValueKind(
    "Value",
    "A value",
    "A boolean, number or string, an array or a table of values, or a reference "
    '{ base = "NAME" }. The generated code has a literal of the same type and value; dates and '
    "times are refused, because Python has no literals for them.",
    examples=(0.1, "cosine", [1, 2], {"gamma": 0.99}, {"base": "LEARNING_RATE"}),
)

DOCUMENTED_CONSTANT = TableKind(
    "DocumentedConstant",
    "A base constant with a doc",
    '{ value = …, doc = "…" }: the doc becomes a comment above the constant.',
    (
        SpecKey("value", VALUE, required=True),
        SpecKey(
            "doc",
            StringKind(),
            "A comment above the constant, such as its unit or its source.",
            examples=("tokens",),
        ),
    ),
    examples=({"value": 4, "doc": "GRPO group size"},),
)

CONSTANT = ValueKind(
    "Constant",
    "A base constant",
    'A value, a reference to a constant defined above, or { value = …, doc = "…" }. A constant '
    "whose value is a table must be written in that last form.",
    examples=(0.0003, {"value": 4, "doc": "GRPO group size"}),
    table=DOCUMENTED_CONSTANT,
)

SECTION = MapKind(
    CONSTANT,
    '[base."HEADING"]',
    "A heading of `_base.py` and the constants under it.",
    examples=({"LEARNING_RATE": 0.0003},),
    pattern=IDENTIFIER,
    hint='constants stand under a heading, as in `[base."Training"]`',
)

SWEEP = TableKind(
    "SweepTable",
    "[sweep]",
    "The experiment's name, its control, and where its files are.",
    (
        SpecKey(
            "name",
            StringKind(nonempty=True),
            "Name of the experiment; templates read it as `sweep.name`.",
            examples=("reward_shaping",),
            required=True,
        ),
        SpecKey(
            "package",
            StringKind(DOTTED),
            "Dotted name under which the generated files import each other.",
            examples=("generated", "configs.reward_shaping_sweep"),
            required=True,
        ),
        SpecKey(
            "output",
            StringKind(),
            "Folder that the files are written to, relative to the spec.",
            examples=("generated",),
            required=True,
        ),
        SpecKey(
            "templates",
            StringKind(),
            "Folder of the Jinja2 templates, relative to the spec.",
            examples=("templates",),
            default=DEFAULT_TEMPLATES,
        ),
        SpecKey(
            "control",
            StringKind(),
            "Name of the strategy that all others are compared with.",
            examples=("identity",),
            required=True,
        ),
    ),
)

TREATMENT = TableKind(
    "TreatmentTable",
    "[treatment]",
    "The one call that may differ between strategies, and which of its arguments may.",
    (
        SpecKey(
            "call",
            StringKind(DOTTED),
            "The constructor, as the generated code names it; each strategy's file calls it "
            "exactly once.",
            examples=("DebateMetricStreamerConfig",),
            required=True,
        ),
        SpecKey(
            "vary",
            ArrayKind(StringKind(IDENTIFIER), nonempty=True, unique=True),
            "Keyword arguments of the call that may differ between strategies, in the order in "
            "which they are written.",
            examples=(["reward_shaping_strategy", "reward_shaping_params"],),
            required=True,
        ),
        SpecKey(
            "shared",
            MapKind(VALUE, pattern=IDENTIFIER),
            "Keyword arguments of the call that all strategies share.",
            examples=({"n_rollouts_per_prompt": {"base": "GENERATIONS_PER_PROMPT"}},),
            default={},
        ),
    ),
)

STRATEGY = TableKind(
    "StrategyTable",
    "[strategies.NAME]",
    "One arm of the experiment.",
    (
        SpecKey(
            "title",
            StringKind(),
            "A one-line title for readers.",
            examples=("COMA counterfactual advantage",),
            default="",
        ),
        SpecKey(
            "doc",
            StringKind(),
            "What the strategy does, such as a formula or a source.",
            examples=("A_i = r_i - baseline_i",),
            default="",
        ),
        SpecKey(
            "args",
            MapKind(VALUE, pattern=IDENTIFIER),
            "The varying arguments of the treatment that this strategy sets.",
            examples=({"reward_shaping_params": {"gamma": 0.99}},),
            default={},
        ),
    ),
)

DOCUMENT = TableKind(
    "Document",
    "A gen-sweeps spec",
    "A spec file as a whole.",
    (
        SpecKey("sweep", SWEEP, required=True),
        SpecKey("treatment", TREATMENT, required=True),
        SpecKey(
            "vars",
            MapKind(VALUE, "[vars]"),
            "Values for the templates, the same for every strategy.",
            examples=({"queue": "post_training_queue"},),
            default={},
        ),
        SpecKey(
            "base",
            MapKind(SECTION, "[base]"),
            "Headings, each with constants of `_base.py`: `NAME = value` or "
            '`NAME = { value = …, doc = "…" }`.',
            examples=({"Training": {"LEARNING_RATE": 0.0003}},),
            default={},
        ),
        SpecKey(
            "strategies",
            MapKind(STRATEGY, "[strategies.NAME]", pattern=IDENTIFIER, nonempty=True),
            "The arms of the experiment, by name; each makes one file per template.",
            examples=({"identity": {"title": "Identity baseline"}},),
            required=True,
        ),
    ),
)
"""A whole spec."""


def is_reference(value: object) -> bool:
    """Say whether a value of a document is `{ base = "NAME" }`."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("base"), str)


def toml_literal(value: object) -> str:
    """Return an example as TOML writes it, in one line."""
    import json  # noqa: PLC0415 - paid only when there is something to report or to document

    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {toml_literal(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_literal, value)) + "]"
    # Strings, numbers and booleans look the same in JSON as in TOML.
    return json.dumps(value, ensure_ascii=False)
