"""The fast path: parses plain calls without Typer.

Hooks and CI call `gen-sweeps spec.toml --check` again and again, and Typer takes longer to load
than the work takes. It parses everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from gen_sweeps.cli.call import CommandCall

_FLAGS = {
    "--check": "check",
    "--diff": "diff",
    "--git": "git",
    "--force": "force",
    "--quiet": "quiet",
    "-q": "quiet",
}


def plain_call(arguments: Sequence[str]) -> CommandCall | None:
    """Return the call of arguments that are specs and flags; None if there is more to them."""
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


def _arms_call(command: str, spec: str) -> CommandCall | None:
    """Return the call of a command that takes one spec, if that is one."""
    if not spec.endswith(".toml"):
        return None
    if command == "run":
        from gen_sweeps.commands.run import RunOptions, run  # noqa: PLC0415 - heavy

        return CommandCall("run", partial(run, RunOptions(Path(spec))))
    from gen_sweeps.commands.status import StatusOptions, status  # noqa: PLC0415 - likewise

    return CommandCall("status", partial(status, StatusOptions(Path(spec))))
