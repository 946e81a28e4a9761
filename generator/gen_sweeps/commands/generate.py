"""`gen-sweeps SPEC...`: writes the files of sweeps, or says how they differ from the specs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from gen_sweeps.commands.outcome import Outcome
from gen_sweeps.console import summary
from gen_sweeps.console.formats import json_text, workflow_commands
from gen_sweeps.errors import GenSweepsError, Problem
from gen_sweeps.output.folder import OutputFolder
from gen_sweeps.output.former_folders import abandoned
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
        specs: The spec files, at least one.
        check: Whether to write nothing, and to fail if anything on disk differs.
        diff: Likewise, and to show what would change.
        force: Whether to replace and remove foreign files too.
        only: Names of the arms and levels to look at, besides their controls; if empty, all.
        git: Whether to fail too if git's index has not what is on disk.
        paranoid: Whether to show every file to LibCST too.
        quiet: Whether to say nothing if all is well.
        output_format: "text", "json" or "github".
    """

    specs: tuple[Path, ...]
    check: bool = False
    diff: bool = False
    force: bool = False
    only: tuple[str, ...] = ()
    git: bool = False
    paranoid: bool = False
    quiet: bool = False
    output_format: str = "text"

    @property
    def action(self) -> str:
        """What is done: "write", "check" or "diff"; only the first changes files."""
        return "diff" if self.diff else "check" if self.check else "write"

    @property
    def writes(self) -> bool:
        """Whether files are changed."""
        return self.action == "write"


@dataclass(frozen=True, slots=True)
class _Run:
    """What was done with a spec, or found out about it."""

    plan: Plan
    folder: OutputFolder
    problems: Sequence[Problem]
    warnings: Sequence[Problem]

    @property
    def exit_code(self) -> int:
        """1 if something differs, else 0."""
        return 1 if self.problems else 0


def generate(options: GenerateOptions, progress: Progress = silent) -> Outcome:
    """Make the output folders what their specs say, or say how they differ.

    Of several specs, each is done whatever is wrong with another; the worst exit code wins.

    Args:
        options: What to do.
        progress: Is told how far it is.

    Raises:
        ForeignFileError: A foreign file is in the way and `force` is not set; nothing has been
            changed.
        GenSweepsError: The only spec, a template or the proof fails (nothing has been changed),
            or writing does (each file is either as it was or as it should be).
    """
    specs = tuple(dict.fromkeys(options.specs))
    if len(specs) > 1:
        return _generate_each(specs, options, progress)
    run = _run(specs[0], options, progress)
    return Outcome(run.exit_code, _result(options, run), run.problems, run.warnings)


def _generate_each(specs: Sequence[Path], options: GenerateOptions, progress: Progress) -> Outcome:
    """Do each of several specs."""
    outcomes: list[Outcome] = []
    plans: dict[Path, Plan | None] = {}
    annotated: list[Problem] = []
    for spec in specs:
        plans[spec] = None
        said: str | Iterable[str] = ""
        try:
            run = _run(spec, options, progress)
        except GenSweepsError as error:
            annotated += error.problems
            outcomes.append(Outcome(error.exit_code, said, error.problems))
            continue
        plans[spec] = run.plan
        if options.output_format == "github":
            annotated += _by_line(run)
        elif options.output_format == "text":
            said = _result(options, run, is_one=False)
        outcomes.append(Outcome(run.exit_code, said, run.problems, run.warnings))
    code = max(outcome.exit_code for outcome in outcomes)
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    warnings = [warning for outcome in outcomes for warning in outcome.warnings]
    result: Iterable[str] = chain.from_iterable(
        [it.result] if isinstance(it.result, str) else it.result for it in outcomes
    )
    if options.output_format == "json":
        runs = [
            {
                "spec": str(spec),
                "exit_code": outcome.exit_code,
                **(summary.content(options.action, plan) if plan else {}),
            }
            for (spec, plan), outcome in zip(plans.items(), outcomes, strict=True)
        ]
        result = json_text(options.action, code, problems, {"runs": runs})
    elif options.output_format == "github":
        result = _annotations(annotated, warnings)
    elif options.output_format == "text" and options.action != "diff" and not options.quiet:
        codes = [outcome.exit_code for outcome in outcomes]
        done = [plan for plan in plans.values() if plan]
        result = [*result, summary.of_several(codes, done, writes=options.writes)]
    return Outcome(code, result, problems, warnings)


def _run(spec: Path, options: GenerateOptions, progress: Progress) -> _Run:
    """Do what is asked for with one spec."""
    selection = select(load(spec), options.only)
    rendering = render(selection.spec, progress=progress)
    proof = prove(rendering, paranoid=options.paranoid, progress=progress)
    folder = OutputFolder(rendering.spec)
    with folder.locked(exclusive=options.writes):
        plan = selection.plan(proof, folder, progress)
        if options.writes:
            folder.apply(plan, force=options.force, progress=progress)
    problems = [] if options.writes else summary.drift_problems(plan)
    if any(change.is_edited for change in plan.changes):
        from gen_sweeps.output.diff import edits_by_line  # noqa: PLC0415 - as few runs need it

        problems = [*edits_by_line(problems, plan, folder)]
    if options.git:
        from gen_sweeps.output.staging import unstaged  # noqa: PLC0415 - subprocess is heavy

        problems += unstaged(plan)
    warnings = summary.warnings(plan) if options.writes else []
    if options.writes and plan.is_first:
        warnings += abandoned(rendering.spec)
    if not options.quiet:
        warnings = [*selection.whole.warnings, *proof.warnings, *warnings]
        if options.only:
            warnings.append(summary.only_warning(plan, options.only))
    return _Run(plan, folder, problems, warnings)


def _result(options: GenerateOptions, run: _Run, *, is_one: bool = True) -> str | Iterable[str]:
    """Return what to print of a run; a table of its factors only if it is the one and only."""
    if options.output_format == "json":
        content = summary.content(options.action, run.plan)
        return json_text(options.action, run.exit_code, run.problems, content)
    if options.output_format == "text" and options.action != "diff":
        if options.quiet or run.problems:
            return ""
        if not options.writes:
            return summary.checked_text(run.plan)
        return summary.written_text(run.plan) if is_one else summary.written_lines(run.plan)
    if options.output_format == "github":
        return _annotations(_by_line(run), run.warnings)
    from gen_sweeps.output import diff  # noqa: PLC0415 - difflib is only for those who ask

    return diff.diffs(run.plan, run.folder)


def _by_line(run: _Run) -> Iterator[Problem]:
    """Yield the problems of a run, those of a file that changed once for each place."""
    from gen_sweeps.output import diff  # noqa: PLC0415 - as above

    return diff.by_line(run.problems, run.plan, run.folder)


def _annotations(problems: Iterable[Problem], warnings: Iterable[Problem]) -> Iterator[str]:
    yield workflow_commands(problems)
    yield workflow_commands((w for w in warnings if w.path and w.line), "warning")
