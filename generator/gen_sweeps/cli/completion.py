"""Completions for the shell; loaded only when one asks.

Typer speaks with the shells; this module adds what Typer can't know: that the first word may be a
command or a spec, and which arms a spec has.
"""

from __future__ import annotations

import re
import shlex
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


def specs(environ: Mapping[str, str], incomplete: str, commands: Iterable[str] = ()) -> list[str]:
    """Return the TOML files that start with `incomplete`, and commands where one may stand.

    What is on the line already is left out. Folders are left to the shell, which is asked for
    files if nothing is proposed here.
    """
    named = _named_files(environ)
    found = [command for command in commands if command.startswith(incomplete) and not named]
    folder, slash, start = incomplete.rpartition("/")
    try:
        names = sorted(path.name for path in Path(folder + slash).iterdir())
    except OSError:
        return found
    fits = (name for name in names if name.startswith(start) and name.endswith(".toml"))
    paths = (f"{folder}{slash}{name}" for name in fits)
    return found + [path for path in paths if path == incomplete or Path(path) not in named]


def arms(environ: Mapping[str, str], incomplete: str) -> list[str]:
    """Return the names, starting with `incomplete`, of what the specs on the line have.

    These are their strategies and levels, and their arms if those are few. A spec that can't be
    read has none.
    """
    from gen_sweeps.spec.loading import load  # noqa: PLC0415 - loads more than a shell needs

    named: dict[str, None] = {}
    for spec in _named_files(environ):
        try:
            found = load(spec)
        except GenSweepsError:
            continue
        named |= dict.fromkeys(arm.levels[axis] for axis in found.axis_names for arm in found.arms)
        matching = [arm.name for arm in found.arms if arm.name.startswith(incomplete)]
        named |= dict.fromkeys(matching if len(matching) <= MAX_ARMS else ())
    return [name for name in named if name.startswith(incomplete)]


def _named_files(environ: Mapping[str, str]) -> list[Path]:
    """Return the TOML files that the line to complete names."""
    line = environ.get("COMP_WORDS") or environ.get("_TYPER_COMPLETE_ARGS", "")
    try:
        words = shlex.split(line)
    except ValueError:  # a quote is still open
        words = line.split()
    return [path for path in map(Path, words[1:]) if path.suffix == ".toml" and _is_file(path)]


def _is_file(path: Path) -> bool:
    with suppress(OSError, ValueError):
        return path.is_file()
    return False
