"""What the judge, LibCST, says of files: why one did not pass the proof, or that one had to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gen_sweeps.compare import Difference, Module, Site, judge, parse
from gen_sweeps.errors import GenSweepsError, Problem, ProofError, TemplateError
from gen_sweeps.proof.control import Skeleton, examine
from gen_sweeps.rendering.renderer import File
from gen_sweeps.spec.model import Treatment

MAX_FILES = 10
"""Files of which a failed proof tells what is wrong; the others are counted."""

MAX_DIFFERENCES = 5
"""Differences that are told of one file; the others are counted."""

MAX_WIDTH = 100
"""Characters of a value that are shown."""


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
    judge = Judge(treatment)
    for file, shown, skeleton in failed[:MAX_FILES]:
        try:
            examine(file, treatment, shown)
            problems += _problems(file, shown, judge.differences(file, skeleton.file), control)
        except TemplateError as error:
            return error
        except ProofError as error:
            problems += error.problems
    if len(failed) > MAX_FILES:
        problems.append(Problem(f"{len(failed) - MAX_FILES} more files differ"))
    return ProofError(*problems)


class Judge:
    """Judges files by the controls of their templates, and parses each of these once.

    Args:
        treatment: What the files may differ in.
    """

    def __init__(self, treatment: Treatment) -> None:
        self._treatment = treatment
        self._controls: dict[str, Module] = {}

    def differences(self, file: File, control: File) -> tuple[Difference, ...]:
        """Return all differences between two files outside of the docstring and the treatment.

        Raises:
            GenSweepsError: A file is not valid Python, or has no single treatment call.
        """
        module = self._controls.get(control.path)
        if module is None:
            module = self._controls[control.path] = _parsed(control)
        return judge(module, _parsed(file), self._treatment.call, self._treatment.vary)


def _parsed(file: File) -> Module:
    return parse(file.path, file.source.encode())


def _problems(
    file: File, shown: str, found: Sequence[Difference], control: str
) -> Iterator[Problem]:
    hint = f"let {file.template} put what a strategy changes into `{{{{ treatment }}}}` only"
    for difference in found[:MAX_DIFFERENCES]:
        yield _problem(difference, shown, control, hint)
    if len(found) > MAX_DIFFERENCES:
        message = f"and {len(found) - MAX_DIFFERENCES} more differences from the control"
        yield Problem(message, shown, hint=hint)
    if not found:
        message = "nests deeper than Python takes, with the values of the treatment"
        yield Problem(message, shown, hint=f"nest less in {file.template}")


def _problem(difference: Difference, shown: str, control: str, hint: str) -> Problem:
    left, right = difference.left, difference.right
    what = f"{difference.path} ({difference.note})" if difference.note else difference.path
    there = f" (its line {left.line})" if left else ""
    message = (
        f"differs from the control outside of the treatment, at {what}: "
        f"has {_shown(right)} where the control ({control}) has {_shown(left)}{there}"
    )
    return Problem(message, shown, right.line if right else None, hint=hint)


def _shown(site: Site | None) -> str:
    if site is None:
        return "nothing"
    first, *rest = site.text.strip().split("\n")
    text = f"{first[:MAX_WIDTH]}…" if rest or len(first) > MAX_WIDTH else first
    if text:
        return f"`{text}`"
    return f"`{site.text!r}`" if site.text else "nothing"
