"""Prints to the terminal: results to stdout, everything else to stderr."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Self, TextIO

from gen_sweeps.characters import escaped
from gen_sweeps.errors import FileError, Problem
from gen_sweeps.progress import Progress, silent

PATIENCE = 1.0
"""Seconds after which a run shows its progress."""

_RED, _YELLOW, _CYAN, _RESET = "\x1b[1;31m", "\x1b[1;33m", "\x1b[36m", "\x1b[0m"
COLOURS = BOLD, YELLOW, PLAIN = "\x1b[1m", "\x1b[33m", _RESET
"""What a result may have on a terminal that takes colour."""

_COLOUR = re.compile(f"({'|'.join(map(re.escape, COLOURS))})")


def result(text: str) -> None:
    """Print a result to stdout; what a terminal would obey is escaped, but for our own colours.

    Characters that the encoding of stdout lacks are escaped too.

    Raises:
        BrokenPipeError: The reader has closed it.
        FileError: It can't be written.
    """
    if sys.stdout is None:  # a closed stream, as after `>&-`
        return
    encoding = sys.stdout.encoding or "utf-8"
    if coloured(sys.stdout):
        text = "".join(p if p in COLOURS else escaped(p) for p in _COLOUR.split(text))
    else:
        text = escaped(text)
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as fault:
        give_up_output()
        raise FileError.at(f"can't be written: {fault.strerror}", "standard output") from None


def give_up_output() -> None:
    """Send stdout nowhere from now on: Python's own attempt to flush it would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def problems(found: Sequence[Problem]) -> None:
    """Print what is wrong to stderr; a hint that several problems share stands once, below."""
    _with_hints(found, error)


def warnings(found: Sequence[Problem]) -> None:
    """Print to stderr, likewise, what a person should know although nothing failed."""
    _with_hints(found, _warning)


def _with_hints(found: Sequence[Problem], print_one: Callable[[str], None]) -> None:
    for index, problem in enumerate(found):
        print_one(str(problem))
        following = found[index + 1] if index + 1 < len(found) else None
        if problem.hint and (following is None or following.hint != problem.hint):
            hint(problem.hint)


def error(text: str) -> None:
    """Print to stderr what is wrong."""
    _line(_RED, "error", text)


def hint(text: str) -> None:
    """Print to stderr what to do about it."""
    _line(_CYAN, "hint", text)


def _warning(text: str) -> None:
    _line(_YELLOW, "warning", text)


def note(text: str) -> None:
    """Print to stderr what was assumed, or what is going on."""
    _line(_CYAN, "note", text)


def traceback(text: str) -> None:
    """Print a traceback to stderr, as it is."""
    if sys.stderr is not None:  # a closed stream, as after `2>&-`
        sys.stderr.write(text)


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Yield a `Progress` that shows how far a run is once it takes longer than a second.

    It is shown on stderr, and only if that is a terminal.
    """
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield silent
        return
    with _Bars() as bars:
        yield bars.show


class _Bars:
    """A progress bar for each stage, one below the other."""

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
        """Show how many items of a stage are done, out of how many."""
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
    if sys.stderr is None:  # a closed stream, as after `2>&-`
        return
    visible = "".join(c if c.isprintable() or c == " " else ascii(c)[1:-1] for c in text)
    start = f"{colour}{label}{_RESET}:" if coloured(sys.stderr) else f"{label}:"
    with suppress(OSError):  # there is nowhere left to say it
        sys.stderr.write(f"{start} {visible}\n")
        sys.stderr.flush()


def width() -> int:
    """Return the columns of the terminal; 100 if there is none."""
    return shutil.get_terminal_size((100, 24)).columns


def coloured(stream: TextIO) -> bool:
    """Say whether a stream takes colour: a terminal, unless NO_COLOR or FORCE_COLOR decides."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
