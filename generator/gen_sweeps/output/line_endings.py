"""Line endings and byte order marks: what editors and checkouts change without an edit."""

from __future__ import annotations

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def normalized(data: bytes) -> bytes:
    """Return `data` as gen-sweeps writes most files: no byte order mark, LF, a final newline."""
    text = data.removeprefix(_BYTE_ORDER_MARK).replace(b"\r\n", b"\n")
    return text if not text or text.endswith(b"\n") else text + b"\n"


def irregularity(data: bytes, wanted: bytes) -> str:
    """Return what `data` has, as in "has …", that what is wanted there has not.

    Both are the same once they are normalized.
    """
    if data.startswith(_BYTE_ORDER_MARK):
        return "a byte order mark"
    if (b"\r\n" in data) != (b"\r\n" in wanted):
        return "CRLF line endings" if b"\r\n" in data else "LF line endings"
    return "a newline at the end" if data.endswith(b"\n") else "no newline at the end"
