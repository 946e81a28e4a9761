"""The text between the nodes: brackets, commas, white space and comments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gen_sweeps.compare.concrete.tree import Node, SourceText

_COMMENT = re.compile(r"#[^\r\n]*")
_OWN_LINE = re.compile(r"^[ \t\f]*#[^\r\n]*(?:\r\n|\n|\r|$)", re.MULTILINE)
_TRAILING = re.compile(r"[ \t\f]*#[^\r\n]*")
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Gap:
    """Text that belongs to no node.

    Attributes:
        start: Where it starts, in bytes.
        end: Where it ends, exclusive.
        at_line_start: Whether a line starts here.
    """

    start: int
    end: int
    at_line_start: bool = False


@dataclass(frozen=True, slots=True)
class GapText:
    """What stands in a gap.

    Attributes:
        comments: Its comments, in order.
        layout: What is left without them, and without a comma between two elements.
    """

    comments: tuple[str, ...]
    layout: str


def gaps_between(node: Node, text: SourceText) -> list[Gap]:
    """Return the text before, between and after the children of a node, in order."""
    bounds = [node.start]
    for child in node.children:
        bounds += [child.start, child.end]
    bounds.append(node.end)
    return [
        Gap(a, max(a, b), a == 0 or text.data[a - 1 : a] in {b"\n", b"\r"})
        for a, b in zip(bounds[::2], bounds[1::2], strict=True)
    ]


def split_gap(gap: Gap, text: SourceText) -> tuple[Gap, Gap]:
    """Return the rest of the line that a gap starts on, and the lines after it."""
    if gap.at_line_start:
        return Gap(gap.start, gap.start), gap
    data = text.data[gap.start : gap.end].decode("utf-8", "replace")
    match = _LINE_END.search(data)
    if match is None:
        return gap, Gap(gap.end, gap.end)
    middle = gap.start + len(data[: match.end()].encode())
    return Gap(gap.start, middle), Gap(middle, gap.end, at_line_start=True)


def read_gap(gap: Gap, text: SourceText, *, separator: bool) -> GapText:
    """Return the comments in a gap, and the rest.

    Args:
        gap: Where to look.
        text: The file's text.
        separator: Whether it stands between two elements, where a comma must be.
    """
    data = text.slice(gap.start, gap.end)
    comments: tuple[str, ...] = ()
    if "#" in data:
        comments = tuple(_COMMENT.findall(data))
        if gap.at_line_start:
            data = _OWN_LINE.sub("", data)
        else:
            first, *rest = data.splitlines(keepends=True)
            data = first + _OWN_LINE.sub("", "".join(rest))
        data = _TRAILING.sub("", data)
    if separator:
        data = data.replace(",", "", 1)
    return GapText(comments, data)


def first_comment(gap: Gap, text: SourceText) -> int:
    """Return the offset of the first comment in a gap, or of the gap."""
    found = text.data.find(b"#", gap.start, gap.end)
    return gap.start if found < 0 else found


def said(comments: Sequence[str]) -> list[str]:
    """Return what comments say, without their marks and the space around it."""
    return [" ".join(comment.lstrip("#:").split()) for comment in comments]
