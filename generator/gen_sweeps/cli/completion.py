"""Completions for the shell; loaded only when one asks.

Typer speaks with the shells; this module adds what Typer can't know: that the first word may be a
command or a spec, and which arms a spec has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path

from gen_sweeps.errors import GenSweepsError

MAX_ARMS = 100
"""How many arms are proposed; of more, only their levels are."""


def take_command(environ: MutableMapping[str, str], commands: Iterable[str]) -> str | None:
    """Return the command that stands in the place of SPEC on the line to complete, if one does.

    It is taken out of the line, so that what is left is completed like a line of its own.
    A word that is still being typed is no command yet.
    """
    for variable in ("COMP_WORDS", "_TYPER_COMPLETE_ARGS"):
        line = environ.get(variable, "")
        match = re.match(r"\s*(\S+)\s+(\S+)(?=\s)", line)
        if match is None or match[2] not in commands:
            continue
        if variable == "COMP_WORDS":
            word = int(environ.get("COMP_CWORD", "0"))
            if word < 2:  # noqa: PLR2004 - the command itself, word 1, is what is completed
                continue
            environ["COMP_CWORD"] = str(word - 1)
        environ[variable] = match[1] + line[match.end() :]
        return match[2]
    return None


def specs(incomplete: str, commands: Iterable[str] = ()) -> list[str]:
    """Return the commands and the TOML files that start with `incomplete`.

    Folders are left to the shell, which is asked for files if nothing is proposed here.
    """
    found = [command for command in commands if command.startswith(incomplete)]
    folder, slash, start = incomplete.rpartition("/")
    try:
        names = sorted(path.name for path in Path(folder + slash).iterdir())
    except OSError:
        return found
    fits = (name for name in names if name.startswith(start) and name.endswith(".toml"))
    return found + [f"{folder}{slash}{name}" for name in fits]


def arms(environ: Mapping[str, str], incomplete: str) -> list[str]:
    """Return the names, starting with `incomplete`, of what the spec on the line has.

    These are its strategies and levels, and its arms if they are few. The spec is the first word
    that names a file; without one, or if it can't be read, there are none.
    """
    line = environ.get("COMP_WORDS") or environ.get("_TYPER_COMPLETE_ARGS", "")
    spec = next((path for path in map(Path, line.split()[1:]) if _is_file(path)), None)
    if spec is None:
        return []
    from gen_sweeps.spec.loading import load  # noqa: PLC0415 - loads more than a shell needs

    try:
        found = load(spec)
    except GenSweepsError:
        return []
    levels = dict.fromkeys(arm.levels[axis] for axis in found.axis_names for arm in found.arms)
    matching = [arm.name for arm in found.arms if arm.name.startswith(incomplete)]
    named = [name for name in levels if name.startswith(incomplete)]
    return list(dict.fromkeys((*named, *(matching if len(matching) <= MAX_ARMS else ()))))


def _is_file(path: Path) -> bool:
    with suppress(OSError, ValueError):
        return path.is_file()
    return False
