"""From a spec to the source of its files; nothing is written, nothing is judged."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from jinja2 import Template  # noqa: TC002 - failures has loaded it

from generator.errors import TemplateError
from generator.failures import template_error
from generator.filters import SLOT, TREATMENT, TREATMENT_SLOT, Kind, Slot, Slots
from generator.halves import halves
from generator.literals import assignment, keyword_arguments, layout, literal, width
from generator.manifest import MANIFEST, spec_name
from generator.names import file_fault, fold
from generator.note import PREFIX
from generator.sandbox import Budget, Sandbox
from generator.spec import Spec, Strategy, Value
from generator.templates import STRATEGY, SUFFIX, VIEWS, TemplateFolder, strategy_views, sweep_views


@dataclass(frozen=True, slots=True)
class Placement:
    """Where something of the spec stands in a file, as offsets, and what it was made to be."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class File:
    """A generated file.

    Attributes:
        path: Where it goes, relative to the output folder, with `/`.
        source: What stands in it: LF line ends, with a final one.
        template: The template that made it, as the user would name it.
        strategy: The strategy that it is for; None for a file that all share.
        treatments: Where the template placed the treatment, as offsets into `source`.
        placements: Where it placed other things of the spec, in order.
    """

    path: str
    source: str
    template: str
    strategy: str | None
    treatments: tuple[tuple[int, int], ...]
    placements: tuple[Placement, ...] = ()


@dataclass(frozen=True, slots=True)
class _Origin:
    template: str
    strategy: Strategy | None


class Rendering(Mapping[str, File]):
    """The files of a spec by their path, each rendered when it is asked for, and not kept.

    Shared files come first, then each template's files, the control's before the others'.

    Attributes:
        spec: The spec.
        folder: Where the templates are loaded from.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.folder = TemplateFolder(spec.template_folder)
        self._budget = Budget()
        self._slots = Slots(self._budget)
        self._environment = Sandbox(self.folder, self._budget, self._slots.printed, VIEWS)
        self._environment.filters |= self._slots.filters()
        self._globals = sweep_views(spec)
        self._templates: dict[str, Template] = {}
        self._endings: dict[str, _Ending | None] = {}
        self._origins = _origins(spec, self.folder)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the paths."""
        return iter(self._origins)

    def __len__(self) -> int:
        """Return the number of files."""
        return len(self._origins)

    def __contains__(self, path: object) -> bool:
        """Say whether there is such a file, without rendering it."""
        return path in self._origins

    def __getitem__(self, path: str) -> File:
        """Render one file.

        Raises:
            TemplateError: The template can't be read, is not valid or fails.
        """
        origin = self._origins[path]
        template = self.folder.display(origin.template)
        strategy = origin.strategy
        try:
            if strategy is None:
                filled = self._render(self._template(origin.template), self._globals, strategy)
            else:
                filled = self._render_for(origin.template, strategy)
            source = "".join(filled.pieces)
            if not path.endswith(".py"):  # of Python the position is told later
                source.encode()
        except Exception as error:  # noqa: BLE001 - whatever a template does is a template's error
            raise template_error(error, template, self.folder) from None
        name = strategy.name if strategy else None
        treatments, placements = tuple(filled.treatments), tuple(filled.placements)
        return File(path, source, template, name, treatments, placements)

    def _template(self, name: str) -> Template:
        if name not in self._templates:
            self._templates[name] = self._environment.get_template(name)
        return self._templates[name]

    def _render_for(self, name: str, strategy: Strategy) -> _Filled:
        """Render a template for a strategy, what is the same for all of them only once."""
        values = self._globals | strategy_views(strategy, self.spec.treatment)
        if name not in self._endings:
            self._endings[name] = self._ending(name, values)
        ending = self._endings[name]
        if ending is None:
            return self._render(self._template(name), values, strategy)
        filled = self._render(ending.start, values, strategy, ending.first_line)
        filled.add_filled(ending.before)
        start = filled.length
        filled.add(self._treatment(strategy, ending.indent))
        filled.treatments.append((start, filled.length))
        filled.add_filled(ending.after)
        return filled

    def _ending(self, name: str, values: Mapping[str, object]) -> _Ending | None:
        """Return how all files of a template end; None if that is not to be told."""
        parts = halves(self._environment, name)
        if parts is None:
            return None
        self._slots.clear()
        self._budget.renew()
        first_line, newline, text = _ended(parts.shared.render(values)).partition("\n")
        before, treatment, after = text.partition(TREATMENT_SLOT)
        lines = first_line + after.partition("\n")[0]
        if not (newline and treatment) or TREATMENT_SLOT in after or SLOT in lines:
            return None
        filled = self._fill(before, None)
        return _Ending(
            parts.strategy,
            f"{first_line}\n",
            _indent(filled.line),
            filled,
            self._fill(after, None),
        )

    def _render(
        self,
        template: Template,
        values: Mapping[str, object],
        strategy: Strategy | None,
        ending: str = "",
    ) -> _Filled:
        self._slots.clear()
        self._budget.renew()
        return self._fill(_ended(template.render(values) + ending), strategy)

    def strategies(self) -> Iterator[tuple[str, str]]:
        """Yield the path and the strategy's name of each file that is for one strategy."""
        for path, origin in self._origins.items():
            if origin.strategy is not None:
                yield path, origin.strategy.name

    def strategy_paths(self) -> Iterator[str]:
        """Yield the paths of the strategies' files, with `{strategy}` where the name stands."""
        names = {origin.template for origin in self._origins.values() if origin.strategy}
        return (name.removesuffix(SUFFIX) for name in sorted(names))

    def _fill(self, text: str, strategy: Strategy | None) -> _Filled:
        """Return the text with its slots laid out.

        Raises:
            TemplateRuntimeError: The template has changed the text of a slot.
        """
        first, *rest = text.split(SLOT)
        filled = _Filled()
        filled.add(first)
        for slot, following in zip_longest(rest[::2], rest[1::2], fillvalue=""):
            start = filled.length
            if slot == TREATMENT and strategy is not None:
                filled.add(self._treatment(strategy, _indent(filled.line)))
                filled.treatments.append((start, filled.length))
            else:
                wanted = self._slots[slot]
                filled.add(_laid_out(wanted, filled.line, following.partition("\n")[0]))
                filled.placements.append(Placement(wanted.kind, start, filled.length))
            filled.add(following)
        return filled

    def _treatment(self, strategy: Strategy, indent: int) -> str:
        treatment = self.spec.treatment
        arguments = {**treatment.shared, **strategy.args}
        return keyword_arguments(treatment.call, arguments, indent=indent)


class _Filled:
    """A text whose slots are being filled, from its start to its end."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.line = ""
        self.treatments: list[tuple[int, int]] = []
        self.placements: list[Placement] = []

    def add(self, piece: str) -> None:
        """Go on with `piece`; `line` is then what stands on the last line."""
        self.pieces.append(piece)
        self.length += len(piece)
        self.line = (self.line + piece).rpartition("\n")[2]

    def add_filled(self, other: _Filled) -> None:
        """Go on with a text that is filled already, and has no treatment in it."""
        self.placements += [
            Placement(placed.kind, placed.start + self.length, placed.end + self.length)
            for placed in other.placements
        ]
        self.pieces += other.pieces
        self.length += other.length
        self.line = other.line


@dataclass(frozen=True, slots=True)
class _Ending:
    """How all files of a template end.

    Attributes:
        start: The half of the template that makes what comes before.
        first_line: What ends the last line of that.
        indent: Columns by which the treatment's line is indented.
        before: What stands between that line and the treatment.
        after: What stands behind the treatment.
    """

    start: Template
    first_line: str
    indent: int
    before: _Filled
    after: _Filled


def render(spec: Spec) -> Rendering:
    """Return the files of `spec`, each to be rendered when it is asked for.

    Raises:
        TemplateError: There are no templates, or their names make no valid files.
    """
    return Rendering(spec)


def _ended(text: str) -> str:
    """Return a text with the newline that a file ends with, unless it is empty."""
    return text if not text or text.endswith("\n") else f"{text}\n"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _laid_out(slot: Slot, line: str, after: str) -> str:
    """Lay out what stands between `line` and `after`."""
    if not isinstance(slot.content, str):
        (value,) = slot.content
        return _value(value, line, after)
    if slot.kind is Kind.COMMENT and line.isspace():
        return slot.content.replace("\n", f"\n{line}")
    return slot.content


def _value(value: Value, line: str, after: str) -> str:
    if "#" in line:
        return literal(value)  # in a comment, a second line would be code
    if not after and (match := re.fullmatch(r"(\w+) = ", line)):
        return assignment(match[1], value).removeprefix(line)
    return layout(value, indent=_indent(line), before=width(line), after=width(after))


def _origins(spec: Spec, folder: TemplateFolder) -> dict[str, _Origin]:
    """Return which file each template makes, of which strategy, in the order of rendering."""
    shown = str(spec.template_folder)
    hint = f"`templates` in {spec.path} is relative to that file"
    try:
        names = folder.names()
    except FileNotFoundError:
        raise TemplateError.at("no such folder", shown, hint=hint) from None
    except OSError as error:
        raise TemplateError.at(f"can't be read: {error.strerror}", shown) from None
    if not names:
        message = f"has no template: no file ends with {SUFFIX}"
        raise TemplateError.at(message, shown, hint=hint)
    per_strategy = [name for name in names if STRATEGY in name]
    if not per_strategy:
        hint = f"name the template of the strategies' files like sweep_{STRATEGY}.py{SUFFIX}"
        raise TemplateError.at(f"no template has {STRATEGY} in its name", shown, hint=hint)
    strategies = sorted(spec.strategies, key=lambda strategy: strategy.name != spec.control)
    origins: dict[str, _Origin] = {}
    places = _Places(spec)
    for name in sorted(names, key=lambda name: STRATEGY in name):
        template = folder.display(name)
        if STRATEGY in name and not name.endswith(f".py{SUFFIX}"):
            hint = "what has no treatment call can't be proven; make it for all strategies at once"
            raise TemplateError.at(
                "makes strategies' files that are not Python", template, hint=hint
            )
        for strategy in strategies if STRATEGY in name else (None,):
            path = name.removesuffix(SUFFIX)
            if strategy is not None:
                path = path.replace(STRATEGY, strategy.name)
            if fault := places.take(path):
                raise TemplateError.at(f"makes {fault}", template)
            origins[path] = _Origin(name, strategy)
    return origins


class _Places:
    """The places of files in the output folder, each for one file on every file system."""

    def __init__(self, spec: Spec) -> None:
        self._files = {MANIFEST: MANIFEST}
        self._folders: dict[str, str] = {}
        templates = os.path.relpath(spec.template_folder, spec.output_folder)
        self._sources = (spec_name(spec), f"{templates.replace(os.sep, '/')}/")

    def take(self, path: str) -> str | None:
        """Take a place; return why it can't be had, or None if it can."""
        if fault := file_fault(path):
            return f"a file {path!r}, which {fault}"
        spec, templates = self._sources
        if path == spec or path.startswith(templates):
            return f"{path}, which is what the files are made from"
        if path.rpartition("/")[2].startswith(PREFIX):
            return f"{path}, a name that gen-sweeps has for files of its own"
        folded = fold(path)
        if other := self._files.get(folded) or self._folders.get(folded):
            return f"{path}, but there is {other} already"
        self._files[folded] = path
        end = folded.rfind("/")
        while end > 0:
            if other := self._files.get(folded[:end]):
                return f"{path}, but {other} is a file already"
            self._folders[folded[:end]] = f"{path[:end]}/"
            end = folded.rfind("/", 0, end)
        return None
