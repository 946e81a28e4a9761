"""What formatters change without an edit: the layout of a file."""

from __future__ import annotations

import ast
import io
import json
import tokenize
from contextlib import suppress

_SPELLED = (tokenize.NUMBER, tokenize.COMMENT)


def is_reformatted(path: str, found: bytes, wanted: bytes) -> bool:
    """Say whether a file says what it should in another layout; of Python and JSON it is known."""
    # What cannot be read says something else: ValueError is that of JSON, of text and of NUL.
    with suppress(ValueError, SyntaxError, RecursionError, MemoryError, tokenize.TokenError):
        if path.endswith(".json"):
            return bool(json.loads(found) == json.loads(wanted))
        if path.endswith(".py"):
            return _said(found) == _said(wanted)
    return False


def _said(source: bytes) -> tuple[str, list[str]]:
    """Return what a file of Python says: its syntax, and how numbers and comments are spelled."""
    tokens = tokenize.tokenize(io.BytesIO(source).readline)
    return ast.dump(ast.parse(source)), [it.string for it in tokens if it.type in _SPELLED]
