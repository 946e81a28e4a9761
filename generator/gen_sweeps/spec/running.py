"""Reads `[run]`: how each arm is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath, PureWindowsPath
from types import MappingProxyType

from gen_sweeps.spec.findings import Findings, KeyPath
from gen_sweeps.spec.model import STRATEGY, MetricSettings, RunSettings, SpelledFloat
from gen_sweeps.spec.names import closest_match, identifier_fault, unfilled
from gen_sweeps.spec.patterns import unfilled_fields
from gen_sweeps.spec.schema import DEFAULT_GRACE, DURATION, SLURM_OPTION, SLURM_RESERVED

PLACEHOLDERS = ("file", "module", "arm", "run_dir", "frozen")
"""What a command can name in braces besides the axes."""

_PREFIX = "GEN_SWEEPS_"
"""The start of the names of the variables that an arm gets from `run` itself."""

_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def read_run(document: object, axes: Sequence[str], findings: Findings) -> RunSettings | None:
    """Return how each arm is run; None if the spec doesn't say.

    Args:
        document: What stands under `run`.
        axes: The names of all axes, that of the strategies among them.
        findings: Is told what is wrong, apart from types and unknown keys.
    """
    if not isinstance(document, dict):
        return None
    return _RunReader(document, axes, findings).settings()


class _RunReader:
    """Reads the table; of values with wrong types, which `checking` reports, takes harmless ones.

    Args:
        table: The table.
        axes: The names of all axes.
        findings: Is told what is wrong.
    """

    def __init__(
        self, table: Mapping[str, object], axes: Sequence[str], findings: Findings
    ) -> None:
        self._table = table
        self._axes = axes
        self._findings = findings

    def settings(self) -> RunSettings:
        """Return the settings."""
        for name in set(self._axes).intersection(PLACEHOLDERS):
            message = f"has the name that stands for something else in `run.command`: {{{name}}}"
            self._findings.report(("axes", name), message, "rename the axis")
        freeze, workdir = tuple(self._freeze()), self._text("workdir", "frozen")
        if freeze and workdir == "project":
            message = 'has no effect with `workdir = "project"`, which runs the code as it is then'
            self._findings.report(("run", "freeze"), message, "leave out one of the two")
        return RunSettings(
            command=tuple(self._command()),
            freeze=freeze,
            workdir=workdir,
            jobs=self._integer("jobs", 1),
            gpus=self._integer("gpus", 0),
            env=MappingProxyType(dict(self._env())),
            timeout=self._seconds("timeout"),
            grace=self._seconds("grace") or _parsed_duration(DEFAULT_GRACE),
            retries=self._integer("retries", 0),
            executor=self._text("executor", "local"),
            metrics=self._metrics(),
            replicates=tuple(self._replicates()),
            slurm=MappingProxyType(dict(self._slurm())),
        )

    def _command(self) -> Iterator[str]:
        for index, word in enumerate(self._strings("command")):
            where: KeyPath = ("run", "command", index)
            if index == 0 and not word:
                self._findings.report(where, "names no program", at_value=True)
            self._check_text(word, where)
            yield word

    def _env(self) -> Iterator[tuple[str, str]]:
        table = self._table.get("env")
        for name, value in table.items() if isinstance(table, dict) else ():
            where: KeyPath = ("run", "env", name)
            if name.startswith(_PREFIX):
                self._findings.report(where, f"names that start with {_PREFIX} are set by `run`")
            elif fault := identifier_fault(name):
                self._findings.report(where, f"{name!r} {fault}")
            if isinstance(value, str):
                self._check_text(value, where)
                yield name, value

    def _check_text(self, text: str, where: KeyPath) -> None:
        known = [*PLACEHOLDERS, *self._axes]
        for written, name in unfilled_fields(text):
            if written == f"{{{name}}}" and name in known:
                continue
            match = name if name in known else closest_match(name, known)
            hint = f"did you mean `{{{match}}}`?" if match else f"known names: {', '.join(known)}"
            self._findings.warn(where, f"nothing fills in `{written}`", hint)
        if "\0" in text:
            self._findings.report(where, "has a NUL, which no program can be given", at_value=True)

    def _freeze(self) -> Iterator[str]:
        for index, text in enumerate(self._strings("freeze")):
            where: KeyPath = ("run", "freeze", index)
            if fault := _path_fault(text):
                self._findings.report(where, f"{text!r} {fault}", at_value=True)
            yield text

    def _seconds(self, key: str) -> float | None:
        if key not in self._table:
            return None
        text = self._text(key, DEFAULT_GRACE)
        seconds = _parsed_duration(text)
        if not seconds:
            message = f"{text!r} is no duration longer than nothing"
            hint = f'write days, hours, minutes and seconds, as in `{key} = "1h30m"`'
            self._findings.report(("run", key), message, hint, at_value=True)
        return seconds

    def _metrics(self) -> MetricSettings:
        table = self._table.get("metrics")
        if not isinstance(table, dict):
            return MetricSettings()
        places = ("file", "stdout", "mlflow", "tensorboard")
        texts = {key: table[key] for key in places if isinstance(table.get(key), str)}
        where: KeyPath = ("run", "metrics")
        for key in list(texts)[1:]:
            message = f"is a second place of the measurements, beside `{next(iter(texts))}`"
            self._findings.report((*where, key), message, "leave out one of the two")
        for key in places:
            if key != "stdout" and key in texts and (fault := _path_fault(texts[key])):
                message = f"{texts[key]!r} {fault.replace('the spec', '{run_dir}')}"
                self._findings.report((*where, key), message, at_value=True)
        if "stdout" in texts:
            self._check_expression(texts["stdout"], (*where, "stdout"))
        goal = table.get("goal")
        goals = goal.items() if isinstance(goal, dict) else ()
        return MetricSettings(
            **texts,
            goal=MappingProxyType({name: it for name, it in goals if isinstance(it, str)}),
        )

    def _check_expression(self, text: str, where: KeyPath) -> None:
        hint = r"as in `stdout = 'loss (?P<loss>\S+)'`"
        try:
            groups = re.compile(text).groupindex
        except (re.error, OverflowError, RecursionError) as error:
            message = f"is no regular expression: {error}"
            self._findings.report(where, message, hint, at_value=True)
        else:
            if not groups.keys() - {"step"}:
                self._findings.report(where, "has no group with a metric's name", hint)

    def _replicates(self) -> Iterator[str]:
        if "replicates" not in self._table:
            yield from (axis for axis in self._axes if axis == "seed")
            return
        axes = [axis for axis in self._axes if axis != STRATEGY]
        for index, name in enumerate(self._strings("replicates")):
            where: KeyPath = ("run", "replicates", index)
            if name not in axes:
                match = closest_match(name, axes)
                hint = f"did you mean `{match}`?" if match else f"axes: {', '.join(axes) or 'none'}"
                message = f"{name!r} is no axis that could repeat an experiment"
                self._findings.report(where, message, hint, at_value=True)
            yield name

    def _slurm(self) -> Iterator[tuple[str, str | bool]]:
        table = self._table.get("slurm")
        for name, value in table.items() if isinstance(table, dict) else ():
            where: KeyPath = ("run", "slurm", name)
            # Of a long option, sbatch takes any beginning for the whole.
            reserved = next((it for it in SLURM_RESERVED if it.startswith(name)), None)
            if reserved:
                self._findings.report(where, f"`--{reserved}` of sbatch is set by `run` itself")
            elif not re.fullmatch(SLURM_OPTION, name, re.ASCII):
                hint = 'write its long form without dashes, as in `partition = "gpu"`'
                self._findings.report(where, "is no long option of sbatch", hint)
            elif "\0" in str(value):
                self._findings.report(where, "has a NUL, which no program can be given")
            elif isinstance(value, bool):
                if value:
                    yield name, True
            else:
                yield name, value.spelling if isinstance(value, SpelledFloat) else str(value)

    def _strings(self, key: str) -> list[str]:
        items = self._table.get(key)
        return (
            [item if isinstance(item, str) else "" for item in items]
            if isinstance(items, list)
            else []
        )

    def _text(self, key: str, default: str) -> str:
        value = self._table.get(key, default)
        return value if isinstance(value, str) else default

    def _integer(self, key: str, default: int) -> int:
        value = self._table.get(key, default)
        return value if type(value) is int else default


def _parsed_duration(text: str) -> float:
    """Return the seconds of `1h30m`; 0 if it is no such duration."""
    if not re.fullmatch(DURATION, text, re.ASCII):
        return 0.0
    parts = re.findall(r"([0-9.]+)([dhms])", text)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def _path_fault(text: str) -> str | None:
    """Return why a path or a pattern can't be one below the spec's repository; None if it can."""
    if PurePosixPath(text).is_absolute() or PureWindowsPath(text).anchor:
        return "is absolute: write it relative to the spec"
    if fault := unfilled(text):
        return f"{fault}: write it relative to the spec"
    if "\\" in text or "\0" in text:
        return "has a character that no path here may have: separate folders with `/`"
    return None
