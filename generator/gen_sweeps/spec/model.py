"""The experiment as values: what load makes, and what every later stage reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Self, TypeAlias

from gen_sweeps.errors import Problem

STRATEGY = "strategy"
"""The axis whose levels are the strategies."""


@dataclass(frozen=True, slots=True)
class Reference:
    """`{ base = "NAME" }`: a base constant, named in the generated code instead of copied."""

    name: str


class SpelledFloat(float):
    """A float that keeps how the spec spells it: `1e-3` is not to become `0.001`.

    Like any float, but for `spelling`: the number as Python source that a formatter leaves alone,
    so without a leading `+` and with a small `e`. Of infinities and of what is no number it is
    TOML's word, which is no Python.
    """

    __slots__ = ("spelling",)

    spelling: str

    def __new__(cls, spelling: str) -> Self:
        """Return the float that TOML, and Python, spell like this."""
        number = super().__new__(cls, spelling)
        number.spelling = spelling.lower().removeprefix("+").replace("e+", "e")
        return number

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]  # of float's own `__new__`
        """Return what a copy is made of."""
        return (self.spelling,)


@dataclass(frozen=True, slots=True)
class Expression:
    """`{ python = "…" }`: a Python expression, printed as it is spelled and never evaluated."""

    source: str


Value: TypeAlias = (
    "bool | int | float | str | Reference | Expression | tuple[Value, ...] | Mapping[str, Value]"
)
"""A value of the spec. Arrays are tuples and tables read-only mappings; both keep their order."""

SCALARS = (str, int, float, Reference, Expression)
"""The values that have no values in them; `bool` is an `int`."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call with keyword arguments only, in their order; what is called may be dotted."""

    function: str
    arguments: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Constant:
    """One base constant, `NAME = value`, with what it means (empty if the spec doesn't say)."""

    name: str
    value: Value
    doc: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the base and the constants under it, in the order of the spec."""

    heading: str
    constants: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Treatment:
    """What strategies may set: arguments of one call, and variables.

    Attributes:
        call: The constructor, as the generated code names it; may be dotted. Empty if no call is
            declared.
        vary: The names of arguments and variables that may differ, in the order in which they
            are written.
        shared: The keyword arguments of the call that every strategy has, equal in all of them.
        places: Where factors may stand in the files, in the language of `--vary`; empty if
            that is not said.
    """

    call: str
    vary: tuple[str, ...]
    shared: Mapping[str, Value]
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Strategy:
    """One level of the factor that the experiment is about, with what it sets.

    Attributes:
        args: Arguments of the treatment's call, in the order of `vary`. If axes are in them, the
            arms of the strategy have strategies of their own, which differ in this only.
        vars: Variables, as its first arm has them; `Arm.vars` has those of each.
    """

    name: str
    title: str
    doc: str
    args: Mapping[str, Value]
    vars: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Level:
    """One level of an axis.

    Attributes:
        name: What the names of files and arms have of it.
        value: What a template prints of it: the level as it is written, or its name.
        vars: The variables that it sets, as its first arm has them.
    """

    name: str
    value: Value
    vars: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Axis:
    """A further factor, crossed with the strategies, and its levels in the order of the spec."""

    name: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Arm:
    """One combination of levels.

    Attributes:
        name: The names of its strategy and levels, joined by `-` in the order of the spec.
        levels: The name of its level of each axis; of the axis `strategy` too, if there are any.
        strategy: Its strategy; None if the spec has none.
        values: What a template prints of each axis but `strategy`.
        vars: The values of all its variables, patterns filled in.
    """

    name: str
    levels: Mapping[str, str]
    strategy: Strategy | None
    values: Mapping[str, Value]
    vars: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class MetricSettings:
    """Where the arms' measurements are; of the four places, at most one is given.

    Attributes:
        file: A file of JSON lines or a CSV file, relative to the arm's own folder.
        stdout: A regular expression with a named group for each metric, searched for in each line.
        mlflow: A SQLite database of MLflow, relative to the arm's own folder.
        tensorboard: A folder of event files, likewise.
        goal: "min" or "max" for each metric of which that is said.
    """

    file: str = ""
    stdout: str = ""
    mlflow: str = ""
    tensorboard: str = ""
    goal: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How each arm is run.

    Attributes:
        command: The program and its arguments; names in braces are not filled in yet.
        freeze: Files and patterns, relative to the spec's folder, that are frozen beside the
            generated files.
        workdir: "frozen" or "project".
        jobs: How many arms run at a time.
        gpus: GPUs of each arm.
        env: Environment variables; names in braces are not filled in yet.
        timeout: Seconds that an attempt may take; None if it may take any time.
        grace: Seconds between SIGTERM and SIGKILL.
        retries: How often an arm that failed is started again.
        executor: "local" or "slurm".
        metrics: Where the measurements are.
        replicates: The axes whose levels repeat an experiment.
        slurm: Long options of sbatch, in the order of the spec; one without a value has True.
    """

    command: tuple[str, ...]
    freeze: tuple[str, ...] = ()
    workdir: str = "frozen"
    jobs: int = 1
    gpus: int = 0
    env: Mapping[str, str] = field(default_factory=dict)
    timeout: float | None = None
    grace: float = 10.0
    retries: int = 0
    executor: str = "local"
    metrics: MetricSettings = field(default_factory=MetricSettings)
    replicates: tuple[str, ...] = ()
    slurm: Mapping[str, str | bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Spec:
    """One experiment, valid in itself.

    Attributes:
        path: The spec file, as the user named it.
        name: The experiment's name.
        package: What the generated files call their own package; empty if they don't.
        output: The output folder, relative to the spec's folder.
        templates: The template folder, likewise.
        control: The level that others are compared with, of each axis under study; empty if
            nothing is compared.
        treatment: What strategies may set.
        base: The constants that every file shares.
        strategies: The levels of the axis `strategy`, in the order of the spec.
        axes: The further axes, likewise.
        arms: The combinations of levels, at least one: strategies vary slowest, the control's
            first, then the axes in the order of the spec.
        depends: The axes on which the value of each variable depends, `strategy` among them.
        line_length: Columns that a laid out line may take.
        digest: The sha256 of the spec file and of those that it extends, in hexadecimal; empty if
            it is from none.
        argument_depends: The axes on which the value of each argument in `vary` depends.
        referred: The variables that values of others refer to.
        sources: The files that it was read from, itself first; empty if it is from none.
        warnings: What in it is probably not meant.
        run: How each arm is run; None if the spec doesn't say. No generated file depends on it.
        whole: The spec that it is a part of, which has more arms; None if it is whole itself.
    """

    path: Path
    name: str
    package: str
    output: PurePosixPath
    templates: PurePosixPath
    control: Mapping[str, str]
    treatment: Treatment
    base: tuple[Section, ...]
    strategies: tuple[Strategy, ...]
    axes: tuple[Axis, ...]
    arms: tuple[Arm, ...]
    depends: Mapping[str, frozenset[str]]
    line_length: int = 100
    digest: str = ""
    argument_depends: Mapping[str, frozenset[str]] = field(default_factory=dict)
    referred: frozenset[str] = frozenset()
    sources: tuple[Path, ...] = ()
    warnings: tuple[Problem, ...] = ()
    run: RunSettings | None = None
    whole: Spec | None = None

    @property
    def axis_names(self) -> tuple[str, ...]:
        """The names of all axes, in the order in which arms' names have them."""
        own = (STRATEGY,) if self.strategies else ()
        return (*own, *(axis.name for axis in self.axes))

    def control_of(self, arm: Arm) -> Arm:
        """Return the arm that an arm is compared with: the same but for the axes under study."""
        wanted = {**arm.levels, **self.control}
        return self._arms_by_levels[tuple(wanted.values())]

    @cached_property
    def _arms_by_levels(self) -> Mapping[tuple[str, ...], Arm]:
        return {tuple(arm.levels.values()): arm for arm in self.arms}

    @property
    def output_folder(self) -> Path:
        """The output folder, from the current folder."""
        return self.path.parent / self.output

    @property
    def template_folder(self) -> Path:
        """The template folder, from the current folder."""
        return self.path.parent / self.templates

    @property
    def marker(self) -> str:
        """The line by which a person sees that a file is generated."""
        return f"@generated by gen-sweeps from {self.path.name}: edit the spec, not this file."
