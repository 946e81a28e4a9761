"""The keys of a spec: what may stand in which table, and what it is.

This is the only place that knows them: `checking` checks a document by it, `json_schema` makes the
JSON Schema of it and `reference` the page for people. A new key is one more `SpecKey` here, and
`building` reads it. What tables say of each other (a control that exists, a reference that names
a constant) can't be said of a key alone, and is checked in `building`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

IDENTIFIER = "^[A-Za-z_][A-Za-z0-9_]*$"
DOTTED = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$"
LEVEL_NAME = "^[A-Za-z0-9_][A-Za-z0-9_.-]*$"
DURATION = r"^([0-9]+(\.[0-9]+)?[dhms])+$"
SLURM_OPTION = "^[a-z][a-z0-9-]+$"

DEFAULT_TEMPLATES = "templates"
"""What `sweep.templates` is where it is not said."""

LINE_LENGTHS = range(40, 1001)
"""What `sweep.line_length` may be, in columns."""

DEFAULT_LINE_LENGTH = 100
"""What it is where it is not said."""

DEFAULT_DELIMITERS = ("{{ }}", "{% %}", "{# #}")
"""What stands around what a template prints, does and says, where it is not said: Jinja's own."""

DEFAULT_GRACE = "10s"
"""What `run.grace` is where it is not said."""

SLURM_RESERVED = (
    *("array", "chdir", "clusters", "error", "export", "help", "job-name", "output", "parsable"),
    *("test-only", "usage", "version", "wait", "wrap"),
)
"""Options of sbatch that `run` sets itself, or that would keep it from finding its jobs again."""


@dataclass(frozen=True, slots=True)
class StringKind:
    """A string.

    Attributes:
        pattern: A regular expression for editors; the command says in words what names may be.
        nonempty: Whether it must have a character.
        allowed: The strings that it may be; empty if it may be any.
    """

    pattern: str | None = None
    nonempty: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IntegerKind:
    """An integer of a range."""

    allowed: range


@dataclass(frozen=True, slots=True)
class ScalarKind:
    """A boolean, number or string."""


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
        hint: What to do about a key that it doesn't have; without it, its keys are listed.
    """

    name: str
    title: str
    description: str
    keys: tuple[SpecKey, ...]
    examples: tuple[object, ...] = ()
    hint: str | None = None


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
        whole: Whether it is replaced as a whole by that of a nearer file, not merged with it.
    """

    values: KeyKind
    title: str = ""
    description: str = ""
    examples: tuple[object, ...] = ()
    pattern: str | None = None
    nonempty: bool = False
    hint: str | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class ValueKind:
    """A value of any type; whether Python can write it is seen when it is read.

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


@dataclass(frozen=True, slots=True)
class ChoiceKind:
    """One of several kinds, which the type of what stands there tells apart.

    Of two tables, the one with required keys is meant where one of those is given.

    Attributes:
        choices: The kinds.
        hint: What to do where something of another type stands.
    """

    choices: tuple[KeyKind, ...]
    hint: str | None = None

    def chosen(self, value: object) -> KeyKind | None:
        """Return the kind that a value is meant to be; None if it has the type of none."""
        for choice in self.choices:
            if isinstance(choice, TableKind) and isinstance(value, dict):
                if any(key.required and key.name in value for key in choice.keys):
                    return choice
            elif has_type(choice, value):
                return choice
        return None


KeyKind: TypeAlias = (
    "StringKind | IntegerKind | ScalarKind | ArrayKind | TableKind | MapKind | ValueKind | "
    "ChoiceKind"
)
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
            "A name that stands under a heading of [base].",
            examples=("LEARNING_RATE",),
            required=True,
        ),
    ),
    examples=({"base": "LEARNING_RATE"},),
)

EXPRESSION = TableKind(
    "Expression",
    "A Python expression",
    '{ python = "…" }: what TOML has no word for. One expression of literals, names, attributes, '
    "calls, containers and arithmetic of numbers; it is printed as it is spelled, and never "
    "evaluated.",
    (
        SpecKey(
            "python",
            StringKind(nonempty=True),
            "The expression, in one line; its names must be bound where it is printed.",
            examples=("torch.optim.AdamW", "(0.9, 0.999)"),
            required=True,
        ),
    ),
    examples=(
        {"python": "torch.optim.AdamW"},
        {"python": "(0.9, 0.999)"},
        {"python": "None"},
        {"python": "3 * 10**4"},
        {"python": "dict(lr=1e-3)"},
        {"python": "{'base': 'x'}"},
    ),
)

VARIABLE = TableKind(
    "Variable",
    "The value of a variable or an axis",
    '{ var = "NAME" }: what the variable has in the arm, or the level of the axis.',
    (
        SpecKey(
            "var",
            StringKind(IDENTIFIER),
            "A variable or an axis.",
            examples=("seed",),
            required=True,
        ),
    ),
    examples=({"var": "seed"},),
)

TAGS = tuple(kind.keys[0].name for kind in (REFERENCE, EXPRESSION, VARIABLE))
"""The keys that alone in a table, with a string, make it stand for something else."""

VALUE = ValueKind(
    "Value",
    "A value",
    "A boolean, number or string, an array or a table of values, a reference "
    '{ base = "NAME" } or { var = "NAME" }, or { python = "…" }. The generated code has a literal '
    "of the same type and value; dates and times have none.",
    examples=(
        1e-5,
        "cosine",
        [1, 2],
        {"gamma": 0.99},
        {"base": "LEARNING_RATE"},
        {"python": "(0.9, 0.999)"},
    ),
)

VARIABLES = MapKind(VALUE, pattern=IDENTIFIER)

DOCUMENTED_CONSTANT = TableKind(
    "DocumentedConstant",
    "A base constant and what it means",
    '{ value = …, doc = "…" }: the doc becomes a comment above the constant.',
    (
        SpecKey("value", VALUE, required=True),
        SpecKey(
            "doc",
            StringKind(),
            "A comment for the line above the constant; its unit, its source.",
            examples=("tokens",),
        ),
    ),
    examples=({"value": 4, "doc": "GRPO group size"},),
)

CONSTANT = ValueKind(
    "Constant",
    "A base constant",
    "A value, a reference to a constant further up, or "
    '{ value = …, doc = "…" }, the form that a table as the value must take.',
    examples=(3e-6, {"value": 4, "doc": "GRPO group size"}),
    table=DOCUMENTED_CONSTANT,
)

SECTION = MapKind(
    CONSTANT,
    '[base."HEADING"]',
    "A heading of `_base.py` and the constants under it.",
    examples=({"LEARNING_RATE": 3e-6},),
    pattern=IDENTIFIER,
    hint='constants stand under a heading, as in `[base."Training"]`',
)

ONE_OR_MORE_LEVELS = ChoiceKind((ScalarKind(), ArrayKind(ScalarKind(), nonempty=True)))

COMBINATIONS = MapKind(
    ONE_OR_MORE_LEVELS,
    nonempty=True,
    hint='name a level, or several, of one or more axes: `{ strategy = "x", model = ["large"] }`',
)

SWEEP = TableKind(
    "SweepTable",
    "[sweep]",
    "The experiment's name, where its files are, and what is compared with what.",
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
            "Dotted name under which the generated files import each other, if they do.",
            examples=("generated", "configs.reward_shaping_sweep"),
            default="",
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
            ChoiceKind((StringKind(), MapKind(ScalarKind(), nonempty=True, whole=True))),
            "The strategy that every other one is compared with, or a level of each axis under "
            "study. On every other axis, arms are compared at equal levels. It must be said if "
            "there are strategies; without it, nothing is compared.",
            examples=("identity", {"model": "small"}),
        ),
        SpecKey(
            "exclude",
            ArrayKind(COMBINATIONS),
            "Combinations of levels that are no arms.",
            examples=([{"strategy": "coma_advantage", "model": ["large"]}],),
            default=[],
        ),
        SpecKey(
            "line_length",
            IntegerKind(LINE_LENGTHS),
            "Columns that a laid out line may take; set it to your formatter's.",
            examples=(88,),
            default=DEFAULT_LINE_LENGTH,
        ),
        SpecKey(
            "delimiters",
            ArrayKind(StringKind(nonempty=True), nonempty=True),
            "What stands around what a template prints, what it does and what it says; for files "
            "that have braces of their own.",
            examples=(["[[ ]]", "[% %]", "[# #]"],),
            default=[*DEFAULT_DELIMITERS],
        ),
        SpecKey(
            "crlf",
            ArrayKind(StringKind(nonempty=True)),
            "Files whose lines end with CRLF, by their paths in the output folder; `*` stands for "
            "any part of one.",
            examples=(["*"], ["*.bat"]),
            default=[],
        ),
        SpecKey(
            "unterminated",
            ArrayKind(StringKind(nonempty=True)),
            "Files without a newline at their end, likewise.",
            examples=(["*"],),
            default=[],
        ),
        SpecKey(
            "extends",
            StringKind(nonempty=True),
            "A TOML file with tables for this spec, relative to it and inside of the same "
            "repository. Tables are merged, and what stands in this file wins; arrays and values "
            "are replaced as a whole. Folders stay relative to the spec.",
            examples=("../common.toml",),
        ),
    ),
)

TREATMENT = TableKind(
    "TreatmentTable",
    "[treatment]",
    "What the strategies may set: arguments of one call, and variables.",
    (
        SpecKey(
            "call",
            StringKind(DOTTED),
            "The constructor as the generated code names it; exactly one call of it stands in "
            "each arm's file. Not needed if only variables vary.",
            examples=("DebateMetricStreamerConfig",),
        ),
        SpecKey(
            "vary",
            ArrayKind(StringKind(IDENTIFIER), nonempty=True, unique=True),
            "What may differ between strategies: keyword arguments of the call, in the order in "
            "which they are written, and variables. A name is one or the other by where it is set: "
            "in a strategy's `args` or in `vars`. `strategy` lets the templates print its name "
            "outside of docstrings.",
            examples=(["reward_shaping_strategy", "reward_shaping_params"],),
            required=True,
        ),
        SpecKey(
            "places",
            ArrayKind(StringKind(nonempty=True), nonempty=True, unique=True),
            "Where factors may stand in the arms' Python files, as `compare --vary` takes it: a "
            "path, `class name`, `docstring`, `comment`, or arguments of the call. A factor "
            "anywhere else is refused. Without it they may stand wherever templates print them.",
            examples=(["optimizer.lr", "DebateMetricStreamerConfig(*)"],),
            default=[],
        ),
        SpecKey(
            "shared",
            MapKind(VALUE, pattern=IDENTIFIER),
            "Keyword arguments of the call that all strategies have.",
            examples=({"n_rollouts_per_prompt": {"base": "GENERATIONS_PER_PROMPT"}},),
            default={},
        ),
    ),
)

STRATEGY_TABLE = TableKind(
    "StrategyTable",
    "[strategies.NAME]",
    "One level of the factor that the experiment is about.",
    (
        SpecKey(
            "title",
            StringKind(),
            "One line that names the strategy for a reader.",
            examples=("COMA counterfactual advantage",),
            default="",
        ),
        SpecKey(
            "doc",
            StringKind(),
            "What the strategy does; a formula, a source.",
            examples=("A_i = r_i - baseline_i",),
            default="",
        ),
        SpecKey(
            "args",
            MapKind(VALUE, pattern=IDENTIFIER),
            "The varying arguments of the treatment's call that this strategy sets.",
            examples=({"reward_shaping_params": {"gamma": 0.99}},),
            default={},
        ),
        SpecKey(
            "vars",
            VARIABLES,
            "The varying variables that it sets; `{strategy}` and `{AXIS}` in a text are filled "
            "in for each arm.",
            examples=({"lr": 1e-3, "exp_name": "coma_seed{seed}"},),
            default={},
        ),
    ),
    hint="what a strategy sets stands in `args` or in `vars`, as in `vars.lr = 1e-3`",
)

NUMBERED_AXIS = TableKind(
    "AxisTable",
    "[axes.NAME]",
    "An axis whose levels are values.",
    (
        SpecKey(
            "levels",
            ArrayKind(ScalarKind(), nonempty=True, unique=True),
            "The levels; a file's name has them as they are written.",
            examples=([42, 43, 44],),
            required=True,
        ),
    ),
    hint="an axis has either `levels` or a table for each level",
)

NAMED_AXIS = MapKind(
    MapKind(
        VALUE,
        pattern=IDENTIFIER,
        hint="a level is a table of variables, as in "
        "`[axes.model.small]`; levels that are values stand in `levels = [1, 2]`",
    ),
    pattern=LEVEL_NAME,
    nonempty=True,
)

OVERRIDE = TableKind(
    "OverrideTable",
    "[[overrides]]",
    "Variables for some combinations of levels; of two that match, the later one wins.",
    (
        SpecKey(
            "when",
            COMBINATIONS,
            "A level, or several, of each axis that it depends on; `strategy` is one.",
            examples=({"strategy": "coma_advantage", "model": ["large"]},),
            required=True,
        ),
        SpecKey(
            "vars",
            MapKind(VALUE, pattern=IDENTIFIER, nonempty=True),
            "The variables that it sets.",
            examples=({"hidden": 384},),
            required=True,
        ),
    ),
    hint="variables stand in `vars`, as in `vars.hidden = 384`",
)

METRICS = TableKind(
    "MetricsTable",
    "[run.metrics]",
    "Where the arms' measurements are. Without `file`, `stdout`, `mlflow` or `tensorboard`, they "
    "are JSON lines in the file that the environment variable GEN_SWEEPS_METRICS names: an object "
    "each, with the metrics by name and, if it is known, the `step`.",
    (
        SpecKey(
            "file",
            StringKind(nonempty=True),
            "A file of JSON lines, or a CSV file with a header if it ends in `.csv`, relative to "
            "`{run_dir}`.",
            examples=("metrics.jsonl", "logs/metrics.csv"),
        ),
        SpecKey(
            "stdout",
            StringKind(nonempty=True),
            "A regular expression of Python that is searched for in each line that the arm prints: "
            "a named group for each metric, and one named `step` if the step is printed.",
            examples=(r"step (?P<step>\d+).* loss (?P<loss>\S+)",),
        ),
        SpecKey(
            "mlflow",
            StringKind(nonempty=True),
            "A SQLite database that MLflow writes, relative to `{run_dir}`.",
            examples=("mlflow.db",),
        ),
        SpecKey(
            "tensorboard",
            StringKind(nonempty=True),
            "A folder of TensorBoard's event files, relative to `{run_dir}`.",
            examples=("logs",),
        ),
        SpecKey(
            "goal",
            MapKind(StringKind(allowed=("min", "max"))),
            "Whether less or more of a metric is better.",
            examples=({"loss": "min", "accuracy": "max"},),
            default={},
        ),
    ),
)

RUN = TableKind(
    "RunTable",
    "[run]",
    "How `gen-sweeps run` runs each arm. No generated file depends on it.",
    (
        SpecKey(
            "command",
            ArrayKind(StringKind(), nonempty=True),
            "The program and its arguments, one word each; no shell reads them. In each, `{file}` "
            "is the arm's file, `{module}` its dotted name for imports, `{arm}` the arm's name, "
            "`{strategy}` and `{AXIS}` its levels, `{run_dir}` a folder of its own for what it "
            "keeps, such as checkpoints, and `{frozen}` the folder of the frozen files.",
            examples=(["python", "train.py", "{file}"],),
            required=True,
        ),
        SpecKey(
            "freeze",
            ArrayKind(StringKind(nonempty=True), nonempty=True, unique=True),
            "What the command needs beside the generated files: files or patterns, relative to the "
            "spec, inside of the same repository, 100 MB at most. They are copied before the first "
            "arm starts, and the copies are what runs.",
            examples=(["train.py", "src/**/*.py"],),
            default=[],
        ),
        SpecKey(
            "workdir",
            StringKind(allowed=("frozen", "project")),
            "Where the command runs: `frozen` is a copy of the spec's folder that has the arm's "
            "generated files, the Python files that all arms share, and what `freeze` names. "
            "`project` is the spec's folder itself: the generated files are frozen, the code is "
            "not.",
            examples=("project",),
            default="frozen",
        ),
        SpecKey(
            "jobs",
            IntegerKind(range(1, 10_001)),
            "How many arms run at a time.",
            examples=(4,),
            default=1,
        ),
        SpecKey(
            "gpus",
            IntegerKind(range(1025)),
            "GPUs of each arm on this machine, handed out by number. On Slurm, ask for them in "
            "`[run.slurm]`.",
            examples=(1,),
            default=0,
        ),
        SpecKey(
            "env",
            MapKind(StringKind(), pattern=IDENTIFIER),
            "Environment variables besides the caller's; names in braces are filled in as in "
            "`command`. They are recorded, so put no secrets here: those come from the caller's "
            "environment, which is not recorded.",
            examples=({"HF_HUB_OFFLINE": "1"},),
            default={},
        ),
        SpecKey(
            "timeout",
            StringKind(DURATION),
            "How long an attempt may take, in days, hours, minutes and seconds.",
            examples=("2h", "1d12h", "90s"),
        ),
        SpecKey(
            "grace",
            StringKind(DURATION),
            "How long an arm that is to stop has between SIGTERM and SIGKILL.",
            examples=("30s",),
            default=DEFAULT_GRACE,
        ),
        SpecKey(
            "retries",
            IntegerKind(range(101)),
            "How often an arm that failed or took too long is started again.",
            examples=(1,),
            default=0,
        ),
        SpecKey(
            "executor",
            StringKind(allowed=("local", "slurm")),
            "Where arms run, unless `--executor` says otherwise: on this machine or on Slurm.",
            examples=("slurm",),
            default="local",
        ),
        SpecKey("metrics", METRICS),
        SpecKey(
            "replicates",
            ArrayKind(StringKind(IDENTIFIER), nonempty=True, unique=True),
            "The axes whose levels repeat an experiment: results are averaged over them. Without "
            "it, that is the axis `seed` if there is one.",
            examples=(["seed"], ["seed", "fold"]),
        ),
        SpecKey(
            "slurm",
            MapKind(ScalarKind(), "[run.slurm]", pattern=SLURM_OPTION),
            "Long options of sbatch, passed on as arguments; `true` stands for one without a "
            f"value. `run` sets these itself: {', '.join(SLURM_RESERVED)}.",
            examples=({"time": "2:00:00", "partition": "gpu", "gres": "gpu:1"},),
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
        SpecKey("treatment", TREATMENT),
        SpecKey(
            "vars",
            MapKind(VALUE, "[vars]", pattern=IDENTIFIER),
            "Variables: values for the templates, by their names. A level's, a strategy's and an "
            "override's win over them. In a text, `{AXIS}` is filled in for each arm, and so is "
            "`{strategy}` if the variable is named in `treatment.vary` or the text names an axis "
            "too; `{{strategy}}` stands for `{strategy}` itself, also in further braces: "
            "`{{{strategy}}}` prints `{{strategy}}`.",
            examples=({"queue": "post_training_queue", "exp_name": "cartpole_seed{seed}"},),
            default={},
        ),
        SpecKey(
            "base",
            MapKind(SECTION, "[base]"),
            "Headings, each with constants of `_base.py`: `NAME = value` or "
            '`NAME = { value = …, doc = "…" }`.',
            examples=({"Training": {"LEARNING_RATE": 3e-6}},),
            default={},
        ),
        SpecKey(
            "strategies",
            MapKind(STRATEGY_TABLE, "[strategies.NAME]", pattern=LEVEL_NAME, nonempty=True),
            "The levels of the factor that the experiment is about, by name. They may be missing "
            "if there are axes.",
            examples=({"identity": {"title": "Identity baseline"}},),
        ),
        SpecKey(
            "axes",
            MapKind(
                ChoiceKind(
                    (NUMBERED_AXIS, NAMED_AXIS),
                    hint="write a table, as in `[axes.seed]` with `levels = [0, 1, 2]`",
                ),
                "[axes.NAME]",
                pattern=IDENTIFIER,
                nonempty=True,
            ),
            "Further factors, crossed with the strategies: `levels = [...]`, or a table for each "
            "level with the variables that it sets. Each combination is an arm.",
            examples=(
                {
                    "seed": {"levels": [42, 43, 44]},
                    "model": {"small": {"hidden": 128}, "large": {"hidden": 512}},
                },
            ),
        ),
        SpecKey(
            "overrides",
            ArrayKind(OVERRIDE),
            OVERRIDE.description,
            examples=(
                [
                    {
                        "when": {"strategy": "coma_advantage", "model": ["large"]},
                        "vars": {"hidden": 384},
                    }
                ],
            ),
            default=[],
        ),
        SpecKey("run", RUN),
    ),
)
"""A whole spec."""


def has_type(kind: KeyKind, value: object) -> bool:
    """Say whether a value of a document has the type that its key wants."""
    match kind:
        case StringKind():
            return isinstance(value, str)
        case IntegerKind():
            return type(value) is int
        case ScalarKind():
            return isinstance(value, str | int | float)
        case ArrayKind():
            return isinstance(value, list)
        case TableKind() | MapKind():
            return isinstance(value, dict)
        case ChoiceKind():
            return kind.chosen(value) is not None
        case ValueKind():
            return True


def is_tagged(value: object) -> bool:
    """Say whether a value of a document is `{ base = … }`, `{ python = … }` or `{ var = … }`."""
    return (
        isinstance(value, dict)
        and len(value) == 1
        and any(isinstance(value.get(tag), str) for tag in TAGS)
    )


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
