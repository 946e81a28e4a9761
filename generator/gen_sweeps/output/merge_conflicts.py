"""Merge conflicts: what git leaves in a file that two branches have changed in the same place."""

from __future__ import annotations

import re

_MARKER = re.compile(r"([<|=>])\1{6}(?: .*)?")
_ENDS = re.compile(rb"^<{7}(?: [^\n]*)?\r?\n(?:.*\n)?>{7}(?: |\r?$)", re.DOTALL | re.MULTILINE)


def is_conflicted(data: bytes) -> bool:
    """Say whether a file has the markers of a merge conflict in it."""
    return b"<<<<<<<" in data and _ENDS.search(data) is not None


def sides(text: str) -> tuple[str, str]:
    """Return a conflicted text as either branch has it, what is merged already included.

    What stood there before both changed it (git's styles `diff3` and `zdiff3` show it) belongs to
    neither.

    Raises:
        ValueError: The markers do not stand in the order in which git writes them.
    """
    ours: list[str] = []
    theirs: list[str] = []
    following = {"": "<", "<": "|=", "|": "=", "=": ">"}
    part = ""
    for line in text.split("\n"):
        marker = _MARKER.fullmatch(line)
        if marker and marker[1] in following[part]:
            part = "" if marker[1] == ">" else marker[1]
        elif marker:  # those of a base that is a merge itself are longer
            raise ValueError(f"a marker is out of order: {line}")
        else:
            if part in ("", "<"):
                ours.append(line)
            if part in ("", "="):
                theirs.append(line)
    if part:
        raise ValueError("the markers of a conflict have no end")
    return "\n".join(ours), "\n".join(theirs)
