"""The command line: parses arguments, wires the stages, and has no logic of its own."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, cast

import typer

from generator import console
from generator.errors import Problem

HELP = """Write the files of a sweep from its spec, proven to differ only in the treatment.

Renders the templates, proves that the strategies' files are equal outside of the treatment, and
only then writes them. Files that are right already are not touched; files that gen-sweeps did
not write, or that were edited since, are never changed without --force.
"""

EPILOG = """Examples:

\b
  gen-sweeps spec.toml            write the files
  gen-sweeps spec.toml --check    fail if what is on disk is not what the spec says
  gen-sweeps spec.toml --diff     likewise, and show what would change

Exit codes:

\b
  0    done; nothing differs
  1    it differs: drift, a foreign file in the way, a difference outside of the treatment
  2    no answer: bad usage, spec or template; input or output failed
  101  a bug in gen-sweeps
  130  interrupted
"""


class OutputFormat(StrEnum):
    """How a run says what it did or found."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def _print_version(value: bool) -> None:  # noqa: FBT001 - typer hands it on so
    if value:
        from importlib.metadata import version  # noqa: PLC0415 - slow, and rarely asked for

        console.result(f"gen-sweeps {version('gen-sweeps')}\n")
        raise typer.Exit


def generate(  # noqa: PLR0913 - one parameter for each option
    *,
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="The spec, a TOML file.")],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if anything on disk differs.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Write nothing; show what would change, fail likewise.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite and remove foreign and edited files too.")
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
    """Run the main job and return its exit code."""
    del version
    from generator.job import Options, run  # noqa: PLC0415 - the stages load what they need

    return run(Options(spec, check, diff, force, quiet, cache, output_format.value))


INTERRUPTED = 130
"""The exit code of a run that was interrupted: 128 and the number of the signal."""

COMMANDS: dict[str, Callable[..., int]] = {}
"""What may stand in the place of SPEC, besides a spec."""

# Bad usage: unknown options, missing arguments. Typer exports only a child of this class.
_UsageError = cast("type[Exception]", typer.BadParameter.__mro__[1])


def run(arguments: list[str]) -> int:
    """Run the command line and return the exit code.

    Raises:
        KeyboardInterrupt: It was interrupted.
        FileError: A result can't be printed.
    """
    command = COMMANDS.get(arguments[0]) if arguments else None
    app = typer.Typer(
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    if command is None:
        app.command(help=HELP, epilog=EPILOG)(generate)
        name = "gen-sweeps"
    else:
        app.command()(command)
        name = f"gen-sweeps {arguments.pop(0)}"
    try:
        code = app(arguments, prog_name=name, standalone_mode=False)
    except _UsageError as error:
        hint = f"`{name} --help` says what it takes"
        console.problems([Problem(str(error), hint=hint)])
        return 2
    except typer.Abort:
        raise KeyboardInterrupt from None
    if code == INTERRUPTED:  # what typer makes of an interrupt, silently
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0
