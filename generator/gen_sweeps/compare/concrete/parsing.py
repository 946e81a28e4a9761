"""Reading a Python file: Python says whether it is one, LibCST what is in it."""

from __future__ import annotations

import gc
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gen_sweeps.errors import GenSweepsError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gen_sweeps.compare.concrete.tree import Module


class SourceError(GenSweepsError):
    """A file is not valid Python, or can't be read as such."""


def parse(path: str, source: bytes) -> Module:
    """Read a Python file.

    Args:
        path: The file as the user named it; only shown, never opened.
        source: Its bytes, in whatever encoding it declares.

    Raises:
        SourceError: If this Python does not accept it (with Python's own position), or LibCST can't
            read it.
    """
    from gen_sweeps.compare.concrete.reading import UnreadableError, read_module  # noqa: PLC0415 - LibCST

    check(path, source)
    try:
        with _without_garbage_collection():
            return read_module(path, source)
    except RecursionError:
        raise SourceError(_too_deep(path)) from None
    except UnreadableError as error:
        problem = Problem(
            f"Python accepts this file, but LibCST can't read it ({error})",
            path,
            hint="an unusual line continuation, indentation or the newest syntax may be the cause",
        )
        raise SourceError(problem) from None


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Spare the collector the walk through many new nodes, none of which is garbage yet."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def check(path: str, source: bytes) -> None:
    """Raise SourceError with Python's message and position unless Python accepts the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        line, column = error.lineno or None, error.offset or None
        raise SourceError(Problem(f"not valid Python: {error.msg}", path, line, column)) from None
    except (ValueError, OverflowError) as error:
        raise SourceError(Problem(f"not valid Python: {error}", path)) from None
    except (RecursionError, MemoryError):
        raise SourceError(_too_deep(path)) from None


def _too_deep(path: str) -> Problem:
    return Problem(
        "the code is nested too deeply to be read",
        path,
        hint="split its longest expression, or its longest chain of `elif`, into several",
    )
