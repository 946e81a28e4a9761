"""At which lines the files on disk are not what the spec says, for whoever shows files by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import islice

from gen_sweeps.errors import Problem
from gen_sweeps.output.manifest import MANIFEST
from gen_sweeps.output.planning import Action, Folder, NotARegularFileError, Plan
from gen_sweeps.proof.proving import shown_path

MAX_PLACES = 5
"""Places of a file that are named; of a file that was replaced there are more than help."""


def by_line(problems: Iterable[Problem], plan: Plan, folder: Folder) -> Iterator[Problem]:
    """Yield the problems, those of a file that changed once for each place where it did."""
    spec = plan.proof.rendering.spec
    changed = {
        shown_path(spec, change.path): change.path
        for change in plan.drift
        if change.action is Action.UPDATE and change.path != MANIFEST
    }
    for problem in problems:
        path = changed.get(problem.path or "")
        places = list(islice(_places(path, plan, folder), MAX_PLACES)) if path else []
        for line, what in places:
            yield replace(problem, line=line, message=f"{problem.message}: {what}")
        if not places:
            yield problem


def _places(path: str, plan: Plan, folder: Folder) -> Iterator[tuple[int, str]]:
    """Yield the lines on disk at which a file differs, and what is there instead of what."""
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
