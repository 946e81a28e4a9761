"""Finds what each variable has in an arm, and on which axes that depends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from types import MappingProxyType

from gen_sweeps.spec.axes import LevelSelection, WrittenAxis
from gen_sweeps.spec.findings import Findings, KeyPath
from gen_sweeps.spec.model import STRATEGY, Value
from gen_sweeps.spec.names import closest_match
from gen_sweeps.spec.patterns import TextPattern, parse_pattern
from gen_sweeps.spec.values import (
    EMPTY,
    VariableReference,
    WrittenValue,
    has_variables,
    parts,
    resolved,
    unknown_hint,
)


@dataclass(frozen=True, slots=True)
class Override:
    """Variables for the combinations of levels that are selected."""

    when: LevelSelection
    vars: Mapping[str, WrittenValue]
    where: KeyPath


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that a variable or an argument is given.

    Attributes:
        value: The value.
        where: Where it stands.
        axes: The axes that patterns in it name, and references.
        variables: The variables that it refers to.
        patterns: The texts in it that are filled in for each arm.
        identity: Equal for settings that say the same.
    """

    value: WrittenValue
    where: KeyPath
    axes: frozenset[str]
    variables: frozenset[str]
    patterns: Mapping[str, TextPattern]
    identity: str


@dataclass(slots=True)
class _Layers:
    """All settings of one variable."""

    default: Setting | None = None
    by_level: dict[str, dict[str, Setting]] = field(default_factory=dict)
    overrides: list[tuple[LevelSelection, Setting]] = field(default_factory=list)

    def all(self) -> Iterator[Setting]:
        """Yield the settings."""
        if self.default:
            yield self.default
        for levels in self.by_level.values():
            yield from levels.values()
        for _, setting in self.overrides:
            yield setting

    def chosen(self, levels: Mapping[str, str]) -> Setting | None:
        """Return the setting that wins in an arm, or None."""
        for selection, setting in reversed(self.overrides):
            if selection.has(levels):
                return setting
        for axis, settings in self.by_level.items():  # the strategies' first
            if levels[axis] in settings:
                return settings[levels[axis]]
        return self.default


@dataclass(frozen=True, slots=True)
class _GroupValues:
    """What a group of variables has in some arms.

    Attributes:
        values: The values of those that are set.
        identity: What tells them from those of other strategies.
    """

    values: Mapping[str, Value]
    identity: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Variables that depend on the same axes, and what they have in the arms seen so far."""

    axes: tuple[str, ...]
    names: tuple[str, ...]
    project: Callable[[Mapping[str, str]], object]
    known: dict[object, _GroupValues] = field(default_factory=dict)


def _nowhere(_: Mapping[str, str]) -> object:
    return None


def projection(axes: Sequence[str]) -> Callable[[Mapping[str, str]], object]:
    """Return what gives, of an arm's levels, those of some axes; arms alike in them get equals."""
    return itemgetter(*axes) if axes else _nowhere


class Variables:
    """The variables of a spec.

    Args:
        axes: All axes, that of the strategies first, with what their levels set.
        defaults: What `[vars]` sets.
        overrides: What overrides set, in the order of the spec.
        vary: The names of what strategies may set.
        findings: Where it is written down what is wrong.

    Attributes:
        depends: The axes on which the value of each variable depends.
    """

    def __init__(
        self,
        axes: Mapping[str, WrittenAxis],
        defaults: Mapping[str, WrittenValue],
        overrides: Iterable[Override],
        vary: frozenset[str],
        findings: Findings,
    ) -> None:
        self._axes = axes
        self._axis_names = frozenset(axes)
        self._findings = findings
        self._vary = vary
        self._layers: dict[str, _Layers] = {}
        self._cache: dict[tuple[object, ...], Value | None] = {}
        self._own: dict[tuple[str, str], dict[str, Setting]] = {}
        self._undefined: set[KeyPath] = set()
        self._collect(defaults, overrides)
        self.depends: Mapping[str, frozenset[str]] = self._find_dependencies()
        self._groups = self._grouped()
        self._of_strategies = [
            index for index, group in enumerate(self._groups) if STRATEGY in group.axes
        ]
        self._project = {name: group.project for group in self._groups for name in group.names}
        self._merged: dict[tuple[int, ...], Mapping[str, Value]] = {}

    def _collect(self, defaults: Mapping[str, WrittenValue], overrides: Iterable[Override]) -> None:
        layers = self._layers
        for name, value in defaults.items():
            varies = name in self._vary
            layers.setdefault(name, _Layers()).default = self.setting(
                value, ("vars", name), varies=varies
            )
        for axis in self._axes.values():
            key = ("vars",) if axis.name == STRATEGY else ()
            for level in axis.levels.values():
                own = self._own[axis.name, level.name] = {}
                for name, value in level.vars.items():
                    where = (*level.where, *key, name)
                    found = layers.setdefault(name, _Layers()).by_level
                    other = next((o for o in found if o not in (STRATEGY, axis.name)), None)
                    if other and axis.name not in found:
                        message = f"is set by the axis {other!r} too: which one is to win?"
                        self._findings.report(where, message, "combine them in `[[overrides]]`")
                    own[name] = self.setting(value, where)
                    found.setdefault(axis.name, {})[level.name] = own[name]
        for override in overrides:
            for name, value in override.vars.items():
                setting = self.setting(value, (*override.where, "vars", name))
                layers.setdefault(name, _Layers()).overrides.append((override.when, setting))

    def setting(
        self, value: WrittenValue, where: KeyPath, *, varies: bool = True, fills: bool = True
    ) -> Setting:
        """Return what a value depends on.

        Args:
            value: The value, as it is written.
            where: Where it stands.
            varies: Whether its texts are patterns if they name the strategy alone.
            fills: Whether its texts are patterns at all.
        """
        axes: set[str] = set()
        variables: set[str] = set()
        patterns = {}
        for part, _ in parts(value, where):
            if isinstance(part, VariableReference):
                (axes if part.name in self._axes else variables).add(part.name)
            elif isinstance(part, str) and fills:
                pattern = parse_pattern(part, self._axis_names, varies=varies)
                if pattern:
                    patterns[part] = pattern
                    axes |= {*pattern.axes}
        return Setting(value, where, frozenset(axes), frozenset(variables), patterns, repr(value))

    def _find_dependencies(self) -> dict[str, frozenset[str]]:
        graph = {}
        for name, layers in self._layers.items():
            graph[name] = frozenset[str]().union(*(s.variables for s in layers.all()))
            for setting in layers.all():
                self._check_references(setting)
        from graphlib import CycleError, TopologicalSorter  # noqa: PLC0415 - once, and late

        try:
            order = [*TopologicalSorter(graph).static_order()]
        except CycleError as error:
            _, circle = error.args
            names = circle[::-1]
            setting = next(s for s in self._layers[names[0]].all() if names[1] in s.variables)
            message = f"refers to itself: {' -> '.join(names)}"
            self._findings.report(setting.where, message, at_value=True)
            self._layers = {}  # none of them has a value
            return {}
        depends: dict[str, frozenset[str]] = {}
        for name in order:
            if name in self._layers:
                depends[name] = self._depends_of(self._layers[name], depends)
        return {name: depends[name] for name in self._layers}

    def _depends_of(self, layers: _Layers, depends: Mapping[str, frozenset[str]]) -> frozenset[str]:
        axes = set(layers.by_level)
        for selection, _ in layers.overrides:
            axes |= selection.levels.keys()
        for setting in layers.all():
            axes |= setting.axes
            for name in setting.variables:
                axes |= depends.get(name, frozenset())
        return frozenset(axes)

    @property
    def referred(self) -> frozenset[str]:
        """The variables that other variables refer to."""
        settings = (setting for layers in self._layers.values() for setting in layers.all())
        return frozenset[str]().union(*(setting.variables for setting in settings))

    def depends_of(self, setting: Setting) -> frozenset[str]:
        """Return the axes on which a setting's value depends."""
        return setting.axes.union(
            *(self.depends.get(name, frozenset()) for name in setting.variables)
        )

    def _check_references(self, setting: Setting) -> None:
        """Report references in a setting to what there isn't."""
        if not setting.variables:
            return
        for part, where in parts(setting.value, setting.where):
            if isinstance(part, VariableReference) and part.name in setting.variables:
                if part.name in self._layers:
                    continue
                known = (*self._layers, *self._axes)
                match = closest_match(part.name, known)
                remedy = f"define `{part.name}` under `[vars]`"
                hint = unknown_hint("var", part.name, match, remedy)
                message = f"no variable or axis is called {part.name!r}"
                self._findings.report(where, message, hint, at_value=True)

    def _grouped(self) -> list[_Group]:
        groups: dict[frozenset[str], list[str]] = {}
        for name, depends in self.depends.items():
            groups.setdefault(depends, []).append(name)
        ordered = [(self._in_order(axes), tuple(names)) for axes, names in groups.items()]
        return [_Group(axes, names, projection(axes)) for axes, names in ordered]

    def _in_order(self, axes: frozenset[str]) -> tuple[str, ...]:
        return tuple(axis for axis in self._axes if axis in axes)

    def of(self, levels: Mapping[str, str]) -> tuple[Mapping[str, Value], tuple[object, ...]]:
        """Return the variables of an arm, and what tells it from those of other strategies.

        Arms that are alike in all axes on which variables depend get one mapping.
        """
        found = []
        for group in self._groups:
            key = group.project(levels)
            values = group.known.get(key)
            if values is None:
                values = group.known[key] = self._values(group.names, levels)
            found.append(values)
        ids = tuple(map(id, found))
        merged = self._merged.get(ids)
        if merged is None:
            every: dict[str, Value] = {}
            for values in found:
                every |= values.values
            merged = self._merged[ids] = MappingProxyType(every)
        return merged, tuple([found[index].identity for index in self._of_strategies])

    def _values(self, names: Iterable[str], levels: Mapping[str, str]) -> _GroupValues:
        values = {}
        identities = []
        for name in names:
            setting = self._layers[name].chosen(levels)
            identities.append(setting and setting.identity)
            if setting:
                values[name] = self.resolve(setting, levels)
        return _GroupValues(values, tuple(identities))

    def own(self, axis: str, level: str, levels: Mapping[str, str]) -> Mapping[str, Value]:
        """Return what a level itself sets, as an arm with it has it."""
        settings = self._own[axis, level]
        if not settings:
            return EMPTY
        return MappingProxyType(
            {name: self.resolve(setting, levels) for name, setting in settings.items()}
        )

    def references(
        self, values: Mapping[str, WrittenValue], where: KeyPath
    ) -> Mapping[str, Setting]:
        """Return what arguments depend on, of those that refer to variables; check that."""
        found = {
            name: self.setting(value, (*where, name), fills=False)
            for name, value in values.items()
            if has_variables(value)
        }
        for setting in found.values():
            self._check_references(setting)
        return found

    def resolve_all(
        self,
        values: Mapping[str, WrittenValue],
        references: Mapping[str, Setting],
        levels: Mapping[str, str],
    ) -> Mapping[str, Value]:
        """Return arguments as an arm has them.

        Args:
            values: The arguments as they are written.
            references: Those that refer to variables.
            levels: The levels of the arm.
        """
        if not references:
            return values  # type: ignore[return-value]  # they are values already
        resolved_values = {
            name: self.resolve(setting, levels) for name, setting in references.items()
        }
        return MappingProxyType({**values, **resolved_values})  # type: ignore[dict-item] # likewise

    def resolve(self, setting: Setting, levels: Mapping[str, str]) -> Value:
        """Return what a setting gives in an arm."""
        if isinstance(setting.value, str):
            pattern = setting.patterns.get(setting.value)
            return pattern.fill(levels) if pattern else setting.value

        def variable(name: str) -> Value:
            if name in self._axes:
                level = self._axes[name].levels.get(levels[name])
                return level.value if level else ""
            value = self.value(name, levels)
            if value is None:
                if name in self._layers and setting.where not in self._undefined:
                    self._undefined.add(setting.where)
                    message = f"{name!r} has no value in the arm {'-'.join(levels.values())}"
                    hint = f"give it a default under `[vars]`: `{name} = …`"
                    self._findings.report(setting.where, message, hint, at_value=True)
                return ""
            return value

        def text(written: str) -> str:
            pattern = setting.patterns.get(written)
            return pattern.fill(levels) if pattern else written

        return resolved(setting.value, variable, text)

    def value(self, name: str, levels: Mapping[str, str]) -> Value | None:
        """Return what a variable has in an arm; None if nobody sets it there."""
        project = self._project.get(name)
        if project is None:
            return None
        key = (name, project(levels))
        if key not in self._cache:
            setting = self._layers[name].chosen(levels)
            self._cache[key] = None if setting is None else self.resolve(setting, levels)
        return self._cache[key]
