"""`gen-sweeps SPEC` with its options: runs the stages, says what happened, gives the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.commands import generate
from gen_sweeps.console import summary
from gen_sweeps.console import terminal as console
from gen_sweeps.errors import GenSweepsError, Problem
from gen_sweeps.output.planning import Plan
from gen_sweeps.proof import cores


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked to do; `output_format` is "text", "json" or "github"."""

    spec: Path
    check: bool = False
    diff: bool = False
    force: bool = False
    only: tuple[str, ...] = ()
    paranoid: bool = False
    quiet: bool = False
    cache: bool = True
    output_format: str = "text"

    @property
    def command(self) -> str:
        """What is done: "write", "check" or "diff"; only the first changes files."""
        return "diff" if self.diff else "check" if self.check else "write"


def run(options: Options) -> int:
    """Run the main job and return its exit code."""
    plan = None
    problems: Sequence[Problem] = ()
    exit_code = 0
    try:
        with console.progress_bar() as show, cores.told(show):
            plan = _plan(options)
        if options.command != "write":
            problems = summary.drift_problems(plan)
            exit_code = 1 if problems else 0
    except GenSweepsError as error:
        problems, exit_code = error.problems, error.exit_code
    _say(options, plan, problems, exit_code)
    if plan is not None and exit_code == 0:
        _remember(options, plan)
    return exit_code


def _plan(options: Options) -> Plan:
    """Write, or look only; return what changed, or would."""
    if options.command == "write":
        return generate.write(
            options.spec, options.only, force=options.force, paranoid=options.paranoid
        )
    return generate.check(options.spec, options.only, paranoid=options.paranoid)


def _say(options: Options, plan: Plan | None, problems: Sequence[Problem], exit_code: int) -> None:
    if options.output_format == "json":
        console.result(summary.as_json(options.command, exit_code, problems, plan))
    elif options.output_format == "github":
        located = generate.by_line(problems, plan) if plan else problems
        console.result(summary.as_annotations(list(located)))
    elif plan is not None:
        _say_text(options, plan, problems)
    console.problems(problems)
    if plan is not None:
        _warn(options, plan)


def _say_text(options: Options, plan: Plan, problems: Sequence[Problem]) -> None:
    """Print what was done or found, as lines for people."""
    if options.command == "diff":
        for text in generate.diffs(plan):
            console.result(text)
    elif options.command == "check" and not (options.quiet or problems):
        console.result(summary.checked_text(plan, whole=not options.only))
    elif options.command == "write" and not options.quiet:
        console.result(summary.written_text(plan))


def _warn(options: Options, plan: Plan) -> None:
    """Print what a person should know although nothing is wrong."""
    if options.command == "write":
        for text in summary.warnings(plan):
            console.warning(text)
    if options.only and not options.quiet:
        console.warning(summary.only_warning(plan, options.only))


def _remember(options: Options, plan: Plan) -> None:
    """Remember that all is as it should be, if it is and was so before this run."""
    if options.cache and not options.only and not plan.strays and not any(plan.drift):
        generate.remember(options.spec, plan, summary.checked_text(plan))
