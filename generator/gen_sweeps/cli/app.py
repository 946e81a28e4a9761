"""The command line: parses arguments, wires the stages, and has no logic of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, cast

import typer

from gen_sweeps.console import terminal as console
from gen_sweeps.errors import GenSweepsError, Problem


class OutputFormat(StrEnum):
    """How a run says what it did or found."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class TreeFormat(StrEnum):
    """How a tree of values is printed."""

    TEXT = "text"
    JSON = "json"


class Starter(StrEnum):
    """What a new sweep can start from."""

    TRAINING = "training"
    REWARD_SHAPING = "reward-shaping"


def _complete_spec(incomplete: str) -> list[str]:
    from gen_sweeps.cli import completion  # noqa: PLC0415 - only shells ask for it

    return completion.specs(incomplete)


def _complete_first(incomplete: str) -> list[str]:
    from gen_sweeps.cli import completion  # noqa: PLC0415 - only shells ask for it

    return completion.specs(incomplete, COMMANDS)


def _complete_strategy(incomplete: str) -> list[str]:
    from gen_sweeps.cli import completion  # noqa: PLC0415 - only shells ask for it

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
    paranoid: Annotated[
        bool, typer.Option("--paranoid", help="Show every file to LibCST too; slow.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Write again on each change, until interrupted.")
    ] = False,
    output_format: Annotated[
        OutputFormat, typer.Option(help="How to say what was done or found.")
    ] = OutputFormat.TEXT,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but what is wrong.")
    ] = False,
    cache: Annotated[
        bool, typer.Option("--cache/--no-cache", help="Remember what was found to be right.")
    ] = True,
    version: Annotated[
        bool,
        typer.Option("--version", help="Say the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> int:
    """Write the files of a sweep, or check them."""
    del version
    from gen_sweeps.commands.job import Options, run  # noqa: PLC0415 - the stages load what they need

    options = Options(
        spec,
        check=check,
        diff=diff,
        force=force,
        only=tuple(only or ()),
        paranoid=paranoid,
        quiet=quiet,
        cache=cache,
        output_format=output_format.value,
    )
    if not watch:
        return run(options)
    if check or diff:
        raise typer.BadParameter(f"--watch writes: leave out {'--diff' if diff else '--check'}")
    from gen_sweeps.commands import watch as watching  # noqa: PLC0415 - an extra that few runs need

    try:
        return watching.watch(spec, lambda: run(options))
    except GenSweepsError as error:
        console.problems(error.problems)
        return error.exit_code


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to.")] = Path(),
    *,
    starter: Annotated[
        Starter, typer.Option("--from", help="What to start from.")
    ] = Starter.TRAINING,
) -> int:
    """Write a spec and templates to start from, and the files that they make."""
    from gen_sweeps.commands import init as job  # noqa: PLC0415 - the stages load what they need
    from gen_sweeps.console import summary  # noqa: PLC0415 - likewise

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
    from gen_sweeps.spec import json_schema, reference  # noqa: PLC0415 - for this command

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
    from gen_sweeps.commands import generate as job  # noqa: PLC0415 - the stages load what they need
    from gen_sweeps.console import report as pages  # noqa: PLC0415 - likewise

    try:
        page = pages.page(job.proven(spec))
        if output is None:
            console.result(page)
        else:
            pages.save(page, output)
    except GenSweepsError as error:
        console.problems(error.problems)
        return error.exit_code
    return 0


def compare(  # noqa: PLR0913 - one parameter for each option
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE...", help="Two or more Python files.")
    ] = None,
    *,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN",
            help="What may differ: 'Call(arg, arg)', a constant's name, a path such as "
            "optimizer.lr, 'class name' or docstring; may be repeated.",
        ),
    ] = None,
    layout: Annotated[
        bool, typer.Option("--layout", help="List differences in wrapping, quotes and commas.")
    ] = False,
    comments: Annotated[
        bool, typer.Option("--comments", help="List differences in comments and docstrings.")
    ] = False,
    diff: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="A B", help="Show two files as a unified diff."),
    ] = None,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="Compare what the files build; runs their code.")
    ] = False,
    output_format: Annotated[
        OutputFormat, typer.Option(help="How to say what was found.")
    ] = OutputFormat.TEXT,
) -> int:
    """Say where Python files differ, and whether that is what was meant."""
    from gen_sweeps.commands import comparing  # noqa: PLC0415 - loads what it needs
    from gen_sweeps.commands.compare_command import CompareOptions  # noqa: PLC0415 - likewise
    from gen_sweeps.compare.printing import View  # noqa: PLC0415 - likewise

    options = CompareOptions(
        files=tuple(map(str, files or ())),
        vary=tuple(vary or ()),
        diff=diff,
        output_format=output_format.value,
        view=View(layout=layout, comments=comments),
    )
    return comparing.compare(options, resolved=resolved)


def resolve(  # noqa: PLR0913 - one parameter for each option
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The Python file to run.")],
    *,
    root: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder whose files are real; by default the nearest one above FILE with a "
            "pyproject.toml or .git.",
        ),
    ] = None,
    imports: Annotated[
        list[str] | None,
        typer.Option("--import", metavar="NAME", help="Make an installed package real."),
    ] = None,
    calls: Annotated[
        list[str] | None,
        typer.Option(
            "--call",
            metavar="NAME",
            help="Call this instead of get_config and get_search_space: NAME, Class.method or "
            "\"NAME('small', lr=1)\".",
        ),
    ] = None,
    env: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Set a variable for FILE, which sees no others."),
    ] = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", help="End the run after this time.")
    ] = 30,
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Show the file and line each value came from.")
    ] = False,
    output_format: Annotated[
        TreeFormat, typer.Option(help="A tree to read, or JSON.")
    ] = TreeFormat.TEXT,
) -> int:
    """Run a Python file without what it imports, and show what it builds."""
    from gen_sweeps.commands import resolving  # noqa: PLC0415 - loads what it needs
    from gen_sweeps.resolve import ResolveOptions  # noqa: PLC0415 - likewise

    return resolving.resolve(
        ResolveOptions(
            path=file,
            root=root,
            imports=tuple(imports or ()),
            calls=tuple(calls or ()),
            env=tuple(env or ()),
            timeout=timeout,
            provenance=provenance,
            output_format=output_format.value,
        )
    )


INTERRUPTED = 130
"""The exit code of a run that was interrupted: 128 and the number of the signal."""

COMMANDS: dict[str, Callable[..., int]] = {
    "compare": compare,
    "resolve": resolve,
    "init": init,
    "schema": schema,
    "report": report,
}
"""What may stand in the place of SPEC, besides a spec."""

# Bad usage: unknown options, missing arguments. Typer exports only a child of this class.
_UsageError = cast("type[Exception]", typer.BadParameter.__mro__[1])


def run(arguments: list[str]) -> int:
    """Run the command line and return the exit code.

    Raises:
        KeyboardInterrupt: It was interrupted.
        FileError: A result can't be printed.
    """
    if completing := os.environ.get("_GEN_SWEEPS_COMPLETE"):
        from gen_sweeps.cli import completion  # noqa: PLC0415 - only shells ask for it

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
    if code == INTERRUPTED:  # what typer makes of an interrupt, silently
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0


def _app(name: str | None, arguments: Sequence[str], *, completing: bool) -> typer.Typer:
    """Return the application that a command is, or the main job without one."""
    asked = not {"-h", "--help"}.isdisjoint(arguments)
    page = None
    if asked:
        from gen_sweeps.cli import help as manual  # noqa: PLC0415 - only people ask for it

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
