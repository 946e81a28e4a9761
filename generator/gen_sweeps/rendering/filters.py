"""What templates print of the spec's values: marks, that are filled once their place is known.

Only the rendered text tells at which column a value stands, and whether in code, in a string or in
a comment. So a filter prints a mark, the renderer fills it, and the proof judges where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from jinja2 import pass_context
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Context, Undefined

from gen_sweeps.rendering.escaping import Text, docstring_text, in_comment, in_docstring, raw
from gen_sweeps.rendering.literals import literal
from gen_sweeps.rendering.sandbox import Budget
from gen_sweeps.rendering.skeleton import HoleValue, Kind
from gen_sweeps.spec.model import Reference, Value
from gen_sweeps.spec.names import dotted_fault

MARK = "\x00"
"""Opens and closes a mark; no template has it, and no text of the spec can bring it in."""

NO_ORIGIN: frozenset[str] = frozenset()


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


@dataclass(frozen=True, slots=True)
class TreatmentView:
    """`treatment` in a template: the whole call, ready to place."""

    call: str
    vary: tuple[str, ...]

    def __str__(self) -> str:
        """Return the mark that the call is laid out behind: the first of each rendering."""
        return f"{MARK}{_label(0)}{MARK}"


class Marks:
    """What one rendering has printed of the spec, in the order in which the template did.

    Args:
        budget: What the rendering has left.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._printed: dict[str, Printed] = {}
        self._same: dict[object, Printed] = {}

    def renew(self, *printed: Printed) -> None:
        """Start the next rendering, with what is marked already."""
        self._printed = {_label(number): what for number, what in enumerate(printed)}

    def __getitem__(self, label: str) -> Printed:
        """Return what is printed behind the mark with a label.

        Raises:
            TemplateRuntimeError: There is none: the template has changed the mark.
        """
        if printed := self._printed.get(label):
            return printed
        message = "changes what a filter for Python source has made: apply that filter last"
        raise TemplateRuntimeError(message)

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filters that a template has besides Jinja's."""
        return {
            "python": self._python,
            "docstring": self._docstring,
            "comment": self._comment,
            "name": self._name,
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
        if isinstance(value, Text):
            text = str(value)
            return self._mark(Printed(Kind.TEXT, text, text, value.origin))
        if isinstance(value, str | Undefined | TreatmentView):
            return value
        plain = self._value(value)
        return self._mark(Printed(Kind.VALUE, plain, literal(plain)))

    @pass_context
    def joined(self, context: Context, values: Sequence[object]) -> Text | str:
        """Return what `~` makes of values: a text of the spec, if one of them is."""
        pieces = []
        origin: frozenset[str] | None = None
        for value in values:
            if type(value) is Text:
                origin = value.origin if origin is None else origin | value.origin
                pieces.append(raw(value))
            elif isinstance(value, list | tuple | Mapping):  # not as Python shows them
                pieces.append(str(self.printed(context, value)))
            else:
                pieces.append(str(value))
        made = "".join(pieces)
        self._budget.make(len(made))
        if origin is None:
            return made
        if MARK in made:
            raise TemplateRuntimeError("`~` joins a text of the spec with what a filter has made")
        return Text(made, origin)

    @pass_context
    def _python(self, _context: Context, value: object) -> str:
        """Filter `python`: the value as a Python literal, laid out where it stands."""
        origin = value.origin if isinstance(value, Text) else NO_ORIGIN
        return self._mark(Printed(Kind.VALUE, self._value(value), origin=origin))

    @pass_context
    def _docstring(self, _context: Context, value: object) -> str:
        """Filter `docstring`: the text as a part of a string in three quotes."""
        return self._text_mark(Kind.DOCSTRING, value, _docstring_text)

    @pass_context
    def _comment(self, _context: Context, value: object, start: str = "#") -> str:
        """Filter `comment`: the text as a comment of as many lines; `start` is `#` or `#:`."""
        if start not in ("#", "#:"):
            raise TemplateRuntimeError(f"a comment starts with # or #:, not {start!r}")
        return self._text_mark(Kind.COMMENT, value, partial(_comment_text, start=start))

    @pass_context
    def _name(self, _context: Context, value: object) -> str:
        """Filter `name`: the text as it is, if it is a (dotted) Python name."""
        return self._text_mark(Kind.NAME, value, _name_text)

    def _text_mark(self, kind: Kind, value: object, made: Callable[[str], tuple[str, str]]) -> str:
        """Mark a text; what is the same for all arms is made once."""
        if not isinstance(value, Text):
            return self._mark(Printed(kind, *made(str(value))))
        if value.origin:
            return self._mark(Printed(kind, *made(raw(value)), value.origin))
        key = (made, raw(value))
        if key not in self._same:
            self._same[key] = Printed(kind, *made(raw(value)))
        return self._mark(self._same[key])

    def _mark(self, printed: Printed) -> str:
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
        self._budget.step()
        if isinstance(value, Text | str):
            return raw(value)
        if value is None:
            return Reference("None")
        if isinstance(value, bool | int | float | Reference):
            return value
        if isinstance(value, list | tuple):
            return tuple(self._value(item) for item in value)
        if isinstance(value, Mapping):
            return {_text(key): self._value(item) for key, item in value.items()}
        if isinstance(value, Undefined):
            str(value)  # raises: undefined values are strict
        raise TemplateRuntimeError(f"there is no Python literal for a {type(value).__name__}")


def _label(number: int) -> str:
    """Return the label of a mark, such that no filter turns it into another mark's."""
    return f"Mark {number}/{number * 7919 % 10007}"


def _text(value: object) -> str:
    return raw(value) if isinstance(value, Text) else str(value)


def _docstring_text(text: str) -> tuple[str, str]:
    said = docstring_text(text)
    return said, in_docstring(said)


def _comment_text(text: str, start: str) -> tuple[str, str]:
    made = in_comment(text, start)
    return made, made


def _name_text(text: str) -> tuple[str, str]:
    if fault := dotted_fault(text):
        raise TemplateRuntimeError(f"{text!r} {fault}")
    return text, text


def _safe(value: object) -> str:
    """Filter `safe`: the text as it is, whatever it does there; nothing is promised of it."""
    text = _text(value)
    if MARK in text:
        raise TemplateRuntimeError("the text has a \\x00, which no file may have")
    return text
