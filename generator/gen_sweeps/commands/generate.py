"""`gen-sweeps SPEC`: writes the files of a sweep, or says how they differ from the spec."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.commands.outcome import Outcome
from gen_sweeps.console import summary
from gen_sweeps.console.formats import workflow_commands
from gen_sweeps.errors import Problem
from gen_sweeps.output.folder import OutputFolder
from gen_sweeps.output.planning import Plan
from gen_sweeps.output.selection import select
from gen_sweeps.progress import Progress, silent
from gen_sweeps.proof.proving import prove
from gen_sweeps.rendering.renderer import render
from gen_sweeps.spec.loading import load


@dataclass(frozen=True, slots=True)
class GenerateOptions:
    """What a run is asked to do.

    Attributes:
        spec: The spec file.
        check: Whether to write nothing, and to fail if anything on disk differs.
        diff: Likewise, and to show what would change.
        force: Whether to replace and remove foreign files too.
        only: The strategies to look at, besides the control; if empty, all.
        paranoid: Whether to show every file to LibCST too.
        quiet: Whether to say nothing if all is well.
        output_format: "text", "json" or "github".
    """

    spec: Path
    check: bool = False
    diff: bool = False
    force: bool = False
    only: tuple[str, ...] = ()
    paranoid: bool = False
    quiet: bool = False
    output_format: str = "text"

    @property
    def action(self) -> str:
        """What is done: "write", "check" or "diff"; only the first changes files."""
        return "diff" if self.diff else "check" if self.check else "write"


def generate(options: GenerateOptions, progress: Progress = silent) -> Outcome:
    """Make the output folder what the spec says, or say how it differs.

    Args:
        options: What to do.
        progress: Is told how far it is.

    Raises:
        ForeignFileError: A foreign file is in the way and `force` is not set; nothing has been
            changed.
        GenSweepsError: The spec, a template or the proof fails (nothing has been changed), or
            writing does (each file is either as it was or as it should be).
    """
    writes = options.action == "write"
    selection = select(load(options.spec), options.only)
    rendering = render(selection.spec, progress=progress)
    proof = prove(rendering, paranoid=options.paranoid, progress=progress)
    folder = OutputFolder(rendering.spec)
    with folder.locked(exclusive=writes):
        plan = selection.plan(proof, folder, progress)
        if writes:
            folder.apply(plan, force=options.force, progress=progress)
    problems = [] if writes else summary.drift_problems(plan)
    warnings = summary.warnings(plan) if writes else []
    if options.only and not options.quiet:
        warnings.append(summary.only_warning(plan, options.only))
    exit_code = 1 if problems else 0
    return Outcome(exit_code, _result(options, plan, problems, folder), problems, warnings)


def _result(
    options: GenerateOptions, plan: Plan, problems: Sequence[Problem], folder: OutputFolder
) -> str | Iterable[str]:
    """Return what to print of a plan that has been made, or only looked at."""
    if options.output_format == "json":
        return summary.as_json(options.action, 1 if problems else 0, problems, plan)
    if options.output_format == "text" and options.action != "diff":
        if options.quiet or problems:
            return ""
        done = options.action == "write"
        return summary.written_text(plan) if done else summary.checked_text(plan)
    from gen_sweeps.output import diff  # noqa: PLC0415 - difflib is only for those who ask

    if options.output_format == "github":
        return workflow_commands(diff.by_line(problems, plan, folder))
    return diff.diffs(plan, folder)
