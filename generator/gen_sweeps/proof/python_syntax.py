"""Parses rendered files as Python does, and finds the end of their docstrings."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Sequence

from gen_sweeps.errors import PYTHON, TemplateError
from gen_sweeps.rendering.renderer import File

_FORBIDDEN = re.compile("[\x00\r\x0c\ufeff\ud800-\udfff]")
"""Characters that parsers disagree about, or that UTF-8 can't encode."""


def parse(file: File, shown: str) -> ast.Module:
    """Return the tree of a file that Python accepts as a whole.

    Args:
        file: The file; its bytes are parsed, as Python would read them from disk.
        shown: The file's path as the user would name it.

    Raises:
        TemplateError: Python does not accept it, with Python's own message, line and column; or
            it declares an encoding that it does not have.
    """
    check_characters(file, shown)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # e.g. of "\d": the user's linter will say so
            tree = ast.parse(file.source.encode())
            compile(tree, shown, "exec", dont_inherit=True)
    except SyntaxError as error:
        from gen_sweeps.compare import newer_syntax_hint  # noqa: PLC0415 - only a refusal needs it

        lines = file.source.split("\n")
        line = error.lineno or 1
        text = lines[line - 1].strip() if line <= len(lines) else ""
        raise TemplateError.at(
            f"is not valid {PYTHON}: {error.msg}",
            shown,
            line,
            error.offset,
            hint=newer_syntax_hint(error, file.source.encode())
            or f"{file.template} renders this line as `{text}`",
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        message = f"is not valid {PYTHON}: {str(error) or 'it nests too deep'}"
        raise TemplateError.at(message, shown, hint=f"look into {file.template}") from None
    encoding, lines_read = tokenize.detect_encoding(io.BytesIO(file.source.encode()).readline)
    if encoding != "utf-8":
        message = f"declares the encoding {encoding}, but is written as UTF-8"
        hint = f"take the comment out of {file.template}"
        raise TemplateError.at(message, shown, len(lines_read), hint=hint)
    return tree


def check_characters(file: File, shown: str) -> None:
    """Check that a file has no character that parsers disagree about.

    Raises:
        TemplateError: It has one: a null, carriage return, form feed, byte order mark, surrogate.
    """
    source = file.source
    if match := _FORBIDDEN.search(source):
        line = source.count("\n", 0, match.start()) + 1
        message = f"has U+{ord(match[0]):04X}, which no generated file may have"
        hint = f"look for it in {file.template}; `| python` and `| docstring` escape it"
        raise TemplateError.at(message, shown, line, hint=hint)


def docstring_span(source: str, tree: ast.Module) -> tuple[int, int]:
    """Return the offsets at which the module docstring starts and ends.

    They are the same if there is none, or if it is more than one literal: comments may stand
    between two.
    """
    if ast.get_docstring(tree, clean=False) is None:
        return 0, 0
    node = tree.body[0]
    assert isinstance(node, ast.Expr)  # noqa: S101 - it is a docstring
    lines = source.split("\n")
    string = node.value
    start = offset_of(lines, string.lineno, string.col_offset)
    last = (string.end_lineno or string.lineno, string.end_col_offset or string.col_offset)
    end = offset_of(lines, *last)
    tokens = tokenize.generate_tokens(io.StringIO(source[start:end]).readline)
    is_one = sum(token.type == tokenize.STRING for token in tokens) == 1
    return (start, end) if is_one else (0, 0)


def offset_of(lines: Sequence[str], line: int, column: int) -> int:
    """Return the offset in characters of a position as `ast` gives it.

    Args:
        lines: The text's lines, without their ends.
        line: The line, from 1.
        column: The bytes of UTF-8 before it on the line.
    """
    before = sum(len(text) + 1 for text in lines[: line - 1])
    return before + len(lines[line - 1].encode()[:column].decode(errors="replace"))
