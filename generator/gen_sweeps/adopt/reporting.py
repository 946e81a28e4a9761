"""Says what was adopted: for people as text, for programs as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gen_sweeps.characters import on_one_line

if TYPE_CHECKING:
    from gen_sweeps.adopt.accidents import Accident, OddValue
    from gen_sweeps.adopt.adoption import Adoption

_MOST_LONE = 5
"""Questions that are shown; more of them would hide what is surer."""

_LONGEST = 60
"""Characters of a value that are shown."""


def accidents_text(adoption: Adoption) -> str:
    """Return what looks like an accident, with the answers to give; empty if nothing does."""
    if not adoption.accidents:
        return ""
    lines = ["look at:"]
    lone = [it for it in adoption.accidents if it.kind.value == "lone"]
    for accident in adoption.accidents:
        if accident not in lone[_MOST_LONE:]:
            lines += _accident(adoption, accident)
    if more := len(lone[_MOST_LONE:]):
        lines.append(f"  {'lone':<12} {more} more, which `--output-format json` lists")
    return "\n".join([*lines, ""]) + "\n"


def _accident(adoption: Adoption, accident: Accident) -> Iterator[str]:
    kind = accident.kind.value
    for odd in accident.odd:
        said = f"{accident.variable} {_said(adoption, accident, odd)}"
        yield f"  {kind:<12} {_where(adoption, odd)}: {said}"
        kind = ""
    if accident.says:
        yield f"{'':15}says “{_short(accident.says)}”"
    if accident.is_block:
        yield f"{'':15}--keep {accident.variable} leaves it"
        return
    usual = {odd.usual for odd in accident.odd}
    value = f" makes it {_short(usual.pop())}" if len(usual) == 1 else " mends each"
    yield f"{'':15}--fix {accident.variable}{value}, --keep {accident.variable} leaves it"


def _where(adoption: Adoption, odd: OddValue) -> str:
    request = adoption.request
    path = request.shown[request.siblings[odd.file].name]
    return on_one_line(f"{path}:{odd.line}" if odd.line else path)


def _said(adoption: Adoption, accident: Accident, odd: OddValue) -> str:
    has, usual = _short(odd.text), _short(odd.usual)
    match accident.kind.value:
        case "stale":
            return f"is {has}, a sibling's; by its name {usual}"
        case "false claim":
            return f"is {has}, there {usual}"
        case "style":
            return f"is spelled {has}, elsewhere {usual}"
        case _:
            rest = len(adoption.request.siblings) - len(accident.odd)
            return f"is {has}; {rest} others have {usual}"


def _short(text: str) -> str:
    line = on_one_line(text.replace("\n", "\\n")) or "nothing"
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def figures_text(adoption: Adoption) -> str:
    """Return how many files, variables and bytes there are."""
    figures = _figures(adoption)
    variables = f"{figures['variables']} variable{'' if figures['variables'] == 1 else 's'}"
    small = ": files this small are shorter without" if adoption.ratio > 1 else ""
    return (
        f"{figures['files']} files, {variables}; spec and template have {figures['bytes']:,} "
        f"bytes, {adoption.ratio:.0%} of the files' {figures['family_bytes']:,}{small}\n"
    )


def _figures(adoption: Adoption) -> dict[str, int]:
    return {
        "files": len(adoption.request.siblings),
        "variables": len(adoption.family.variables),
        "bytes": len(adoption.spec.encode()) + len(adoption.template.encode()),
        "family_bytes": sum(len(sibling.data) for sibling in adoption.request.siblings),
    }


def adoption_data(adoption: Adoption, paths: Mapping[str, str]) -> dict[str, object]:
    """Return what was adopted as plain data.

    Args:
        adoption: What was adopted.
        paths: Where the spec and the template are to be, by "spec" and "template".
    """
    return {
        **_figures(adoption),
        "spec": {"path": paths["spec"], "text": adoption.spec},
        "template": {"path": paths["template"], "text": adoption.template},
        "accidents": [_accident_data(adoption, accident) for accident in adoption.accidents],
    }


def _accident_data(adoption: Adoption, accident: Accident) -> dict[str, object]:
    return {
        "kind": accident.kind.value,
        "variable": accident.variable,
        "says": accident.says or None,
        "odd": _odd_data(adoption, accident.odd),
    }


def _odd_data(adoption: Adoption, odd: Sequence[OddValue]) -> list[dict[str, object]]:
    request = adoption.request
    return [
        {
            "path": request.shown[request.siblings[it.file].name],
            "line": it.line or None,
            "value": it.text,
            "usual": it.usual,
        }
        for it in odd
    ]
