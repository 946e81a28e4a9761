"""Writes the spec and the template of a family, as a person would."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gen_sweeps.adopt.file_names import NameAxis, NameGrid
from gen_sweeps.adopt.named_family import NamedFamily, Shown, TemplateFork, TemplateNode
from gen_sweeps.adopt.placing import PlacedSetting, PlacedVariables, control_of
from gen_sweeps.adopt.printed_values import toml_key, toml_text
from gen_sweeps.adopt.siblings import AdoptionError, Sibling
from gen_sweeps.adopt.treatment_call import TreatmentCall
from gen_sweeps.spec.model import STRATEGY
from gen_sweeps.spec.schema import DEFAULT_DELIMITERS

_WIDTH = 100
"""Columns that a line of the spec may take before it becomes several."""

_MANY = 3
"""How many variables of a strategy are written below each other without a table of their own."""

_DELIMITERS = (
    DEFAULT_DELIMITERS,
    ("[[ ]]", "[% %]", "[# #]"),
    ("<< >>", "<% %>", "<# #>"),
    ("(( ))", "(% %)", "(# #)"),
    ("@{ }@", "@% %@", "@# #@"),
    ("$< >$", "$% %$", "$# #$"),
)
"""What may mark what a template prints, does and says, the first best."""


@dataclass(frozen=True, slots=True)
class SpecDraft:
    """What a spec says besides its variables.

    Attributes:
        name: The experiment's name.
        output: The folder of the files, relative to the spec.
    """

    name: str
    output: str


def template_text(family: NamedFamily) -> tuple[str, tuple[str, str, str]]:
    """Return the text of the family's template, and the delimiters that it takes.

    Raises:
        AdoptionError: The files have all of them.
    """
    for delimiters in _DELIMITERS:
        if _is_clear(family.nodes, delimiters):
            return "".join(_TemplateWriter(delimiters).text(family.nodes)), delimiters
    marks = " ".join(pairs[0].split()[0] for pairs in _DELIMITERS)
    message = f"the files have all marks that a template could: {marks}"
    raise AdoptionError.at(message, hint="take one kind out of the files")


def _is_clear(nodes: Sequence[TemplateNode], delimiters: Iterable[str]) -> bool:
    """Say whether nothing in a template's own text looks like a delimiter."""
    marks = [mark for pair in delimiters for mark in pair.split()]
    starts = {pair.split()[0][0] for pair in delimiters}
    ends = {pair.split()[1][-1] for pair in delimiters}
    for index, node in enumerate(nodes):
        if isinstance(node, TemplateFork):
            if not all(_is_clear(branch.nodes, delimiters) for branch in node.branches):
                return False
        elif isinstance(node, str):
            if any(mark in node for mark in marks):
                return False
            follows = index + 1 < len(nodes) and not isinstance(nodes[index + 1], str)
            if follows and node[-1] in starts:
                return False
            if index and isinstance(nodes[index - 1], Shown) and node[0] in ends:
                return False
    return True


class _TemplateWriter:
    def __init__(self, delimiters: Sequence[str]) -> None:
        self._print, self._do, _ = (pair.split() for pair in delimiters)

    def text(self, nodes: Iterable[TemplateNode]) -> Iterator[str]:
        for node in nodes:
            if isinstance(node, str):
                yield node
            elif isinstance(node, Shown):
                yield f"{self._print[0]} {node.expression} {self._print[1]}"
            else:
                yield from self._fork(node)

    def _fork(self, fork: TemplateFork) -> Iterator[str]:
        for number, branch in enumerate(fork.branches):
            word = "if" if number == 0 else "elif"
            yield self._tag("else" if branch.condition is None else f"{word} {branch.condition}")
            yield from self.text(branch.nodes)
        yield self._tag("endif")

    def _tag(self, what: str) -> str:
        return f"{self._do[0]} {what} {self._do[1]}\n"


def spec_text(  # noqa: PLR0913, PLR0917 - all that a spec says
    draft: SpecDraft,
    family: NamedFamily,
    placed: PlacedVariables,
    siblings: Sequence[Sibling],
    delimiters: tuple[str, str, str],
    questions: Mapping[str, frozenset[int]],
    call: TreatmentCall | None,
) -> str:
    """Return the text of the spec."""
    writer = _SpecWriter(family, placed, questions, call)
    sweep = [f"name = {toml_text(draft.name)}", f"output = {toml_text(draft.output)}"]
    if control := control_of(family, placed):
        sweep.append(f"control = {toml_text(control)}")
    sweep += writer.excluded()
    if delimiters != DEFAULT_DELIMITERS:
        sweep.append(f"delimiters = [{', '.join(map(toml_text, delimiters))}]")
    sweep += _line_ends(siblings)
    blocks = [["[sweep]", *sweep], *writer.blocks()]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _line_ends(siblings: Sequence[Sibling]) -> Iterator[str]:
    for key, chosen in (
        ("crlf", [it.name for it in siblings if it.has_crlf]),
        ("unterminated", [it.name for it in siblings if it.is_unterminated]),
    ):
        if len(chosen) == len(siblings):
            yield f'{key} = ["*"]'
        elif chosen:
            yield from _array(key, map(toml_text, chosen))


def _array(key: str, items: Iterable[str]) -> list[str]:
    """Return an array, on one line if it fits."""
    found = list(items)
    line = f"{key} = [{', '.join(found)}]"
    if len(line) <= _WIDTH:
        return [line]
    rows = [""]
    for item in found:
        if rows[-1] and len(rows[-1]) + len(item) + 2 > _WIDTH - 4:
            rows.append("")
        rows[-1] += f" {item}," if rows[-1] else f"{item},"
    return [f"{key} = [", *(f"    {row}" for row in rows), "]"]


class _SpecWriter:
    def __init__(
        self,
        family: NamedFamily,
        placed: PlacedVariables,
        questions: Mapping[str, frozenset[int]],
        call: TreatmentCall | None,
    ) -> None:
        self._call = call
        self._family = family
        self._grid = family.grid
        self._placed = placed
        self._questions = questions

    def excluded(self) -> list[str]:
        """Return the combinations of levels that no file has."""
        entries = []
        for combination in self._grid.missing:
            fields = [self._field(index, levels) for index, levels in enumerate(combination)]
            entries.append(f"{{ {', '.join(fields)} }}")
        return _array("exclude", entries) if entries else []

    def _field(self, index: int, levels: Sequence[str]) -> str:
        axis = self._grid.axes[index]
        values = [_level(axis, level) for level in levels]
        value = values[0] if len(values) == 1 else f"[{', '.join(values)}]"
        return f"{axis.name} = {value}"

    def blocks(self) -> Iterator[list[str]]:
        """Yield the tables below `[sweep]`, each as lines."""
        yield from self._treatment()
        if self._placed.defaults:
            yield ["[vars]", *map(self._line, self._placed.defaults)]
        for index, axis in enumerate(self._grid.axes):
            if axis.name != STRATEGY:
                yield from self._axis(index, axis)
        for levels, settings in self._placed.overrides:
            fields = [self._field(index, names) for index, names in levels.items()]
            lines = [f"vars.{self._line(setting)}" for setting in settings]
            yield ["[[overrides]]", f"when = {{ {', '.join(fields)} }}", *lines]
        for index, axis in enumerate(self._grid.axes):
            if axis.name == STRATEGY:
                yield from self._strategies(index, axis)

    def _treatment(self) -> Iterator[list[str]]:
        call = self._call
        vary = (*(call.vary if call else ()), *self._placed.vary)
        if vary:
            called = [f"call = {toml_text(call.function)}"] if call else []
            yield ["[treatment]", *called, *_array("vary", map(toml_text, vary))]
        if call and call.shared:
            lines = [f"{name} = {call.source(0, name)}" for name in call.shared]
            yield ["[treatment.shared]", *lines]

    def _arguments(self, file: int) -> tuple[PlacedSetting, ...]:
        """Return the arguments of the treatment in a file."""
        vary = self._call.vary if self._call else ()
        found = [(name, self._call.source(file, name)) for name in vary if self._call]
        files = frozenset({file})
        return tuple(PlacedSetting(name, source, files) for name, source in found if source)

    def _line(self, setting: PlacedSetting) -> str:
        return f"{setting.variable} = {setting.source}{self._question(setting)}"

    def _question(self, setting: PlacedSetting) -> str:
        """Return what to ask of a setting, as a comment; empty if nothing is."""
        odd = self._questions.get(setting.variable, frozenset())
        if not setting.files or not setting.files <= odd:
            return ""
        return f"  # {len(odd)} of {self._grid.count}: meant?"

    def _axis(self, index: int, axis: NameAxis) -> Iterator[list[str]]:
        settings = {level: self._placed.by_level.get((index, level), ()) for level in axis.distinct}
        if not any(settings.values()):
            levels = [_level(axis, level) for level in axis.distinct]
            yield [f"[axes.{axis.name}]", *_array("levels", levels)]
            return
        inline = {
            level: f"{toml_key(level)} = {self._inline(own)}"
            for level, own in settings.items()
            if not any(map(self._question, own))
        }
        rows = _rows(inline, axis.distinct)
        if rows:
            yield [f"[axes.{axis.name}]", *rows.values()]
        for level, own in settings.items():
            if level not in rows:
                yield [f"[axes.{axis.name}.{toml_key(level)}]", *map(self._line, own)]

    def _inline(self, settings: Iterable[PlacedSetting]) -> str:
        fields = ", ".join(f"{it.variable} = {it.source}" for it in settings)
        return f"{{ {fields} }}" if fields else "{}"

    def _fits(self, lines: Iterable[str], settings: Iterable[Sequence[PlacedSetting]]) -> bool:
        """Say whether tables may be written in a line each."""
        is_asked = any(self._question(it) for own in settings for it in own)
        return not is_asked and all(len(line) <= _WIDTH and "\n" not in line for line in lines)

    def _strategies(self, index: int, axis: NameAxis) -> Iterator[list[str]]:
        settings = {level: self._placed.by_level.get((index, level), ()) for level in axis.distinct}
        texts = {level: dict(self._texts(axis, level)) for level in axis.distinct}
        arguments = {it: self._arguments(axis.levels.index(it)) for it in axis.distinct}
        inline = {}
        for level, own in settings.items():
            fields = [f"{key} = {text}" for key, text in texts[level].items()]
            if arguments[level]:
                fields.append(f"args = {self._inline(arguments[level])}")
            if own:
                fields.append(f"vars = {self._inline(own)}")
            if not any(map(self._question, (*own, *arguments[level]))):
                table = f"{{ {', '.join(fields)} }}" if fields else "{}"
                inline[level] = f"{toml_key(level)} = {table}"
        rows = _rows(inline, axis.distinct)
        if rows:
            yield ["[strategies]", *rows.values()]
        for level, own in settings.items():
            if level in rows:
                continue
            lines = [f"{key} = {text}" for key, text in texts[level].items()]
            lines += self._table_lines("args", arguments[level])
            whole = f"vars = {self._inline(own)}"
            if own and self._fits([whole], [own]):
                lines.append(whole)
            elif len(own) > _MANY:
                header = f"[strategies.{toml_key(level)}"
                head = [f"{header}]", *lines, ""] if lines else []
                yield [*head, f"{header}.vars]", *map(self._line, own)]
                continue
            else:
                lines += [f"vars.{self._line(setting)}" for setting in own]
            yield [f"[strategies.{toml_key(level)}]", *lines]

    def _table_lines(self, key: str, settings: Sequence[PlacedSetting]) -> list[str]:
        """Return a table of a strategy, on one line if it fits."""
        line = f"{key} = {self._inline(settings)}"
        if settings and self._fits([line], [settings]):
            return [line]
        return [f"{key}.{self._line(setting)}" for setting in settings]

    def _texts(self, axis: NameAxis, level: str) -> Iterator[tuple[str, str]]:
        file = axis.levels.index(level)
        if file in self._family.titles:
            yield "title", toml_text(self._family.titles[file])
        if file in self._family.docs:
            yield "doc", toml_text(self._family.docs[file])


def _rows(lines: Mapping[str, str], levels: Sequence[str]) -> Mapping[str, str]:
    """Return the levels that have a line of their own, in the table of all; the others get tables.

    Where most levels would get tables, all do.
    """
    rows = {
        level: line for level, line in lines.items() if len(line) <= _WIDTH and "\n" not in line
    }
    return rows if 2 * len(rows) >= len(levels) else {}


def _level(axis: NameAxis, level: str) -> str:
    return level if axis.is_number else toml_text(level)


def experiment_name(grid: NameGrid, folder: str) -> str:
    """Return what to call an experiment: what its files' names have in common, or its folder."""
    texts = [part for part in grid.parts if isinstance(part, str)]
    common = re.sub(r"\.\w+$", "", texts[0] if texts and grid.parts[0] == texts[0] else "")
    words = re.sub(r"[^A-Za-z0-9_]+", "_", common).strip("_")
    return words or re.sub(r"[^A-Za-z0-9_]+", "_", folder).strip("_") or "sweep"
