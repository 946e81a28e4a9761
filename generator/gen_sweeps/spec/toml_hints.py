"""Says what to write instead of a value that TOML doesn't have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from gen_sweeps.spec.expressions import ExpressionError, check_expression
from gen_sweeps.spec.names import dotted_fault

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("None", "null", "nil", "none", "NULL", "Null"), '{ python = "None" }'),
        **dict.fromkeys(("True", "TRUE", "yes", "Yes", "on"), "true"),
        **dict.fromkeys(("False", "FALSE", "no", "No", "off"), "false"),
    }
)
_NUMBER = re.compile(r"([+-]?)(?:(\d[\d_]*)\.|\.(\d[\d_]*))((?:[eE][+-]?\d+)?)", re.ASCII)
_TOML_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_PAIR = re.compile(r"\s*(?:[A-Za-z0-9_.\"'-]+\s*)=\s*(\S.*?)\s*(?:\s#.*)?")
_ITEM = re.compile(r"([A-Za-z0-9_.+-]+)\s*(?:[],}#]|$)")
_IS_SPEC = re.compile(r"^\s*\[sweep\]", re.MULTILINE)
_DICT_KEY = re.compile(r"[{,]\s*(\"[^\"\\]*\"|'[^']*')\s*:")
_CONFLICT = ("<<<<<<< ", "=======", ">>>>>>> ")
_MAX_SHOWN = 80


def toml_hint(text: str, line: int, column: int) -> str | None:
    """Return what to write at a place that TOML can't read; None if that can't be told.

    Nothing of a text is quoted that isn't a spec by its look: a file may be named by mistake.

    Args:
        text: The text of the file.
        line: The line of the fault, from 1.
        column: The column of the fault, from 1.
    """
    lines = text.split("\n")
    if line > len(lines) or not _IS_SPEC.search(text):
        return None
    row = lines[line - 1]
    if row.startswith(_CONFLICT):
        return "resolve the conflict that a merge left here"
    return _hint_for_pair(row) or _hint_for_item(row, column - 1)


def _hint_for_pair(row: str) -> str | None:
    """Return what to write for the value of `key = value`."""
    pair = _PAIR.fullmatch(row)
    if pair and _DICT_KEY.search(pair[1]):
        return "a table has `=` in it, as in `{ key = 1 }`"
    if pair and pair[1].endswith(","):
        return "write no comma after a value"
    if not pair or pair[1][0] in "[\"'" or (pair[1][0] == "{" and "=" in pair[1]):
        return None
    return _replacement(pair[1])


def _hint_for_item(row: str, start: int) -> str | None:
    """Return what to write for what starts at the fault: an item of an array or a table."""
    rest = row[start:]
    if rest.startswith("("):
        return _replacement(rest[: rest.find(")") + 1])
    while start > 0 and re.match(r"[A-Za-z0-9_.+-]", row[start - 1]):
        start -= 1
    found = _ITEM.match(row[start:])
    return _replacement(found[1]) if found else None


def _replacement(value: str) -> str | None:
    if not value or len(value) > _MAX_SHOWN:
        return None
    if value in _WORDS:
        return f"write `{_WORDS[value]}`"
    if number := _NUMBER.fullmatch(value):
        sign, whole, fraction, exponent = number.groups(default="")
        return f"write `{sign}{whole or 0}.{fraction or 0}{exponent}`"
    is_name = not dotted_fault(value)
    try:
        check_expression(value)
    except ExpressionError:
        return None
    quoted = f"'{value}'" if '"' in value else f'"{value}"'
    if '"' in value and "'" in value:
        quoted = f"'''{value}'''"
    if _TOML_NUMBER.fullmatch(value):
        return None  # what is wrong is not the number
    if is_name:
        return f"text stands in quotes, `{quoted}`; for a name in Python, `{{ python = {quoted} }}`"
    return f"write `{{ python = {quoted} }}`"
