"""Tells whether a commit of what is staged has the files of a sweep as they are on disk.

A check looks at the folder, but a commit takes what is in git's index.
"""

from __future__ import annotations

from gen_sweeps.errors import Problem
from gen_sweeps.output.planning import Plan
from gen_sweeps.output.repository import Repository
from gen_sweeps.proof.proving import display_path
from gen_sweeps.rendering.outputs import MANIFEST, output_pattern


def unstaged(plan: Plan) -> list[Problem]:
    """Return a problem for each file of a sweep that a commit would not have as it is on disk.

    Those are the spec, what it extends, its templates, the generated files and the manifest.

    Args:
        plan: What is to be on disk; what is something else there is not looked for in git.

    Raises:
        FileError: Git is not there, fails, or knows no repository.
    """
    rendering = plan.proof.rendering
    spec = rendering.spec
    differs = {change.path for change in plan.drift}
    outputs = [path for path in (*plan.proof.digests, MANIFEST) if path not in differs]
    shown = [
        *map(str, (*spec.sources, *rendering.templates)),
        *(display_path(spec, path) for path in outputs),
    ]
    repository = Repository.around(spec.path.parent)
    patterns = [
        display_path(spec, output_pattern(template.name))
        for template in rendering.outputs.templates
    ]
    wanted = [display_path(spec, path) for path in plan.proof.digests]
    return [*repository.problems(shown), *repository.removed(patterns, wanted)]
