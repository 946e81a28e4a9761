"""Line endings and byte order marks: what editors and checkouts change without an edit."""

from __future__ import annotations

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def normalized(data: bytes) -> bytes:
    """Return `data` as gen-sweeps writes it: no byte order mark, LF, a final newline."""
    text = data.removeprefix(_BYTE_ORDER_MARK).replace(b"\r\n", b"\n")
    return text if not text or text.endswith(b"\n") else text + b"\n"


def irregularity(data: bytes) -> str:
    """Return what `normalized` changes in `data`, as in "has …"."""
    if b"\r\n" in data:
        return "CRLF line endings"
    if data.startswith(_BYTE_ORDER_MARK):
        return "a byte order mark"
    return "no newline at the end"
