"""Builds a `Spec` from a document, and finds what is wrong with what the document says."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import dropwhile
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import MappingProxyType

from gen_sweeps.spec.arms import ArmBuilder, WrittenStrategy, unmatched_overrides
from gen_sweeps.spec.axes import (
    LevelSelection,
    WrittenAxis,
    WrittenLevel,
    read_axes,
    read_selection,
)
from gen_sweeps.spec.factors import FactorChecker
from gen_sweeps.spec.findings import Findings, KeyPath
from gen_sweeps.spec.model import (
    STRATEGY,
    Constant,
    Section,
    Spec,
    Treatment,
    Value,
)
from gen_sweeps.spec.names import (
    closest_match,
    constant_fault,
    delimiters_fault,
    dotted_fault,
    file_fault,
    identifier_fault,
    level_fault,
    unfilled,
)
from gen_sweeps.spec.running import read_run
from gen_sweeps.spec.schema import (
    DEFAULT_DELIMITERS,
    DEFAULT_LINE_LENGTH,
    DEFAULT_TEMPLATES,
    is_tagged,
)
from gen_sweeps.spec.values import ValueReader, WrittenValue, resolved
from gen_sweeps.spec.variables import Override, Variables


def build(document: Mapping[str, object], path: Path) -> tuple[Spec, Findings]:
    """Return the experiment that a document describes, and what is wrong with it.

    It is to be used only if nothing is wrong, also with the document's keys. Where those are, or
    what they have, this goes on with something harmless: that is reported by `checking`, and
    what stands beside the fault is still looked at.

    Args:
        document: The spec file, as tomllib reads it.
        path: The spec file's path.
    """
    builder = _Builder(document, path)
    spec = builder.spec()
    return spec, builder.findings


class _Builder:
    """Builds one `Spec`; writes down what is wrong instead of stopping at it."""

    def __init__(self, document: Mapping[str, object], path: Path) -> None:
        self.findings = Findings()
        self.report = self.findings.report
        self._document = document
        self._path = path
        self._constants: dict[str, KeyPath] = {}
        self._reader = ValueReader(self.findings, self._constants, self._is_further_down)

    def spec(self) -> Spec:
        """Return the experiment."""
        base = self._base()
        treatment, shared = self._treatment()
        axes = {axis.name: axis for axis in self._axes()}
        overrides = list(self._overrides(axes))
        defaults = self._reader.table(self._table(("vars",)), ("vars",))
        checker = FactorChecker(treatment, axes, defaults, overrides, self.findings)
        checker.check_variables()
        checker.check_texts()
        variables = Variables(axes, defaults, overrides, frozenset(treatment.vary), self.findings)
        strategies = list(self._strategies(treatment, checker, variables))
        checker.check_vary(strategies, variables)
        references = variables.references(shared, ("treatment", "shared"))
        checker.check_shared(references, variables)
        checker.check_strategy_names()
        sweep = self._table(("sweep",))
        control = self._control(sweep, axes)
        builder = ArmBuilder(
            axes,
            {written.name: written for written in strategies},
            variables,
            control,
            self.findings,
            warns_alike=STRATEGY not in treatment.vary,
        )
        combinations = builder.combinations(list(self._excluded(sweep, axes)))
        for override in unmatched_overrides(overrides, combinations) if combinations else ():
            self.report(override.when.where, "matches none of the arms")
        arms = tuple(builder.arms(combinations))
        if arms:
            resolved_shared = variables.resolve_all(shared, references, arms[0].levels)
            treatment = replace(treatment, shared=resolved_shared)
        output, templates = self._folders(sweep)
        return Spec(
            path=self._path,
            name=self._line(sweep, ("sweep", "name")),
            package=self._package(sweep, output),
            output=output,
            templates=templates,
            control=MappingProxyType(control),
            treatment=treatment,
            base=base,
            strategies=builder.strategies(arms),
            axes=tuple(builder.axes(arms)),
            arms=arms,
            depends=MappingProxyType(dict(variables.depends)),
            line_length=self._line_length(sweep),
            delimiters=self._delimiters(sweep),
            crlf=self._texts(sweep, ("sweep", "crlf")),
            unterminated=self._texts(sweep, ("sweep", "unterminated")),
            run=read_run(self._document.get("run"), tuple(axes), self.findings),
            argument_depends=MappingProxyType(builder.argument_depends(treatment.vary)),
            referred=variables.referred.union(
                *(it.variables for written in strategies for it in written.references.values())
            ),
        )

    # -- [sweep] --

    def _package(self, sweep: Mapping[str, object], output: PurePosixPath) -> str:
        where = ("sweep", "package")
        package = self._text(sweep, where)
        if package and (fault := dotted_fault(package)):
            self.report(where, f"{package!r} {fault}", at_value=True)
        elif package:
            folder = PurePosixPath(os.path.abspath(self._path.parent / output))  # noqa: PTH100 - links stay
            parts = package.split(".")
            if folder.parts[-len(parts) :] != tuple(parts):
                message = f"{package!r} can't be imported from {output}, which is called otherwise"
                hint = "name them alike, unless the files are copied or installed elsewhere"
                self.findings.warn(where, message, hint)
        return package

    def _folders(self, sweep: Mapping[str, object]) -> tuple[PurePosixPath, PurePosixPath]:
        output = self._folder(sweep, ("sweep", "output"), "generated")
        templates = self._folder(sweep, ("sweep", "templates"), DEFAULT_TEMPLATES)
        if output == templates and isinstance(sweep.get("output"), str):
            message = "is also the template folder: the files need a folder of their own"
            self.report(("sweep", "output"), message, at_value=True)
        return output, templates

    def _line_length(self, sweep: Mapping[str, object]) -> int:
        length = sweep.get("line_length")
        return length if isinstance(length, int) else DEFAULT_LINE_LENGTH

    def _delimiters(self, sweep: Mapping[str, object]) -> tuple[str, ...]:
        where: KeyPath = ("sweep", "delimiters")
        pairs = self._texts(sweep, where)
        if pairs and (fault := delimiters_fault(pairs)):
            self.report(where, fault, 'as in `["[[ ]]", "[% %]", "[# #]"]`', at_value=True)
            return DEFAULT_DELIMITERS
        return pairs or DEFAULT_DELIMITERS

    def _control(
        self, sweep: Mapping[str, object], axes: Mapping[str, WrittenAxis]
    ) -> dict[str, str]:
        control = sweep.get("control")
        where: KeyPath = ("sweep", "control")
        if isinstance(control, str):
            strategies = axes[STRATEGY].levels if STRATEGY in axes else {}
            if control in strategies:
                return {STRATEGY: control}
            if strategies:
                match = closest_match(control, strategies)
                hint = (
                    f"did you mean `{match}`?" if match else f"strategies: {', '.join(strategies)}"
                )
                self.report(where, f"no strategy is called {control!r}", hint)
            elif axes:
                first, *_ = axes.values()
                axis = next((it for it in axes.values() if control in it.levels), first)
                level = control if control in axis.levels else next(iter(axis.levels), "…")
                hint = f'name a level of each axis under study: `{{ {axis.name} = "{level}" }}`'
                self.report(where, "names a strategy, and there are none", hint, at_value=True)
            return {}
        selection = read_selection(control, where, axes, self.findings)
        if selection is None or not isinstance(control, dict):
            return {}
        return {
            axis: next(iter(levels))
            for axis, levels in selection.levels.items()
            if levels and not isinstance(control[axis], list)
        }

    def _excluded(
        self, sweep: Mapping[str, object], axes: Mapping[str, WrittenAxis]
    ) -> Iterator[LevelSelection]:
        entries = sweep.get("exclude")
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            where: KeyPath = ("sweep", "exclude", index)
            selection = read_selection(entry, where, axes, self.findings)
            if selection:
                yield selection

    # -- [base] --

    def _base(self) -> tuple[Section, ...]:
        sections = []
        folded: dict[str, str] = {}
        for heading in self._table(("base",)):
            constants = []
            for name, entry in self._table(("base", heading)).items():
                where: KeyPath = ("base", heading, name)
                if fault := constant_fault(name):
                    self.report(where, f"{name!r} {fault}")
                if name in self._constants:
                    other = self._constants[name][1]
                    self.report(where, f"is already defined, under the heading {other!r}")
                elif name.casefold() in folded:
                    other = folded[name.casefold()]
                    self.report(where, f"differs from `{other}` only in case")
                constants.append(self._constant(name, entry, where))
                self._constants.setdefault(name, where)
                folded.setdefault(name.casefold(), name)
            sections.append(Section(heading, tuple(constants)))
        return tuple(sections)

    def _constant(self, name: str, entry: object, where: KeyPath) -> Constant:
        """Read `value` or `{ value = …, doc = … }`; a constant may name those above it."""
        if not isinstance(entry, dict) or is_tagged(entry):
            return Constant(name, self._constant_value(entry, where), "")
        doc = self._text(entry, (*where, "doc"))
        return Constant(name, self._constant_value(entry.get("value", 0), (*where, "value")), doc)

    def _constant_value(self, entry: object, where: KeyPath) -> Value:
        def variable(_: str) -> Value:
            return 0  # is reported when it is read

        return resolved(self._reader.value(entry, where), variable, str)

    def _is_further_down(self, name: str) -> bool:
        return any(name in self._table(("base", heading)) for heading in self._table(("base",)))

    # -- what varies --

    def _treatment(self) -> tuple[Treatment, Mapping[str, WrittenValue]]:
        """Read the treatment; the shared arguments in it are not resolved."""
        table = self._table(("treatment",))
        call = self._text(table, ("treatment", "call"))
        if isinstance(table.get("call"), str):
            if fault := dotted_fault(call):
                self.report(("treatment", "call"), f"{call!r} {fault}", at_value=True)
            elif call.split(".")[0] in self._constants:
                constant = self._constants[call.split(".")[0]]
                hint = (
                    "`call` names what is called; a value that varies is a variable: name it in "
                    "`vary`, set it in `[strategies.NAME.vars]` and print it in the template"
                )
                self.report(constant, f"is the name of the treatment's call, {call}", hint)
        vary = tuple(self._vary(table.get("vary")))
        shared = self._reader.table(table.get("shared"), ("treatment", "shared"))
        if shared and "call" not in table:
            message = "has arguments, but `[treatment]` names no `call`"
            self.report(("treatment", "shared"), message, 'add `call = "…"`')
        for name in shared:
            where: KeyPath = ("treatment", "shared", name)
            if fault := identifier_fault(name):
                self.report(where, f"{name!r} {fault}")
            elif name in vary:
                hint = "keep it in one of the two: what is shared can't vary"
                self.report(where, "is also in `vary`", hint)
        names: Mapping[str, Value] = MappingProxyType(dict.fromkeys(shared, 0))
        # A `call` that is no string is reported for that, not for what it doesn't name.
        listed = table.get("places")
        places = tuple(map(str, listed)) if isinstance(listed, list) else ()
        return Treatment(call or ("_" if "call" in table else ""), vary, names, places), shared

    def _vary(self, names: object) -> Iterator[str]:
        seen = set()
        for index, name in enumerate(names if isinstance(names, list) else ()):
            if not isinstance(name, str):
                continue
            where: KeyPath = ("treatment", "vary", index)
            if fault := identifier_fault(name):
                self.report(where, f"{name!r} {fault}", at_value=True)
            elif name in seen:
                self.report(where, f"{name!r} is listed twice", at_value=True)
            seen.add(name)
            yield name

    def _axes(self) -> Iterator[WrittenAxis]:
        """Yield all axes, that of the strategies first."""
        strategies = {}
        folded: dict[str, str] = {}
        for name, entry in self._table(("strategies",)).items():
            where: KeyPath = ("strategies", name)
            fold = name.casefold()
            other = folded.setdefault(name if fold == name else fold, name)
            if fault := level_fault(name):
                self.report(where, f"{name!r} {fault}")
            elif other is not name:
                self.report(where, f"differs from `{other}` only in case, and so would their files")
            table = entry.get("vars") if isinstance(entry, dict) else None
            variables = self._reader.table(table, (*where, "vars"))
            strategies[name] = WrittenLevel(name, name, variables, where)
        if strategies:
            yield WrittenAxis(STRATEGY, strategies, ("strategies",))
        yield from read_axes(self._table(("axes",)), self._reader, self.findings)

    def _overrides(self, axes: Mapping[str, WrittenAxis]) -> Iterator[Override]:
        entries = self._document.get("overrides")
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if not isinstance(entry, dict):
                continue
            where: KeyPath = ("overrides", index)
            variables = self._reader.table(entry.get("vars"), (*where, "vars"))
            when = read_selection(entry.get("when"), (*where, "when"), axes, self.findings)
            # What a wrong `when` sets is there, for those who refer to it.
            yield Override(when or LevelSelection({}, where), variables, where)

    def _strategies(
        self, treatment: Treatment, checker: FactorChecker, variables: Variables
    ) -> Iterator[WrittenStrategy]:
        for name, entry in self._table(("strategies",)).items():
            where: KeyPath = ("strategies", name)
            table = entry if isinstance(entry, dict) else {}
            place: KeyPath = (*where, "args")
            args = self._reader.table(table.get("args"), place)
            for arg in args:
                if arg not in treatment.vary:
                    checker.report_not_varying((*place, arg), arg)
            ordered = (
                args
                if tuple(args) == treatment.vary
                else MappingProxyType({arg: args[arg] for arg in treatment.vary if arg in args})
            )
            references = variables.references(ordered, place)
            title = self._line(table, (*where, "title"))
            doc = self._text(table, (*where, "doc"))
            yield WrittenStrategy(name, title, doc, ordered, references, where)

    # -- pieces of the document, or something harmless where they have the wrong type --

    def _table(self, where: KeyPath) -> dict[str, object]:
        table: object = self._document
        for key in where:
            table = table.get(str(key)) if isinstance(table, dict) else None
        return table if isinstance(table, dict) else {}

    def _text(self, table: Mapping[str, object], where: KeyPath) -> str:
        text = table.get(str(where[-1]), "")
        return text if isinstance(text, str) else ""

    def _texts(self, table: Mapping[str, object], where: KeyPath) -> tuple[str, ...]:
        texts = table.get(str(where[-1]))
        return tuple(map(str, texts)) if isinstance(texts, list) else ()

    def _line(self, table: Mapping[str, object], where: KeyPath) -> str:
        text = self._text(table, where)
        if len(text.splitlines()) > 1:
            self.report(where, "must be one line", at_value=True)
        return text

    def _folder(self, table: Mapping[str, object], where: KeyPath, default: str) -> PurePosixPath:
        text = self._text(table, where) or default
        report = partial(self.report, where, at_value=True)
        if PurePosixPath(text).is_absolute() or PureWindowsPath(text).anchor:
            report(f"{text!r} is absolute", f"write it relative to {self._path.name}")
        elif fault := unfilled(text):
            report(f"{text!r}: {fault}", f"write it relative to {self._path.name}")
        elif "\\" in text:
            report(f"{text!r} has a backslash", "separate folders with `/`")
        else:
            below = tuple(dropwhile(lambda part: part == "..", PurePosixPath(text).parts))
            if ".." in below:
                report(f"{text!r} has `..` after a folder's name", "write `..` only at the start")
            elif below and (fault := file_fault("/".join(below))):
                report(f"{text!r} {fault}")
        return PurePosixPath(text)
