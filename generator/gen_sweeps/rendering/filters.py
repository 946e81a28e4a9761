"""What templates print of the spec's values: marks, that are filled once their place is known.

Only the rendered text tells at which column a value stands, and whether in code, in a string or in
a comment. So a filter prints a mark, the renderer fills it, and the proof judges where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from jinja2 import pass_context
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Context, Undefined

from gen_sweeps.rendering.companions import (
    UNLIKE_PYTHON,
    Language,
    bare_value,
    check_filter,
    check_prose,
    check_quotes,
    json_text,
    language_of,
    shell_text,
)
from gen_sweeps.rendering.escaping import (
    Code,
    Text,
    docstring_text,
    in_comment,
    in_docstring,
    raw,
    text_of,
    to_print,
)
from gen_sweeps.rendering.literals import literal
from gen_sweeps.rendering.sandbox import FILTER_STEPS, ITEM, PRINTED_STEPS, Budget
from gen_sweeps.rendering.skeleton import HoleValue, Kind
from gen_sweeps.rendering.tracing import NO_ORIGIN, origin_of, shown, texts_in, untraced
from gen_sweeps.spec.model import Call, Reference, Value
from gen_sweeps.spec.names import dotted_fault

MARK = "\x00"
"""Opens and closes a mark; no template has it, and no text of the spec can bring it in."""


class Printed(NamedTuple):
    """Something of the spec that a template prints.

    Attributes:
        kind: What it was made to be.
        value: What it must read back as.
        text: What is to stand there; None if that is to be laid out for the place.
        origin: What of the arm it depends on; empty if it is the same for all arms.
    """

    kind: Kind
    value: HoleValue
    text: str | None = None
    origin: frozenset[str] = NO_ORIGIN


_PART_OF_NAME = re.compile("[A-Za-z0-9_.]+")
"""What can be part of a (dotted) name; whether it is depends on what stands around it."""

_NAME_BEFORE = re.compile(r"[A-Za-z0-9_.]*\Z")

_FILTERS = {
    Kind.DOCSTRING: "docstring",
    Kind.JSON: "json",
    Kind.NAME: "name",
    Kind.SHELL: "sh",
}
"""The filters that suit some languages or places only, by what they make."""


@dataclass(frozen=True, slots=True)
class TreatmentView:
    """`treatment` in a template: the whole call, ready to place.

    Attributes:
        call: What is called.
        vary: The arguments that may differ.
        args: The arguments of the arm, for files that are no Python.
    """

    call: str
    vary: tuple[str, ...]
    args: object

    @property
    def one_per_line(self) -> TreatmentView:
        """The call with each argument on a line of its own, which is its only layout."""
        return self

    def __str__(self) -> str:
        """Return the mark that the call is laid out behind: the first of each rendering."""
        return f"{MARK}{_label(0)}{MARK}"


@dataclass(frozen=True, slots=True)
class StrategyView:
    """`strategy` in a template: printed, it is the strategy's name."""

    name: Text
    title: Text
    doc: Text


class Marks:
    """What one rendering has printed of the spec, in the order in which the template did.

    Args:
        budget: What the rendering has left.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._path = ""
        self._language = Language.OTHER
        self._printed: dict[str, Printed] = {}
        self._same: dict[object, Printed] = {}

    def renew(self, path: str, *printed: Printed) -> None:
        """Start the next rendering, of a file, with what is marked already."""
        self._path = path
        self._language = language_of(path)
        self._printed = {_label(number): what for number, what in enumerate(printed)}

    def __getitem__(self, label: str) -> Printed:
        """Return what is printed behind the mark with a label.

        Raises:
            TemplateRuntimeError: There is none, for the template has changed the mark; or it is
                a call, which the file's language does not have.
        """
        if printed := self._printed.get(label):
            if isinstance(printed.value, Call) and self._language in UNLIKE_PYTHON:
                message = "`treatment` is a call in Python: print `treatment.args.NAME` instead"
                raise TemplateRuntimeError(message)
            return printed
        message = "changes what a filter for Python source has made: apply that filter last"
        raise TemplateRuntimeError(message)

    def check_place(self, line: str) -> None:
        """Check that what `json` has quoted is not put between other quotes.

        Raises:
            TemplateRuntimeError: It is, judged by what stands before it on its line, or a shell
                would expand what stands in its quotes.
        """
        if self.is_shell:
            message = "`| json` is not for a shell script: `| json | sh` makes one word of it"
            raise TemplateRuntimeError(message)
        check_quotes(line, self._language)

    @property
    def is_data(self) -> bool:
        """Whether the file of this rendering is JSON, YAML or TOML."""
        return self._language is Language.DATA

    @property
    def is_shell(self) -> bool:
        """Whether the file of this rendering is a shell script."""
        return self._language is Language.SHELL

    def check_name(self, before: str, text: str, after: str) -> None:
        """Check that a part of a name makes one with what stands around it.

        Raises:
            TemplateRuntimeError: It does not.
        """
        if dotted_fault(text) is None:
            return
        head = _NAME_BEFORE.search(before)
        tail = _PART_OF_NAME.match(after)
        joined = (head[0] if head else "").lstrip(".") + text + (tail[0] if tail else "")
        if fault := dotted_fault(joined.rstrip(".")):
            raise TemplateRuntimeError(f"{joined!r} {fault}")

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filters that a template has besides Jinja's."""
        return {
            "python": self._python,
            "docstring": self._docstring,
            "comment": self._comment,
            "name": self._name,
            "json": self._json,
            "sh": self._sh,
            "safe": _safe,
        }

    # They take a context so that Jinja does not run them once and for all, at compile time.

    @pass_context
    def printed(self, _context: Context, value: object) -> object:
        """Return what `{{ value }}` prints: text as it is, other values as Python literals.

        Raises:
            UnsafeTextError: The text could leave the place that it stands in.
            TemplateRuntimeError: There is no Python literal for the value.
        """
        if type(value) is str:
            return value
        value = _named(value)
        if isinstance(value, Text) and not (isinstance(value, Code) and self._is_python):
            text = to_print(value)
            check = check_prose if self._language is Language.PROSE else value.check
            check(text)
            return self._mark(Printed(Kind.TEXT, text, text, value.origin))
        if isinstance(value, str | Undefined | TreatmentView):
            return value
        plain = self._value(value)
        origin = origin_of(value)
        is_guarded = origin and self._language not in (Language.PYTHON, Language.PROSE)
        if self._language is Language.DATA and isinstance(plain, int | float):
            is_guarded = True
        text = bare_value(plain, self._language) if is_guarded else literal(plain)
        return self._mark(Printed(Kind.VALUE, plain, text, origin))

    @property
    def _is_python(self) -> bool:
        return self._language is Language.PYTHON

    @pass_context
    def joined(self, _context: Context, values: Sequence[object]) -> Text | str:
        """Return what `~` makes of values: a text of the spec, if one of them is."""
        self._budget.make(2 * ITEM * len(values))
        values = list(map(_named, values))
        pieces = []
        for value in values:
            plain = untraced(value)
            if isinstance(plain, Text):
                pieces.append(to_print(plain))
            elif isinstance(plain, list | tuple | Mapping | float):
                pieces.append(literal(self._value(plain)))  # not as Python shows them
            else:
                pieces.append(str(plain))
        made = "".join(pieces)
        self._budget.make(len(made))
        texts = list(texts_in(*values))
        origin = origin_of(*values)
        if not texts and not origin:
            return made
        if any(isinstance(value, str) and MARK in value for value in values):
            raise TemplateRuntimeError("`~` joins a text of the spec with what a filter has made")
        text = text_of(made, *texts)
        text.origin = origin  # numbers have one too
        return text

    @pass_context
    def _python(self, _context: Context, value: object) -> str:
        """Filter `python`: the value as a Python literal, laid out where it stands."""
        value = _named(value)
        plain = self._value(value)
        check_filter("python", plain, self._language)
        return self._mark(Printed(Kind.VALUE, plain, origin=origin_of(value)))

    @pass_context
    def _json(self, _context: Context, value: object) -> str:
        """Filter `json`: the value as JSON, which is YAML too."""
        value = _named(value)
        plain = self._value(value)
        text = json_text(plain, self._path)
        return self._mark(Printed(Kind.JSON, plain, text, origin_of(value)))

    @pass_context
    def _sh(self, _context: Context, value: object) -> str:
        """Filter `sh`: the text, or the JSON that `json` made, as one word of a command line."""
        if isinstance(value, str) and value[:1] == MARK:
            made = self._printed.get(value[1:-1])
            if made and made.kind is Kind.JSON and made.text is not None:
                value = Text(made.text, made.origin)
        return self._text_mark(Kind.SHELL, value, shell_text)

    @pass_context
    def _docstring(self, _context: Context, value: object) -> str:
        """Filter `docstring`: the text as a part of a string in three quotes."""
        return self._text_mark(Kind.DOCSTRING, value, _docstring_text)

    @pass_context
    def _comment(self, _context: Context, value: object, start: str = "#") -> str:
        """Filter `comment`: the text as a comment of as many lines; `start` is `#` or `#:`."""
        if start not in ("#", "#:"):
            raise TemplateRuntimeError(f"a comment starts with # or #:, not {start!r}")
        value = _named(value)
        self._budget.make(ITEM * len(_text(value)))
        if origin_of(value) and "\n" not in _text(value).strip():
            # The hole is what follows the `#`, which stands there in all arms.
            text = in_comment(_text(value), start).removeprefix(start).removeprefix(" ")
            if not text:
                return start
            return f"{start} {self._mark(Printed(Kind.COMMENT, text, text, origin_of(value)))}"
        text = in_comment(_text(value), start)
        return self._mark(Printed(Kind.COMMENT, text, text, origin_of(value)))

    @pass_context
    def _name(self, _context: Context, value: object) -> str:
        """Filter `name`: the text as it is, if that makes a (dotted) Python name."""
        return self._text_mark(Kind.NAME, value, _name_text)

    def _text_mark(self, kind: Kind, value: object, made: Callable[[str], tuple[str, str]]) -> str:
        """Mark a text; what is the same for all arms is made once."""
        value = _named(value)
        text = _to_print(value)
        self._budget.make(ITEM * len(text))
        if kind in _FILTERS:
            check_filter(_FILTERS[kind], text, self._language)
        if origin := origin_of(value):
            return self._mark(Printed(kind, *made(text), origin))
        key = (made, text)
        if key not in self._same:
            self._same[key] = Printed(kind, *made(text))
        return self._mark(self._same[key])

    def _mark(self, printed: Printed) -> str:
        self._budget.step(PRINTED_STEPS)
        self._budget.make(len(printed.text or ""))
        label = _label(len(self._printed))
        self._printed[label] = printed
        return f"{MARK}{label}{MARK}"

    def _value(self, value: object) -> Value:
        """Return the value of the spec that a template means.

        Raises:
            TemplateRuntimeError: There is no Python literal for it.
            UndefinedError: It is not defined.
        """
        self._budget.make(ITEM * self._budget.weight(value))
        return self._plain(value)

    def _plain(self, value: object) -> Value:
        self._budget.step(FILTER_STEPS)
        value = untraced(_named(value))
        if isinstance(value, Code):
            return value.value
        if isinstance(value, str) and MARK in value:
            message = "takes what another filter has made: apply only one of them"
            raise TemplateRuntimeError(message)
        if isinstance(value, Text | str):
            return raw(value)
        if value is None:
            return Reference("None")
        if isinstance(value, bool | int | float):
            return value
        if isinstance(value, list | tuple):
            return tuple(map(self._plain, value))
        if isinstance(value, Mapping):
            return {_text(key): self._plain(item) for key, item in value.items()}
        if isinstance(value, Undefined):
            str(value)  # raises: undefined values are strict
        if isinstance(value, TreatmentView):
            message = "`treatment` is laid out as Python already\nprint it without a filter"
            raise TemplateRuntimeError(message)
        raise TemplateRuntimeError(f"there is no Python literal for a {type(value).__name__}")


def _label(number: int) -> str:
    """Return the label of a mark, such that no filter turns it into another mark's."""
    return f"Mark {number}/{number * 7919 % 10007}"


def _named(value: object) -> object:
    """Return a strategy's name for a strategy, and any other value as it is."""
    return value.name if isinstance(value, StrategyView) else value


def _text(value: object) -> str:
    return raw(value) if isinstance(value, Text) else shown(value)


def _to_print(value: object) -> str:
    return to_print(value) if isinstance(value, Text) else shown(value)


def _docstring_text(text: str) -> tuple[str, str]:
    said = docstring_text(text)
    return said, in_docstring(said)


def _name_text(text: str) -> tuple[str, str]:
    if (fault := dotted_fault(text)) and not _PART_OF_NAME.fullmatch(text):
        raise TemplateRuntimeError(f"{text!r} {fault}")
    return text, text


def _safe(value: object) -> str:
    """Filter `safe`: the text as it is, whatever it does there; nothing is promised of it."""
    text = _text(value)
    if MARK in text:
        raise TemplateRuntimeError("the text has a \\x00, which no file may have")
    return text
