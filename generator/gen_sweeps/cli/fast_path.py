"""The plainest way to call the command, understood without loading a parser of arguments.

Hooks and CI call `gen-sweeps spec.toml --check` again and again, and Typer takes longer to load
than all the rest of the work. What is not as plain as that is left to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

COMMANDS = frozenset({"compare", "init", "report", "resolve", "schema"})
"""What stands in the place of the spec to call for something else."""

_FLAGS = {
    "--check": "check",
    "--diff": "diff",
    "--force": "force",
    "--quiet": "quiet",
    "-q": "quiet",
    "--no-cache": "no_cache",
}


@dataclass(frozen=True, slots=True)
class Call:
    """A spec and the flags that are set, by the names of the options."""

    spec: str
    flags: frozenset[str]


def plain_call(arguments: Sequence[str]) -> Call | None:
    """Return what arguments mean that are one spec and flags; None if there is more to them."""
    names = [argument for argument in arguments if not argument.startswith("-")]
    flags = [_FLAGS.get(argument) for argument in arguments if argument.startswith("-")]
    if len(names) != 1 or not names[0] or names[0] in COMMANDS or None in flags:
        return None
    return Call(names[0], frozenset(flag for flag in flags if flag is not None))
