"""Reading a Python file: Python says whether it is one, LibCST what is in it."""

from __future__ import annotations

import gc
import warnings

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from generator.compare.outline import Outline
from generator.compare.tree import Module, Text
from generator.errors import GenSweepsError, Problem


class SourceError(GenSweepsError):
    """A file is not valid Python, or can't be read as such."""


def parse(path: str, source: bytes) -> Module:
    """Read a Python file.

    Args:
        path: The file as the user named it; only shown, never opened.
        source: Its bytes, in whatever encoding it declares.

    Raises:
        SourceError: If this Python does not accept it (with Python's own position), or LibCST can't read it.
    """
    check(path, source)
    try:
        tree = parse_cst(source)
        spans = MetadataWrapper(tree, unsafe_skip_copy=True).resolve(ByteSpanPositionProvider)
        text = Text.of(tree.code.encode("utf-8", "surrogatepass"))
        exact = text.data == source or tree.bytes == source
        return Module(path, source, text, Outline(text.data, spans).module(tree), exact)
    except RecursionError:
        raise SourceError(_too_deep(path)) from None
    except (cst.ParserSyntaxError, UnicodeError) as error:
        message = str(error).partition("\n")[0].rstrip(".")
        problem = Problem(
            f"Python accepts this file, but LibCST can't read it ({message})",
            path,
            hint="an unusual line continuation, indentation or the newest syntax may be the cause",
        )
        raise SourceError(problem) from None


def parse_cst(source: bytes) -> cst.Module:
    """Return LibCST's tree; faster while no garbage is collected, for a tree has no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        return cst.parse_module(source)
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
