"""Finds the places of each factor: where a file differs if the factor does.

A hole that prints a factor is a place of it. What a branch changes has no hole, so where a template
has several skeletons, each factor is put into the control alone: what differs then is its place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, TypeAlias

from gen_sweeps.errors import GenSweepsError, Problem, SpecError, TemplateError
from gen_sweeps.proof.control import Control
from gen_sweeps.proof.naming import place_names
from gen_sweeps.rendering.renderer import File, Rendering
from gen_sweeps.spec.model import STRATEGY, Arm, Call, Spec

if TYPE_CHECKING:
    from gen_sweeps.compare import Pattern

_SEPARATORS = " \t,;"
"""What stands between two parts of code, and is none of either."""

_KEY = re.compile(r"""(?:[\w.]+|"[^"]*"|'[^']*')\s*[:=]\s*(?=[^\s=])""")
"""A name or a key, with what stands between it and its value."""

_Named: TypeAlias = "tuple[File, str, int]"
"""A file, the name of a place in it, and the line, from 1."""

_PART = re.compile(r"\w+|\"[^\"]+\"|'[^']+'")


@dataclass(frozen=True, slots=True)
class FactorPlace:
    """A place in the arms' files that differs if a factor does.

    Attributes:
        factor: The factor.
        name: What a reader calls the place.
        file: The first file in which it was found.
        line: Its line there, from 1.
        call: The treatment's call, if it is an argument of that.
    """

    factor: str
    name: str
    file: File
    line: int
    call: str = ""


def find_factor_places(rendering: Rendering, controls: Iterable[Control]) -> list[FactorPlace]:
    """Return the places of all factors, each place of a factor once.

    Args:
        rendering: The files.
        controls: The first file of each skeleton, those of one template one after the other.
    """
    found: dict[tuple[str, str], FactorPlace] = {}
    for _, group in groupby(controls, key=attrgetter("file.template")):
        first, *others = group
        for place in (*_printed((first, *others)), *_branched(rendering, first, others)):
            found.setdefault((place.factor, place.name), place)
    return list(found.values())


def unpinned(places: Sequence[FactorPlace], spec: Spec, folder: str) -> list[Problem]:
    """Return a problem for each place that `treatment.places` does not have, if that is given.

    Args:
        places: The places of all factors.
        spec: The spec.
        folder: What stands before a file's path where it is shown.

    Raises:
        SpecError: A pin can't be understood.
    """
    pins = [_pin(text, spec) for text in spec.treatment.places]
    if not pins:
        return []
    return [
        Problem(
            f"{place.factor} is at {place.name}, which `treatment.places` does not have",
            f"{folder}{place.file.path}",
            place.line,
            hint=f'add "{_as_pin(place)}" to it in {spec.path}, or mend {place.file.template}',
        )
        for place in places
        if not any(_is_pinned(place, pin) for pin in pins)
    ]


def _pin(text: str, spec: Spec) -> Pattern:
    from gen_sweeps.compare import parse_patterns  # noqa: PLC0415 - few specs pin places

    try:
        (pattern,) = parse_patterns((text,))
    except GenSweepsError as error:
        (problem,) = error.problems
        message = f"`treatment.places` names {text!r}, which is no place"
        raise SpecError(Problem(message, str(spec.path), hint=problem.hint)) from None
    return pattern


def _as_pin(place: FactorPlace) -> str:
    """Return what pins a place."""
    if place.call:
        return f"{place.call}({place.factor})"
    return "docstring" if place.name.endswith(" docstring") else place.name


def _is_pinned(place: FactorPlace, pin: Pattern) -> bool:
    if pin.kind != "code":
        is_everywhere = not pin.text.startswith("module")
        return place.name == pin.text or (is_everywhere and place.name.endswith(pin.kind))
    if pin.call:
        called = place.call.rpartition(".")[2]
        return bool(called) and called == pin.call and not {place.factor, "*"}.isdisjoint(pin.names)
    if place.name.endswith((" name", " docstring")):
        return place.name == pin.text
    parts = [part.strip("\"'") for part in _PART.findall(place.name)]
    length = len(pin.names)
    starts = range(len(parts) - length + 1)
    return any(tuple(parts[start : start + length]) == pin.names for start in starts)


# -- what holes print --


def _printed(controls: Iterable[Control]) -> Iterator[FactorPlace]:
    for control in controls:
        file = control.file
        names = place_names(file.source, control.tree, file.page.spans)
        for hole, filling, (start, _), name in zip(
            file.page.skeleton.holes, file.page.fillings, file.page.spans, names, strict=True
        ):
            line = file.source.count("\n", 0, start) + 1
            for factor in filter(None, sorted(hole.origin)):
                if isinstance(filling.value, Call):
                    call = filling.value.function
                    if factor != call:  # else no strategy sets an argument
                        yield FactorPlace(factor, f"{name}.{factor}", file, line, call)
                else:
                    yield FactorPlace(factor, name, file, line)


# -- what branches change --


def _branched(
    rendering: Rendering, first: Control, others: Iterable[Control]
) -> Iterator[FactorPlace]:
    """Yield the places that differ between the skeletons of a template.

    Args:
        rendering: The files.
        first: The control.
        others: The first file of each further skeleton.
    """
    tried: dict[tuple[str, str], list[_Named]] = {}
    for other in others:
        found: dict[str, list[_Named]] = {}
        for factor, value, arm in _variants(rendering.spec, first.file.arm, other.file.arm):
            key = factor, repr(value)
            if key not in tried:
                tried[key] = _differences(rendering, first.file, arm)
            found[factor] = [*tried[key]]
        for factor, _, arm in _variants(rendering.spec, other.file.arm, first.file.arm):
            # What takes several factors ends with any of them.
            found.setdefault(factor, []).extend(_differences(rendering, other.file, arm))
        if not any(found.values()):
            printed = {place.name for place in _printed((first, other))}
            together = _between(first.file, other.file.under_control().text)
            rest = [named for named in together if named[1] not in printed]
            found = dict.fromkeys(found, rest)
        for factor, places in found.items():
            for file, name, line in places:
                yield FactorPlace(factor, name, file, line)


def _variants(spec: Spec, arm: Arm | None, other: Arm | None) -> Iterator[tuple[str, object, Arm]]:
    """Yield an arm with one factor of another arm; before it the factor, and its value there."""
    if arm is None or other is None:
        return
    for name, value in other.vars.items():
        if spec.depends[name] and arm.vars.get(name) != value:
            yield name, value, replace(arm, vars={**arm.vars, name: value})
    for name, value in other.values.items():
        if arm.values[name] != value:
            yield name, value, replace(arm, values={**arm.values, name: value})
    if arm.strategy and other.strategy and STRATEGY in spec.treatment.vary:
        name = other.strategy.name
        if name != arm.strategy.name:
            yield STRATEGY, name, replace(arm, strategy=replace(arm.strategy, name=name))


def _differences(rendering: Rendering, file: File, arm: Arm) -> list[_Named]:
    """Return where a file differs if its arm is another; nothing if only in its holes."""
    try:
        page = rendering.variant(file.path, arm)
    except TemplateError:
        return []  # no arm has this combination, so the template need not be ready for it
    if page.skeleton is file.page.skeleton:
        return []
    return list(_between(file, page.text))


def _between(file: File, text: str) -> Iterator[_Named]:
    """Yield where another text differs from a file's: what only the text has, then the rest."""
    spans = [*_changed_spans(file.source, text)]
    seen: list[str] = []
    for source, index in ((text, 1), (file.source, 0)):
        own = [pair[index] for pair in spans if pair[index][0] < pair[index][1]]
        try:
            names = place_names(source, ast.parse(source), own)
        except (SyntaxError, ValueError):
            continue
        for (start, _), name in zip(own, names, strict=True):
            if not any(
                name == known or name.startswith((f"{known}.", f"{known}[")) for known in seen
            ):
                seen.append(name)
                yield file, name, source.count("\n", 0, start) + 1


def _changed_spans(old: str, new: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield the offsets of what differs between two texts, line by line, in each of them."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - only for templates that branch

    lines = old.split("\n"), new.split("\n")
    starts = tuple(_starts(own) for own in lines)
    matcher = SequenceMatcher(None, *lines, autojunk=False)
    for tag, *ends in matcher.get_opcodes():
        if tag == "equal":
            continue
        (first, last), (other_first, other_last) = ends[:2], ends[2:]
        for number in range(max(last - first, other_last - other_first)):
            spans = []
            texts = []
            for side, start, end in ((0, first, last), (1, other_first, other_last)):
                line = min(start + number, len(lines[side]) - 1)
                texts.append(lines[side][line] if start + number < end else "")
                spans.append(starts[side][line])
            before, after = _trimmed(*texts)
            yield (
                (spans[0] + before[0], spans[0] + before[1]),
                (spans[1] + after[0], spans[1] + after[1]),
            )


def _starts(lines: Sequence[str]) -> list[int]:
    """Return the offset at which each line starts."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _trimmed(old: str, new: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return what differs between two lines, without what separates it from the rest."""
    start, same = common_ends(old, new)
    return _stripped(old, start, len(old) - same), _stripped(new, start, len(new) - same)


def common_ends(old: str, new: str) -> tuple[int, int]:
    """Return how many characters two texts share at their starts, and then at their ends."""
    shorter = min(len(old), len(new))
    start = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    rest = shorter - start
    return start, next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the value stands in a part of a line, without its name or key."""
    while start < end and text[start] in _SEPARATORS:
        start += 1
    while start < end and text[end - 1] in _SEPARATORS:
        end -= 1
    key = _KEY.match(text, start, end)
    return key.end() if key else start, end
