"""Fills `{strategy}` and `{axis}` in the texts of variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gen_sweeps.spec.model import STRATEGY

_FIELD = re.compile(r"\{\{([A-Za-z0-9_]+)\}\}|\{([A-Za-z0-9_]+)\}", re.ASCII)


_ANY_FIELD = re.compile(r"(?<![{$])\{\s*([A-Za-z0-9_]+)\s*(?:[!:][^{}]*)?\}(?!\})", re.ASCII)


@dataclass(frozen=True, slots=True)
class TextPattern:
    """A text with names of axes in it.

    Attributes:
        template: The text, with `%s` for each name.
        axes: The names, in their order.
    """

    template: str
    axes: tuple[str, ...]

    def fill(self, levels: Mapping[str, str]) -> str:
        """Return the text with the names of an arm's levels."""
        return self.template % tuple([levels[axis] for axis in self.axes])


def parse_pattern(text: str, axes: frozenset[str], *, varies: bool) -> TextPattern | None:
    """Return what is to be replaced in a text; None if it is no pattern.

    Args:
        text: The text; `{axis}` in it is a name to replace, `{{axis}}` stands for `{axis}`, and
            other braces are text.
        axes: The names of all axes.
        varies: Whether the variable that has it may differ between strategies. If not, the
            strategy's name alone makes it no pattern.
    """
    if "{" not in text:
        return None
    deciding = axes if varies else axes - {STRATEGY}
    found = [match for match in _FIELD.finditer(text) if (match[1] or match[2]) in axes]
    if not any((match[1] or match[2]) in deciding for match in found):
        return None
    template = ""
    end = 0
    for match in found:
        template += text[end : match.start()].replace("%", "%%")
        template += f"{{{match[1]}}}" if match[1] else "%s"
        end = match.end()
    template += text[end:].replace("%", "%%")
    return TextPattern(template, tuple(match[2] for match in found if match[2]))


def unfilled_fields(text: str) -> Iterator[tuple[str, str]]:
    """Yield what in a text may be meant to be replaced: as it is written, and the name in it.

    Such as `{seed:03d}`, `{ seed }` and `{seed}`; not `{{seed}}` and `${seed}`.
    """
    for match in _ANY_FIELD.finditer(text):
        yield match[0], match[1]
