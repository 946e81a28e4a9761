"""What may differ, as the user says it with `--vary`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gen_sweeps.errors import GenSweepsError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gen_sweeps.compare.places import FamilyPlace, FamilyStep, Kind

_CALL = re.compile(r"(?:[^\W\d]\w*\.)*([^\W\d]\w*)\s*\(([^()]*)\)")
_ARGUMENT = re.compile(r"[^\W\d]\w*|\*")
_PATH = re.compile(
    r"(?:[^\W\d]\w*|\[\s*(?:\d+|\"[^\"]+\"|'[^']+')\s*\])(?:\.[^\W\d]\w*|\[\s*(?:\d+|\"[^\"]+\"|'[^']+')\s*\])*"
)
_PART = re.compile(r"\w+|\"[^\"]+\"|'[^']+'")
_KINDS: dict[str, Kind] = {
    "docstring": "docstring",
    "docstrings": "docstring",
    "module docstring": "docstring",
    "comment": "comment",
    "comments": "comment",
    "layout": "layout",
}
_NAMES = ("class name", "function name")


class PatternError(GenSweepsError):
    """A `--vary` pattern can't be understood."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Something that may differ.

    Attributes:
        text: The pattern as it was written.
        kind: The kind of difference that it is about; `code` for all but `docstring` and its like.
        call: The function whose arguments may vary, its last dotted part, or "".
        names: The arguments of that call (`*` for all), or else the names on the way to a place.
    """

    text: str
    kind: Kind = "code"
    call: str = ""
    names: tuple[str, ...] = ()

    def allows(self, place: FamilyPlace) -> bool:
        """Whether a difference is one that this pattern lets be, whichever file says what."""
        if self.kind != place.kind:
            return False
        if self.kind != "code":
            return not self.text.startswith("module") or len(place.path) == 1
        if self.call:
            return any(self._is_argument(step) for step in place.path)
        if self.names[0] in _NAMES:
            return place.path[-1:] != () and place.path[-1].part == self.names[0]
        return any(
            _follows(place.path[n:], self.names, anywhere=True) for n in range(len(place.path))
        )

    def _is_argument(self, step: FamilyStep) -> bool:
        named = "*" in self.names or any(name[0] in self.names for name in step.names)
        return self.call in step.calls and named and not step.part


def _follows(path: Sequence[FamilyStep], names: Sequence[str], *, anywhere: bool = False) -> bool:
    """Whether a path goes on with these names, in any file; the first step may be cut into."""
    if not names:
        return True
    if not path:
        return False
    for own in path[0].names or ((),):
        for start in range(len(own)) if anywhere else (0,):
            part = own[start:]
            common = min(len(part), len(names))
            if tuple(part[:common]) == tuple(names[:common]) and _follows(path[1:], names[common:]):
                return True
    return False


def parse_pattern(text: str) -> Pattern:
    """Read a pattern.

    Args:
        text: `Call(argument, …)`, a constant's name, a path such as `optimizer.lr`, `class name`,
            `docstring`, `comment` or `layout`.

    Raises:
        PatternError: If it is none of these.
    """
    pattern = text.strip()
    if pattern in _KINDS:
        return Pattern(pattern, kind=_KINDS[pattern])
    if pattern in _NAMES:
        return Pattern(pattern, names=(pattern,))
    call = _CALL.fullmatch(pattern)
    if call is not None:
        arguments = tuple(part.strip() for part in call[2].split(",") if part.strip())
        if arguments and all(_ARGUMENT.fullmatch(argument) for argument in arguments):
            return Pattern(pattern, call=call[1], names=arguments)
    elif _PATH.fullmatch(pattern):
        return Pattern(pattern, names=tuple(p.strip("\"'") for p in _PART.findall(pattern)))
    raise PatternError(
        Problem(
            f"can't understand --vary {text!r}",
            hint="write `Call(argument, other_argument)`, a constant's name, a path such as "
            "`Sweep.optimizer.lr`, or `docstring`",
        )
    )


def parse_patterns(texts: Iterable[str]) -> tuple[Pattern, ...]:
    """Read several patterns.

    Raises:
        PatternError: If any of them can't be understood; names them all.
    """
    patterns: list[Pattern] = []
    problems: list[Problem] = []
    for text in texts:
        try:
            patterns.append(parse_pattern(text))
        except PatternError as error:
            problems += error.problems
    if problems:
        raise PatternError(*problems)
    return tuple(patterns)


def is_allowed(place: FamilyPlace, patterns: Sequence[Pattern]) -> bool:
    """Whether a difference does not count.

    Code always counts unless a pattern allows it. Docstrings count as soon as anything is said
    about what may vary, for then everything else is meant to be equal. Comments and layout change
    nothing that runs, and never count.
    """
    if place.kind in {"comment", "layout"} or (place.kind == "docstring" and not patterns):
        return True
    return any(pattern.allows(place) for pattern in patterns)
