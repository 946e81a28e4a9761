"""The verb `write`: from proven files to an output folder that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gen_sweeps.output.folder import OutputFolder
from gen_sweeps.output.planning import Plan, plan
from gen_sweeps.progress import Progress, silent
from gen_sweeps.proof.proving import Proof


def write(
    proof: Proof,
    *,
    force: bool = False,
    owned: Mapping[str, str] = MappingProxyType({}),
    progress: Progress = silent,
) -> Plan:
    """Make the output folder what the spec says, and return what changed.

    Args:
        proof: The files, as `prove` returns them.
        force: Whether to replace and remove foreign files too: those that gen-sweeps did not
            write, or that were edited since.
        owned: Files that are ours though no manifest says so: by their paths in the output folder,
            the sha256 of their contents, in hexadecimal.
        progress: Is told how many files have been compared and written.

    Raises:
        ForeignFileError: A foreign file is in the way; nothing has been changed.
        FileError: Writing failed; each file is either as it was or as it should be.
    """
    folder = OutputFolder(proof.rendering.spec)
    with folder.locked(exclusive=True):
        planned = plan(proof, folder, progress, owned)
        folder.apply(planned, force=force, progress=progress)
    return planned
