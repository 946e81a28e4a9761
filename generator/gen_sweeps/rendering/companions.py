"""What is safe in files that are no Python: in shell scripts, data files and all others."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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

_BEFORE_SCALAR = re.compile(r"(^|[:=-]\s|[=,[{])\s*\Z")
_AFTER_SCALAR = re.compile(r"[ \t]*(\Z|[\n,}\]]|[ \t]#)")
"""What stands around a value of YAML, JSON or TOML that is neither quoted nor part of a word."""

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


def check_scalar(text: str, before: str, after: str) -> None:
    """Check that a text which all arms share is no value of another type where it stands alone.

    Args:
        text: What is printed as it is, into JSON, YAML or TOML.
        before: What stands before it on its line.
        after: What follows it.

    Raises:
        UnsafeTextError: It stands alone, and may be read as another type.
    """
    if _OTHER_TYPE.fullmatch(text) and _BEFORE_SCALAR.search(before) and _AFTER_SCALAR.match(after):
        _check_word_of_data(text)


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


@dataclass(frozen=True, slots=True)
class ShellPlace:
    """A place in a shell script.

    Attributes:
        fault: Why a word can't be quoted there; empty if it can.
        in_comment: Whether it is in a comment.
        starts_word: Whether a word, or a comment, starts there.
    """

    fault: str
    in_comment: bool
    starts_word: bool


def shell_places(texts: Sequence[str]) -> tuple[ShellPlace, ...]:
    """Return the places behind each text of a script: the script around what is printed in it."""
    script = _Script()
    return tuple(map(script.place_behind, texts))


def check_in_shell(filter_name: str, text: str, place: ShellPlace) -> None:
    """Check that a shell reads what a template prints as it is meant.

    Args:
        filter_name: The filter that it was printed through; empty for none.
        text: What is printed.
        place: Where.

    Raises:
        TemplateRuntimeError: It does not.
        UnsafeTextError: It is printed without a filter, and is not plain.
    """
    if filter_name == "sh":
        if place.fault:
            raise TemplateRuntimeError(place.fault)
    elif filter_name == "comment":
        if not place.in_comment and (place.fault or not place.starts_word or text[:1] != "#"):
            raise TemplateRuntimeError("`| comment` stands where no comment can start")
    elif not place.in_comment:
        _check_word_of_shell(text)


_CODE = ("", "(", "{")
_BEFORE_WORDS = " \t\n;&|("
_HERE_DOCUMENT = re.compile(r"<<(?!<)(-?)[ \t]*(\\?[\w.-]+|'[^'\n]*'|\"[^\"\n]*\")", re.ASCII)


class _Script:
    """A shell script, as far as it has been read: which quotes and here-documents are open.

    What is open in what, the innermost last: a quote, `#` for a comment, `(` for commands, `{` for
    the value of a variable, `}` for one in double quotes.
    """

    def __init__(self) -> None:
        self._open: list[str] = []
        self._before = "\n"
        self._line = ""
        self._announced: list[tuple[str, bool]] = []
        self._documents: list[tuple[str, bool]] = []
        self._is_lost = False

    def place_behind(self, text: str) -> ShellPlace:
        """Read on, and return the place behind that, where something is printed."""
        start = 0
        while start < len(text):
            start = self._document(text, start) if self._documents else self._code(text, start)
        before, self._before = self._before, "x"  # a part of a word
        self._line += "x"
        inner = self._open[-1:] or [""]
        in_comment = inner[0] == "#" and not self._is_lost
        fault = ""
        if self._documents:
            fault = "`| sh` stands in a here-document, in which quotes are text: pass it otherwise"
        elif self._is_lost:
            fault = "`| sh` stands behind quotes in quotes that can't be followed: print it above"
        elif inner[0] not in _CODE and not in_comment:
            fault = _behind("sh", inner[0][-1])
        elif before == "\\" and not in_comment:
            fault = _behind("sh", before)
        return ShellPlace(fault, in_comment, before in _BEFORE_WORDS)

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
        inner = self._open[-1] if self._open else ""
        if before == "\\" and inner not in ("'", "#"):
            self._before = "x"
        elif inner in _CODE:
            if here := self._here_document(text, index, before):
                return here
            self._read_code(character, before)
        elif inner == '"':
            self._read_quoted(character, before, end='"')
        elif inner == "}":
            self._is_lost |= character in "\"'`"
            self._read_quoted(character, before, end="}")
        elif character == ("\n" if inner == "#" else inner[-1]):
            self._open.pop()
        if character == "\n" and (self._open[-1] if self._open else "") in _CODE:
            self._documents, self._announced = self._announced, []
        return index + 1

    def _here_document(self, text: str, index: int, before: str) -> int:
        """Return where the announcement of a here-document ends; 0 if there is none."""
        here = _HERE_DOCUMENT.match(text, index)
        if not here or before == "<" or self._line.count("((") > self._line.count("))"):
            return 0  # or arithmetic
        self._announced.append((here[2].strip("\\'\""), bool(here[1])))
        self._before = "x"
        return here.end()

    def _read_code(self, character: str, before: str) -> None:
        inner = self._open[-1] if self._open else ""
        if character in "\"'`":
            self._open.append("$'" if before == "$" and character == "'" else character)
        elif character == "#" and before in _BEFORE_WORDS and inner != "{":
            self._open.append("#")
        elif character == "(" or (character == "{" and before == "$"):
            self._open.append(character)
        elif (character == ")" and inner == "(") or (character == "}" and inner == "{"):
            self._open.pop()
        # The brackets of `case` don't match.
        self._is_lost |= '"' in self._open[:-1] and self._line.endswith("case ")

    def _read_quoted(self, character: str, before: str, end: str) -> None:
        if character == end:
            self._open.pop()
        elif character == "`":
            self._open.append("`")
        elif before == "$" and character in "({":
            self._open.append("(" if character == "(" else "}")


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
