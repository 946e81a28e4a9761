"""What templates print of the spec's values: slots, that are filled once their place is known.

Only the rendered text tells at which column a value stands, and whether in code, in a string or
in a comment. So a filter prints a slot, `render` fills it, and `placement` judges where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from jinja2 import pass_context
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Context, Undefined

from gen_sweeps.rendering.escaping import Text, in_comment, in_docstring, raw
from gen_sweeps.rendering.literals import literal
from gen_sweeps.rendering.sandbox import Budget
from gen_sweeps.spec.model import Reference, Value
from gen_sweeps.spec.names import dotted_fault

SLOT = "\x00"
"""Opens and closes a slot; no template has it, and no text of the spec can bring it in."""

TREATMENT = "treatment"
"""What stands in the slot of the treatment; in others stands a number."""


TREATMENT_SLOT = f"{SLOT}{TREATMENT}{SLOT}"


@dataclass(frozen=True, slots=True)
class TreatmentView:
    """`treatment` in a template: the whole call, ready to place."""

    call: str
    vary: tuple[str, ...]

    def __str__(self) -> str:
        """Return the slot that the call is laid out in."""
        return TREATMENT_SLOT


class Kind(Enum):
    """What the text in a slot was made to be."""

    VALUE = auto()
    """An expression."""
    DOCSTRING = auto()
    """A part of a string in three quotes."""
    COMMENT = auto()
    """A comment, of one or more lines."""
    NAME = auto()
    """A name, possibly dotted."""
    TEXT = auto()
    """A text of the spec as it is."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What a template wants printed.

    Attributes:
        kind: What it was made to be.
        content: The text; a tuple of one value if that is to be laid out where it stands.
    """

    kind: Kind
    content: str | tuple[Value]


class Slots:
    """The slots of one rendering, in the order in which the template made them."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._slots: list[Slot] = []

    def clear(self) -> None:
        """Start the next rendering."""
        self._slots.clear()

    def __getitem__(self, number: str) -> Slot:
        """Return the slot that is printed as `number`.

        Raises:
            TemplateRuntimeError: There is none: the text of a slot has been changed.
        """
        if re.fullmatch("[0-9]{1,9}", number) and int(number) < len(self._slots):
            return self._slots[int(number)]
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
        if isinstance(value, Text):
            return self._slot(Kind.TEXT, str(value))
        if isinstance(value, str | Undefined | TreatmentView):
            return value
        return self._slot(Kind.VALUE, literal(self._value(value)))

    @pass_context
    def _python(self, _context: Context, value: object) -> str:
        """Filter `python`: the value as a Python literal, laid out where it stands."""
        return self._slot(Kind.VALUE, (self._value(value),))

    @pass_context
    def _docstring(self, _context: Context, value: object) -> str:
        """Filter `docstring`: the text as a part of a string in three quotes."""
        return self._slot(Kind.DOCSTRING, in_docstring(_text(value)))

    @pass_context
    def _comment(self, _context: Context, value: object, start: str = "#") -> str:
        """Filter `comment`: the text as a comment of as many lines; `start` is `#` or `#:`."""
        if start not in ("#", "#:"):
            raise TemplateRuntimeError(f"a comment starts with # or #:, not {start!r}")
        return self._slot(Kind.COMMENT, in_comment(_text(value), start))

    @pass_context
    def _name(self, _context: Context, value: object) -> str:
        """Filter `name`: the text as it is, if it is a (dotted) Python name."""
        text = _text(value)
        if fault := dotted_fault(text):
            raise TemplateRuntimeError(f"{text!r} {fault}")
        return self._slot(Kind.NAME, text)

    def _slot(self, kind: Kind, content: str | tuple[Value]) -> str:
        self._slots.append(Slot(kind, content))
        self._budget.make(len(content))
        return f"{SLOT}{len(self._slots) - 1}{SLOT}"

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


def _text(value: object) -> str:
    return raw(value) if isinstance(value, Text) else str(value)


def _safe(value: object) -> str:
    """Filter `safe`: the text as it is, whatever it does there; nothing is promised of it."""
    text = _text(value)
    if SLOT in text:
        raise TemplateRuntimeError("the text has a \\x00, which no file may have")
    return text
