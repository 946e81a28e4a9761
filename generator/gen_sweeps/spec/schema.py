"""The shape of a spec file: its tables, keys and types, as pydantic models.

Only the shape stands here. What tables say of each other (a control that exists, a reference
that names a constant) is checked in `load`, where the findings of both come together.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Table(BaseModel):
    """A TOML table in which only the declared keys may stand."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SweepTable(Table):
    """`[sweep]`: the experiment's name and where its files are."""

    name: str = Field(
        min_length=1,
        description="Name of the experiment; templates read it as `sweep.name`.",
        examples=["reward_shaping"],
    )
    package: str = Field(
        description="Dotted name under which the generated files import each other.",
        examples=["generated", "configs.reward_shaping_sweep"],
    )
    output: str = Field(
        description="Folder that the files are written to, relative to the spec.",
        examples=["generated"],
    )
    templates: str = Field(
        default="templates",
        description="Folder of the Jinja2 templates, relative to the spec.",
        examples=["templates"],
    )
    control: str = Field(
        description="Name of the strategy that every other one is compared with.",
        examples=["identity"],
    )


class TreatmentTable(Table):
    """`[treatment]`: the one call, and the arguments of it, that may differ."""

    call: str = Field(
        description="The constructor as the generated code names it; exactly one call of it "
        "stands in each strategy's file.",
        examples=["DebateMetricStreamerConfig"],
    )
    vary: list[str] = Field(
        min_length=1,
        description="Keyword arguments of the call that may differ between strategies, in the "
        "order in which they are written.",
        examples=[["reward_shaping_strategy", "reward_shaping_params"]],
    )
    shared: dict[str, object] = Field(
        default={},
        description="Keyword arguments of the call that all strategies have.",
        examples=[{"n_rollouts_per_prompt": {"base": "GENERATIONS_PER_PROMPT"}}],
    )


class StrategyTable(Table):
    """`[strategies.<name>]`: one arm of the experiment."""

    title: str = Field(
        default="",
        description="One line that names the strategy for a reader.",
        examples=["COMA counterfactual advantage"],
    )
    doc: str = Field(
        default="",
        description="What the strategy does; a formula, a source.",
        examples=["A_i = r_i - baseline_i"],
    )
    args: dict[str, object] = Field(
        default={},
        description="The varying arguments of the treatment that this strategy sets.",
        examples=[{"reward_shaping_params": {"gamma": 0.99}}],
    )


class Document(Table):
    """A spec file as a whole."""

    sweep: SweepTable
    treatment: TreatmentTable
    vars: dict[str, object] = Field(
        default={},
        description="Free values for the templates, the same for every strategy.",
        examples=[{"queue": "post_training_queue"}],
    )
    base: dict[str, dict[str, object]] = Field(
        default={},
        description="Headings, each with constants of `_base.py`: `NAME = value` or "
        '`NAME = { value = …, doc = "…" }`.',
        examples=[{"Training": {"LEARNING_RATE": 3e-6}}],
    )
    strategies: dict[str, StrategyTable] = Field(
        min_length=1,
        description="The arms of the experiment, by name; each makes one file per template.",
        examples=[{"identity": {"title": "Identity baseline"}}],
    )
