"""The main job, from a spec's path to a plan, made or only looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from generator import known_good
from generator.disk import OutputFolder
from generator.errors import ForeignFileError, Problem
from generator.load import load
from generator.manifest import MANIFEST
from generator.plan import Change, Plan, plan
from generator.prove import Proof, digest, prove, shown_path
from generator.render import render
from generator.spec import Spec


def proven(path: Path) -> Proof:
    """Return the proof of the files of the spec at `path`.

    Raises:
        GenSweepsError: The spec, a template or the proof fails.
    """
    return prove(render(load(path)))


def check(path: Path) -> Plan:
    """Return what would change on disk; change nothing.

    Raises:
        GenSweepsError: The spec, a template or the proof fails, or a file can't be read.
    """
    proof = proven(path)
    folder = OutputFolder(proof.rendering.spec)
    with folder.locked(exclusive=False):
        return plan(proof, folder)


def remember(path: Path, plan: Plan, said: str) -> None:
    """Remember that a check of the spec at `path` finds nothing, and what it says.

    Args:
        path: The spec, as the user named it.
        plan: A plan that has nothing to change, or nothing left to change.
        said: What a check says.
    """
    rendering = plan.proof.rendering
    digests = {**plan.proof.digests, MANIFEST: digest(plan.manifest)}
    known_good.remember(
        str(path),
        inputs={str(path): rendering.spec.digest, **rendering.folder.loaded},
        outputs={shown_path(rendering.spec, name): wanted for name, wanted in digests.items()},
        folders={**rendering.folder.listed, **plan.listed},
        said=said,
    )


def diffs(planned: Plan) -> Iterator[str]:
    """Yield a unified diff for each file that the plan would change."""
    from generator import diff  # noqa: PLC0415 - difflib is only for those who ask

    return diff.diffs(planned, OutputFolder(planned.proof.rendering.spec))


def write(path: Path, *, force: bool = False) -> Plan:
    """Make the output folder what the spec says, and return what changed.

    Args:
        path: The spec.
        force: Whether to replace and remove foreign files too.

    Raises:
        ForeignFileError: A foreign file is in the way; nothing has been changed.
        GenSweepsError: The spec, a template or the proof fails (nothing has been changed), or
            writing does (each file is either as it was or as it should be).
    """
    proof = proven(path)
    spec = proof.rendering.spec
    folder = OutputFolder(spec)
    folder.create()
    with folder.locked(exclusive=True):
        planned = plan(proof, folder)
        if planned.obstacles and not force:
            raise ForeignFileError(
                *(
                    Problem(f"{shown} {change.obstacle}", shown, hint=way_out(change, spec))
                    for change in planned.obstacles
                    for shown in [shown_path(spec, change.path)]
                )
            )
        folder.apply(planned)
    return planned


def way_out(change: Change, spec: Spec) -> str:
    """Return what to do about a change that gen-sweeps does not make unasked."""
    forced = f"`gen-sweeps {spec.path} --force`"
    if change.path == MANIFEST:
        return f"restore it from version control; {forced} writes it anew, and removes no file"
    return f"move it away or undo the edit; {forced} overwrites or removes it"
