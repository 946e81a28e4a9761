"""Differences between the plan and the disk: as diffs that `git apply` takes, and by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, unified_diff
from itertools import islice

from gen_sweeps.characters import on_one_line
from gen_sweeps.errors import Problem
from gen_sweeps.output.edits import Edits
from gen_sweeps.output.planning import Action, Change, Folder, Plan
from gen_sweeps.output.single_files import NotARegularFileError
from gen_sweeps.proof.proving import display_path
from gen_sweeps.rendering.outputs import MANIFEST

MAX_PLACES = 5
"""Places of a file that are named; a file that was replaced has more than are of any help."""


def unified(old_name: str, new_name: str, old: bytes, new: bytes) -> str:
    """Return the diff of two files' contents; empty if they are the same bytes."""
    names = on_one_line(old_name), on_one_line(new_name)
    lines = unified_diff(_lines(old), _lines(new), *names)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(data: bytes) -> list[str]:
    """Return lines as a patch has them: they end with LF and with nothing else."""
    lines = data.decode(errors="backslashreplace").split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def diffs(plan: Plan, folder: Folder) -> Iterator[str]:
    """Yield a diff for each file of the plan that differs on disk."""
    for change in plan.drift:
        yield _diff(plan, change, folder)


def _diff(plan: Plan, change: Change, folder: Folder) -> str:
    name = on_one_line(display_path(plan.proof.rendering.spec, change.path).replace("\\", "/"))
    try:
        old = folder.read(change.path)
    except NotARegularFileError as error:
        return f"{name} {error}\n"
    new = None if change.action is Action.REMOVE else plan.content(change.path)
    before = f"a/{name}" if old is not None else "/dev/null"
    after = f"b/{name}" if new is not None else "/dev/null"
    text = unified(before, after, old or b"", new or b"")
    # Without a hunk there is nothing in a diff to say that an empty file comes or goes.
    return text or f"--- {before}\n+++ {after}\n"


def by_line(problems: Iterable[Problem], plan: Plan, folder: Folder) -> Iterator[Problem]:
    """Yield the problems, those of a file that changed once for each place where it did.

    Args:
        problems: The problems; what has a line already is left as it is.
        plan: What is to be on disk.
        folder: What is there.
    """
    changed = _changed(plan)
    for problem in problems:
        change = changed.get(problem.path or "") if problem.line is None else None
        yield from _split(problem, _first_places(change, plan, folder), plan)


def edits_by_line(problems: Iterable[Problem], plan: Plan, folder: Folder) -> Iterator[Problem]:
    """Yield the problems, those of a file that was edited by hand once for each place.

    The hint of each says where the edit belongs.
    """
    changed = _changed(plan)
    for problem in problems:
        change = changed.get(problem.path or "")
        # A formatter's lines belong nowhere else.
        is_edit = change and change.is_edited and not change.is_reformatted
        places = _first_places(change if is_edit else None, plan, folder)
        yield from _split(problem, [place for place in places if place.belongs], plan)


def _first_places(change: Change | None, plan: Plan, folder: Folder) -> list[_EditedPlace]:
    return list(islice(_places(change, plan, folder), MAX_PLACES)) if change else []


def _split(problem: Problem, places: Sequence[_EditedPlace], plan: Plan) -> Iterator[Problem]:
    """Yield a problem once for each place; as it is if there is none."""
    undo = f"undo the edit with `gen-sweeps {plan.proof.rendering.spec.path} --force`"
    for place in places:
        message = f"{problem.message}: {place.difference}"
        hint = f"{place.belongs}, or {undo}" if place.belongs else problem.hint
        yield replace(problem, line=place.line, message=message, hint=hint)
    if not places:
        yield problem


def _changed(plan: Plan) -> dict[str, Change]:
    """Return the files that are to be updated, by how they are shown."""
    spec = plan.proof.rendering.spec
    return {
        display_path(spec, change.path): change
        for change in plan.drift
        if change.action is Action.UPDATE and change.path != MANIFEST
    }


@dataclass(frozen=True, slots=True)
class _EditedPlace:
    """A place at which a file on disk differs.

    Attributes:
        line: The line on disk, from 1.
        difference: How it differs.
        belongs: Where the edit belongs and what to do there, if it is one; else empty.
    """

    line: int
    difference: str
    belongs: str


def _places(change: Change, plan: Plan, folder: Folder) -> Iterator[_EditedPlace]:
    """Yield the places on disk at which a file differs."""
    path = change.path
    try:
        data = folder.read(path) or b""
    except NotARegularFileError:
        return
    file = plan.proof.rendering[path]
    text = data.decode(errors="backslashreplace")
    there = (text.replace("\r\n", "\n") if file.has_crlf else text).split("\n")
    wanted = file.source.split("\n")
    edits = Edits(plan.proof.rendering, file)
    matcher = SequenceMatcher(None, there, wanted, autojunk=False)
    # What has little in common with the file was put in its place.
    is_edit = change.is_edited and not change.is_reformatted
    is_edit = is_edit and matcher.ratio() > 0.5  # noqa: PLR2004 - half of it
    for kind, start, end, wanted_start, wanted_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        has = _first(there[start:end])
        should = _first(wanted[wanted_start:wanted_end])
        lines = range(wanted_start, wanted_end)
        belongs = edits.belongs(there[start:end], lines) if is_edit else ""
        difference = f"has {has} where the spec says {should}"
        yield _EditedPlace(min(start, len(there) - 1) + 1, difference, belongs)


def _first(lines: list[str]) -> str:
    if not lines:
        return "nothing"
    more = f" and {len(lines) - 1} more lines" if len(lines) > 1 else ""
    return f"`{lines[0].strip()}`{more}" if lines[0].strip() else f"a blank line{more}"
