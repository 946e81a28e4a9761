"""A call of the command line: which command to run, with which options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.commands.outcome import Outcome
from gen_sweeps.progress import Progress


@dataclass(frozen=True, slots=True)
class CommandCall:
    """A command with its options, not yet run.

    Attributes:
        command: What is done, as JSON names it: "write", "check", "diff", or the command's name.
        run: Runs the command.
        output_format: For whom to print what is wrong: "text", "json" or "github".
        watched: The spec, if the command is to run again whenever it changes.
    """

    command: str
    run: Callable[[Progress], Outcome]
    output_format: str = "text"
    watched: Path | None = None
