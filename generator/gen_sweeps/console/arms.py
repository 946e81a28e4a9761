"""Tells on stderr how arms are going: a line for each change, and a bar on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

from gen_sweeps.characters import escaped
from gen_sweeps.console import terminal

_CLEAR = "\r\x1b[K"
_WIDTH = 20
"""Columns of the bar itself."""


class ArmProgress:
    """Shows lines about arms as they come; below them, on a terminal, how many there are of each.

    Attributes:
        ORDER: The states in the order in which they are counted.
    """

    ORDER = (
        *("done", "failed", "timeout", "interrupted", "lost", "running", "queued"),
        *("prepared", "absent", "stale"),
    )

    def __init__(self) -> None:
        stream = sys.stderr
        self._is_terminal = (
            stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
        )

    def show(self, lines: Sequence[str], counts: Mapping[str, int]) -> None:
        """Print lines, and the bar anew.

        Args:
            lines: The lines.
            counts: The number of arms by their state.
        """
        text = "".join(f"{escaped(line)}\n" for line in lines)
        if self._is_terminal:
            text = f"{_CLEAR}{text}{_bar(counts)}"
        _write(text)

    def close(self) -> None:
        """Remove the bar."""
        if self._is_terminal:
            _write(_CLEAR)


def counted(counts: Mapping[str, int]) -> str:
    """Return how many arms have which state, as in "3 done, 1 failed"."""
    return ", ".join(f"{counts[state]} {state}" for state in ArmProgress.ORDER if counts.get(state))


def total(count: int) -> str:
    """Return how many arms there are, as in "12 arms"."""
    return "1 arm" if count == 1 else f"{count} arms"


def _bar(counts: Mapping[str, int]) -> str:
    arms = sum(counts.values()) or 1
    ended = sum(counts.get(state, 0) for state in ("done", "failed", "timeout"))
    filled = "#" * (_WIDTH * ended // arms)
    return f"[{filled:-<{_WIDTH}}] {counted(counts)}"[: terminal.width() - 1]


def _write(text: str) -> None:
    if sys.stderr is None or not text:  # a closed stream, as after `2>&-`
        return
    with suppress(OSError):  # there is nowhere left to say it
        sys.stderr.write(text)
        sys.stderr.flush()
