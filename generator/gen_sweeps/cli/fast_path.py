"""The fast path: parses plain calls without Typer.

Hooks and CI call `gen-sweeps spec.toml --check` again and again, and Typer takes longer to load
than the work takes. It parses everything else.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from gen_sweeps.cli.call import CommandCall
from gen_sweeps.console import terminal

_FLAGS = {
    "--check": "check",
    "--diff": "diff",
    "--git": "git",
    "--force": "force",
    "--quiet": "quiet",
    "-q": "quiet",
}


def plain_call(arguments: Sequence[str]) -> CommandCall | None:
    """Return the call of arguments that are specs and flags, or of a command's plain use."""
    if arguments and arguments[0] == "compare":
        return _plain_comparison(arguments[1:])
    if len(arguments) == 2 and arguments[0] in ("run", "status"):  # noqa: PLR2004 - it and a spec
        return _arms_call(*arguments)
    names = [argument for argument in arguments if not argument.startswith("-")]
    flags = [_FLAGS.get(argument) for argument in arguments if argument.startswith("-")]
    if not names or None in flags or not all(name.endswith(".toml") for name in names):
        return None
    from gen_sweeps.commands.generate import GenerateOptions, generate  # noqa: PLC0415 - heavy

    if "git" in flags and "check" not in flags:
        return None
    options = GenerateOptions(
        tuple(map(Path, names)),
        check="check" in flags,
        diff="diff" in flags,
        git="git" in flags,
        force="force" in flags,
        quiet="quiet" in flags,
    )
    return CommandCall(options.action, partial(generate, options))


def _plain_comparison(arguments: Sequence[str]) -> CommandCall | None:
    """Return the call of `compare` with files, `--full` and `--vary`; None if there is more."""
    files: list[str] = []
    vary: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--vary":
            pattern = next(rest, None)
            if pattern is None or pattern.startswith("-"):
                return None
            vary.append(pattern)
        elif not argument.startswith("-") and argument:
            files.append(str(Path(argument)))
        elif argument != "--full":
            return None
    from gen_sweeps.commands.compare import CompareOptions, View, compare  # noqa: PLC0415 - heavy

    view = View(
        full="--full" in arguments, color=terminal.coloured(sys.stdout), width=terminal.width()
    )
    options = CompareOptions(tuple(files), tuple(vary), view=view)
    return CommandCall("compare", partial(compare, options))


def _arms_call(command: str, spec: str) -> CommandCall | None:
    """Return the call of a command that takes one spec, if that is one."""
    if not spec.endswith(".toml"):
        return None
    if command == "run":
        from gen_sweeps.commands.run import RunOptions, run  # noqa: PLC0415 - heavy

        return CommandCall("run", partial(run, RunOptions(Path(spec))))
    from gen_sweeps.commands.status import StatusOptions, status  # noqa: PLC0415 - likewise

    return CommandCall("status", partial(status, StatusOptions(Path(spec))))
