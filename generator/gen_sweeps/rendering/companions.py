"""What is safe in files that are no Python: in shell scripts, data files and all others."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from enum import Enum, auto
from pathlib import PurePosixPath
from shlex import quote

from jinja2.exceptions import TemplateRuntimeError

from gen_sweeps.rendering.escaping import UNPRINTABLE, UnsafeTextError, check_bare
from gen_sweeps.rendering.literals import escape, literal
from gen_sweeps.spec.model import Expression, Reference, Value


class Language(Enum):
    """What reads a file, as far as its ending tells."""

    PYTHON = auto()
    SHELL = auto()
    DATA = auto()
    """JSON, YAML or TOML: words may be of another type than a string."""
    PROSE = auto()
    """Text for people, in which nothing is run."""
    OTHER = auto()


UNLIKE_PYTHON = frozenset({Language.SHELL, Language.DATA})
"""Languages that would read an expression of Python as something else."""

_LANGUAGES = {
    ".py": Language.PYTHON,
    **dict.fromkeys((".bash", ".ksh", ".sbatch", ".sh", ".slurm", ".zsh"), Language.SHELL),
    **dict.fromkeys((".json", ".toml", ".yaml", ".yml"), Language.DATA),
    **dict.fromkeys((".md", ".rst", ".txt"), Language.PROSE),
}

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./-]*")
"""A text that needs no quotes, and is no option."""

_OTHER_TYPE = re.compile(
    r"null|none|true|false|yes|no|on|off|y|n|[-+.0-9][0-9_.:eExXoObBa-fA-F+-]*|\.?(inf|nan)",
    re.IGNORECASE,
)
"""What YAML (1.1 or 1.2), JSON or TOML read as something else than a string."""

_NOT_IN_JSON = re.compile(f'["\\\\]|{UNPRINTABLE.pattern}')
_LAST_SHORT = 0xFFFF
"""The last character that an escape of JSON can name."""


def language_of(path: str) -> Language:
    """Return what reads a file."""
    name = path.rpartition("/")[2]  # it is asked for each file, and pathlib takes long
    stem, dot, ending = name.rpartition(".")
    return _LANGUAGES.get(dot + ending if stem else "", Language.OTHER)


def bare_check(language: Language) -> Callable[[str], None]:
    """Return what a factor's text must pass to be printed as it is; it raises `UnsafeTextError`."""
    match language:
        case Language.PYTHON | Language.PROSE:
            return check_bare
        case Language.DATA:
            return _check_word_of_data
        case _:
            return _check_word


def _check_word(text: str) -> None:
    if not _PLAIN.fullmatch(text):
        message = (
            f"prints {_shown(text)}, which is not plain: use `| sh` in a shell script, `| json` in "
            "JSON and YAML"
        )
        raise UnsafeTextError(message)


def _check_word_of_data(text: str) -> None:
    _check_word(text)
    if _OTHER_TYPE.fullmatch(text):
        message = f"prints {_shown(text)}, which may be read as another type: use `| json`"
        raise UnsafeTextError(message)


def _shown(text: str) -> str:
    return literal(text if len(text) <= 60 else f"{text[:60]}…")  # noqa: PLR2004 - fits on a line


def bare_value(value: Value, language: Language) -> str:
    """Return what a factor that is no text prints as it is, in a file that is no Python.

    Raises:
        TemplateRuntimeError: It would not be read as it is meant.
    """
    match value:
        case int():
            return literal(value)
        case float() if math.isfinite(value):
            return _number(value) if language is Language.DATA else literal(value)
        case float():
            kind = "a number that is not finite"
        case tuple():
            kind = "an array"
        case Mapping():
            kind = "a table"
        case _:
            kind = "an expression"
    raise TemplateRuntimeError(f"prints {kind} as it is: use a filter, such as `| json`")


def check_filter(name: str, value: Value, language: Language) -> None:
    """Check that a filter suits what reads a file.

    Raises:
        TemplateRuntimeError: It makes something that would be read as something else.
    """
    is_number = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    if is_number or language not in UNLIKE_PYTHON:
        return
    suits = "sh" if language is Language.SHELL else "json"
    kind = "a shell script" if language is Language.SHELL else "JSON, YAML and TOML"
    if name in ("python", "docstring") or (name == "sh" and suits == "json"):
        raise TemplateRuntimeError(f"`| {name}` is not for {kind}: use `| {suits}`")
    if name == "name" and language is Language.DATA:
        _check_word_of_data(str(value))


def check_quotes(name: str, line: str, language: Language) -> None:
    """Check that what a filter has quoted stands in no other quotes.

    Args:
        name: The filter.
        line: What stands before it on its line.
        language: What reads the file.

    Raises:
        TemplateRuntimeError: It does.
    """
    if language not in UNLIKE_PYTHON or line.lstrip()[:1] == "#":
        return
    opened = ""
    before = " "
    escaped = False
    for character in line:
        if escaped:
            escaped = False
        elif character == "\\" and opened != "'":
            escaped = True
        elif opened:
            opened = "" if character == opened else opened
        elif character in '"`' or (character == "'" and not before.isalnum()):
            opened = character
        before = character
    if opened or escaped:
        message = (
            f"`| {name}` stands behind a {opened or escape(chr(92))}: it brings its own quotes"
        )
        raise TemplateRuntimeError(message)


def shell_text(text: str) -> tuple[str, str]:
    """Return a text, and it as one word of a shell's command line.

    Raises:
        TemplateRuntimeError: It has a character that none should have.
    """
    if match := UNPRINTABLE.search(text):
        message = f"the text has a {escape(match[0])}, which no word of a shell should have"
        raise TemplateRuntimeError(message)
    return text, quote(text)


def json_text(value: Value, path: str) -> str:
    """Return a value as JSON that YAML reads alike, be it 1.1 or 1.2.

    Raises:
        TemplateRuntimeError: JSON has no word for it.
    """
    match value:
        case float() if not math.isfinite(value):
            raise TemplateRuntimeError(f"JSON has no word for {value}")
        case float():
            return _number(value)
        case Reference() | Expression():
            raise TemplateRuntimeError("JSON has no word for names and expressions of Python")
        case str():
            is_yaml = PurePosixPath(path).suffix in (".yaml", ".yml")
            return f'"{_NOT_IN_JSON.sub(lambda it: _escaped(it[0], is_yaml=is_yaml), value)}"'
        case tuple():
            return f"[{', '.join(json_text(item, path) for item in value)}]"
        case Mapping():
            items = (f"{json_text(k, path)}: {json_text(v, path)}" for k, v in value.items())
            return f"{{{', '.join(items)}}}"
        case _:
            return json.dumps(value)


def _escaped(character: str, *, is_yaml: bool) -> str:
    # To YAML a pair of surrogates is two characters, and JSON has no other escape for these.
    if ord(character) > _LAST_SHORT and is_yaml:
        return f"\\U{ord(character):08x}"
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"


def _number(value: float) -> str:
    """Return a number that YAML 1.1 takes for one, too: `1.0e-3`, where `1e-3` is a string."""
    mantissa, e, exponent = literal(value).partition("e")
    if not e:
        return mantissa
    point = "" if "." in mantissa else ".0"
    sign = "" if exponent.startswith("-") else "+"
    return f"{mantissa}{point}e{sign}{exponent}"
