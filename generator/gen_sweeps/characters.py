"""Characters that a terminal or a log obeys instead of showing them.

This module imports nothing of the package.
"""

from __future__ import annotations

import re

_OBEYED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)"
)
"""Control characters and those that change the direction of text; not tabs and line breaks."""


def escaped(text: str) -> str:
    """Return text in which a terminal finds nothing to obey; controls become Python's escapes."""
    return _OBEYED.sub(lambda match: ascii(match[0])[1:-1], text)


def on_one_line(text: str) -> str:
    """Return text, such as the name of a file, that also starts no line of its own."""
    return escaped(text).replace("\r", "\\r").replace("\n", "\\n")
