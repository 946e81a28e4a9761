"""Differences between the plan and the disk: as diffs that `git apply` takes, and by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher, unified_diff
from itertools import islice

from gen_sweeps.characters import on_one_line
from gen_sweeps.errors import Problem
from gen_sweeps.output.planning import Action, Change, Folder, NotARegularFileError, Plan
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
    """Yield the problems, those of a file that changed once for each place where it did."""
    spec = plan.proof.rendering.spec
    changed = {
        display_path(spec, change.path): change.path
        for change in plan.drift
        if change.action is Action.UPDATE and change.path != MANIFEST
    }
    for problem in problems:
        path = changed.get(problem.path or "")
        places = list(islice(_places(path, plan, folder), MAX_PLACES)) if path else []
        for line, difference in places:
            yield replace(problem, line=line, message=f"{problem.message}: {difference}")
        if not places:
            yield problem


def _places(path: str, plan: Plan, folder: Folder) -> Iterator[tuple[int, str]]:
    """Yield the lines on disk at which a file differs, each with how it differs there."""
    try:
        data = folder.read(path) or b""
    except NotARegularFileError:
        return
    there = data.decode(errors="backslashreplace").split("\n")
    wanted = plan.proof.rendering[path].source.split("\n")
    matcher = SequenceMatcher(None, there, wanted, autojunk=False)
    for kind, start, end, wanted_start, wanted_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        has = _first(there[start:end])
        should = _first(wanted[wanted_start:wanted_end])
        yield min(start, len(there) - 1) + 1, f"has {has} where the spec says {should}"


def _first(lines: list[str]) -> str:
    if not lines:
        return "nothing"
    more = f" and {len(lines) - 1} more lines" if len(lines) > 1 else ""
    return f"`{lines[0].strip()}`{more}" if lines[0].strip() else f"a blank line{more}"
