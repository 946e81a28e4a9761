"""Fills `{strategy}` and `{axis}` in the texts of variables."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gen_sweeps.spec.model import STRATEGY

_FIELD = re.compile(r"\{\{([A-Za-z0-9_]+)\}\}|\{([A-Za-z0-9_]+)\}", re.ASCII)


def axes_in(text: str, axes: frozenset[str]) -> frozenset[str]:
    """Return which of the axes a text names in braces."""
    if "{" not in text:
        return frozenset()
    return axes & {match[2] for match in _FIELD.finditer(text)}


def is_pattern(text: str, axes: frozenset[str], *, varies: bool) -> bool:
    """Say whether something is to be replaced in a text.

    Args:
        text: The text.
        axes: The names of all axes.
        varies: Whether the variable that has it may differ between strategies. If not, the
            strategy's name alone makes it no pattern.
    """
    if "{" not in text:
        return False
    wanted = axes if varies else axes - {STRATEGY}
    return any((match[1] or match[2]) in wanted for match in _FIELD.finditer(text))


def fill(pattern: str, names: Mapping[str, str]) -> str:
    """Return a pattern with the names of an arm's levels; `{{axis}}` becomes `{axis}`."""

    def replacement(match: re.Match[str]) -> str:
        if match[1] in names:
            return f"{{{match[1]}}}"
        return names.get(match[2], match[0])

    return _FIELD.sub(replacement, pattern)
