"""The only module that prints: results to stdout, everything else to stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Self, TextIO

from gen_sweeps.errors import FileError, Problem

PATIENCE = 1.0
"""Seconds that a run may take before it shows how far it is."""

_RED, _YELLOW, _CYAN, _RESET = "\x1b[1;31m", "\x1b[1;33m", "\x1b[36m", "\x1b[0m"


def result(text: str) -> None:
    """Print a result to stdout; what its encoding does not have is escaped.

    Raises:
        BrokenPipeError: Whoever read it has enough.
        FileError: It can't be written.
    """
    if sys.stdout is None:  # a closed stream, as after `>&-`
        return
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FileError.at(f"can't be written: {error.strerror}", "standard output") from None


def problems(found: Sequence[Problem]) -> None:
    """Print what is wrong to stderr; a hint that several problems share stands once, below."""
    for index, problem in enumerate(found):
        _line(_RED, "error", str(problem))
        following = found[index + 1] if index + 1 < len(found) else None
        if problem.hint and (following is None or following.hint != problem.hint):
            _line(_CYAN, "hint", problem.hint)


def note(text: str) -> None:
    """Print to stderr what was assumed on the way to a result."""
    sys.stderr.write(f"{text}\n")


def warning(text: str) -> None:
    """Print a warning to stderr."""
    _line(_YELLOW, "warning", text)


def progress(text: str) -> None:
    """Print to stderr what is going on."""
    _line(_CYAN, "note", text)


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Give what is told how far a run is, and shows it once the run takes longer than a second.

    It is shown on stderr, and only if that is a terminal.
    """
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _what, _done, _total: None
        return
    with _Bars() as bars:
        yield bars.show


class _Bars:
    """A bar for each thing that is done, one below the other."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._open = ExitStack()
        self._what = ""
        self._shown = 0
        self._advance: Callable[[int], None] = lambda _steps: None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def show(self, what: str, done: int, total: int) -> None:
        """Show that of what is done so many things are, of so many in all."""
        if time.monotonic() < self._start + PATIENCE:
            return
        if what != self._what:
            import typer  # noqa: PLC0415 - heavy, and only long runs are worth it

            self._open.close()
            bar = typer.progressbar(length=total, label=what, file=sys.stderr)
            self._advance = self._open.enter_context(bar).update
            self._what, self._shown = what, 0
        self._advance(done - self._shown)
        self._shown = done


def _line(colour: str, label: str, text: str) -> None:
    if sys.stderr is None:  # likewise
        return
    visible = "".join(c if c.isprintable() or c == " " else ascii(c)[1:-1] for c in text)
    start = f"{colour}{label}{_RESET}:" if coloured(sys.stderr) else f"{label}:"
    with suppress(OSError):  # there is nowhere left to say it
        sys.stderr.write(f"{start} {visible}\n")
        sys.stderr.flush()


def coloured(stream: TextIO) -> bool:
    """Say whether a stream takes colour: a terminal, unless NO_COLOR or FORCE_COLOR decides."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
