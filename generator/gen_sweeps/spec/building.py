"""Builds a `Spec` from a document, and finds what is wrong with what the document says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import dropwhile
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import MappingProxyType

from gen_sweeps.spec.findings import Finding, KeyPath, toml_type
from gen_sweeps.spec.model import Constant, Reference, Section, Spec, Strategy, Treatment, Value
from gen_sweeps.spec.names import (
    closest_match,
    constant_fault,
    dotted_fault,
    file_fault,
    identifier_fault,
)
from gen_sweeps.spec.schema import DEFAULT_TEMPLATES, is_reference

MAX_DEPTH = 50
"""How deep a value may nest; CPython stops at 200 brackets in a file, and a template has some."""

MAX_DIGITS = 4300
"""How long an integer may be; Python refuses to read a longer one (`sys.int_info`)."""

_EMPTY: Mapping[str, Value] = MappingProxyType({})


def build(
    document: Mapping[str, object], path: Path, digest: str
) -> tuple[Spec, Sequence[Finding]]:
    """Return the experiment that a document describes, and what is wrong with it.

    The spec may be used only if nothing is wrong, here or in `checking`. Where a key is missing or
    has a value of the wrong type, which `checking` reports, something harmless takes its place, so
    that everything else is still checked.

    Args:
        document: The spec file, as tomllib reads it.
        path: The spec file's path.
        digest: The spec file's sha256, in hexadecimal.
    """
    builder = _Builder(document, path)
    spec = builder.spec(digest)
    return spec, builder.findings


class _Builder:
    """Builds one `Spec`; collects what is wrong instead of stopping at it."""

    def __init__(self, document: Mapping[str, object], path: Path) -> None:
        self.findings: list[Finding] = []
        self._document = document
        self._path = path
        self._constants: dict[str, KeyPath] = {}

    def report(
        self, where: KeyPath, message: str, hint: str | None = None, *, at_value: bool = False
    ) -> None:
        """Record that something is wrong at `where`."""
        self.findings.append(Finding(where, message, hint, at_value))

    def spec(self, digest: str) -> Spec:
        """Return the experiment."""
        base = self._base()
        treatment = self._treatment()
        strategies = self._strategies(treatment)
        sweep = self._table(("sweep",))
        name = self._line(sweep, ("sweep", "name"))
        package = self._text(sweep, ("sweep", "package"))
        if "package" in sweep and (fault := dotted_fault(package)):
            self.report(("sweep", "package"), f"{package!r} {fault}", at_value=True)
        output = self._folder(sweep, ("sweep", "output"), "generated")
        templates = self._folder(sweep, ("sweep", "templates"), DEFAULT_TEMPLATES)
        if output == templates and isinstance(sweep.get("output"), str):
            message = "is also the template folder: the files need a folder of their own"
            self.report(("sweep", "output"), message, at_value=True)
        control = self._text(sweep, ("sweep", "control"))
        known = [strategy.name for strategy in strategies]
        if control not in known and known and isinstance(sweep.get("control"), str):
            match = closest_match(control, known)
            hint = f"did you mean `{match}`?" if match else f"strategies: {', '.join(known)}"
            self.report(("sweep", "control"), f"no strategy is called {control!r}", hint)
        return Spec(
            path=self._path,
            name=name,
            package=package,
            output=output,
            templates=templates,
            control=control,
            treatment=treatment,
            vars=self._values(("vars",)),
            base=base,
            strategies=strategies,
            digest=digest,
        )

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
        if not isinstance(entry, dict) or is_reference(entry):
            return Constant(name, self._value(entry, where), "")
        doc = self._text(entry, (*where, "doc"))
        return Constant(name, self._value(entry.get("value", 0), (*where, "value")), doc)

    def _treatment(self) -> Treatment:
        table = self._table(("treatment",))
        call = self._text(table, ("treatment", "call"))
        if isinstance(table.get("call"), str):
            if fault := dotted_fault(call):
                self.report(("treatment", "call"), f"{call!r} {fault}", at_value=True)
            elif call.split(".")[0] in self._constants:
                constant = self._constants[call.split(".")[0]]
                self.report(constant, f"is the name of the treatment's call, {call}")
        vary = tuple(self._vary(table.get("vary")))
        shared = self._values(("treatment", "shared"))
        for name in shared:
            where: KeyPath = ("treatment", "shared", name)
            if fault := identifier_fault(name):
                self.report(where, f"{name!r} {fault}")
            elif name in vary:
                hint = "keep it in one of the two: what is shared can't vary"
                self.report(where, "is also in `vary`", hint)
        return Treatment(call, vary, shared)

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

    def _strategies(self, treatment: Treatment) -> tuple[Strategy, ...]:
        strategies = []
        folded: dict[str, str] = {}
        for name, entry in self._table(("strategies",)).items():
            where: KeyPath = ("strategies", name)
            fold = name.casefold()
            other = folded.setdefault(name if fold == name else fold, name)
            if fault := identifier_fault(name):
                self.report(where, f"{name!r} {fault}")
            elif other is not name:
                self.report(where, f"differs from `{other}` only in case, and so would their files")
            table = entry if isinstance(entry, dict) else {}
            args = self._args(table.get("args"), (*where, "args"), treatment)
            title = self._line(table, (*where, "title"))
            doc = self._text(table, (*where, "doc"))
            strategies.append(Strategy(name, title, doc, args))
        return tuple(strategies)

    def _args(self, table: object, where: KeyPath, treatment: Treatment) -> Mapping[str, Value]:
        """Read a strategy's arguments, into the order of `vary`."""
        if not isinstance(table, dict) or not table:
            return _EMPTY
        args = {arg: self._value(value, (*where, arg)) for arg, value in table.items()}
        if tuple(args) == treatment.vary:
            return MappingProxyType(args)
        for arg in args:
            if arg not in treatment.vary:
                self._report_not_varying((*where, arg), arg, treatment)
        return MappingProxyType({arg: args[arg] for arg in treatment.vary if arg in args})

    def _report_not_varying(self, where: KeyPath, arg: str, treatment: Treatment) -> None:
        if arg in treatment.shared:
            message = f"{arg!r} is shared by all strategies, so no strategy can set it"
            self.report(where, message, "move it from `[treatment.shared]` to `treatment.vary`")
            return
        match = closest_match(arg, treatment.vary)
        hint = f"did you mean `{match}`?" if match else f"add {arg!r} to `treatment.vary`"
        self.report(where, f"{arg!r} is not in `treatment.vary`", hint)

    # -- pieces of the document, or something harmless where they have the wrong type --

    def _table(self, where: KeyPath) -> dict[str, object]:
        table: object = self._document
        for key in where:
            table = table.get(str(key)) if isinstance(table, dict) else None
        return table if isinstance(table, dict) else {}

    def _text(self, table: Mapping[str, object], where: KeyPath) -> str:
        text = table.get(str(where[-1]), "")
        return text if isinstance(text, str) else ""

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
        elif "\\" in text:
            report(f"{text!r} has a backslash", "separate folders with `/`")
        else:
            below = tuple(dropwhile(lambda part: part == "..", PurePosixPath(text).parts))
            if ".." in below:
                report(f"{text!r} has `..` after a folder's name", "write `..` only at the start")
            elif below and (fault := file_fault("/".join(below))):
                report(f"{text!r} {fault}")
        return PurePosixPath(text)

    def _values(self, where: KeyPath) -> Mapping[str, Value]:
        table = self._table(where)
        if not table:
            return _EMPTY
        return MappingProxyType(
            {name: self._value(value, (*where, name)) for name, value in table.items()}
        )

    def _value(self, value: object, where: KeyPath, depth: int = 0) -> Value:
        """Return `value` frozen, with its references checked; report what Python can't write."""
        if isinstance(value, str | bool | float):
            return value
        if isinstance(value, int):
            if not _is_written(value):
                message = f"has more than {MAX_DIGITS} digits, which Python can't read back"
                self.report(where, message, at_value=True)
                return 0
            return value
        if isinstance(value, list | dict):
            return self._nested(value, where, depth)
        message = f"is {toml_type(value)}, which Python has no literal for"
        self.report(where, message, "write it as a string, in quotes", at_value=True)
        return 0

    def _nested(self, value: list[object] | dict[str, object], where: KeyPath, depth: int) -> Value:
        if depth >= MAX_DEPTH:
            self.report(where, f"is nested more than {MAX_DEPTH} levels deep", at_value=True)
            return 0
        if isinstance(value, list):
            return tuple(
                self._value(item, (*where, index), depth + 1) for index, item in enumerate(value)
            )
        if not value:
            return _EMPTY
        if is_reference(value):
            return self._reference(str(value["base"]), where)
        return MappingProxyType(
            {key: self._value(item, (*where, key), depth + 1) for key, item in value.items()}
        )

    def _reference(self, name: str, where: KeyPath) -> Reference:
        if name not in self._constants:
            if where[0] == "base" and any(
                name in self._table(("base", heading)) for heading in self._table(("base",))
            ):
                message = f"constant {name!r} is defined further down"
                self.report(where, message, "move it above the constants that refer to it")
            else:
                match = closest_match(name, self._constants)
                hint = f"did you mean `{match}`?" if match else f"define {name} under [base.…]"
                self.report(where, f"no constant is called {name!r}", hint, at_value=True)
        return Reference(name)


def _is_written(value: int) -> bool:
    """Say whether Python writes an integer in decimal; its limit can be set, but not here."""
    try:
        return len(str(value).lstrip("-")) <= MAX_DIGITS
    except ValueError:
        return False
