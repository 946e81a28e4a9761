"""What literals mean, so that two spellings of one value are one value."""

from __future__ import annotations

import re
import unicodedata

_ESCAPE = re.compile(
    r"\\(?:(\r\n|\n|\r)|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})"
    r"|N\{([^}]+)\}|(.))",
    re.DOTALL,
)
_BYTES_ESCAPE = re.compile(r"\\(?:(\r\n|\n|\r)|([0-7]{1,3})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_SIMPLE = {
    "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r",
    "t": "\t", "v": "\v",
}  # fmt: skip
_STRING = re.compile(r"([a-zA-Z]*)(\"\"\"|'''|\"|')", re.DOTALL)


def split_string(literal: str) -> tuple[str, str]:
    """Return the lower-case prefix of a string literal and the text between its quotes."""
    match = _STRING.match(literal)
    if match is None:
        raise ValueError(f"not a string literal: {literal[:20]!r}")
    prefix, quote = match.groups()
    return prefix.lower(), literal[match.end() : len(literal) - len(quote)]


def decode_text(text: str, prefix: str) -> str:
    r"""Return what the text between the quotes of a literal with this lower-case prefix means.

    Unknown escapes such as `\d` stay as they are, as Python has it, but without its warning.
    Line ends are `\n`, as Python reads them.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "r" in prefix or "\\" not in text:
        return text
    if "b" in prefix:
        return _BYTES_ESCAPE.sub(_bytes_escape, text)
    return _ESCAPE.sub(_text_escape, text)


def _text_escape(match: re.Match[str]) -> str:
    newline, octal, *hexes, name, other = match.groups()
    if newline is not None:
        return ""
    if octal is not None:
        return chr(int(octal, 8))
    for digits in hexes:
        if digits is not None:
            return chr(int(digits, 16))
    if name is not None:
        return unicodedata.lookup(name)
    return _SIMPLE.get(other, match.group())


def _bytes_escape(match: re.Match[str]) -> str:
    newline, octal, digits, other = match.groups()
    if newline is not None:
        return ""
    if octal is not None:
        return chr(int(octal, 8) & 0xFF)
    if digits is not None:
        return chr(int(digits, 16))
    return _SIMPLE.get(other, match.group())


def number_value(literal: str) -> str:
    """Return type and value of a number literal: equal text if and only if equal number.

    `0x10` and `1_6` are `int 0x10`; `0.60` is `float 0.6`, which `0` never is.
    """
    plain = literal.replace("_", "").lower()
    if plain.startswith(("0x", "0o", "0b")):
        return f"int {int(plain, 0):#x}"
    if plain.endswith("j"):
        return f"complex {float(plain[:-1])!r}"
    if plain.isdigit():
        return f"int {int(plain):#x}"
    return f"float {float(plain)!r}"
