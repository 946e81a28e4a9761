"""Finds folders that a spec has written to before, and no longer does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from gen_sweeps.errors import Problem
from gen_sweeps.output.manifest import UnreadableManifestError, read
from gen_sweeps.rendering.outputs import MANIFEST
from gen_sweeps.spec.model import Spec

MAX_MANIFEST = 100_000_000
"""Bytes of a manifest that is looked at; what is larger is none."""


def abandoned(spec: Spec) -> Iterator[Problem]:
    """Yield a warning for each folder beside the output whose manifest names the spec.

    It is looked for below the spec's folder and beside the output folder, no deeper.
    """
    output = os.path.realpath(spec.output_folder)
    for parent in dict.fromkeys((spec.path.parent, spec.output_folder.parent)):
        for folder in sorted(path for path in parent.iterdir() if path.is_dir()):
            if os.path.realpath(folder) != output and _is_of(folder, spec):
                message = f"{folder} has files of {spec.path}, which writes to {spec.output} now"
                hint = f"remove it, or `git rm -r {folder}`"
                yield Problem(message, str(folder), hint=hint)


def _is_of(folder: Path, spec: Spec) -> bool:
    path = folder / MANIFEST
    try:
        if not path.is_file() or path.stat().st_size > MAX_MANIFEST:
            return False
        specs = read(path.read_bytes()).specs
    except (OSError, UnreadableManifestError):
        return False
    own = os.path.realpath(spec.path)
    return any(os.path.realpath(folder / name) == own for name in specs)
