"""What is safe in files that are no Python: in shell scripts, data files and all others."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from shlex import quote

from jinja2.exceptions import TemplateRuntimeError

from gen_sweeps.rendering.escaping import (
    UNPRINTABLE,
    UNSEEN_BUT_NEWLINE,
    UnsafeTextError,
    check_bare,
)
from gen_sweeps.rendering.literals import escape, literal
from gen_sweeps.spec.model import Expression, Reference, Value


class Language(Enum):
    """What reads a file, as far as its ending tells."""

    PYTHON = auto()
    SHELL = auto()
    """What a shell runs; a file without an ending may be that."""
    DATA = auto()
    """JSON, YAML or TOML: words may be of another type than a string."""
    PROSE = auto()
    """Text for people, in which nothing is run."""
    OTHER = auto()


UNLIKE_PYTHON = frozenset({Language.SHELL, Language.DATA})
"""Languages that would read an expression of Python as something else."""

_LANGUAGES = {
    ".py": Language.PYTHON,
    **dict.fromkeys((".bash", ".job", ".ksh", ".lsf", ".pbs", ".qsub", ".sbatch"), Language.SHELL),
    **dict.fromkeys((".sh", ".slurm", ".zsh"), Language.SHELL),
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

_FOR_SHELLS = "print it through `| sh`, with no quotes around it"
_FOR_DATA = "print it through `| json`, with no quotes around it"
_FOR_OTHERS = (
    "print it through `| sh` if a shell reads the file, or `| json` if it takes text in double "
    "quotes"
)

_NOT_IN_JSON = re.compile(f'["\\\\]|{UNPRINTABLE.pattern}')
_LAST_SHORT = 0xFFFF
"""The last character that an escape of JSON can name."""


def language_of(path: str) -> Language:
    """Return what reads a file."""
    name = path.rpartition("/")[2]  # it is asked for each file, and pathlib takes long
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return Language.SHELL
    return _LANGUAGES.get(dot + ending if stem else "", Language.OTHER)


def bare_check(language: Language) -> Callable[[str], None]:
    """Return what a factor's text must pass to be printed as it is; it raises `UnsafeTextError`."""
    match language:
        case Language.PYTHON:
            return check_bare
        case Language.PROSE:
            return check_prose
        case Language.DATA:
            return _check_word_of_data
        case Language.SHELL:
            return _check_word_of_shell
        case _:
            return _check_word


def check_prose(text: str) -> None:
    """Check that people see all of a text.

    Raises:
        UnsafeTextError: It has a character unseen.
    """
    if match := UNSEEN_BUT_NEWLINE.search(text):
        message = f"the text has a {escape(match[0])}, which a reader does not see"
        raise UnsafeTextError(message, "remove it from the spec")


def _check_word(text: str, hint: str = _FOR_OTHERS) -> None:
    if not _PLAIN.fullmatch(text):
        raise UnsafeTextError(f"prints {_shown(text)} as it is, which is not plain", hint)


def _check_word_of_shell(text: str) -> None:
    _check_word(text, _FOR_SHELLS)


def _check_word_of_data(text: str) -> None:
    _check_word(text, _FOR_DATA)
    if _OTHER_TYPE.fullmatch(text):
        message = f"prints {_shown(text)} as it is, which may be read as another type"
        raise UnsafeTextError(message, _FOR_DATA)


def _shown(text: str) -> str:
    return literal(text if len(text) <= 60 else f"{text[:60]}…")  # noqa: PLR2004 - fits on a line


def bare_value(value: Value, language: Language) -> str:
    """Return what a value that is no text prints as it is, in a file that is no Python.

    Raises:
        TemplateRuntimeError: It would not be read as it is meant.
    """
    is_data = language is Language.DATA
    match value:
        case int():
            return json.dumps(value) if is_data else literal(value)
        case float() if math.isfinite(value):
            return _number(value) if is_data else literal(value)
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
    is_finite = isinstance(value, float) and math.isfinite(value)
    # To YAML 1.1, 1e-3 is a string.
    is_number = isinstance(value, int) or (is_finite and language is not Language.DATA)
    if is_number or language not in UNLIKE_PYTHON:
        return
    suits = "sh" if language is Language.SHELL else "json"
    kind = "a shell script" if language is Language.SHELL else "JSON, YAML and TOML"
    if name in ("python", "docstring") or (name == "sh" and suits == "json"):
        raise TemplateRuntimeError(f"`| {name}` is not for {kind}: use `| {suits}`")
    if name == "name" and language is Language.DATA:
        _check_word_of_data(str(value))


def check_quotes(line: str, language: Language) -> None:
    """Check that what `json` has quoted stands in no other quotes.

    Args:
        line: What stands before it on its line.
        language: What reads the file.

    Raises:
        TemplateRuntimeError: It does.
    """
    if language is not Language.DATA or line.lstrip()[:1] == "#":
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
        elif character == '"' or (character == "'" and not before.isalnum()):
            opened = character
        before = character
    if opened or escaped:
        raise TemplateRuntimeError(_behind("json", opened or "\\"))


def _behind(name: str, opened: str) -> str:
    return f"`| {name}` stands behind a {opened}: it brings its own quotes, so write none around it"


def shell_faults(texts: Sequence[str]) -> tuple[str, ...]:
    """Return why what stands behind each text of a script can't be quoted; empty if it can.

    Args:
        texts: The script around what is printed in it.
    """
    script = _Script()
    return tuple(script.fault_behind(text) for text in texts)


_HERE_DOCUMENT = re.compile(r"<<(?!<)(-?)[ \t]*(\\?[\w.-]+|'[^'\n]*'|\"[^\"\n]*\")", re.ASCII)


class _Script:
    """A shell script, as far as it has been read: what quotes and here-documents are open."""

    def __init__(self) -> None:
        self._open = ""
        self._before = "\n"
        self._line = ""
        self._announced: list[tuple[str, bool]] = []
        self._documents: list[tuple[str, bool]] = []

    def fault_behind(self, text: str) -> str:
        """Read on, and return why what follows, a word, can't be quoted; empty if it can."""
        start = 0
        while start < len(text):
            start = self._document(text, start) if self._documents else self._code(text, start)
        escaped = self._before == "\\"
        self._before = "x"  # of the word that follows
        self._line += "x"
        if self._documents:
            return "`| sh` stands in a here-document, in which quotes are text: pass it otherwise"
        if self._open == "#" or not (self._open or escaped):
            return ""
        return _behind("sh", self._open[-1:] or "\\")

    def _document(self, text: str, start: int) -> int:
        """Read a line of a here-document, as far as it is there; return where it ends."""
        line, newline, _ = text[start:].partition("\n")
        self._line += line
        if newline:
            word, is_indented = self._documents[0]
            if (self._line.lstrip("\t") if is_indented else self._line) == word:
                self._documents.pop(0)
            self._line = ""
        return start + len(line) + len(newline)

    def _code(self, text: str, index: int) -> int:
        """Read a character of the script, or what announces a document; return where it ends."""
        character = text[index]
        self._line = "" if character == "\n" else self._line + character
        before, self._before = self._before, character
        if before == "\\" and self._open not in ("'", "#"):
            self._before = "x"
        elif self._open == "#":
            self._open = "" if character == "\n" else "#"
        elif self._open:
            self._open = "" if character == self._open[-1] else self._open
        elif character in "\"'`":
            self._open = "$'" if before == "$" and character == "'" else character
        elif character == "#" and before in " \t\n;&|(":
            self._open = "#"
        elif (here := _HERE_DOCUMENT.match(text, index)) and before != "<":
            if self._line.count("((") <= self._line.count("))"):  # else it is arithmetic
                self._announced.append((here[2].strip("\\'\""), bool(here[1])))
            self._before = "x"
            return here.end()
        if character == "\n" and not self._open:
            self._documents, self._announced = self._announced, []
        return index + 1


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
    """Return a value as JSON that YAML reads alike, be it 1.1 or 1.2; in TOML, as TOML.

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
            is_json = not path.endswith((".toml", ".yaml", ".yml"))
            return f'"{_NOT_IN_JSON.sub(lambda it: _escaped(it[0], is_json=is_json), value)}"'
        case tuple():
            return f"[{', '.join(json_text(item, path) for item in value)}]"
        case Mapping():
            mark = " = " if path.endswith(".toml") else ": "
            items = (f"{json_text(k, path)}{mark}{json_text(v, path)}" for k, v in value.items())
            return f"{{{', '.join(items)}}}"
        case _:
            return json.dumps(value)


def _escaped(character: str, *, is_json: bool) -> str:
    # To YAML a pair of surrogates is two characters, to TOML none; JSON has no other escape.
    if ord(character) > _LAST_SHORT and not is_json:
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
