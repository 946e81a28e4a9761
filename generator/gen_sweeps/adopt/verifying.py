"""Proves that a spec and its template make the files that they were written from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.adopt.siblings import AdoptionError, Sibling, common_start
from gen_sweeps.errors import GenSweepsError, Problem
from gen_sweeps.proof.proving import Proof, prove
from gen_sweeps.rendering.renderer import Rendering, render
from gen_sweeps.spec.loading import load_source

_ASKED = {
    "sweep.name:": "give another `--name`",
    "sweep.output:": "rename the folder of the files, or leave `-o` out",
}
"""How what is wrong with a spec starts that is not a file's fault, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a spec and its template don't do.

    Attributes:
        message: What is wrong.
        file: The number of the file in which it shows, or None if that isn't known.
        line: The 1-based line there, likewise.
    """

    message: str
    file: int | None = None
    line: int | None = None


def verify(
    source: str, path: Path, templates: Mapping[str, str], siblings: Sequence[Sibling]
) -> Proof | tuple[Objection, ...]:
    """Load, render and prove a spec that is not on disk yet.

    Args:
        source: The text of the spec.
        path: Where it is to be.
        templates: The texts of its templates, by their names.
        siblings: The files that it is to make, byte for byte.

    Returns:
        The proof; or what is against it.

    Raises:
        AdoptionError: No template would do: the experiment's name or folder is none for a spec.
    """
    numbers = {sibling.name: number for number, sibling in enumerate(siblings)}
    try:
        spec = load_source(source.encode(), path)
        rendering = render(spec, templates=templates)
        if objections := tuple(_differences(rendering, siblings)):
            return objections
        return prove(rendering)
    except GenSweepsError as error:
        asked = [
            Problem(problem.message, hint=hint)
            for problem in error.problems
            for key, hint in _ASKED.items()
            if problem.message.startswith(key)
        ]
        if asked:
            raise AdoptionError(*asked) from None
        return tuple(_objection(problem, numbers) for problem in error.problems)


def _differences(rendering: Rendering, siblings: Sequence[Sibling]) -> Iterator[Objection]:
    """Yield where rendered files are not the originals."""
    for number, sibling in enumerate(siblings):
        if sibling.name not in rendering:
            yield Objection(f"makes no {sibling.name}", number)
        elif rendering[sibling.name].data != sibling.data:
            made = rendering[sibling.name].source
            line = common_start([made, sibling.text]).count("\n") + 1
            yield Objection(f"makes another {sibling.name}", number, line)
    if more := sorted(set(rendering) - {sibling.name for sibling in siblings}):
        yield Objection(f"makes {more[0]} too")


def _objection(problem: Problem, numbers: Mapping[str, int]) -> Objection:
    shown = Path(problem.path or "")
    for name, number in numbers.items():
        if problem.path and (shown.as_posix() == name or shown.as_posix().endswith(f"/{name}")):
            return Objection(problem.message, number, problem.line)
    # A rendering that failed names the template and, in its text, the file that it is for.
    for name, number in numbers.items():
        if re.search(rf"(?<![\w/.-]){re.escape(name)}(?![\w/-])", problem.message):
            return Objection(str(problem), number)
    return Objection(str(problem))
