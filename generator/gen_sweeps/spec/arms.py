"""Builds the arms of a spec: the combinations of its levels, with what each has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from types import MappingProxyType

from gen_sweeps.spec.axes import LevelSelection, WrittenAxis
from gen_sweeps.spec.findings import Findings, KeyPath
from gen_sweeps.spec.model import STRATEGY, Arm, Axis, Level, Strategy, Value
from gen_sweeps.spec.values import WrittenValue
from gen_sweeps.spec.variables import Override, Setting, Variables, projection

MAX_ARMS = 100_000
"""How many combinations of levels a spec may have."""


@dataclass(frozen=True, slots=True)
class WrittenStrategy:
    """A strategy, with its arguments as they are written.

    Attributes:
        args: Its arguments, in the order of `vary`.
        references: What those depend on that refer to variables.
    """

    name: str
    title: str
    doc: str
    args: Mapping[str, WrittenValue]
    references: Mapping[str, Setting]
    where: KeyPath


@dataclass(slots=True)
class _StrategyArms:
    """What a strategy has in its arms.

    Attributes:
        project: Returns the levels of the other axes that its arguments depend on.
        identity: Equal for strategies whose arguments say the same.
        known: The strategy itself, by the levels of those axes.
    """

    project: Callable[[Mapping[str, str]], object]
    identity: object
    known: dict[object, Strategy] = field(default_factory=dict)


class ArmBuilder:
    """Builds the arms.

    Args:
        axes: All axes, that of the strategies first.
        strategies: The strategies by name; as many as their axis has levels.
        variables: The variables.
        control: The level of each axis under study.
        findings: Where it is written down what is wrong.
        warns_alike: Whether strategies that set the same are worth a warning.
    """

    def __init__(  # noqa: PLR0913 - what arms are made of
        self,
        axes: Mapping[str, WrittenAxis],
        strategies: Mapping[str, WrittenStrategy],
        variables: Variables,
        control: Mapping[str, str],
        findings: Findings,
        *,
        warns_alike: bool,
    ) -> None:
        self._axes = axes
        self._strategies = strategies
        self._variables = variables
        self._control = control
        self._findings = findings
        self._warns_alike = warns_alike
        self._resolved: dict[str, _StrategyArms] = {}
        # Where a level's own name is wrong, that is what is to be mended first.
        self._is_clash_reported = bool(findings.errors)
        self._warned: set[str] = set()

    def combinations(self, excluded: Sequence[LevelSelection]) -> list[Mapping[str, str]]:
        """Return the levels of each arm; report what is excluded in vain or is needed."""
        levels = [[*axis.levels] for axis in self._axes.values()]
        if not levels or not all(levels):
            return []
        if (count := prod(map(len, levels))) > MAX_ARMS:
            *_, last = self._axes.values()
            message = f"makes {count} arms of all levels; a spec has at most {MAX_ARMS}"
            self._findings.report(last.where, message)
            return []
        if control := self._control.get(STRATEGY):
            levels[0].sort(key=lambda name: name != control)
        names = tuple(self._axes)
        every = [dict(zip(names, combination, strict=True)) for combination in product(*levels)]
        if not excluded:
            return [MappingProxyType(levels) for levels in every]
        remaining = list(self._remaining(every, excluded))
        if not remaining:
            self._findings.report(("sweep", "exclude"), "leaves no arm")
        return [MappingProxyType(levels) for levels in remaining]

    def _remaining(
        self, every: Iterable[dict[str, str]], excluded: Sequence[LevelSelection]
    ) -> Iterator[dict[str, str]]:
        unmatched = {selection.where: selection for selection in excluded}
        missed: dict[KeyPath, str] = {}
        for levels in every:
            matching = [selection for selection in excluded if selection.has(levels)]
            for selection in matching:
                unmatched.pop(selection.where, None)
            if matching:
                continue
            yield levels
            control = {**levels, **self._control}
            for selection in excluded if self._control else ():
                if selection.has(control):
                    message = (
                        f"removes the arm {_joined(control)}, which {_joined(levels)} is compared "
                        "with"
                    )
                    missed.setdefault(selection.where, message)
        for where, message in missed.items():
            self._findings.report(where, message, "exclude the arms compared with it too")
        for where in unmatched:
            self._findings.report(where, "matches no combination of levels")

    def arms(self, combinations: Sequence[Mapping[str, str]]) -> Iterator[Arm]:
        """Yield the arm of each combination; report names that two of them would have."""
        axes = tuple(axis for axis in self._axes if axis != STRATEGY)
        project = projection(axes)
        shared_values: dict[object, Mapping[str, Value]] = {}
        alike: dict[object, str] = {}
        names: dict[str, str] = {}
        for levels in combinations:
            name = _joined(levels)
            self._check_name(name, names)
            others = project(levels)
            values = shared_values.get(others)
            if values is None:
                values = shared_values[others] = MappingProxyType(
                    {axis: self._axes[axis].levels[levels[axis]].value for axis in axes}
                )
            variables, identities = self._variables.of(levels)
            strategy = None
            if STRATEGY in levels:
                strategy, identity = self._strategy(levels)
                key = (others, identity, identities)
                self._warn_alike(name, alike.setdefault(key, name), levels[STRATEGY])
            yield Arm(name, levels, strategy, values, variables)

    def _check_name(self, name: str, names: dict[str, str]) -> None:
        other = names.setdefault(name.casefold(), name)
        if other is name or self._is_clash_reported:
            return
        self._is_clash_reported = True
        *_, last = self._axes.values()
        message = f"makes two arms called {name!r}"
        if other != name:
            message = f"makes arms called {other!r} and {name!r}, which differ only in case"
        self._findings.report(last.where, message, "rename a level")

    def _strategy(self, levels: Mapping[str, str]) -> tuple[Strategy, object]:
        name = levels[STRATEGY]
        arms = self._resolved.get(name)
        if arms is None:
            arms = self._resolved[name] = self._strategy_arms(self._strategies[name])
        key = arms.project(levels)
        strategy = arms.known.get(key)
        if strategy is None:
            strategy = arms.known[key] = self._resolve(self._strategies[name], levels, arms)
        return strategy, arms.identity

    def _strategy_arms(self, written: WrittenStrategy) -> _StrategyArms:
        axes: set[str] = set()
        for setting in written.references.values():
            axes |= self._variables.depends_of(setting)
        ordered = [axis for axis in self._axes if axis in axes and axis != STRATEGY]
        return _StrategyArms(projection(ordered), repr(written.args))

    def _resolve(
        self, written: WrittenStrategy, levels: Mapping[str, str], arms: _StrategyArms
    ) -> Strategy:
        args = self._variables.resolve_all(written.args, written.references, levels)
        for first in arms.known.values():  # the variables as its first arm has them
            return replace(first, args=args)
        variables = self._variables.own(STRATEGY, written.name, levels)
        return Strategy(written.name, written.title, written.doc, args, variables)

    def argument_depends(self, vary: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return the axes on which each argument that varies depends."""
        depends: dict[str, frozenset[str]] = {}
        for strategy in self._strategies.values():
            for name in strategy.args:
                depends.setdefault(name, frozenset({STRATEGY}))
            for name, setting in strategy.references.items():
                depends[name] |= self._variables.depends_of(setting)
        return {name: depends[name] for name in vary if name in depends}

    def strategies(self, arms: Iterable[Arm]) -> tuple[Strategy, ...]:
        """Return the strategies that have arms, in the order of the spec."""
        first: dict[str, Strategy] = {}
        for arm in arms:
            if arm.strategy:
                first.setdefault(arm.strategy.name, arm.strategy)
        return tuple(first[name] for name in self._strategies if name in first)

    def axes(self, arms: Sequence[Arm]) -> Iterator[Axis]:
        """Yield the axes but that of the strategies, with the levels that have arms."""
        for axis in self._axes.values():
            if axis.name == STRATEGY:
                continue
            first: dict[str, Mapping[str, str]] = {}
            for arm in arms:
                first.setdefault(arm.levels[axis.name], arm.levels)
            levels = (
                Level(level.name, level.value, self._variables.own(axis.name, name, first[name]))
                for name, level in axis.levels.items()
                if name in first
            )
            yield Axis(axis.name, tuple(levels))

    def _warn_alike(self, name: str, other: str, strategy: str) -> None:
        if name == other or strategy in self._warned or not self._warns_alike:
            return
        self._warned.add(strategy)
        message = f"the arms {other} and {name} differ in nothing that a strategy sets"
        hint = "set what tells it apart, or remove one of the two"
        self._findings.warn(("strategies", strategy), message, hint)


def unmatched_overrides(
    overrides: Iterable[Override], combinations: Sequence[Mapping[str, str]]
) -> Iterator[Override]:
    """Yield the overrides that match none of the arms."""
    for override in overrides:
        if not any(map(override.when.has, combinations)):
            yield override


def _joined(levels: Mapping[str, str]) -> str:
    return "-".join(levels.values())
