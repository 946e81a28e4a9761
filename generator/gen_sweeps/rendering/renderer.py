"""Renders the templates of a spec: a page for each file, with holes where it prints its arm."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial
from itertools import accumulate
from pathlib import Path
from types import GeneratorType
from typing import TYPE_CHECKING

from gen_sweeps.errors import TemplateError
from gen_sweeps.progress import Progress, silent, tracked
from gen_sweeps.rendering.literals import assignment, keyword_arguments, layout, literal, width
from gen_sweeps.rendering.outputs import Outputs, ProtectedPaths, Template, find_outputs
from gen_sweeps.rendering.skeleton import (
    IDENTITY,
    Filling,
    Hole,
    Kind,
    Page,
    PrintedConstant,
    Skeleton,
)
from gen_sweeps.spec.model import Arm, Call, Spec, Strategy, Value

if TYPE_CHECKING:
    from jinja2 import Template as JinjaTemplate

    from gen_sweeps.rendering.companions import ShellPlace
    from gen_sweeps.rendering.filters import Printed


@dataclass(frozen=True, slots=True)
class File:
    """A generated file.

    Attributes:
        path: Where it goes, relative to the output folder, with `/`.
        template: The template that made it, as the user would name it.
        arm: The arm that it is for, or the first of those that share it; None if all do.
        axes: The axes that its name carries; all of them if it is for one arm only.
        page: What stands in it: LF line ends, with a final one.
        asks_identity: Whether the template did more with the identity of its arm than print it.
            If it did not, only holes that print the identity depend on it.
        under_control: Renders what would stand in it if its arm had the control's identity.
        has_crlf: Whether its lines end with CRLF on disk, as the spec declares.
        is_unterminated: Whether its last line has no end there, likewise.
    """

    path: str
    template: str
    arm: Arm | None
    axes: tuple[str, ...]
    page: Page
    asks_identity: bool
    under_control: Callable[[], Page]
    has_crlf: bool = False
    is_unterminated: bool = False

    @property
    def source(self) -> str:
        """The text of the file, with LF line ends and a final one."""
        return self.page.text

    @property
    def data(self) -> bytes:
        """The bytes of the file on disk."""
        text = self.source
        if self.is_unterminated:
            text = text.removesuffix("\n")
        return (text.replace("\n", "\r\n") if self.has_crlf else text).encode()

    @property
    def is_python(self) -> bool:
        """Whether it is a Python file."""
        return self.path.endswith(".py")

    @property
    def treatments(self) -> tuple[tuple[int, int], ...]:
        """Where the template placed the treatment, as offsets into `source`."""
        found = zip(self.page.fillings, self.page.spans, strict=True)
        return tuple(span for filling, span in found if isinstance(filling.value, Call))


@dataclass(frozen=True)
class Rendering(Mapping[str, File]):
    """The files of a spec by their path.

    Shared files come first, then each template's files, the controls' before the others'.

    Attributes:
        spec: The spec.
        files: The files by their path.
        outputs: Which template makes which file.
        variant: Renders a file, named by its path, as if its arm had the factors of another one.
        templates: The templates that were read, those that others include among them.
        texts: The texts of the templates, if they were not read from their folder.
    """

    spec: Spec
    files: Mapping[str, File]
    outputs: Outputs
    variant: Callable[[str, Arm], Page]
    templates: tuple[Path, ...]
    texts: Mapping[str, str] | None = None

    def __iter__(self) -> Iterator[str]:
        """Iterate over the paths."""
        return iter(self.files)

    def __len__(self) -> int:
        """Return the number of files."""
        return len(self.files)

    def __getitem__(self, path: str) -> File:
        """Return one file."""
        return self.files[path]


def render(
    spec: Spec, progress: Progress = silent, templates: Mapping[str, str] | None = None
) -> Rendering:
    """Render the files of a spec; nothing is judged.

    Args:
        spec: The spec.
        progress: Told how many files are rendered.
        templates: The texts of its templates, by their paths in the template folder; without
            them, they are read from there.

    Raises:
        TemplateError: There are no templates, their names make no valid files, or one can't be
            read, is not valid or fails.
    """
    renderer = _Renderer(spec, templates)
    files = renderer.files(progress)
    protected = ProtectedPaths(spec, renderer.templates)  # those that others include are known now
    for path, file in files.items():
        if fault := protected.fault(path):
            raise TemplateError.at(f"makes {path}, {fault}", file.template)
    return Rendering(spec, files, renderer.outputs, renderer.variant, renderer.templates, templates)


def template_lines(rendering: Rendering, path: str) -> list[tuple[int, str, int]]:
    """Return which lines of templates printed a file, for whoever explains what stands there.

    Args:
        rendering: The files.
        path: The file.

    Returns:
        For each piece, in order: the offset in the file at which it ends, the template's path as
        the user would name it, and the line in it.
    """
    return _Renderer(rendering.spec, rendering.texts).traced(rendering[path].path)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a template sees of an arm.

    Attributes:
        template: The template.
        arm: The arm whose factors it sees.
        identity: The arm whose name, title and doc it sees.
        path: The path that it sees as its file's.
    """

    template: Template
    arm: Arm
    identity: Arm
    path: str


def _same(page: Page) -> Page:
    return page


def _factors(arm: Arm) -> tuple[object, ...]:
    """Return what tells arms with equal factors from others, as long as the spec lives."""
    args = arm.strategy.args if arm.strategy else None
    return id(args), id(arm.vars), *map(id, arm.values.values())


class _Renderer:
    """Runs the templates of a spec."""

    def __init__(self, spec: Spec, templates: Mapping[str, str] | None = None) -> None:
        # Jinja2 takes long to load; who only looks at a rendering does without.
        from gen_sweeps.rendering.context import VIEWS, spec_views  # noqa: PLC0415 - see above
        from gen_sweeps.rendering.filters import Marks  # noqa: PLC0415 - likewise
        from gen_sweeps.rendering.loader import TemplateFolder  # noqa: PLC0415 - likewise
        from gen_sweeps.rendering.sandbox import Budget, Sandbox  # noqa: PLC0415 - likewise

        self._spec = spec
        self._folder = TemplateFolder(spec.template_folder, templates)
        self._budget = Budget()
        self._marks = Marks(self._budget)
        self._environment = Sandbox(
            self._folder,
            self._budget,
            self._marks.printed,
            self._marks.joined,
            VIEWS,
            spec.delimiters,
        )
        self._environment.filters |= self._marks.filters()
        self._views = {**self._environment.globals, **spec_views(spec)}
        self._templates: dict[str, JinjaTemplate] = {}
        self._under_control: dict[tuple[object, ...], Page] = {}
        self._asks_identity = False
        self._skeletons: dict[Skeleton, Skeleton] = {}
        self._last = Skeleton((), (), ())
        self._last_texts: list[str | Hole] = []
        # By the identity of what the spec holds as long as this lives.
        self._treatments: dict[int, Printed] = {}
        arguments = {name for strategy in spec.strategies for name in strategy.args}
        self._arguments = frozenset(arguments or {spec.treatment.call})
        self._calls: dict[tuple[int, int], str] = {}
        self._shell_places: dict[tuple[str, ...], tuple[ShellPlace, ...]] = {}
        self.outputs = find_outputs(spec, self._folder.names())

    def files(self, progress: Progress) -> Mapping[str, File]:
        """Return all files."""
        files = {}
        for path, name in self.outputs.shared.items():
            page = self._rendered(name, path)
            display = self._folder.display(name)
            files[path] = File(
                path,
                display,
                None,
                (),
                page,
                asks_identity=False,
                under_control=partial(_same, page),
                has_crlf=self._is_named(path, self._spec.crlf),
                is_unterminated=self._is_named(path, self._spec.unterminated),
            )
        for template in self.outputs.templates:
            display = self._folder.display(template.name)
            for path in tracked(template.arms, "rendering", progress):
                arm = template.arms[path]
                page = self._rendered(template.name, path, _Seen(template, arm, arm, path))
                files[path] = File(
                    path,
                    display,
                    arm,
                    template.axes,
                    page,
                    asks_identity=self._asks_identity,
                    under_control=partial(self._twin, template, path),
                    has_crlf=self._is_named(path, self._spec.crlf),
                    is_unterminated=self._is_named(path, self._spec.unterminated),
                )
        return files

    @staticmethod
    def _is_named(path: str, patterns: tuple[str, ...]) -> bool:
        return any(fnmatchcase(path, pattern) for pattern in patterns)

    def _twin(self, template: Template, path: str) -> Page:
        """Render what stands in a file if its arm has the control's identity.

        Raises:
            TemplateError: The template fails then.
        """
        arm = template.arms[path]
        control_path, control = next(iter(template.arms.items()))
        key = template.name, *_factors(arm)
        if key not in self._under_control:
            seen = _Seen(template, arm, control, control_path)
            self._under_control[key] = self._rendered(template.name, path, seen)
        return self._under_control[key]

    @property
    def templates(self) -> tuple[Path, ...]:
        """The templates that were read so far."""
        return tuple(map(Path, sorted(self._folder.loaded)))

    def variant(self, path: str, arm: Arm) -> Page:
        """Render a file as if its arm had the factors of another one.

        Raises:
            TemplateError: The template fails then.
            KeyError: The file is for no arm.
        """
        name, template = self.outputs.origin(path)
        if template is None:
            raise KeyError(path)
        return self._rendered(name, path, _Seen(template, arm, template.arms[path], path))

    def _rendered(self, name: str, path: str, seen: _Seen | None = None) -> Page:
        """Render a template.

        Args:
            name: Its name.
            path: The file that it makes.
            seen: What it sees of an arm; None if all arms share the file.

        Raises:
            TemplateError: It can't be read, is not valid or fails.
        """
        from gen_sweeps.rendering.failures import template_error  # noqa: PLC0415 - loads Jinja2

        try:
            views = self._start(path, seen)
            segments, printed = self._filled(self._run(name, views))
            if path.endswith(".py"):
                self._budget.compile(segments)
            else:  # of Python the position is told later
                "".join(segments).encode()
            return self._page(*_with_lines_of_comments(segments, printed))
        except Exception as error:  # noqa: BLE001 - whatever a template does is a template's error
            display = self._folder.display(name)
            found = template_error(error, display, self._folder, self._spec)
            if self._filling is None:
                raise found from None
            # Only the whole text tells what is wrong with a mark: see which line printed it.
            marks = self._filling + 1
            pieces = list(self._pieces(name, self._start(path, seen)))
            ends = accumulate(piece.count("\0") // 2 for piece, _ in pieces)
            at = (line for end, (_, line) in zip(ends, pieces, strict=True) if end >= marks)
            (problem,) = found.problems
            raise TemplateError(replace(problem, line=next(at, None))) from None

    def _start(self, path: str, seen: _Seen | None) -> dict[str, object]:
        """Start a rendering, and return what the template sees."""
        from gen_sweeps.rendering.context import (  # noqa: PLC0415 - loads Jinja2
            arm_views,
            identity_views,
            shared_views,
        )

        self._filling: int | None = None
        self._budget.renew(0 if seen else len(self._spec.arms))
        self._asks_identity = False
        if seen is None:
            self._marks.renew(path)
            return {**self._views, **shared_views(self._spec, path)}
        arm, axes = seen.arm, seen.template.axes
        treatment = [self._treatment(arm.strategy)] if arm.strategy else []
        self._marks.renew(path, *treatment)
        factors = arm_views(self._spec, arm, path, axes)
        identity = identity_views(self._spec, seen.identity, seen.path, arm, axes, self._ask)
        return {**self._views, **factors, **identity}

    def _ask(self) -> None:
        self._asks_identity = True

    def _treatment(self, strategy: Strategy) -> Printed:
        """Return the treatment call of a strategy, the same for equal arguments of the spec."""
        from gen_sweeps.rendering.filters import Printed  # noqa: PLC0415 - loads Jinja2

        key = id(strategy.args)
        if key not in self._treatments:
            treatment = self._spec.treatment
            call = Call(treatment.call, {**treatment.shared, **strategy.args})
            self._treatments[key] = Printed(Kind.VALUE, call, origin=self._arguments)
        return self._treatments[key]

    def _run(self, name: str, views: dict[str, object]) -> str:
        """Return what a template prints, with its marks."""
        if name not in self._templates:
            self._templates[name] = self._environment.get_template(name)
        template = self._templates[name]
        # As `Template.render` does, which puts the views together anew each time.
        context = template.new_context(views, shared=True)
        try:
            return self._environment.concat(template.root_render_func(context))
        except Exception:  # noqa: BLE001 - Jinja raises it again, with the template's lines
            self._environment.handle_exception()

    def _filled(self, marked: str) -> tuple[list[str], list[Printed]]:
        """Return the pieces of a rendered text, every other one of them what a mark stands for."""
        segments = marked.split("\0")
        texts = tuple(segments[::2])  # the template's, without what it printed
        places = self._places_in_shell(texts) if self._marks.is_shell else ()
        printed = []
        has_identity = False  # on the line, as far as it has been filled
        own: list[str] = []  # the template's part of the line, without what it printed
        for index in range(1, len(segments), 2):
            self._filling = index // 2
            what = self._marks[segments[index]]
            printed.append(what)
            _, newline, tail = segments[index - 1].rpartition("\n")
            if newline:
                own = []
            own.append(tail)
            has_identity &= "\n" not in segments[index - 1]
            if places:
                _check_in_shell(what, places[index // 2])
            if what.text is None or what.kind is Kind.COMMENT:
                self._asks_identity |= has_identity
                segments[index] = self._laid_out(what, segments, index)
            else:
                if what.kind is Kind.JSON:
                    before = "".join(own)
                    self._budget.handle(before)
                    self._marks.check_place(before)
                    # No quote is open: nothing before counts but the last character.
                    own = ["#" if before.lstrip()[:1] == "#" else before[-1:].replace("#", " ")]
                segments[index] = what.text
            has_identity |= not IDENTITY.isdisjoint(what.origin)
        for number, what in enumerate(printed):
            self._filling = number
            self._check_filled(what, segments, 2 * number + 1)
        self._filling = None
        if segments[-1] and not segments[-1].endswith("\n"):
            segments[-1] += "\n"
        elif len(segments) > 1 and not segments[-1]:
            self._asks_identity |= has_identity
            segments[-1] = "" if segments[-2].endswith("\n") else "\n"
        self._budget.make(sum(map(len, segments)))
        return segments, printed

    def _check_filled(self, printed: Printed, segments: list[str], index: int) -> None:
        """Check what stands for a mark with what stands around it.

        Raises:
            TemplateRuntimeError: It is a part of what is no name.
            UnsafeTextError: It is a value of another type.
        """
        from gen_sweeps.rendering.companions import check_scalar  # noqa: PLC0415 - loads Jinja2

        is_constant = printed.kind is Kind.TEXT and not printed.origin
        if printed.kind is not Kind.NAME and not (is_constant and self._marks.is_data):
            return
        line = _line(segments, index)
        self._budget.read(line)
        if is_constant:
            check_scalar(segments[index], line, segments[index + 1])
        else:
            after = "".join(segments[index + 1 : index + 3])
            self._marks.check_name(line, segments[index], after)

    def _places_in_shell(self, texts: tuple[str, ...]) -> tuple[ShellPlace, ...]:
        """Return the places between the template's texts in a shell script."""
        from gen_sweeps.rendering.companions import shell_places  # noqa: PLC0415 - loads Jinja2

        if texts not in self._shell_places:  # mostly the same for all arms
            self._shell_places = {texts: shell_places(texts)}
        return self._shell_places[texts]

    def _laid_out(self, printed: Printed, segments: list[str], index: int) -> str:
        """Return what stands for a mark, laid out for the line that it stands on."""
        line = _line(segments, index)
        self._budget.make(len(line))
        if printed.text is not None:
            return printed.text.replace("\n", f"\n{line}") if line.isspace() else printed.text
        if isinstance(printed.value, Call):
            return self._call(printed.value, len(line) - len(line.lstrip(" ")))
        after = segments[index + 1].partition("\n")[0]
        return _value(printed.value, line, after, self._spec.line_length)

    def _call(self, call: Call, indent: int) -> str:
        """Return the treatment as Python source; the same for many files is laid out once."""
        key = (id(call), indent)
        if key not in self._calls:
            self._calls[key] = keyword_arguments(
                call.function, call.arguments, indent=indent, columns=self._spec.line_length
            )
        return self._calls[key]

    def _page(self, segments: list[str], printed: list[Printed]) -> Page:
        """Return the page of a filled text; pages that have the same skeleton share it."""
        texts: list[str | Hole] = [*segments]
        fillings = []
        for index, what in enumerate(printed):
            if what.origin:
                fillings.append(Filling(segments[2 * index + 1], what.value))
                texts[2 * index + 1] = Hole(what.kind, what.origin)
        if texts != self._last_texts:  # of most templates all files have one skeleton
            skeleton = _skeleton(texts, printed)
            self._last = self._skeletons.setdefault(skeleton, skeleton)
            self._last_texts = texts
        return Page(self._last, tuple(fillings))

    def traced(self, path: str) -> list[tuple[int, str, int]]:
        """Return which lines of templates printed a file, as `template_lines` does."""
        name, template = self.outputs.origin(path)
        arm = template.arms[path] if template else None
        seen = _Seen(template, arm, arm, path) if template and arm else None
        pieces = list(self._pieces(name, self._start(path, seen)))
        segments, _ = self._filled("".join(piece for piece, _ in pieces))
        fillings = iter(segments[1::2])
        found = []
        end = 0
        for piece, line in pieces:
            parts = piece.split("\0")
            end += sum(map(len, parts[::2])) + sum(len(next(fillings)) for _ in parts[1::2])
            found.append((end, self._folder.display(name), line))
        return found

    def _pieces(self, name: str, views: dict[str, object]) -> Iterator[tuple[str, int]]:
        """Yield what a template prints, piece by piece, with the line that it is at."""
        root = self._environment.get_template(name)
        stream = root.root_render_func(root.new_context(views, shared=True))
        for piece in stream:
            # It is a generator, and stands where it has printed the piece.
            frame = stream.gi_frame if isinstance(stream, GeneratorType) else None
            yield piece, root.get_corresponding_lineno(frame.f_lineno) if frame else 1


def _skeleton(texts: list[str | Hole], printed: list[Printed]) -> Skeleton:
    """Return the skeleton of a text in pieces, every other one of which was printed."""
    between: list[str] = []
    holes = []
    constants = []
    parts: list[str] = []
    start = 0
    for index, piece in enumerate(texts):
        if isinstance(piece, Hole):
            between.append("".join(parts))
            holes.append(piece)
            parts, start = [], 0
            continue
        if index % 2:
            kind = printed[index // 2].kind
            constants.append(PrintedConstant(kind, len(between), start, start + len(piece)))
        parts.append(piece)
        start += len(piece)
    between.append("".join(parts))
    return Skeleton(tuple(between), tuple(holes), tuple(constants))


def _with_lines_of_comments(
    segments: list[str], printed: list[Printed]
) -> tuple[list[str], list[Printed]]:
    """Return the pieces of a text such that no comment that differs is more than a line.

    What follows each `#` is a piece of its own then, as if it was printed alone.
    """
    if not any(_is_long_comment(what) for what in printed):
        return segments, printed
    pieces, parts = segments[:1], []
    for what, filling, after in zip(printed, segments[1::2], segments[2::2], strict=True):
        if not _is_long_comment(what):
            pieces += (filling, after)
            parts.append(what)
            continue
        for number, line in enumerate(filling.split("\n")):
            mark, blank, text = line.lstrip(" ").partition(" ")
            pieces[-1] += ("\n" if number else "") + line[: line.index("#")] + mark + blank
            if text:
                pieces += (text, "")
                parts.append(what._replace(value=text, text=text))
        pieces[-1] += after
    return pieces, parts


def _is_long_comment(printed: Printed) -> bool:
    return printed.kind is Kind.COMMENT and bool(printed.origin) and "\n" in (printed.text or "")


def _check_in_shell(printed: Printed, place: ShellPlace) -> None:
    """Check that a shell reads what a mark stands for as it is meant.

    Raises:
        TemplateRuntimeError: It does not.
        UnsafeTextError: It is printed without a filter, and is not plain.
    """
    from gen_sweeps.rendering.companions import check_in_shell  # noqa: PLC0415 - loads Jinja2

    filters = {Kind.SHELL: "sh", Kind.COMMENT: "comment", Kind.TEXT: ""}
    if printed.kind in filters:
        check_in_shell(filters[printed.kind], printed.text or "", place)


def _line(segments: list[str], index: int) -> str:
    """Return what stands before a segment on its line."""
    tails = []
    for before in range(index - 1, -1, -1):
        _, newline, tail = segments[before].rpartition("\n")
        tails.append(tail)
        if newline:
            break
    return "".join(reversed(tails))


def _value(value: Value, line: str, after: str, columns: int) -> str:
    """Return a value as Python source, laid out for the place between `line` and `after`."""
    if "#" in line:
        return literal(value)  # in a comment, a second line would be code
    name, equals, rest = line.partition(" = ")
    if equals and not rest and not after and name.isidentifier():
        return assignment(name, value, columns).removeprefix(line)
    indent = len(line) - len(line.lstrip(" "))
    return layout(value, indent=indent, before=width(line), after=width(after), columns=columns)
