"""Values of the spec as Python source: exact in type and value, laid out as `ruff format` does.

What is written must not depend on the machine, so nothing here asks Python's Unicode tables,
which change from release to release.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from gen_sweeps.spec.model import SCALARS, Expression, Reference, SpelledFloat, Value
from gen_sweeps.spec.names import UNSEEN

LINE_LENGTH = 100
"""Columns that a line may take before it is split."""

_ESCAPED = {quote: re.compile(f"[\\\\{quote}{UNSEEN}]") for quote in ('"', "'")}
_PLAIN = re.compile(r"[ !#-\[\]-~]*+")
"""What stands between double quotes as it is, told at once."""

_SHORT_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "'": "\\'"}

_WIDE = re.compile(
    "[\u1100-\u115e\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f"
    "\uff01-\uff60\uffe0-\uffe6\U0001f300-\U0001f64f\U0001f680-\U0001f6ff"
    "\U0001f900-\U0001f9ff\U00020000-\U0003fffd]"
)
_COMBINING = re.compile("[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u20d0-\u20f0]")


def escape(character: str) -> str:
    """Return the escape sequence of a single character, for a string literal."""
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    code = ord(character)
    if code <= 0xFF:  # noqa: PLR2004 - what two hexadecimal digits hold
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - likewise


def quoted(text: str) -> str:
    """Return `text` as a string literal, in the quotes that need fewer escapes."""
    if _PLAIN.fullmatch(text):
        return f'"{text}"'
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + _ESCAPED[quote].sub(lambda match: escape(match[0]), text) + quote


def literal(value: Value) -> str:
    """Return `value` as a Python expression on one line; arrays become lists, tables dicts."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Reference):
        return value.name
    if isinstance(value, Expression):
        return value.source
    if isinstance(value, tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    return "{" + ", ".join([f"{quoted(k)}: {literal(v)}" for k, v in value.items()]) + "}"


def _float(value: float) -> str:
    if not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, SpelledFloat):
        return value.spelling
    mantissa, e, exponent = repr(value).partition("e")
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def width(text: str) -> int:
    """Return the columns that `text`, one line, takes in a terminal."""
    if text.isascii():
        return len(text)
    return len(text) + len(_WIDE.findall(text)) - len(_COMBINING.findall(text))


def layout(
    value: Value, *, indent: int, before: int, after: int, columns: int = LINE_LENGTH
) -> str:
    """Return `value` as a Python expression: one line where it fits, else one line per item.

    Args:
        value: What to write.
        indent: Columns by which the line is indented that the expression starts on.
        before: Columns that are taken on that line before the expression.
        after: Columns that follow the expression on its last line.
        columns: Columns that a line may take before it is split.
    """
    flat = literal(value)
    if isinstance(value, SCALARS) or not value or before + width(flat) + after <= columns:
        return flat
    inner = indent + 4
    pad = " " * inner
    lines = []
    if isinstance(value, tuple):
        lines = [
            pad + layout(item, indent=inner, before=inner, after=1, columns=columns)
            for item in value
        ]
    else:
        for key, item in value.items():
            start = f"{pad}{quoted(key)}: "
            text = layout(item, indent=inner, before=width(start), after=1, columns=columns)
            lines.append(start + text)
    opening, closing = ("[", "]") if isinstance(value, tuple) else ("{", "}")
    return "\n".join((opening, *(f"{line}," for line in lines), " " * indent + closing))


def assignment(name: str, value: Value, columns: int = LINE_LENGTH) -> str:
    """Return `name = value` as a statement at the left margin, without the final newline."""
    start = f"{name} = "
    text = layout(value, indent=0, before=width(start), after=0, columns=columns)
    if "\n" in text or width(start) + width(text) <= columns:
        return start + text
    # A formatter puts parentheses around what fits once it has a line of its own, if they help.
    helps = width(start) + 1 <= columns and 4 + width(text) <= columns
    return f"{start}(\n    {text}\n)" if helps else start + text


def keyword_arguments(
    call: str, arguments: Mapping[str, Value], *, indent: int, columns: int = LINE_LENGTH
) -> str:
    """Return the call with each argument on a line of its own, so that one more is one line."""
    if not arguments:
        return f"{call}()"
    inner = indent + 4
    lines = []
    for name, value in arguments.items():
        start = f"{' ' * inner}{name}="
        text = layout(value, indent=inner, before=width(start), after=1, columns=columns)
        lines.append(f"{start}{text},")
    return "\n".join((f"{call}(", *lines, " " * indent + ")"))
