"""What would change on disk, as a unified diff that `git apply` takes."""

from __future__ import annotations

from collections.abc import Iterator

from gen_sweeps.output.manifest import MANIFEST
from gen_sweeps.output.planning import Action, Change, Folder, NotARegularFileError, Plan
from gen_sweeps.output.unified import unified
from gen_sweeps.proof.proving import shown_path


def diffs(plan: Plan, folder: Folder) -> Iterator[str]:
    """Yield a diff for each file of the plan that differs on disk."""
    for change in plan.drift:
        yield _diff(plan, change, folder)


def _diff(plan: Plan, change: Change, folder: Folder) -> str:
    shown = shown_path(plan.proof.rendering.spec, change.path).replace("\\", "/")
    try:
        old = folder.read(change.path)
    except NotARegularFileError as error:
        return f"{shown} {error}\n"
    new = None if change.action is Action.REMOVE else _content(plan, change.path)
    before = f"a/{shown}" if old is not None else "/dev/null"
    after = f"b/{shown}" if new is not None else "/dev/null"
    text = unified(before, after, old or b"", new or b"")
    # Without a hunk there is nothing in a diff to say that an empty file comes or goes.
    return text or f"--- {before}\n+++ {after}\n"


def _content(plan: Plan, path: str) -> bytes:
    if path == MANIFEST:
        return bytes(plan.manifest)
    return plan.proof.rendering[path].source.encode()
