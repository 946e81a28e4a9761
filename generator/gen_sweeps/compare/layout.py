"""What sort of layout differs, in a reader's words."""

from __future__ import annotations

import re

_SPACE = re.compile(r"\s+")


def layout_note(a: str, b: str, *, at_end: bool = False) -> str:
    """Return what differs between two texts that stand between the same code.

    Args:
        a: The text of the first file.
        b: The text of the second.
        at_end: Whether the file ends there.
    """
    if at_end and not (a + b).strip():
        return "end of file"
    bare_a, bare_b = _SPACE.sub("", a), _SPACE.sub("", b)
    if bare_a.replace(",", "") == bare_b.replace(",", "") and bare_a != bare_b:
        return "trailing comma"
    if bare_a != bare_b and _without_parentheses(bare_a) == _without_parentheses(bare_b):
        return "parentheses"
    if bare_a == bare_b and a.count("\n") != b.count("\n"):
        return "blank lines" if min(a.count("\n"), b.count("\n")) or not bare_a else "wrapping"
    return "spacing" if bare_a == bare_b else "punctuation"


def _without_parentheses(text: str) -> str:
    return re.sub(r"[()]", "", text)
