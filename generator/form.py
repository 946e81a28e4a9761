"""The form of a file's bytes, as editors and checkouts change it without changing what it says."""

from __future__ import annotations

_MARK = b"\xef\xbb\xbf"


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
