"""Why a file did not pass the proof, in terms of its lines and the control's."""

from __future__ import annotations

from difflib import SequenceMatcher

from generator.control import Skeleton, examine
from generator.errors import GenSweepsError, Problem, ProofError, TemplateError
from generator.render import File
from generator.spec import Treatment

MAX_FILES = 10
"""Files of which a failed proof tells what is wrong; the others are counted."""


def explain(
    failed: list[tuple[File, str, Skeleton]], treatment: Treatment, control: str
) -> GenSweepsError:
    """Return the error that says why files do not fit the skeletons of their templates.

    Args:
        failed: The files, each with the path to show and the skeleton that it does not fit.
        treatment: What they may differ in.
        control: The control's name.
    """
    problems: list[Problem] = []
    for file, shown, skeleton in failed[:MAX_FILES]:
        try:
            own = examine(file, treatment, shown)
        except TemplateError as error:
            return error
        except ProofError as error:
            problems += error.problems
        else:
            problems.append(_difference(own, skeleton, shown, f"the control ({control})"))
    if len(failed) > MAX_FILES:
        problems.append(Problem(f"{len(failed) - MAX_FILES} more files differ"))
    return ProofError(*problems)


def _difference(own: Skeleton, other: Skeleton, shown: str, control: str) -> Problem:
    """Return the first difference between two skeletons that are not equal."""
    hint = f"let {own.file.template} put what a strategy changes into `{{{{ treatment }}}}` only"
    for attribute in ("before", "after"):
        here: str = getattr(own, attribute)
        there: str = getattr(other, attribute)
        if here == there:
            continue
        ours, theirs = here.split("\n"), there.split("\n")
        matcher = SequenceMatcher(None, theirs, ours, autojunk=False)
        opcodes = (code for code in matcher.get_opcodes() if code[0] != "equal")
        _, start, end, own_start, own_end = next(opcodes)
        line = _first_line(own, attribute) + own_start
        has = _quoted(ours[own_start:own_end]) or "nothing"
        have = _quoted(theirs[start:end]) or "nothing"
        there_line = _first_line(other, attribute) + start
        message = (
            f"differs from the control outside of the treatment: "
            f"has {has} where {control} has {have} (its line {there_line})"
        )
        return Problem(message, shown, line, hint=hint)
    message = "nests deeper than Python takes, with the values of the treatment"
    return Problem(message, shown, hint=f"nest less in {own.file.template}")


def _first_line(skeleton: Skeleton, attribute: str) -> int:
    """Return the line of the file on which a part of its skeleton starts."""
    start, end = skeleton.file.treatments[0]
    offset = start - len(skeleton.before) if attribute == "before" else end
    return skeleton.file.source.count("\n", 0, offset) + 1


def _quoted(lines: list[str]) -> str:
    """Return lines for a message: the first in backticks, blank ones by name, others counted."""
    if not lines:
        return ""
    first = lines[0].strip()
    text = f"`{first}`" if first else "a blank line"
    return f"{text} and {len(lines) - 1} more lines" if len(lines) > 1 else text
