"""What sort of layout differs, in a reader's words."""

from __future__ import annotations

import codecs
import re

_SPACE = re.compile(r"\s+")


def same_layout(a: str, b: str) -> bool:
    r"""Whether two texts are the same but for their line ends, which are named once a file."""
    return a == b or _unix(a) == _unix(b)


def layout_note(a: str, b: str, *, at_end: bool) -> str:
    """Return what differs between two texts without comments that stand between the same code.

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


def whole_file_notes(a: bytes, b: bytes, *, anything: bool) -> list[str]:
    """Return what differs in the bytes of two files as a whole.

    Args:
        a: The first file, not equal to the second.
        b: The second.
        anything: Whether a difference was found already; if not, there must be one here.
    """
    notes: list[str] = []
    ends = _line_ends(a), _line_ends(b)
    if ends[0] != ends[1] and all(map(any, ends)):
        notes.append("line ends")
    if a.startswith(codecs.BOM_UTF8) != b.startswith(codecs.BOM_UTF8):
        notes.append("byte order mark")
    return notes if notes or anything else ["bytes"]


def _line_ends(data: bytes) -> tuple[bool, bool, bool]:
    windows = data.count(b"\r\n")
    return windows > 0, data.count(b"\r") > windows, data.count(b"\n") > windows


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _without_parentheses(text: str) -> str:
    return text.replace("(", "").replace(")", "")
