"""From a spec to the source of its files; nothing is written, nothing is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from jinja2 import Template, nodes  # noqa: TC002 - failures has loaded it

from gen_sweeps.progress import Progress, silent
from gen_sweeps.rendering.failures import template_error
from gen_sweeps.rendering.filters import SLOT, TREATMENT, TREATMENT_SLOT, Slots
from gen_sweeps.rendering.halves import halves
from gen_sweeps.rendering.literals import keyword_arguments
from gen_sweeps.rendering.loader import STRATEGY, VIEWS, TemplateFolder, strategy_views, sweep_views
from gen_sweeps.rendering.outputs import made_by, origins
from gen_sweeps.rendering.pieces import Piece, pieces
from gen_sweeps.rendering.sandbox import Budget, Sandbox
from gen_sweeps.rendering.skeleton import SETTLED, Filled, Placement, indentation, laid_out
from gen_sweeps.spec.model import Spec, Strategy


@dataclass(frozen=True, slots=True)
class File:
    """A generated file.

    Attributes:
        path: Where it goes, relative to the output folder, with `/`.
        source: What stands in it: LF line ends, with a final one.
        template: The template that made it, as the user would name it.
        strategy: The strategy that it is for; None for a file that all share.
        treatments: Where the template placed the treatment, as offsets into `source`.
        placements: Where it placed other things of the spec, in order; of a template's files for
            strategies only the first is sure to have them.
    """

    path: str
    source: str
    template: str
    strategy: str | None
    treatments: tuple[tuple[int, int], ...]
    placements: tuple[Placement, ...] = ()


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
        self._joints: dict[str, _Joint | None] = {}
        self._origins = origins(spec, self.folder)
        self._shown = {name: self.folder.display(name) for name in self._origins.templates}

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
        template, strategy = self._origins.of(path)
        shown = self._shown[template]
        if strategy is not None and (joint := self._joints.get(template)):
            return self._joined(path, shown, strategy, joint)
        try:
            if strategy is None:
                filled = self._render(self._template(template), self._globals, strategy)
            else:
                filled = self._render_for(template, strategy)
            source = "".join(filled.pieces)
            if not path.endswith(".py"):  # of Python the position is told later
                source.encode()
        except Exception as error:  # noqa: BLE001 - whatever a template does is a template's error
            raise template_error(error, shown, self.folder) from None
        name = strategy.name if strategy else None
        treatments, placements = tuple(filled.treatments), tuple(filled.placements)
        return File(path, source, shown, name, treatments, placements)

    def _template(self, name: str) -> Template:
        if name not in self._templates:
            self._templates[name] = self._environment.get_template(name)
        return self._templates[name]

    def _render_for(self, name: str, strategy: Strategy) -> Filled:
        """Render a template for a strategy, what is the same for all of them only once."""
        values = self._globals | strategy_views(strategy, self.spec.treatment)
        if name not in self._endings:
            self._endings[name] = self._ending(name, values)
        ending = self._endings[name]
        if ending is None:
            return self._render(self._template(name), values, strategy)
        filled = self._render(ending.start, values, strategy, ending.first_line)
        if name not in self._joints:
            self._joints[name] = self._joint(ending, strategy, "".join(filled.pieces))
        filled.add_filled(ending.before)
        start = filled.length
        filled.add(self._treatment(strategy, ending.indent))
        filled.treatments.append((start, filled.length))
        filled.add_filled(ending.after)
        return filled

    def _joint(self, ending: _Ending, strategy: Strategy, start: str) -> _Joint | None:
        """Return how files are put together without the template; None if that can't be.

        Args:
            ending: How they end.
            strategy: A strategy.
            start: What its file starts with, as the template makes it.
        """
        self._slots.clear()
        self._budget.renew()
        found = pieces(self._environment, ending.items, self._globals, self._settled)
        if found is None:
            return None
        before, after = ("".join(part.pieces) for part in (ending.before, ending.after))
        joint = _Joint((*found, ending.first_line), before, after, ending.indent)
        return joint if joint.start(strategy) == start else None

    def _settled(self, text: str) -> str | None:
        """Return a text with its slots filled; None if one depends on the place that it is in."""
        first, *rest = text.split(SLOT)
        settled = [first]
        for slot, following in zip(rest[::2], rest[1::2], strict=True):
            wanted = None if slot == TREATMENT else self._slots[slot]
            if wanted is None or wanted.kind not in SETTLED or not isinstance(wanted.content, str):
                return None
            settled += (wanted.content, following)
        return "".join(settled)

    def _joined(self, path: str, template: str, strategy: Strategy, joint: _Joint) -> File:
        before = joint.start(strategy) + joint.before
        treatment = self._treatment(strategy, joint.indent)
        span = (len(before), len(before) + len(treatment))
        return File(path, before + treatment + joint.after, template, strategy.name, (span,))

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
            parts.items,
            f"{first_line}\n",
            indentation(filled.line),
            filled,
            self._fill(after, None),
        )

    def _render(
        self,
        template: Template,
        values: Mapping[str, object],
        strategy: Strategy | None,
        ending: str = "",
    ) -> Filled:
        self._slots.clear()
        self._budget.renew()
        return self._fill(_ended(template.render(values) + ending), strategy)

    def strategies(self) -> Iterator[tuple[str, str]]:
        """Yield the path and the strategy's name of each file that is for one strategy."""
        for files in self._origins.of_strategies.values():
            for path, strategy in files.items():
                yield path, strategy.name

    def paths_of(self, strategy: str) -> list[str]:
        """Return the paths of a strategy's files."""
        return [made_by(name, strategy) for name in self._origins.of_strategies]

    def controls(self) -> Mapping[str, str]:
        """Return the path of the control's file for each template that makes strategies' files.

        Templates are named as the user would name them.
        """
        return {
            self._shown[name]: next(iter(files))
            for name, files in self._origins.of_strategies.items()
        }

    def strategy_paths(self) -> Iterator[str]:
        """Yield the paths of the strategies' files, with `{strategy}` where the name stands."""
        return (made_by(name, STRATEGY) for name in self._origins.of_strategies)

    def _fill(self, text: str, strategy: Strategy | None) -> Filled:
        """Return the text with its slots laid out.

        Raises:
            TemplateRuntimeError: The template has changed the text of a slot.
        """
        first, *rest = text.split(SLOT)
        filled = Filled()
        filled.add(first)
        for slot, following in zip_longest(rest[::2], rest[1::2], fillvalue=""):
            start = filled.length
            if slot == TREATMENT and strategy is not None:
                filled.add(self._treatment(strategy, indentation(filled.line)))
                filled.treatments.append((start, filled.length))
            else:
                wanted = self._slots[slot]
                filled.add(laid_out(wanted, filled.line, following.partition("\n")[0]))
                filled.placements.append(Placement(wanted.kind, start, filled.length))
            filled.add(following)
        return filled

    def _treatment(self, strategy: Strategy, indent: int) -> str:
        treatment = self.spec.treatment
        arguments = {**treatment.shared, **strategy.args}
        return keyword_arguments(treatment.call, arguments, indent=indent)


@dataclass(frozen=True, slots=True)
class _Ending:
    """How all files of a template end.

    Attributes:
        start: The half of the template that makes what comes before.
        items: What stands at the top level of that half.
        first_line: What ends the last line of that.
        indent: Columns by which the treatment's line is indented.
        before: What stands between that line and the treatment.
        after: What stands behind the treatment.
    """

    start: Template
    items: tuple[nodes.Node, ...]
    first_line: str
    indent: int
    before: Filled
    after: Filled


@dataclass(frozen=True, slots=True)
class _Joint:
    """What a strategy's file is joined from.

    Attributes:
        pieces: What makes its start.
        before: What stands between that and the treatment.
        after: What stands behind the treatment.
        indent: Columns by which the treatment's line is indented.
    """

    pieces: tuple[Piece, ...]
    before: str
    after: str
    indent: int

    def start(self, strategy: Strategy) -> str:
        """Return what a strategy's file starts with."""
        return "".join(
            [piece if isinstance(piece, str) else piece(strategy) for piece in self.pieces]
        )


def render(spec: Spec, *, progress: Progress = silent) -> Rendering:
    """Return the files of `spec`, each to be rendered when it is asked for.

    Args:
        spec: The spec.
        progress: Is told nothing: nothing is rendered yet.

    Raises:
        TemplateError: There are no templates, or their names make no valid files.
    """
    del progress
    return Rendering(spec)


def _ended(text: str) -> str:
    """Return a text with the newline that a file ends with, unless it is empty."""
    return text if not text or text.endswith("\n") else f"{text}\n"
