"""The outcome of a command: everything to print, and the exit code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gen_sweeps.errors import Problem

INTERRUPTED = 130
"""The exit code of a run that was interrupted, Typer's too: 128 and the number of the signal."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a command.

    Attributes:
        exit_code: 0 if all is well, 1 if the answer is "it differs", 2 if there is none.
        result: For stdout: a text, or the parts of one that are made as they are printed.
        problems: What is wrong.
        warnings: What a person should know although nothing failed.
        notes: What was assumed on the way to the result.
    """

    exit_code: int = 0
    result: str | Iterable[str] = ""
    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    notes: Sequence[str] = ()
