"""The command line: parses arguments with Typer, and has no logic of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, cast

import typer

from gen_sweeps.cli.call import CommandCall
from gen_sweeps.commands.outcome import INTERRUPTED, Outcome
from gen_sweeps.console import terminal
from gen_sweeps.errors import GenSweepsError
from gen_sweeps.progress import Progress


class CommandLineError(GenSweepsError):
    """The command line can't be understood."""


_SEE_HELP = "see `gen-sweeps --help`"


class OutputFormat(StrEnum):
    """The format of results."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class TreeFormat(StrEnum):
    """The format of a tree of values."""

    TEXT = "text"
    JSON = "json"


class Executor(StrEnum):
    """Where arms run."""

    LOCAL = "local"
    SLURM = "slurm"


class ResultFormat(StrEnum):
    """The format of what arms measured."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


class Starter(StrEnum):
    """The examples that a new sweep can start from."""

    TRAINING = "training"
    REWARD_SHAPING = "reward-shaping"


def _complete_spec(incomplete: str) -> list[str]:
    from gen_sweeps.cli import completion  # noqa: PLC0415 - only shells ask for it

    return completion.specs(os.environ, incomplete)


def _complete_first(incomplete: str) -> list[str]:
    from gen_sweeps.cli import completion  # noqa: PLC0415 - only shells ask for it

    return completion.specs(os.environ, incomplete, COMMANDS)


def _complete_arm(incomplete: str) -> list[str]:
    from gen_sweeps.cli import completion  # noqa: PLC0415 - only shells ask for it

    return completion.arms(os.environ, incomplete)


def _print_version(value: bool) -> None:  # noqa: FBT001 - typer hands it on so
    if value:
        from importlib.metadata import version  # noqa: PLC0415 - slow, and rarely asked for

        terminal.result(f"gen-sweeps {version('gen-sweeps')}\n")
        raise typer.Exit


def generate(  # noqa: PLR0913 - one parameter for each option
    *,
    specs: Annotated[
        list[Path],
        typer.Argument(
            metavar="SPEC",
            help="The spec, a TOML file; or several.",
            autocompletion=_complete_first,
        ),
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if anything on disk differs.")
    ] = False,
    git: Annotated[
        bool,
        typer.Option(
            "--git",
            help="With --check: also fail if git has not staged the spec, templates and files as "
            "they are.",
        ),
    ] = False,
    diff: Annotated[
        bool,
        typer.Option(
            "--diff", help="Write nothing; show what would change, and fail if anything would."
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite and remove foreign and edited files too.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Limit the run to this arm, or to the arms of this strategy or level "
            "(AXIS=LEVEL if two axes have it); may be repeated.",
            autocompletion=_complete_arm,
        ),
    ] = None,
    paranoid: Annotated[
        bool, typer.Option("--paranoid", help="Also compare every file with LibCST; slow.")
    ] = False,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Write again whenever a source changes, until interrupted."),
    ] = False,
    output_format: Annotated[
        OutputFormat, typer.Option(help="Format of the result.")
    ] = OutputFormat.TEXT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> CommandCall:
    """Write the files of a sweep, or check them."""
    del version
    from gen_sweeps.commands import generate as command  # noqa: PLC0415 - loads what it needs

    _check_words(specs)
    if watch and (check or diff):
        raise CommandLineError.at(
            f"--watch writes files: leave out {'--diff' if diff else '--check'}", hint=_SEE_HELP
        )
    if watch and len(specs) > 1:
        raise CommandLineError.at("--watch takes one SPEC", hint=_SEE_HELP)
    if git and not check:
        raise CommandLineError.at("--git goes with --check", hint=_SEE_HELP)
    options = command.GenerateOptions(
        tuple(specs),
        check=check,
        git=git,
        diff=diff,
        force=force,
        only=tuple(only or ()),
        paranoid=paranoid,
        quiet=quiet,
        output_format=output_format.value,
    )
    run = partial(command.generate, options)
    return CommandCall(options.action, run, options.output_format, specs[0] if watch else None)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to.")] = Path(),
    *,
    starter: Annotated[
        Starter, typer.Option("--from", help="Example to start from.")
    ] = Starter.TRAINING,
) -> CommandCall:
    """Write an experiment to start from: a spec, templates, their files."""
    from gen_sweeps.commands import init as command  # noqa: PLC0415 - loads what it needs

    return CommandCall("init", partial(command.init, command.InitOptions(folder, starter.value)))


def schema(
    *,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a reference page instead.")
    ] = False,
) -> CommandCall:
    """Print the JSON Schema with which editors complete and check a spec."""
    from gen_sweeps.commands import schema as command  # noqa: PLC0415 - loads what it needs

    return CommandCall("schema", partial(command.schema, command.SchemaOptions(markdown)))


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
        typer.Option("-o", "--output", metavar="FILE", help="File to write to instead of stdout."),
    ] = None,
) -> CommandCall:
    """Write an HTML page that a reviewer can read instead of the files."""
    from gen_sweeps.commands import report as command  # noqa: PLC0415 - loads what it needs

    return CommandCall("report", partial(command.report, command.ReportOptions(spec, output)))


def run(  # noqa: PLR0913 - one parameter for each option
    *,
    spec: Annotated[
        Path,
        typer.Argument(
            metavar="SPEC", help="The spec, a TOML file.", autocompletion=_complete_spec
        ),
    ],
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Run this arm, or the arms of this strategy or level "
            "(AXIS=LEVEL if two axes have it); may be repeated.",
            autocompletion=_complete_arm,
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("-j", "--jobs", metavar="N", min=1, help="How many arms run at a time."),
    ] = None,
    executor: Annotated[
        Executor | None, typer.Option(help="Where they run, whatever the spec says.")
    ] = None,
    gpus: Annotated[
        str | None,
        typer.Option(metavar="0,1", help="The GPUs of this machine to hand out, by number."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Run and freeze nothing; show what would be run.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Also run arms again that have failed.")
    ] = False,
) -> CommandCall:
    """Run the arms of a sweep, on this machine or on Slurm."""
    from gen_sweeps.commands import run as command  # noqa: PLC0415 - loads what it needs

    options = command.RunOptions(
        spec=spec,
        only=tuple(only or ()),
        jobs=jobs,
        executor=executor.value if executor else None,
        gpus=gpus,
        dry_run=dry_run,
        retry_failed=retry_failed,
    )
    return CommandCall("run", partial(command.run, options))


def status(
    *,
    spec: Annotated[
        Path,
        typer.Argument(
            metavar="SPEC", help="The spec, a TOML file.", autocompletion=_complete_spec
        ),
    ],
    cancel: Annotated[
        bool, typer.Option("--cancel", help="Stop what runs or waits, and say what that is.")
    ] = False,
    output_format: Annotated[
        TreeFormat, typer.Option(help="Format of the result.")
    ] = TreeFormat.TEXT,
) -> CommandCall:
    """Show what has run, has failed, runs or waits."""
    from gen_sweeps.commands import status as command  # noqa: PLC0415 - loads what it needs

    options = command.StatusOptions(spec, cancel=cancel, output_format=output_format.value)
    return CommandCall("status", partial(command.status, options), options.output_format)


def results(
    *,
    spec: Annotated[
        Path,
        typer.Argument(
            metavar="SPEC", help="The spec, a TOML file.", autocompletion=_complete_spec
        ),
    ],
    metric: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What to compare; by default the first metric with a goal in the spec.",
        ),
    ] = None,
    at: Annotated[
        str,
        typer.Option(
            metavar="last|best|step=N",
            help="The step that counts: each arm's last or best one, or N.",
        ),
    ] = "last",
    output_format: Annotated[
        ResultFormat, typer.Option(help="Format of the result.")
    ] = ResultFormat.TEXT,
) -> CommandCall:
    """Show what the arms measured, against the control."""
    from gen_sweeps.commands import results as command  # noqa: PLC0415 - loads what it needs

    options = command.ResultsOptions(
        spec,
        metric,
        at,
        output_format.value,
        columns=terminal.width(),
    )
    return CommandCall("results", partial(command.results, options), options.output_format)


def compare(  # noqa: PLR0913 - one parameter for each option
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Two or more Python or JSON files, or a folder."),
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
    spec: Annotated[
        Path | None, typer.Option(metavar="SPEC", help="Also let vary what this spec declares.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Show every place, not about 40 lines.")
    ] = False,
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
        OutputFormat, typer.Option(help="Format of the result.")
    ] = OutputFormat.TEXT,
) -> CommandCall:
    """Show where Python files differ, and whether they were meant to."""
    from gen_sweeps.commands import compare as command  # noqa: PLC0415 - loads what it needs

    options = command.CompareOptions(
        files=tuple(map(str, files or ())),
        vary=tuple(vary or ()),
        spec=spec,
        diff=diff,
        resolved=resolved,
        output_format=output_format.value,
        view=command.View(
            full=full,
            layout=layout,
            comments=comments,
            color=terminal.coloured(sys.stdout),
            width=terminal.width(),
        ),
    )
    return CommandCall("compare", partial(command.compare, options), options.output_format)


def resolve(  # noqa: PLR0913 - one parameter for each option
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The Python file to run.")],
    *,
    root: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder whose files are imported for real; by default the nearest one above "
            "FILE with a pyproject.toml or .git, else the one that its imports start from.",
        ),
    ] = None,
    imports: Annotated[
        list[str] | None,
        typer.Option(
            "--import", metavar="NAME", help="Use this installed package instead of a stand-in."
        ),
    ] = None,
    stubs: Annotated[
        list[str] | None,
        typer.Option(
            "--stub",
            metavar="NAME",
            help="Use a stand-in for this package though its files are there.",
        ),
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
        typer.Option(
            metavar="NAME=VALUE", help="Set an environment variable for FILE, which sees no others."
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", help="Stop the run after this time.")
    ] = 30,
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Show the file and line each value came from.")
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="Show also the values that were set again later.")
    ] = False,
    output_format: Annotated[
        TreeFormat, typer.Option(help="Format of the tree.")
    ] = TreeFormat.TEXT,
) -> CommandCall:
    """Show what a Python file builds, without the packages that it imports."""
    from gen_sweeps.commands import resolve as command  # noqa: PLC0415 - loads what it needs

    options = command.ResolveOptions(
        path=file,
        root=root,
        imports=tuple(imports or ()),
        stubs=tuple(stubs or ()),
        calls=tuple(calls or ()),
        env=tuple(env or ()),
        timeout=timeout,
        provenance=provenance,
        history=history,
        output_format=output_format.value,
    )
    return CommandCall("resolve", partial(command.resolve, options), options.output_format)


def adopt(  # noqa: PLR0913 - one parameter for each option
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Two or more files that are nearly the same."),
    ] = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            help="Folder for spec.toml and templates/; by default that of the files.",
        ),
    ] = None,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="Name of the experiment; by default the files'.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; show the spec and the template.")
    ] = False,
    fix: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=VALUE]",
            help="Mend what looks like an accident in the files, as the others have it or by "
            "VALUE; may be repeated.",
        ),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Leave what looks like an accident: it is meant; may be repeated."
        ),
    ] = None,
    output_format: Annotated[
        TreeFormat, typer.Option(help="Format of the result.")
    ] = TreeFormat.TEXT,
) -> CommandCall:
    """Write a spec and a template that make the files that you have."""
    from gen_sweeps.commands import adopt as command  # noqa: PLC0415 - loads what it needs

    options = command.AdoptOptions(
        files=tuple(files or ()),
        output=output,
        name=name,
        dry_run=dry_run,
        fix=tuple(fix or ()),
        keep=tuple(keep or ()),
        output_format=output_format.value,
    )
    return CommandCall("adopt", partial(command.adopt, options), options.output_format)


COMMANDS: dict[str, Callable[..., CommandCall]] = {
    "adopt": adopt,
    "run": run,
    "status": status,
    "results": results,
    "compare": compare,
    "resolve": resolve,
    "init": init,
    "schema": schema,
    "report": report,
}
"""What may stand in the place of SPEC, besides a spec."""

# Bad usage: unknown options, missing arguments. Typer exports only a child of this class.
_UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[1])


_NO_CACHE = "leave it out: every run looks at every file"
_REMOVED = {"--cache": _NO_CACHE, "--no-cache": _NO_CACHE}
"""What to do instead of options that there were once."""


def parse(arguments: Sequence[str]) -> CommandCall:
    """Return what a command line asks for; help, versions and completions are printed at once.

    Raises:
        KeyboardInterrupt: It was interrupted.
        CommandLineError: It can't be understood.
    """
    words = list(arguments)
    if completing := os.environ.get("_GEN_SWEEPS_COMPLETE"):
        from gen_sweeps.cli import completion  # noqa: PLC0415 - only shells ask for it

        name = completion.take_command(os.environ, COMMANDS)
    else:
        name = words.pop(0) if words and words[0] in COMMANDS else None
    program = "gen-sweeps" if completing or name is None else f"gen-sweeps {name}"
    app = _app(name, words, completing=bool(completing))
    try:
        call = app(words, prog_name=program, standalone_mode=False)
    except _UsageError as error:
        said = error.format_message().rstrip(".")
        said = said.replace(": Value error, ", ": ")  # Typer's, of the parser that it uses
        hint = next(filter(None, map(_REMOVED.get, words)), f"see `{program} --help`")
        if near := getattr(error, "possibilities", None):  # Click's, of an unknown option
            said = said.partition(" (")[0]
            hint = f"did you mean `{near[0]}`?"
        raise CommandLineError.at(said, hint=hint) from None
    except typer.Abort:
        raise KeyboardInterrupt from None
    if call == INTERRUPTED:  # Typer returns it, silently
        raise KeyboardInterrupt
    return call if isinstance(call, CommandCall) else CommandCall(program, partial(_printed, call))


def _check_words(specs: Sequence[Path]) -> None:
    """Check that each word in the place of SPEC is one, or at least looks like one.

    Of several specs, one that is missing keeps no other from being written; a word that was meant
    to be a command, as in `gen-sweeps check spec.toml`, must not lead to that.

    Raises:
        CommandLineError: One is neither.
    """
    for word in map(str, specs):
        if "." in word or os.path.lexists(word):
            continue
        from gen_sweeps.spec.names import closest_match  # noqa: PLC0415 - rarely needed

        hint = _SEE_HELP
        if word in ("check", "diff", "watch"):
            hint = f"write `gen-sweeps spec.toml --{word}`"
        elif match := closest_match(word, COMMANDS):
            hint = f"did you mean `gen-sweeps {match}`?"
        message = f"there is no command and no spec {word!r}"
        raise CommandLineError.at(message, hint=hint)


def _printed(code: object, progress: Progress) -> Outcome:
    """Return the outcome of a call that Typer has answered itself."""
    del progress
    return Outcome(code if isinstance(code, int) else 0)


def _app(name: str | None, arguments: Sequence[str], *, completing: bool) -> typer.Typer:
    """Return the application that a command is, or the main job without one."""
    asked = not {"-h", "--help"}.isdisjoint(arguments)
    page = None
    if asked:
        from gen_sweeps.cli import help as manual  # noqa: PLC0415 - only people ask for it

        page = manual.page(name)
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
