"""Shows files to LibCST: proves those that are proven after all, and explains the others."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from gen_sweeps.compare import Difference, Module, Site, SourceError, parse
from gen_sweeps.errors import GenSweepsError, Problem, TemplateError
from gen_sweeps.progress import Progress, silent, tracked
from gen_sweeps.proof.judge import undeclared_differences
from gen_sweeps.rendering.renderer import File, Rendering, template_lines

MAX_FILES = 10
"""Files of which a failed proof tells what is wrong; the others are counted."""

MAX_DIFFERENCES = 5
"""Differences that are told of one file; the others are counted."""

MAX_WIDTH = 100
"""Characters of a value that are shown."""


class Judge:
    """Judges files by the controls of their templates, and parses each of these once.

    Args:
        rendering: The files.
        progress: Told how many files have been judged.
    """

    def __init__(self, rendering: Rendering, progress: Progress = silent) -> None:
        self._rendering = rendering
        self._spec = rendering.spec
        self._progress = progress
        self._controls: dict[tuple[str, bool], Module] = {}

    def problems(self, files: Sequence[tuple[File, File]]) -> list[Problem]:
        """Return what is wrong with files.

        Args:
            files: The files, each with the control's file of its template.

        Raises:
            TemplateError: A file is not valid Python.
        """
        problems: list[Problem] = []
        refused = 0
        for number, (file, control) in enumerate(tracked(files, "judging", self._progress)):
            if refused == MAX_FILES:
                problems.append(Problem(f"{len(files) - number} more files are not proven"))
                break
            found = list(self._problems(file, control))
            refused += bool(found)
            problems += found
        return problems

    def differences(self, file: File, control: File) -> tuple[Difference, ...]:
        """Return all differences between two files outside of the docstring and the treatment.

        Raises:
            GenSweepsError: A file is not valid Python, or has no single treatment call.
        """
        # LibCST drops blanks on a last line of its own: what both files end with need not be read.
        same_end = _blank_end(file.source) == _blank_end(control.source)
        key = (control.path, same_end)
        if key not in self._controls:
            self._controls[key] = self._parsed(control, whole=not same_end)
        module = self._parsed(file, whole=not same_end)
        treatment = self._spec.treatment
        return undeclared_differences(self._controls[key], module, treatment.call, treatment.vary)

    def _parsed(self, file: File, *, whole: bool) -> Module:
        source = file.source if whole else file.source.removesuffix(_blank_end(file.source)) + "\n"
        return parse(str(self._spec.output_folder / file.path), source.encode())

    def _problems(self, file: File, control: File) -> Iterator[Problem]:
        """Yield what is wrong with one file."""
        try:
            found = self.differences(file, control)
        except SourceError as error:
            raise TemplateError(*error.problems) from None
        except GenSweepsError as error:
            yield from error.problems
            return
        lines = _TemplateLines(self._rendering, file) if found else None
        for difference in found[:MAX_DIFFERENCES]:
            line = _line(difference, file, control)
            template = lines.of(line) if lines and line else file.template
            yield self._problem(difference, file, line, template)
        if len(found) > MAX_DIFFERENCES:
            message = f"and {len(found) - MAX_DIFFERENCES} more differences from the control"
            yield Problem(message, str(self._spec.output_folder / file.path))

    def _problem(
        self, difference: Difference, file: File, line: int | None, template: str
    ) -> Problem:
        left, right = difference.left, difference.right
        what = f"{difference.path} ({difference.note})" if difference.note else difference.path
        there = f" (its line {left.line})" if left else ""
        control = self._spec.control
        message = (
            f"differs from the control outside of the treatment, at {what}: "
            f"has {_shown(right)} where the control ({control}) has {_shown(left)}{there}"
        )
        hint = f"let {template} put what a strategy changes into `{{{{ treatment }}}}` only"
        return Problem(message, str(self._spec.output_folder / file.path), line, hint=hint)


def _line(difference: Difference, file: File, control: File) -> int | None:
    """Return the line of a file at which it differs, or at which what it lacks should stand."""
    if difference.right is not None:
        return difference.right.line
    if difference.left is None or difference.left.line is None:
        return None
    index = difference.left.line - 1
    lines, wanted = file.source.split("\n"), control.source.split("\n")
    matcher = SequenceMatcher(None, wanted, lines, autojunk=False)
    for _, start, end, there, _ in matcher.get_opcodes():
        if start <= index < end:
            return min(there, len(lines) - 1) + 1
    return None


class _TemplateLines:
    """Tells which line of a template printed a line of a file."""

    def __init__(self, rendering: Rendering, file: File) -> None:
        self._source = file.source
        self._pieces = template_lines(rendering, file.path)

    def of(self, line: int) -> str:
        """Return `template:line` of what starts on a line of the file."""
        before = "\n".join(self._source.split("\n")[: line - 1])
        start = len(before) + 1 if line > 1 else 0
        index = bisect_left(self._pieces, start + 1, key=lambda piece: piece[0])
        index = min(index, len(self._pieces) - 1)
        end, template, number = self._pieces[index]
        if index and end - self._pieces[index - 1][0] > 0:
            text = self._source[self._pieces[index - 1][0] : start]
            number += text.count("\n")
        return f"{template}:{number}"


def _blank_end(source: str) -> str:
    """Return the white space that a file ends with."""
    return source[len(source.rstrip(" \t\n")) :]


def _shown(site: Site | None) -> str:
    if site is None:
        return "nothing"
    first, *rest = site.text.strip().split("\n")
    text = f"{first[:MAX_WIDTH]}…" if rest or len(first) > MAX_WIDTH else first
    if text:
        return f"`{text}`"
    return f"`{site.text!r}`" if site.text else "nothing"
