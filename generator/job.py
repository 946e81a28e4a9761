"""`gen-sweeps SPEC` with its options: runs the stages, says what happened, gives the exit code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator import console, generate, summary
from generator.errors import GenSweepsError, Problem
from generator.plan import Plan


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked to do; `output_format` is "text", "json" or "github"."""

    spec: Path
    check: bool = False
    diff: bool = False
    force: bool = False
    quiet: bool = False
    cache: bool = True
    output_format: str = "text"

    @property
    def writes(self) -> bool:
        """Whether files may be changed."""
        return not (self.check or self.diff)


def run(options: Options) -> int:
    """Run the main job and return its exit code."""
    plan = None
    try:
        if options.writes:
            plan = generate.write(options.spec, force=options.force)
        else:
            plan = generate.check(options.spec)
    except GenSweepsError as error:
        problems, exit_code = list(error.problems), error.exit_code
    else:
        problems = [] if options.writes else summary.drift_problems(plan)
        exit_code = 1 if problems else 0
    _say(options, plan, problems, exit_code)
    if plan is not None and options.cache and not (problems or plan.strays or any(plan.drift)):
        generate.remember(options.spec, plan, summary.checked_text(plan))
    return exit_code


def _say(options: Options, plan: Plan | None, problems: list[Problem], exit_code: int) -> None:
    if options.output_format == "json":
        command = "diff" if options.diff else "check" if options.check else "write"
        console.result(summary.as_json(command, exit_code, problems, plan))
    elif options.output_format == "github":
        console.result(summary.as_annotations(problems))
    elif plan is not None and options.diff:
        for text in generate.diffs(plan):
            console.result(text)
    elif plan is not None and not (options.quiet or problems):
        said = summary.checked_text if options.check else summary.written_text
        console.result(said(plan))
    console.problems(problems)
    if plan is not None and options.writes:
        for text in summary.warnings(plan):
            console.warning(text)
