"""Checks that text of the spec stands where its filter has made it safe.

A filter makes text safe for one kind of place: a literal for code, the text of a docstring for
three quotes. Python's own tokens of the rendered file tell whether the template printed it there.
Only the first of the files that share a skeleton is checked: what stands around the holes is the
same in all of them.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from gen_sweeps.errors import TemplateError
from gen_sweeps.proof.tokens import SourceToken, TokenKind, source_tokens
from gen_sweeps.rendering.renderer import File
from gen_sweeps.rendering.skeleton import Kind, Placement

_BREAKS_STRING = re.compile("[\"'\\\\\n]")
_BREAKS_FORMAT = re.compile("[\"'\\\\\n{}]")
_NAME = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")
_THREE_QUOTES = 3


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
    kinds = (TokenKind.STRING, TokenKind.FORMAT, TokenKind.COMMENT)
    regions = [token for token in source_tokens(source) if token.kind in kinds]
    starts = [region.start for region in regions]
    for placement in placements:
        index = bisect_right(starts, placement.start) - 1
        region = regions[index] if index >= 0 else None
        if region is not None and not _holds(region, placement):
            region = None
        if fault := _fault(source, placement, region):
            line = source.count("\n", 0, placement.start) + 1
            hint = f"in {file.template}, {_HINTS[placement.kind]}"
            raise TemplateError.at(f"has {fault}", shown, line, hint=hint)


def _holds(region: SourceToken, placement: Placement) -> bool:
    """Say whether a placement stands in a string or a comment, and is not what makes it that."""
    if placement.kind is Kind.COMMENT and region.kind is TokenKind.COMMENT:
        return region.start <= placement.start < region.end
    return region.start < placement.start < region.end


_HINTS = {
    Kind.VALUE: "`| python` is for code, outside of strings; join what is to be one string",
    Kind.DOCSTRING: "`| docstring` is for text between three quotes",
    Kind.COMMENT: "`| comment` is for a place where a comment may start",
    Kind.NAME: "`| name` is for code",
    Kind.SHELL: "`| sh` is for shell scripts",
    Kind.JSON: "`| json` is for JSON and YAML",
    Kind.TEXT: "print it with `| python` or `| name` in code, in f-strings through a variable",
}


def _fault(source: str, placement: Placement, region: SourceToken | None) -> str | None:
    """Return what is wrong with a placement, or None."""
    text = source[placement.start : placement.end]
    if not text or placement.kind is Kind.NAME:
        return None
    if region is None:
        code = text.partition("\n")[0]
        return None if placement.kind is Kind.VALUE else f"text of the spec in its code: `{code}`"
    if _NAME.fullmatch(text):
        return None
    if region.kind is TokenKind.COMMENT:
        stays = placement.end <= region.end or _is_comment(source, placement)
        return None if stays else "text of the spec that goes on after its comment"
    return _fault_in_string(source, placement, region)


def _fault_in_string(source: str, placement: Placement, region: SourceToken) -> str | None:
    text = source[placement.start : placement.end]
    start, end = region.inner
    if not start <= placement.start <= placement.end <= end:
        return "text of the spec that leaves its string"
    if region.kind is TokenKind.FORMAT:
        before = source[start : placement.start].replace("{{", "").replace("}}", "")
        if before.count("{") > before.count("}"):
            return "text of the spec in the code of an f-string"
        breaks = _BREAKS_FORMAT
    elif placement.kind is Kind.DOCSTRING and region.end - end == _THREE_QUOTES:
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
