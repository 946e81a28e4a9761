"""What to do about a file that this Python does not accept, but a newer one does."""

from __future__ import annotations

import re
import subprocess
import sys

from gen_sweeps.errors import PYTHON

_GRAMMAR = (
    *("invalid syntax", "expected '('", "f-string", "multiple exception types"),
    *("unterminated string", "'{' was never closed"),
)
"""How messages begin about what the grammar does not know, rather than what it forbids."""

_NEWER = re.compile(
    r"""\b[rR]?[fFtT][rR]?['"]|^\s*type\s+\w|\b(?:def|class)\s+\w+\s*\[|^\s*except\b[^:]*,"""
)
"""What a line has that Python 3.12 or a later one knows: f-strings in f-strings, template strings,
parameters of types, several exceptions without parentheses."""

_PARSE = "import sys, libcst; libcst.parse_module(sys.stdin.buffer.read())"


def newer_syntax_hint(error: SyntaxError, source: bytes) -> str | None:
    """Return what to do about source that only a newer Python accepts; None if none does.

    LibCST knows newer Pythons. Its parser overflows the stack where code nests deep, and takes the
    process with it, which is why it gets one of its own.
    """
    # LibCST takes what every Python forbids, such as a keyword that is given twice.
    lines = source.decode(errors="replace").split("\n")
    number = error.lineno or 1  # that of an unfinished file may be one beyond its end
    line = lines[number - 1] if number <= len(lines) else ""
    if not error.msg.startswith(_GRAMMAR) or not _NEWER.search(line):
        return None
    parsing = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-I", "-c", _PARSE], input=source, capture_output=True, check=False
    )
    if parsing.returncode:
        return None
    return (
        f"a newer Python accepts it: {PYTHON} judges here; run gen-sweeps with the Python that the "
        "cluster has"
    )
