"""From proven files to an output folder that holds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from generator.disk import OutputFolder
from generator.errors import ForeignFileError, Problem
from generator.plan import Folder, Plan, plan
from generator.prove import Proof, shown_path
from generator.spec import Spec

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
                    Problem(f"{shown} {change.obstacle}", shown, hint=_way_out(spec))
                    for change in planned.obstacles
                    for shown in [shown_path(spec, change.path)]
                )
            )
        folder.apply(planned)
    return planned


def _way_out(spec: Spec) -> str:
    command = f"gen-sweeps {spec.path} --force"
    return f"move it away or undo the edit; `{command}` overwrites or removes it"
