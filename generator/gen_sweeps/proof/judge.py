"""Compares two renderings of one file, for whoever explains what its arm's identity changes."""

from __future__ import annotations

from dataclasses import dataclass

from gen_sweeps.compare import SourceError, compare_files
from gen_sweeps.errors import Problem


@dataclass(frozen=True, slots=True)
class Leak:
    """A place at which two renderings of a file differ.

    Attributes:
        path: The place, in a reader's terms.
        kind: `code`, `docstring`, `comment` or `layout`.
        note: What sort of layout it is, or "".
        texts: What the two have there; None for nothing.
        lines: The 1-based lines at which they have it, or None.
    """

    path: str
    kind: str
    note: str
    texts: tuple[str | None, str | None]
    lines: tuple[int | None, int | None]


def leaks(one: str, other: str, name: str) -> list[Leak]:
    """Return everything that differs outside of the module docstring, by its place in `other`.

    Raises:
        SourceError: One of them is not Python; `name` is what to call it.
    """
    family, problems = compare_files({"one": one.encode(), "other": other.encode()})
    if family is None:
        raise SourceError(*(Problem(p.message, name, p.line, p.column, p.hint) for p in problems))
    found = []
    for place in family.places:
        if place.name == "docstring" and place.kind in {"docstring", "layout"}:
            continue
        (line, _), (other_line, _) = family.position(place, 0), family.position(place, 1)
        texts = family.text(place, 0), family.text(place, 1)
        lines = line, other_line
        found.append(Leak(place.name, place.kind, place.note, texts, lines))
    found.sort(key=lambda leak: (leak.kind == "layout", leak.lines[1] or leak.lines[0] or 0))
    named = [leak for leak in found if leak.note != "bytes"]
    return named or [_first_character(one, other)]


def _first_character(one: str, other: str) -> Leak:
    """Return the first character that differs, for what no place explains."""
    shorter = min(len(one), len(other))
    index = next((n for n in range(shorter) if one[n] != other[n]), shorter)
    line = other.count("\n", 0, index) + 1
    texts = one[index:].partition("\n")[0], other[index:].partition("\n")[0]
    return Leak("file", "layout", "bytes", texts, (line, line))


def keeps_bytes(source: str, name: str) -> bool:
    """Whether LibCST reads a file that Python accepts, and keeps every byte of it.

    Raises:
        SourceError: It does not read it; `name` is what to call it.
    """
    import libcst  # noqa: PLC0415 - it takes longer to load than all the rest

    data = source.encode()
    try:
        return libcst.parse_module(data).bytes == data
    except (libcst.ParserSyntaxError, RecursionError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        message = f"Python accepts this file, but LibCST can't read it ({reason})"
        raise SourceError(Problem(message, name)) from None
