"""Python's own tokens of a file, as offsets, with each f-string as one."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

_QUOTES = re.compile("([A-Za-z]*)(\"\"\"|'''|\"|')")
_FORMAT_STARTS = {
    getattr(tokenize, name) for name in ("FSTRING_START", "TSTRING_START") if name in dir(tokenize)
}
_FORMAT_ENDS = {
    getattr(tokenize, name) for name in ("FSTRING_END", "TSTRING_END") if name in dir(tokenize)
}


class TokenKind(Enum):
    """What a part of a file is to Python."""

    STRING = auto()
    FORMAT = auto()
    """An f-string."""
    COMMENT = auto()
    NAME = auto()
    OTHER = auto()

    @property
    def is_string(self) -> bool:
        """Whether it has quotes."""
        return self in (TokenKind.STRING, TokenKind.FORMAT)


@dataclass(frozen=True, slots=True)
class SourceToken:
    """A token.

    Attributes:
        kind: What it is.
        start: The offset of its first character.
        end: The offset behind its last one.
        inner: Where its text starts and ends, without quotes and `#`.
    """

    kind: TokenKind
    start: int
    end: int
    inner: tuple[int, int]


def source_tokens(source: str) -> Iterator[SourceToken]:
    """Yield the tokens of a file that Python accepts, in order."""
    lines = [0]
    for line in source.split("\n"):
        lines.append(lines[-1] + len(line) + 1)
    depth = opened = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        start = lines[token.start[0] - 1] + token.start[1]
        end = lines[token.end[0] - 1] + token.end[1]
        if token.type in _FORMAT_STARTS:
            opened = opened if depth else start
            depth += 1
        elif token.type in _FORMAT_ENDS:
            depth -= 1
            if not depth:
                yield _string(source, opened, end)
        elif depth or start == end:
            continue
        elif token.type == tokenize.STRING:
            yield _string(source, start, end)
        elif token.type == tokenize.COMMENT:
            yield SourceToken(TokenKind.COMMENT, start, end, (start + 1, end))
        else:
            kind = TokenKind.NAME if token.type == tokenize.NAME else TokenKind.OTHER
            yield SourceToken(kind, start, end, (start, end))


def _string(source: str, start: int, end: int) -> SourceToken:
    quotes = _QUOTES.match(source, start)
    prefix, mark = (quotes[1], quotes[2]) if quotes else ("", "")
    kind = TokenKind.FORMAT if {*"fFtT"} & {*prefix} else TokenKind.STRING
    return SourceToken(kind, start, end, (start + len(prefix) + len(mark), end - len(mark)))
