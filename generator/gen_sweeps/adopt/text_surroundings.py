"""What stands around the places of a file that is no Python, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gen_sweeps.adopt.alignment import name_of
from gen_sweeps.adopt.surroundings import Naming, Role

_KEYS = re.compile(r"(?:^|[\s,{(\[])(?:--?([A-Za-z][\w-]*)(?=[ =])|([A-Za-z_][\w.-]*)=)")
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")
_VALUE = re.compile(
    r"\s*(?:-\s+|export\s+)?(?:[\"']?[\w./-]+[\"']?\s*(?:[:=]|\s=)\s*|--[\w-]+[ =])"
)


class TextSurroundings:
    """What stands around the places of a file that is no Python, line by line."""

    def __init__(self, text: str) -> None:
        self._text = text

    def _line(self, offset: int) -> tuple[int, int]:
        end = self._text.find("\n", offset)
        return self._text.rfind("\n", 0, offset) + 1, end if end >= 0 else len(self._text)

    def role(self, start: int, end: int) -> Role | None:
        """Return what may fill a place: anything in a line, after its indentation."""
        first, last = self._line(start)
        line = self._text[first:last]
        inside = first + len(line) - len(line.lstrip()) <= start <= end <= last
        return Role.WORDS if inside else None

    def around(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield what stands in quotes, what a line sets, and the whole line."""
        first, last = self._line(start)
        line = self._text[first:last]
        for match in _QUOTED.finditer(line):
            if first + match.start() < start and end < first + match.end():
                yield first + match.start() + 1, first + match.end() - 1
                yield first + match.start(), first + match.end()
        if value := self.value(start):
            yield value
        yield first + len(line) - len(line.lstrip()), last

    def contents(self, start: int) -> tuple[int, int] | None:
        """Return where the text in quotes that an offset is in starts and ends."""
        first, last = self._line(start)
        for match in _QUOTED.finditer(self._text[first:last]):
            if first + match.start() < start < first + match.end():
                return first + match.start() + 1, first + match.end() - 1
        return None

    def value(self, offset: int) -> tuple[int, int] | None:
        """Return where what a line sets starts and ends."""
        first, last = self._line(offset)
        line = self._text[first:last]
        found = _VALUE.match(line)
        if not found or first + found.end() > offset:
            return None
        return first + found.end(), first + len(line.rstrip().rstrip(","))

    def naming(self, offset: int) -> Naming:
        """Return what a line sets, and under what it is indented."""
        first, last = self._line(offset)
        line = self._text[first:last]
        if line.lstrip().startswith(("#", "//")):
            return Naming("note")
        before = line[: offset - first]
        keys = [option or name for option, name in _KEYS.findall(before)]
        key = keys[-1] if keys else (name_of(line) or _word_before(before))
        return Naming(key.strip("-"), self._parents(first, line))

    def _parents(self, first: int, line: str) -> tuple[str, ...]:
        """Return the keys of the lines above that this one is indented under."""
        parents: list[str] = []
        width = len(line) - len(line.lstrip(" -"))
        while first and width and len(parents) < 3:  # noqa: PLR2004 - more make no name
            last = first - 1
            first = self._text.rfind("\n", 0, last) + 1
            above = self._text[first:last]
            inner = len(above) - len(above.lstrip(" -"))
            if above.strip() and inner < width:
                width = inner
                key = name_of(above)
                section = re.fullmatch(r"\s*\[+([\w.-]+)\]+\s*", above)
                if key or section:
                    parents.insert(0, key or (section[1] if section else ""))
        return tuple(parents)


def _word_before(text: str) -> str:
    """Return the word that a text ends with, if something follows that parts it from a value."""
    found = re.search(r"([A-Za-z_][\w-]+)(?:\s*[:=(]\s*|\s+)[\"']?\Z", text)
    return found[1] if found else ""
