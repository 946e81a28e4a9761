"""Explains, by LibCST, what of a file depends on which arm it is for."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from gen_sweeps.compare import Difference, Site, SourceError, parse
from gen_sweeps.errors import Problem
from gen_sweeps.progress import Progress, tracked
from gen_sweeps.proof.judge import code_differences
from gen_sweeps.proof.shared_paths import with_fields
from gen_sweeps.rendering.renderer import File, Rendering, template_lines
from gen_sweeps.spec.model import STRATEGY
from gen_sweeps.spec.names import identifier_fault

MAX_FILES = 10
"""Files of which a failed proof tells what is wrong; the others are counted."""

MAX_DIFFERENCES = 5
"""Differences that are told of one file; the others are counted."""

MAX_WIDTH = 100
"""Characters of a value that are shown."""


def explain(rendering: Rendering, files: Sequence[File], progress: Progress) -> list[Problem]:
    """Return why files depend on more than their factors: on which arm they are for.

    Args:
        rendering: The files.
        files: Those that are not the same under the control's identity.
        progress: Told how many of them have been looked at.
    """
    problems: list[Problem] = []
    for file in tracked(files[:MAX_FILES], "comparing", progress):
        problems += _explained(rendering, file)
    if len(files) > MAX_FILES:
        problems.append(Problem(f"{len(files) - MAX_FILES} more files are not proven"))
    return problems


def _explained(rendering: Rendering, file: File) -> Iterator[Problem]:
    shown = str(rendering.spec.output_folder / file.path)
    twin = file.under_control()
    try:
        pages = (parse(shown, text.encode()) for text in _comparable(twin.text, file.source))
        found = code_differences(*pages)
    except SourceError as error:
        yield from error.problems
        return
    lines = _TemplateLines(rendering, file)
    control = "-".join(rendering.spec.control.values())
    for difference in found[:MAX_DIFFERENCES]:
        line = _line(difference, file.source, twin.text)
        template = lines.of(line) if line else file.template
        hint = _hint(difference, file, template)
        yield _problem(difference, shown, control, line, hint)
    if len(found) > MAX_DIFFERENCES:
        yield Problem(f"and {len(found) - MAX_DIFFERENCES} more places like that", shown)


def _comparable(*sources: str) -> tuple[str, ...]:
    """Return sources without blanks at their ends, if these are alike: LibCST drops some."""
    ends = {source[len(source.rstrip(" \t\n")) :] for source in sources}
    if len(ends) > 1:
        return sources
    return tuple(f"{source.rstrip(' ' + chr(9) + chr(10))}\n" for source in sources)


def _problem(
    difference: Difference, shown: str, control: str, line: int | None, hint: str
) -> Problem:
    what = f"{difference.path} ({difference.note})" if difference.note else difference.path
    message = (
        f"depends on which arm it is for, at {what}: has {_shown(difference.right)} where the "
        f"name of the control ({control}) would make it {_shown(difference.left)}"
    )
    return Problem(message, shown, line, hint=hint)


def _hint(difference: Difference, file: File, template: str) -> str:
    """Return what to print instead; of a text with the arm's name in it, the pattern."""
    name = difference.path.rpartition(".")[2]
    text = _string(difference.right)
    if text and file.arm and not identifier_fault(name):
        pattern = with_fields(text, file.arm)
        if f"{{{STRATEGY}}}" in pattern:
            variable = f'write `{name} = "{pattern}"` in `[vars]`, name {name} in `treatment.vary`'
            return f'{variable} and print it at {template}; or put "strategy" there'
    return f'print a variable that varies at {template}, or put "strategy" into `treatment.vary`'


def _string(site: Site | None) -> str:
    """Return what a string literal says; nothing of what is no string, or needs escapes."""
    text = site.text.strip() if site else ""
    return text[1:-1] if re.fullmatch(r"\"[ !#-\[\]-~]*\"|'[ !#-&(-\[\]-~]*'", text) else ""


def _line(difference: Difference, source: str, twin: str) -> int | None:
    """Return the line of a file at which it differs, or at which what it lacks should stand."""
    if difference.right is not None:
        return difference.right.line
    if difference.left is None or difference.left.line is None:
        return None
    index = difference.left.line - 1
    lines = source.split("\n")
    matcher = SequenceMatcher(None, twin.split("\n"), lines, autojunk=False)
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


def _shown(site: Site | None) -> str:
    if site is None:
        return "nothing"
    first, *rest = site.text.strip().split("\n")
    text = f"{first[:MAX_WIDTH]}…" if rest or len(first) > MAX_WIDTH else first
    if text:
        return f"`{text}`"
    return f"`{site.text!r}`" if site.text else "nothing"
