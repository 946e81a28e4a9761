"""From proven files to an output folder that holds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from gen_sweeps.errors import ForeignFileError, Problem
from gen_sweeps.output.folder import OutputFolder
from gen_sweeps.output.manifest import MANIFEST
from gen_sweeps.output.planning import Change, Folder, Plan, plan
from gen_sweeps.proof.proving import Proof, shown_path
from gen_sweeps.spec.model import Spec

Planner: TypeAlias = "Callable[[Proof, Folder], Plan]"
"""Decides what has to change in a folder."""


def write(proof: Proof, *, force: bool = False, planner: Planner = plan) -> Plan:
    """Make the output folder what the spec says, and return what changed.

    Args:
        proof: The files, as `prove` returns them.
        force: Whether to replace and remove foreign files too: those that gen-sweeps did not
            write, or that were edited since.
        planner: What decides on the changes; by default, all that the spec asks for.

    Raises:
        ForeignFileError: A foreign file is in the way; nothing has been changed.
        FileError: Writing failed; each file is either as it was or as it should be.
    """
    spec = proof.rendering.spec
    folder = OutputFolder(spec)
    folder.create()
    with folder.locked(exclusive=True):
        planned = planner(proof, folder)
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
