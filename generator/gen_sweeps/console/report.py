"""The report of a sweep: one HTML page that a reviewer reads instead of the files.

It is made from the proof, and from what the arms measured if they have run, so the same spec and
runs give the same bytes. It has no scripts and asks the network for nothing, which its own
Content-Security-Policy says too; every text of the spec and of the templates is escaped by the
template (`report.html.jinja`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import unified_diff
from itertools import combinations
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from gen_sweeps.characters import on_one_line
from gen_sweeps.console.summary import proven_line, varying
from gen_sweeps.proof.proving import Proof
from gen_sweeps.proof.python_syntax import docstring_span
from gen_sweeps.proof.treatment import names_in
from gen_sweeps.rendering.literals import LINE_LENGTH, escape, layout
from gen_sweeps.rendering.outputs import Template, output_path
from gen_sweeps.rendering.renderer import File
from gen_sweeps.spec.model import STRATEGY, Arm, Axis, Spec, Value
from gen_sweeps.spec.names import UNSEEN

MARK = '<meta name="generator" content="gen-sweeps report">'
"""Stands near the start of each report: a file without it is not replaced."""

MAX_COLUMNS = 8
"""Strategies that stand side by side; more stand below each other, and not in every pair."""

MAX_COMBINATIONS = 64
"""Combinations of levels for which a variable is listed."""

_COLUMN = 28
"""Characters that a value may take before it is broken into lines."""

_KINDS = {"+": "added", "-": "removed", " ": ""}

_HIDDEN = re.compile(f"(?![\n\t])[{UNSEEN}]")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in a table.

    Attributes:
        text: The value as Python source; None if the argument is not passed.
        resolved: The constants that the value names, each with its value.
        differs: Whether it is not what the control has.
        is_default: Whether it is what `[vars]` says, and nothing nearer.
    """

    text: str | None
    resolved: tuple[tuple[str, str], ...] = ()
    differs: bool = False
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file, or of a difference, and what it is: its class in the page."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A file in full."""

    path: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor, what it depends on, and where it is printed.

    Attributes:
        name: Its name.
        kind: What it is: "argument", "variable" or "axis".
        axes: The axes whose levels decide its value; none of an axis itself.
        places: Where it is printed, in a reader's terms; none if it only decides what is.
        values: If several axes decide it, what it is for each combination of their levels.
    """

    name: str
    kind: str
    axes: tuple[str, ...]
    places: tuple[str, ...]
    values: Mapping[tuple[str, ...], Cell]


@dataclass(frozen=True, slots=True)
class Pair:
    """What two arms' files differ in.

    Attributes:
        first: The one arm.
        second: The other one.
        factors: The names of what tells them apart.
        hunks: The lines that differ.
    """

    first: str
    second: str
    factors: tuple[str, ...]
    hunks: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class PairGroup:
    """Pairs of arms that differ in the level of one axis, and equal each other in all others."""

    axis: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A section that is no part of the proof, such as what the arms measured.

    Attributes:
        anchor: What links to it name.
        title: Its title.
        body: What it has below that, as HTML.
    """

    anchor: str
    title: str
    body: Markup


def page_environment() -> Environment:
    """Return the environment in which parts of the page are rendered, all text escaped."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"visible": visible, "breakable": _breakable}
    return environment


def page(proof: Proof, section: ReportSection | None = None) -> str:
    """Return the report of a proof, as HTML.

    Args:
        proof: The proof.
        section: What stands before it, if anything.
    """
    spec = proof.rendering.spec
    template = Path(__file__).with_name("report.html.jinja").read_text(encoding="utf-8")
    names = _factors(spec)
    cells = _level_cells(spec, STRATEGY, names) if spec.strategies else {}
    silent = [
        it.name
        for it in spec.strategies
        if not (it.args or it.vars or any(cells[it.name, name].differs for name in names))
    ]
    depends = {**spec.depends, **spec.argument_depends}
    deciding = {axis for name in names for axis in depends.get(name, ())}
    return (
        page_environment()
        .from_string(template)
        .render(
            section=section,
            mark=Markup(MARK),  # noqa: S704 - it is ours
            spec=spec,
            spec_name=on_one_line(spec.path.name),
            verdict=proven_line(spec),
            control=spec.control.get(STRATEGY, ""),
            also_axes=bool(deciding - {STRATEGY}),
            side_by_side=len(spec.strategies) <= MAX_COLUMNS,
            factors=names,
            cells=cells,
            max_combinations=MAX_COMBINATIONS,
            silent=[name for name in silent if name != spec.control.get(STRATEGY)],
            axes=[(it, spec.control.get(it.name), _axis_variables(it)) for it in spec.axes],
            level_cells=lambda axis, variables: _level_cells(spec, axis, variables),
            placed=list(_placed(proof)),
            shared={name: _value(spec, value) for name, value in spec.treatment.shared.items()},
            sections=[section for section in spec.base if section.constants],
            value=lambda constant: _value(spec, constant.value),
            listings=list(_listings(proof)),
            groups=[group for group in _groups(proof) if group.pairs],
            digests=proof.digests,
        )
        + "\n"
    )


def visible(text: str) -> str:
    """Return `text` with escapes for characters that a reader would not see, or be misled by."""
    return _HIDDEN.sub(lambda match: escape(match[0]), text)


def _breakable(name: str) -> Markup:
    """Return code as HTML that a browser may break after `_`, `(` and `.`."""
    return Markup("<wbr>").join(re.split(r"(?<=[_(.])", name))


def _factors(spec: Spec) -> list[str]:
    """Return the names of what strategies set, in the order in which it is declared."""
    used = {name for it in spec.strategies for name in (*it.args, *it.vars)}
    return [name for name in spec.treatment.vary if name in used]


def _axis_variables(axis: Axis) -> list[str]:
    """Return the variables that the levels of an axis set."""
    return list(dict.fromkeys(name for level in axis.levels for name in level.vars))


def _level_cells(spec: Spec, axis: str, names: list[str]) -> dict[tuple[str, str], Cell]:
    """Return what arguments and variables are at each level of an axis, in its first arm."""
    firsts: dict[str, Arm] = {}
    for arm in spec.arms:
        firsts.setdefault(arm.levels[axis], arm)
    control = firsts.get(spec.control.get(axis, ""))
    return {
        (level, name): _cell(spec, axis, name, arm, control or arm)
        for level, arm in firsts.items()
        for name in names
    }


def _cell(spec: Spec, axis: str, name: str, arm: Arm, control: Arm) -> Cell:
    here, there = (_optional(spec, it, name) for it in (arm, control))
    set_here = arm.strategy and name in {**arm.strategy.args, **arm.strategy.vars}
    if axis != STRATEGY:
        levels = next(it.levels for it in spec.axes if it.name == axis)
        set_here = any(it.name == arm.levels[axis] and name in it.vars for it in levels)
    is_default = here.text is not None and not set_here
    return replace(here, differs=here.text != there.text, is_default=is_default)


def _optional(spec: Spec, arm: Arm, name: str) -> Cell:
    values = {**arm.vars, **(arm.strategy.args if arm.strategy else {})}
    return _value(spec, values[name]) if name in values else Cell(None)


def _value(spec: Spec, value: Value) -> Cell:
    constants = {constant.name: constant for section in spec.base for constant in section.constants}
    names = [name for name in dict.fromkeys(names_in(value)) if name in constants]
    resolved = tuple(
        (name, layout(constants[name].value, indent=0, before=0, after=0)) for name in names
    )
    # It stands in a narrow column, so it breaks early and is indented less than code.
    text = layout(value, indent=0, before=LINE_LENGTH - _COLUMN, after=0)
    return Cell(re.sub("(?m)^ +", lambda m: m[0][::2], text), resolved)


def _templates(proof: Proof) -> list[Template]:
    """Return the templates, first those for one arm alone, of them first those of Python."""
    templates = proof.rendering.outputs.templates
    return sorted(templates, key=lambda it: (-len(it.axes), ".py." not in it.name))


def _listings(proof: Proof) -> Iterator[Listing]:
    """Yield the control's files, with their lines as docstring, treatment or neither."""
    for template in _templates(proof):
        path = next(iter(template.arms))
        yield Listing(path, tuple(_lines(proof.rendering[path])))


def _lines(file: File) -> Iterator[Line]:
    start_of_docstring, end_of_docstring = _docstring(file)
    offset = 0
    for text in file.source.removesuffix("\n").split("\n"):
        kind = "doc" if start_of_docstring <= offset < end_of_docstring else ""
        for hole, (start, end) in zip(file.page.skeleton.holes, file.page.spans, strict=True):
            if any(hole.origin) and offset < end and start < offset + len(text) + 1:
                kind = "treatment"
        yield Line(text, kind)
        offset += len(text) + 1


def _docstring(file: File) -> tuple[int, int]:
    return docstring_span(file.source, ast.parse(file.source)) if file.is_python else (0, 0)


def _placed(proof: Proof) -> Iterator[Factor]:
    """Yield the factors that vary, with where they are printed."""
    spec = proof.rendering.spec
    arguments, others = varying(spec)
    known = {axis.name for axis in spec.axes} | {STRATEGY}
    for name in (*arguments, *others):
        kind = "argument" if name in arguments else "axis" if name in known else "variable"
        depends = spec.argument_depends if name in arguments else spec.depends
        axes = tuple(axis for axis in spec.axis_names if axis in depends.get(name, ()))
        values = _by_combination(spec, name, axes) if len(axes) > 1 and kind == "variable" else {}
        yield Factor(name, kind, axes, proof.places.get(name, ()), values)


def _by_combination(spec: Spec, name: str, axes: tuple[str, ...]) -> Mapping[tuple[str, ...], Cell]:
    """Return what a variable is for each combination of the levels that decide it.

    There is one more than the page lists, if there are more.
    """
    found: dict[tuple[str, ...], Cell] = {}
    for arm in spec.arms:
        levels = tuple(arm.levels[axis] for axis in axes)
        if levels not in found and len(found) <= MAX_COMBINATIONS:
            found[levels] = _optional(spec, arm, name)
    return found


def _groups(proof: Proof) -> Iterator[PairGroup]:
    """Yield what arms differ in, one axis after the other, at the first levels of the others."""
    spec = proof.rendering.spec
    start = spec.control_of(spec.arms[0])
    for axis in spec.axis_names:
        rest = {name: level for name, level in start.levels.items() if name != axis}
        arms = [arm for arm in spec.arms if rest.items() <= arm.levels.items()]
        wanted = [(start, arm) for arm in arms if arm is not start]
        if len(arms) <= MAX_COLUMNS and axis == STRATEGY:
            wanted = list(combinations(arms, 2))
        shown = wanted if axis == STRATEGY else wanted[:MAX_COLUMNS]
        yield PairGroup(axis, tuple(_pair(proof, axis, one, other) for one, other in shown))


def _pair(proof: Proof, axis: str, one: Arm, other: Arm) -> Pair:
    templates = [template for template in _templates(proof) if axis in template.axes]
    files = [tuple(output_path(it.name, arm.levels) for arm in (one, other)) for it in templates]
    hunks = tuple(
        hunk for a, b in files for hunk in _hunks(proof, a, b, is_named=len(templates) > 1)
    )
    return Pair(one.name, other.name, tuple(_differing(proof.rendering.spec, one, other)), hunks)


def _differing(spec: Spec, one: Arm, other: Arm) -> Iterator[str]:
    """Yield the factors that two arms don't have in common."""
    values = [
        {**(arm.strategy.args if arm.strategy else {}), **arm.vars, **arm.values}
        for arm in (one, other)
    ]
    names = dict.fromkeys((*spec.treatment.vary, *spec.depends, *spec.axis_names))
    yield from (name for name in names if values[0].get(name) != values[1].get(name))


def _hunks(proof: Proof, first: str, second: str, *, is_named: bool) -> Iterator[tuple[Line, ...]]:
    """Yield the differences of two files, each as the lines that stand together.

    Args:
        proof: The proof.
        first: The one file.
        second: The other one.
        is_named: Whether to say of which file they are.
    """
    old, new = (proof.rendering[path].source.split("\n") for path in (first, second))
    hunks: list[list[str]] = []
    for text in unified_diff(old, new, n=2, lineterm=""):
        if text.startswith("@@"):
            hunks.append([text])
        elif hunks:  # what precedes the first hunk are the files' names
            hunks[-1].append(text)
    for where, *lines in hunks:
        # Without the indentation that all lines have, a phone shows what there is to see.
        indent = min(len(text) - len(text[1:].lstrip(" ")) - 1 for text in lines if text[1:])
        shown = (Line(text[0] + text[1 + indent :], _KINDS[text[0]]) for text in lines)
        file = f"{first}, " if is_named else ""
        yield (Line(f"{file}line {_number(where)}", "where"), *shown)


def _number(header: str) -> str:
    match = re.match(r"@@ -(\d+)", header)
    return match[1] if match else ""
