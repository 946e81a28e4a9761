"""Tells contents apart by their digests."""

from __future__ import annotations

from hashlib import sha256


def digest(data: bytes) -> str:
    """Return the sha256 of bytes, such as a file's content, in hexadecimal."""
    return sha256(data, usedforsecurity=False).hexdigest()
