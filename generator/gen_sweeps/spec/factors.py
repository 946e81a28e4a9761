"""Checks what varies: what strategies, levels and overrides set, and what they may set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gen_sweeps.spec.arms import WrittenStrategy
from gen_sweeps.spec.axes import WrittenAxis
from gen_sweeps.spec.findings import Findings, KeyPath
from gen_sweeps.spec.model import STRATEGY, Treatment
from gen_sweeps.spec.names import closest_match, variable_fault
from gen_sweeps.spec.patterns import parse_pattern, unfilled_fields
from gen_sweeps.spec.values import VariableReference, WrittenValue, parts
from gen_sweeps.spec.variables import Override, Setting, Variables


class FactorChecker:
    """Checks the names that are set, against `vary` and against each other.

    Args:
        treatment: What strategies may set.
        axes: All axes, with what their levels set.
        defaults: What `[vars]` sets.
        overrides: What overrides set.
        findings: Where it is written down what is wrong.
    """

    def __init__(
        self,
        treatment: Treatment,
        axes: Mapping[str, WrittenAxis],
        defaults: Mapping[str, WrittenValue],
        overrides: Iterable[Override],
        findings: Findings,
    ) -> None:
        self._treatment = treatment
        self._vary = frozenset(treatment.vary)
        self._axes = axes
        self._defaults = defaults
        self._overrides = overrides
        self._findings = findings

    def check_variables(self) -> None:
        """Check the names of all variables, and which of them strategies set."""
        for name, _, where in self._variables():
            fault = variable_fault(name)
            if fault:
                self._findings.report(where, f"{name!r} {fault}")
            elif name in self._axes:
                message = f"{name!r} is an axis, whose level templates see by this name"
                self._findings.report(where, message, "give the variable another name")
            elif where[0] == "strategies" and name not in self._vary:
                self.report_not_varying(where, name)

    def report_not_varying(self, where: KeyPath, name: str) -> None:
        """Report that a strategy sets what none may set."""
        if name in self._treatment.shared and "vars" not in where:
            message = f"{name!r} is shared by all strategies, so no strategy can set it"
            hint = "move it from `[treatment.shared]` to `treatment.vary`"
            self._findings.report(where, message, hint)
            return
        match = closest_match(name, self._treatment.vary)
        hint = f"did you mean `{match}`?" if match else f"add {name!r} to `treatment.vary`"
        self._findings.report(where, f"{name!r} is not in `treatment.vary`", hint)

    def _variables(self) -> Iterator[tuple[str, WrittenValue, KeyPath]]:
        for name, value in self._defaults.items():
            yield name, value, ("vars", name)
        for axis in self._axes.values():
            key = ("vars",) if axis.name == STRATEGY else ()
            for level in axis.levels.values():
                for name, value in level.vars.items():
                    yield name, value, (*level.where, *key, name)
        for override in self._overrides:
            for name, value in override.vars.items():
                yield name, value, (*override.where, "vars", name)

    def check_texts(self) -> None:
        """Warn of what stays in texts as it is, and looks as if it was to be filled in."""
        names = {name for name, _, _ in self._variables()}
        axes = frozenset(self._axes)
        folded = {axis.casefold(): axis for axis in axes}
        for name, value, place in self._variables():
            fills_strategy = place[0] != "vars" or name in self._vary
            for text, where in parts(value, place):
                if not isinstance(text, str) or "{" not in text:
                    continue
                is_pattern = parse_pattern(text, axes, varies=fills_strategy) is not None
                for written, inner in unfilled_fields(text):
                    axis = folded.get(inner.casefold())
                    if axis is None and inner in names:
                        hint = f"only axes are filled in: print `{{{{ {inner} }}}}` in the template"
                    elif axis and written != f"{{{axis}}}":
                        hint = f"only `{{{axis}}}` is filled in, by the name of the level"
                    elif axis and not is_pattern:
                        hint = f"add {name!r} to `treatment.vary` to have it filled in"
                    else:
                        continue
                    message = f"has `{written}`, which is printed as it is"
                    self._findings.warn(where, message, hint)

    def check_vary(self, strategies: Iterable[WrittenStrategy], variables: Variables) -> None:
        """Check that each name in `vary` is one thing, and is set."""
        arguments = {name for strategy in strategies for name in strategy.args}
        set_as_variable = {name for name, _, _ in self._variables()}
        for strategy in strategies if not self._treatment.call else ():
            for name in strategy.args:
                if name in self._vary:
                    message = "is an argument, but `[treatment]` names no `call`"
                    hint = f'add `call = "…"`, or set it in `[strategies.{strategy.name}.vars]`'
                    self._findings.report((*strategy.where, "args", name), message, hint)
        for index, name in enumerate(self._treatment.vary):
            where: KeyPath = ("treatment", "vary", index)
            if name in arguments and name in set_as_variable:
                message = f"{name!r} is set both as an argument and as a variable"
                hint = "set it either in `args` or in `vars`"
                self._findings.report(where, message, hint, at_value=True)
            elif name in arguments or name == STRATEGY or variables.depends.get(name):
                continue
            elif name in self._axes:
                hint = f"remove {name!r}: an axis varies without being named"
                self._findings.warn(where, f"{name!r} is set by no strategy", hint)
            else:
                hint = f"set it in a strategy, or remove {name!r} from `vary`"
                self._findings.warn(where, f"{name!r} is set by no strategy", hint)

    def check_shared(self, shared: Mapping[str, Setting], variables: Variables) -> None:
        """Check that shared arguments are equal in all arms, given those that may not be."""
        for name, setting in shared.items():
            if axes := variables.depends_of(setting):
                message = f"depends on {', '.join(sorted(axes))}, so it is not shared"
                hint = f"add {name!r} to `vary`, and set it in each strategy's `args`"
                self._findings.report(setting.where, message, hint)

    def check_strategy_names(self) -> None:
        """Check that the strategy's own name is printed by what may vary only."""
        if STRATEGY not in self._axes or STRATEGY in self._vary:
            return
        for name, value in self._defaults.items():
            if name in self._vary:
                continue
            for part, where in parts(value, ("vars", name)):
                if part == VariableReference(STRATEGY):
                    message = "is the strategy's name, which differs between strategies"
                    hint = f"add {name!r} to `treatment.vary`"
                    self._findings.report(where, message, hint, at_value=True)
