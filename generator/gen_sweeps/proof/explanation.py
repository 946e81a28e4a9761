"""Explains what of a file depends on which arm it is for."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from gen_sweeps.compare import SourceError
from gen_sweeps.errors import Problem
from gen_sweeps.progress import Progress, tracked
from gen_sweeps.proof.judge import Leak, leaks
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
        found = leaks(twin.text, file.source, shown)
    except SourceError as error:
        yield from error.problems
        return
    lines = _TemplateLines(rendering, file)
    control = "-".join(rendering.spec.control.values())
    for leak in found[:MAX_DIFFERENCES]:
        line = _line(leak, file.source, twin.text)
        template = lines.of(line) if line else file.template
        hint = _hint(leak, file, template)
        yield _problem(leak, shown, control, line, hint)
    if len(found) > MAX_DIFFERENCES:
        yield Problem(f"and {len(found) - MAX_DIFFERENCES} more places like that", shown)


def _problem(leak: Leak, shown: str, control: str, line: int | None, hint: str) -> Problem:
    what = f"{leak.path} ({leak.note})" if leak.note else leak.path
    message = (
        f"depends on which arm it is for, at {what}: has {_shown(leak.texts[1])} where the "
        f"name of the control ({control}) would make it {_shown(leak.texts[0])}"
    )
    return Problem(message, shown, line, hint=hint)


def _hint(leak: Leak, file: File, template: str) -> str:
    """Return what to print instead; of a text with the arm's name in it, the pattern."""
    name = leak.path.rpartition(".")[2]
    text = _string(leak.texts[1])
    if text and file.arm and not identifier_fault(name):
        pattern = with_fields(text, file.arm)
        if f"{{{STRATEGY}}}" in pattern:
            variable = f'write `{name} = "{pattern}"` in `[vars]`, name {name} in `treatment.vary`'
            return f'{variable} and print it at {template}; or put "strategy" there'
    return f'print a variable that varies at {template}, or put "strategy" into `treatment.vary`'


def _string(text: str | None) -> str:
    """Return what a string literal says; nothing of what is no string, or needs escapes."""
    literal = (text or "").strip()
    return literal[1:-1] if re.fullmatch(r"\"[ !#-\[\]-~]*\"|'[ !#-&(-\[\]-~]*'", literal) else ""


def _line(leak: Leak, source: str, twin: str) -> int | None:
    """Return the line of a file at which it differs, or at which what it lacks should stand."""
    expected, line = leak.lines
    if line is not None or expected is None:
        return line
    index = expected - 1
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


def _shown(text: str | None) -> str:
    if text is None:
        return "nothing"
    first, *rest = text.strip().split("\n")
    line = f"{first[:MAX_WIDTH]}…" if rest or len(first) > MAX_WIDTH else first
    if line:
        return f"`{line}`"
    return f"`{text!r}`" if text else "nothing"
