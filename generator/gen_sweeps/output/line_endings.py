"""The form of a file's bytes, as editors and checkouts change it without changing what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

_MARK = b"\xef\xbb\xbf"

_AT_ONCE = 500
"""Parts of a text that are encoded at once: to write each on its own would take longer."""


def encoded(parts: Iterable[str]) -> Iterator[bytes]:
    """Yield a text of many parts as it is written, in pieces, so that it is never there whole."""
    rest = iter(parts)
    while piece := "".join(islice(rest, _AT_ONCE)).encode():
        yield piece


def canonical(data: bytes) -> bytes:
    """Return `data` in the form of generated files: no byte order mark, LF, a final newline."""
    text = data.removeprefix(_MARK).replace(b"\r\n", b"\n")
    return text if not text or text.endswith(b"\n") else text + b"\n"


def deviation(data: bytes) -> str:
    """Return what in the form of `data` is not canonical; it reads after the file's path."""
    if b"\r\n" in data:
        return "has CRLF line ends"
    if data.startswith(_MARK):
        return "starts with a byte order mark"
    return "has no newline at its end"
