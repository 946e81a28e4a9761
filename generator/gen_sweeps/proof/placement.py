"""Checks that text of the spec stands where its filter has made it safe.

A filter makes text safe for one kind of place: a literal for code, the text of a docstring for
three quotes. Python's own tokens of the rendered file tell whether the template printed it there.
Only the first of the files that share a skeleton is checked: what stands around the holes is the
same in all of them.
"""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from gen_sweeps.errors import TemplateError
from gen_sweeps.rendering.renderer import File
from gen_sweeps.rendering.skeleton import Kind, Placement

_BREAKS_STRING = re.compile("[\"'\\\\\n]")
_BREAKS_FORMAT = re.compile("[\"'\\\\\n{}]")
_NAME = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")
_PREFIX = re.compile("[A-Za-z]*(\"\"\"|'''|\"|')")

_FORMAT_STARTS = {
    getattr(tokenize, name) for name in ("FSTRING_START", "TSTRING_START") if name in dir(tokenize)
}
_FORMAT_ENDS = {
    getattr(tokenize, name) for name in ("FSTRING_END", "TSTRING_END") if name in dir(tokenize)
}


class _Where(Enum):
    """What a part of a file is to Python, if it is not code."""

    STRING = auto()
    FORMAT = auto()
    COMMENT = auto()


@dataclass(frozen=True, slots=True)
class _TextRegion:
    """A string, an f-string or a comment: as offsets, with its quotes."""

    where: _Where
    start: int
    end: int

    def holds(self, placement: Placement) -> bool:
        """Say whether a placement stands inside, and is not what makes the region."""
        if placement.kind is Kind.COMMENT and self.where is _Where.COMMENT:
            return self.start <= placement.start < self.end
        return self.start < placement.start < self.end


def check_placements(file: File, shown: str) -> None:
    """Check that each thing of the spec stands in a place that its filter made it safe for.

    Args:
        file: A file that Python accepts.
        shown: The file's path as the user would name it.

    Raises:
        TemplateError: A thing stands in another place.
    """
    placements = file.page.placements
    if not placements:
        return
    source = file.source
    regions = list(_regions(source))
    starts = [region.start for region in regions]
    for placement in placements:
        index = bisect_right(starts, placement.start) - 1
        region = regions[index] if index >= 0 else None
        if region is not None and not region.holds(placement):
            region = None
        if fault := _fault(source, placement, region):
            line = source.count("\n", 0, placement.start) + 1
            hint = f"in {file.template}, {_HINTS[placement.kind]}"
            raise TemplateError.at(f"has {fault}", shown, line, hint=hint)


_HINTS = {
    Kind.VALUE: "`| python` is for code, outside of strings; join what is to be one string",
    Kind.DOCSTRING: "`| docstring` is for text between three quotes",
    Kind.COMMENT: "`| comment` is for a place where a comment may start",
    Kind.NAME: "`| name` is for code",
    Kind.SHELL: "`| sh` is for shell scripts",
    Kind.JSON: "`| json` is for JSON and YAML",
    Kind.TEXT: "print it with `| python` or `| name` in code, in f-strings through a variable",
}


def _fault(source: str, placement: Placement, region: _TextRegion | None) -> str | None:
    """Return what is wrong with a placement, or None."""
    text = source[placement.start : placement.end]
    if not text or placement.kind is Kind.NAME:
        return None
    if region is None:
        code = text.partition("\n")[0]
        return None if placement.kind is Kind.VALUE else f"text of the spec in its code: `{code}`"
    if _NAME.fullmatch(text):
        return None
    if region.where is _Where.COMMENT:
        stays = placement.end <= region.end or _is_comment(source, placement)
        return None if stays else "text of the spec that goes on after its comment"
    return _fault_in_string(source, placement, region)


def _fault_in_string(source: str, placement: Placement, region: _TextRegion) -> str | None:
    text = source[placement.start : placement.end]
    quotes = _PREFIX.match(source, region.start)
    opening = quotes[0] if quotes else ""
    length = len(quotes[1]) if quotes else 0
    start, end = region.start + len(opening), region.end - length
    if not start <= placement.start <= placement.end <= end:
        return "text of the spec that leaves its string"
    if region.where is _Where.FORMAT:
        before = source[start : placement.start].replace("{{", "").replace("}}", "")
        if before.count("{") > before.count("}"):
            return "text of the spec in the code of an f-string"
        breaks = _BREAKS_FORMAT
    elif placement.kind is Kind.DOCSTRING and length == len('"""'):
        return None
    else:
        breaks = _BREAKS_STRING
    return "text of the spec that could leave its string" if breaks.search(text) else None


def _is_comment(source: str, placement: Placement) -> bool:
    """Say whether a placement was made a comment, each line of its own."""
    if placement.kind is not Kind.COMMENT:
        return False
    lines = source[placement.start : placement.end].split("\n")
    return all(line.lstrip(" ").startswith("#") for line in lines)


def _regions(source: str) -> Iterator[_TextRegion]:
    """Yield the strings, f-strings and comments of a file that Python accepts, in order."""
    lines = [0]
    for line in source.split("\n"):
        lines.append(lines[-1] + len(line) + 1)

    def offset(position: tuple[int, int]) -> int:
        return lines[position[0] - 1] + position[1]

    depth = opened = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        start, end = offset(token.start), offset(token.end)
        if token.type in _FORMAT_STARTS:
            opened = opened if depth else start
            depth += 1
        elif token.type in _FORMAT_ENDS:
            depth -= 1
            if not depth:
                yield _TextRegion(_Where.FORMAT, opened, end)
        elif depth:
            continue
        elif token.type == tokenize.COMMENT:
            yield _TextRegion(_Where.COMMENT, start, end)
        elif token.type == tokenize.STRING:
            quotes = _PREFIX.match(token.string)
            is_format = quotes is not None and set("fFtT") & set(quotes[0])
            yield _TextRegion(_Where.FORMAT if is_format else _Where.STRING, start, end)
