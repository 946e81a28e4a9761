"""The command line: parses arguments, wires the stages, and has no logic of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from generator import console
from generator.errors import GenSweepsError, Problem

if TYPE_CHECKING:
    from generator.plan import Plan


class OutputFormat(StrEnum):
    """How a run says what it did or found."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class Starter(StrEnum):
    """What a new sweep can start from."""

    TRAINING = "training"
    REWARD_SHAPING = "reward-shaping"


def _complete_spec(incomplete: str) -> list[str]:
    from generator import completion  # noqa: PLC0415 - only shells ask for it

    return completion.specs(incomplete)


def _complete_first(incomplete: str) -> list[str]:
    from generator import completion  # noqa: PLC0415 - only shells ask for it

    return completion.specs(incomplete, COMMANDS)


def _complete_strategy(incomplete: str) -> list[str]:
    from generator import completion  # noqa: PLC0415 - only shells ask for it

    return completion.strategies(os.environ, incomplete)


def _print_version(value: bool) -> None:  # noqa: FBT001 - typer hands it on so
    if value:
        from importlib.metadata import version  # noqa: PLC0415 - slow, and rarely asked for

        console.result(f"gen-sweeps {version('gen-sweeps')}\n")
        raise typer.Exit


def generate(  # noqa: PLR0913 - one parameter for each option
    *,
    spec: Annotated[
        Path,
        typer.Argument(
            metavar="SPEC", help="The spec, a TOML file.", autocompletion=_complete_first
        ),
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if anything on disk differs.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Write nothing; show what would change, fail likewise.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite and remove foreign and edited files too.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Look at this strategy only; may be repeated.",
            autocompletion=_complete_strategy,
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Write again on each change, until interrupted.")
    ] = False,
    output_format: Annotated[
        OutputFormat, typer.Option(help="How to say what was done or found.")
    ] = OutputFormat.TEXT,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but what is wrong.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Say the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> int:
    """Write the files of a sweep, or check them."""
    del version
    request = _Request(
        spec, "diff" if diff else "check" if check else "write", tuple(only or ()), force=force
    )
    if not watch:
        return request.run(output_format, quiet=quiet)
    if request.command != "write":
        raise typer.BadParameter(f"--watch writes: leave out --{request.command}")
    from generator import watch as watching  # noqa: PLC0415 - an extra that few runs need

    try:
        return watching.watch(spec, lambda: request.run(output_format, quiet=quiet))
    except GenSweepsError as error:
        console.problems(error.problems)
        return error.exit_code


@dataclass(frozen=True, slots=True)
class _Request:
    """What the main job is asked to do."""

    spec: Path
    command: Literal["write", "check", "diff"]
    only: tuple[str, ...]
    force: bool

    def run(self, output_format: OutputFormat, *, quiet: bool) -> int:
        """Do it, say so, and return the exit code."""
        from generator import generate as job  # noqa: PLC0415 - the stages load what they need
        from generator import summary  # noqa: PLC0415 - likewise

        plan = None
        problems: Sequence[Problem] = ()
        exit_code = 0
        try:
            if self.command == "write":
                plan = job.write(self.spec, self.only, force=self.force)
            else:
                plan = job.check(self.spec, self.only)
                problems = summary.drift_problems(plan)
                exit_code = 1 if problems else 0
        except GenSweepsError as error:
            problems, exit_code = error.problems, error.exit_code
        match output_format:
            case OutputFormat.JSON:
                console.result(summary.as_json(self.command, exit_code, problems, plan))
            case OutputFormat.GITHUB:
                located = job.by_line(problems, plan) if plan else problems
                console.result(summary.as_annotations(list(located)))
            case OutputFormat.TEXT if plan is not None:
                self._say(plan, problems, quiet=quiet)
        console.problems(problems)
        if plan is not None:
            self._warn(plan, quiet=quiet)
        return exit_code

    def _say(self, plan: Plan, problems: Sequence[Problem], *, quiet: bool) -> None:
        """Print what was done or found, as lines for people."""
        from generator import generate as job  # noqa: PLC0415 - loaded by now
        from generator import summary  # noqa: PLC0415 - likewise

        if self.command == "diff":
            for text in job.diffs(plan):
                console.result(text)
        elif self.command == "check" and not (quiet or problems):
            console.result(summary.checked_text(plan, whole=not self.only))
        elif self.command == "write" and not quiet:
            console.result(summary.written_text(plan))

    def _warn(self, plan: Plan, *, quiet: bool) -> None:
        """Print what a person should know although nothing is wrong."""
        from generator import summary  # noqa: PLC0415 - loaded by now

        if self.command == "write":
            for text in summary.stray_warnings(plan):
                console.warning(text)
        if self.only and not quiet:
            console.warning(summary.only_warning(plan, self.only))


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to.")] = Path(),
    *,
    starter: Annotated[
        Starter, typer.Option("--from", help="What to start from.")
    ] = Starter.TRAINING,
) -> int:
    """Write a spec and templates to start from, and the files that they make."""
    from generator import init as job  # noqa: PLC0415 - the stages load what they need
    from generator import summary  # noqa: PLC0415 - likewise

    try:
        plan = job.init(folder, starter)
    except GenSweepsError as error:
        console.problems(error.problems)
        return error.exit_code
    console.result(summary.written_text(plan))
    console.result(job.next_steps(plan))
    return 0


def schema(
    *,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print it as a page for people instead.")
    ] = False,
) -> int:
    """Print the JSON Schema of a spec, by which editors complete and check it."""
    from generator import json_schema, reference  # noqa: PLC0415 - pydantic is heavy

    console.result(reference.markdown() if markdown else json_schema.text())
    return 0


def report(
    *,
    spec: Annotated[
        Path,
        typer.Argument(
            metavar="SPEC", help="The spec, a TOML file.", autocompletion=_complete_spec
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where to; without it, to stdout."),
    ] = None,
) -> int:
    """Write one HTML page that a reviewer reads instead of the files."""
    from generator import generate as job  # noqa: PLC0415 - the stages load what they need
    from generator import report as pages  # noqa: PLC0415 - likewise

    try:
        proof, _ = job.proven(spec)
        page = pages.page(proof)
        if output is None:
            console.result(page)
        else:
            pages.save(page, output)
    except GenSweepsError as error:
        console.problems(error.problems)
        return error.exit_code
    return 0


COMMANDS: dict[str, Callable[..., int]] = {"init": init, "schema": schema, "report": report}
"""What may stand in the place of SPEC, besides a spec."""

# Bad usage: unknown options, missing arguments. Typer exports only a child of this class.
_UsageError = cast("type[Exception]", typer.BadParameter.__mro__[1])

# What Typer makes of an interrupt; other versions of it raise Abort.
_INTERRUPTED = 130


def run(arguments: list[str]) -> int:
    """Run the command line and return the exit code."""
    if completing := os.environ.get("_GEN_SWEEPS_COMPLETE"):
        from generator import completion  # noqa: PLC0415 - only shells ask for it

        name = completion.take_command(os.environ, COMMANDS)
    else:
        name = arguments.pop(0) if arguments and arguments[0] in COMMANDS else None
    shown = "gen-sweeps" if completing or name is None else f"gen-sweeps {name}"
    try:
        code = _app(name, arguments, completing=bool(completing))(
            arguments, prog_name=shown, standalone_mode=False
        )
    except _UsageError as error:
        hint = f"`{shown} --help` says what it takes"
        console.problems([Problem(str(error), hint=hint)])
        return 2
    except typer.Abort:
        raise KeyboardInterrupt from None
    if code == _INTERRUPTED:
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0


def _app(name: str | None, arguments: Sequence[str], *, completing: bool) -> typer.Typer:
    """Return the application that a command is, or the main job without one."""
    asked = not {"-h", "--help"}.isdisjoint(arguments)
    page = None
    if asked:
        from generator import manual  # noqa: PLC0415 - only people ask for it

        page = manual.page(name, COMMANDS)
    if completing:
        from typer import completion as typers  # noqa: PLC0415 - only shells ask for it

        typers.get_completion_inspect_parameters()  # makes the shells known, for any command
    # Its two options cost every run some time, so they are added when they may be asked for.
    offered = asked or completing or any(word.endswith("-completion") for word in arguments)
    app = typer.Typer(
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=offered and name is None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    command = generate if name is None else COMMANDS[name]
    app.command(help=page.help if page else None, epilog=page.epilog if page else None)(command)
    return app
