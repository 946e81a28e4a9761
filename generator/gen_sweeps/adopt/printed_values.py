"""Writes what stands in a file as a value of the spec, such that a template prints it back."""

from __future__ import annotations

import ast
import json
import re
import tomllib
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from gen_sweeps.adopt.surroundings import Role
from gen_sweeps.rendering.escaping import (
    UnsafeTextError,
    check_bare,
    docstring_text,
    in_docstring,
)
from gen_sweeps.rendering.literals import literal
from gen_sweeps.spec.expressions import ExpressionError, check_expression
from gen_sweeps.spec.model import SpelledFloat, Value
from gen_sweeps.spec.names import UNSEEN
from gen_sweeps.spec.schema import is_tagged

if TYPE_CHECKING:
    from gen_sweeps.rendering.companions import Language

_NAME_PART = re.compile(r"\w+(?:\.\w+)*", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9_-]+")
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,300})")
_FLOAT = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)")
_TO_ESCAPE = re.compile(f'["\\\\{UNSEEN}]')
_SHORT = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


@dataclass(frozen=True, slots=True)
class PrintedValues:
    """What a place has in each file, as the spec writes it.

    Attributes:
        filter: The filter that a template prints it through; empty for none.
        sources: Its TOML source, by the number of the file.
    """

    filter: str
    sources: Mapping[int, str]


def written(role: Role, values: Mapping[int, str], path: str) -> PrintedValues | None:
    """Return what files have in a place as values of the spec; None if no filter prints them.

    Args:
        role: What may stand there.
        values: What stands there, by the number of the file.
        path: The name of a file of the family, whose ending tells what reads it.
    """
    distinct = dict.fromkeys(values.values())
    for name, sources in _ways(role, distinct, path):
        if None not in sources.values():
            found = {value: source for value, source in sources.items() if source is not None}
            return PrintedValues(name, {file: found[value] for file, value in values.items()})
    return None


def _ways(
    role: Role, values: Iterable[str], path: str
) -> Iterator[tuple[str, Mapping[str, str | None]]]:
    """Yield filters, with what the spec has to say for each value; None if it can't be said."""
    match role:
        case Role.EXPRESSION:
            sources = {value: expression_source(value) for value in values}
            if not any(source and source.startswith('"') for source in sources.values()):
                yield "", sources
            yield "python", sources
        case Role.TEXT:
            yield "", {value: _bare_text(value) for value in values}
        case Role.DOCSTRING:
            yield "docstring", {value: _docstring(value) for value in values}
        case Role.NAME:
            fits = _NAME_PART.fullmatch
            yield "name", {value: toml_text(value) if fits(value) else None for value in values}
        case Role.WORDS:
            yield from _ways_of_words([*values], path)


def toml_text(text: str) -> str:
    """Return a text as TOML writes it, over several lines if it has several."""
    if "\n" in text and not text.startswith("\n"):
        inner = _TO_ESCAPE.sub(lambda it: it[0] if it[0] in '\n\t"' else _escaped(it), text)
        return '"""\n' + inner.replace('""', '\\"\\"') + '"""'
    return '"' + _TO_ESCAPE.sub(_escaped, text) + '"'


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    return _SHORT.get(character) or (f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}")  # noqa: PLR2004 - what four digits hold


def toml_key(name: str) -> str:
    """Return a key as TOML writes it."""
    return name if _KEY.fullmatch(name) else toml_text(name)


@lru_cache(maxsize=20_000)
def expression_source(code: str) -> str | None:
    """Return Python code as a value of the spec that prints like that; None if there is none."""
    code_is_plain = code == code.strip() and code and "\n" not in code
    if not code_is_plain:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            node = ast.parse(code, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError, SyntaxWarning):
        return None
    source = _literal_source(node, code)
    if source is not None and _prints(source) == code:
        return source
    try:
        check_expression(code)
    except ExpressionError:
        return None
    return f"{{ python = {toml_text(code)} }}"


def _prints(source: str) -> str | None:
    """Return what a bare print of a TOML value makes in Python; None if it is something else."""
    try:
        value = tomllib.loads(f"x = {source}", parse_float=SpelledFloat)["x"]
    except tomllib.TOMLDecodeError:
        return None
    return None if _has_tags(value) else literal(_frozen(value))


def frozen(source: str) -> Value:
    """Return a TOML value as the spec has it."""
    return _frozen(tomllib.loads(f"x = {source}", parse_float=SpelledFloat)["x"])


def _has_tags(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_has_tags, value))
    if isinstance(value, dict):
        return is_tagged(value) or any(map(_has_tags, value.values()))
    return False


def _frozen(value: object) -> Value:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    return value  # type: ignore[return-value]  # a scalar: dates are never written


def _literal_source(node: ast.expr, code: str) -> str | None:
    """Return the TOML of a literal; None if TOML has no word for it."""
    match node:
        case ast.Constant(value=bool(value)):
            return "true" if value else "false"
        case ast.Constant(value=int() | float()) | ast.UnaryOp(op=ast.USub()):
            # The code is on one line; `ast.get_source_segment` would go through all of it.
            text = code.encode()[node.col_offset : node.end_col_offset].decode()
            return text if _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text) else None
        case ast.Constant(value=str(value)):
            return '"' + _TO_ESCAPE.sub(_escaped, value) + '"'
        case ast.List(elts=items):
            found = [_literal_source(item, code) for item in items]
            return None if None in found else f"[{', '.join(filter(None, found))}]"
        case ast.Dict(keys=keys, values=values):
            pairs = []
            for key, item in zip(keys, values, strict=True):
                source = _literal_source(item, code)
                if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                    return None
                if source is None:
                    return None
                pairs.append(f"{toml_key(key.value)} = {source}")
            return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
    return None


def _bare_text(text: str) -> str | None:
    try:
        check_bare(text)
    except UnsafeTextError:
        return None
    return toml_text(text)


def _docstring(text: str) -> str | None:
    said = docstring_text(text)
    return toml_text(text) if said == text and in_docstring(said) == text else None


def _ways_of_words(values: list[str], path: str) -> Iterator[tuple[str, Mapping[str, str | None]]]:
    from gen_sweeps.rendering.companions import Language, language_of  # noqa: PLC0415 - Jinja

    language = language_of(path)
    yield "", {value: _bare_words(value, language) for value in values}
    if language is Language.DATA:
        yield "json", {value: _json(value, path) for value in values}
    if language is Language.SHELL:
        yield "sh", {value: _shell_word(value) for value in values}
    # Nothing is promised of what is printed so, but that it is what stands there today.
    yield "safe", {value: toml_text(value) for value in values}


def _bare_words(text: str, language: Language) -> str | None:
    from gen_sweeps.rendering.companions import Language, bare_check, bare_value  # noqa: PLC0415 - see above

    if _INTEGER.fullmatch(text) or (
        _FLOAT.fullmatch(text) and bare_value(SpelledFloat(text), language) == text
    ):
        return text
    if language is Language.DATA and text in ("true", "false"):
        return text
    try:
        bare_check(language)(text)
    except UnsafeTextError:
        return None
    return toml_text(text)


def _json(text: str, path: str) -> str | None:
    from gen_sweeps.rendering.companions import json_text  # noqa: PLC0415 - see above

    try:
        source = _toml_of_json(json.loads(text))
        value = tomllib.loads(f"x = {source}", parse_float=SpelledFloat)["x"]
        return source if not _has_tags(value) and json_text(_frozen(value), path) == text else None
    except (ValueError, RecursionError, TypeError):
        return None


def _toml_of_json(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return '"' + _TO_ESCAPE.sub(_escaped, value) + '"'
        case list():
            return f"[{', '.join(map(_toml_of_json, value))}]"
        case dict():
            items = (f"{toml_key(key)} = {_toml_of_json(item)}" for key, item in value.items())
            return f"{{ {', '.join(items)} }}" if value else "{}"
    raise TypeError(value)


def _shell_word(text: str) -> str | None:
    import shlex  # noqa: PLC0415 - few families are scripts

    try:
        (word,) = shlex.split(text)
    except ValueError:
        return None
    return toml_text(word) if shlex.quote(word) == text else None
