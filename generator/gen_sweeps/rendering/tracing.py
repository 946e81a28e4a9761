"""Values of the spec that know which factor they come from, as templates see them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jinja2.exceptions import TemplateRuntimeError

from gen_sweeps.rendering.escaping import Code, Text, check_bare, raw
from gen_sweeps.rendering.literals import literal

_LEAVES = (str, Text, int, float)
"""Most of what there is, and nothing in it."""

NO_ORIGIN: frozenset[str] = frozenset()
"""The origin of what is the same for all arms."""


class Traced:
    """A value of a factor that is no text.

    It compares, loops and counts like the value; what is printed of it, or of what arithmetic
    makes of it, leaves a hole that knows its origin.

    Attributes:
        value: The value; those in an array or a table are traced themselves.
        origin: The factors that it comes from.
    """

    __slots__ = ("origin", "value")

    def __init__(self, value: Any, origin: frozenset[str]) -> None:
        self.value = value
        self.origin = origin

    def __repr__(self) -> str:
        """Return the value and its origin, for whoever debugs."""
        return f"Traced({self.value!r}, {sorted(self.origin)})"

    def __str__(self) -> str:
        """Return the value as text, which knows no origin.

        Raises:
            TemplateRuntimeError: It is an array or a table.
        """
        return shown(self.value)

    def __eq__(self, other: object) -> bool:
        """Compare the values."""
        return bool(self.value == untraced(other))

    def __hash__(self) -> int:
        """Hash like the value."""
        return hash(self.value)

    def __lt__(self, other: object) -> bool:
        """Compare the values."""
        return bool(self.value < untraced(other))

    def __le__(self, other: object) -> bool:
        """Compare the values."""
        return bool(self.value <= untraced(other))

    def __gt__(self, other: object) -> bool:
        """Compare the values."""
        return bool(self.value > untraced(other))

    def __ge__(self, other: object) -> bool:
        """Compare the values."""
        return bool(self.value >= untraced(other))

    def __bool__(self) -> bool:
        """Say what the value says."""
        return bool(self.value)

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.value)

    def __iter__(self) -> Iterator[object]:
        """Iterate over the items, which are traced."""
        return iter(self.value)

    def __contains__(self, item: object) -> bool:
        """Say whether an item is in the value."""
        return item in self.value

    def __getitem__(self, key: object) -> Any:
        """Return an item, which is traced."""
        return self.value[untraced(key)]

    def __index__(self) -> int:
        """Return a number for `range` and the like."""
        return int(self.value.__index__())

    def __int__(self) -> int:
        """Return a whole number."""
        return int(self.value)

    def __float__(self) -> float:
        """Return a number."""
        return float(self.value)


def traced(
    value: object, origin: frozenset[str], check: Callable[[str], None] = check_bare
) -> object:
    """Return a value as templates see it, and all that is in it, with its origin.

    Args:
        value: The value.
        origin: What of the arm it depends on.
        check: What its texts must pass to be printed as they are.
    """
    if not origin or isinstance(value, Traced):
        return value
    if isinstance(value, Code):
        return Code(value.value, origin, check)
    if isinstance(value, str | Text):
        return Text(raw(value), origin, check)
    if isinstance(value, list | tuple):
        return Traced([traced(item, origin, check) for item in value], origin)
    if isinstance(value, Mapping):
        items = {traced(k, origin, check): traced(v, origin, check) for k, v in value.items()}
        return Traced(items, origin)
    return Traced(value, origin)


def shown(value: object) -> str:
    """Return a value as text; a number is written as in the spec.

    Raises:
        TemplateRuntimeError: It is an array or a table.
    """
    value = untraced(value)
    if isinstance(value, list | tuple | Mapping):
        kind = "a table" if isinstance(value, Mapping) else "an array"
        message = f"takes text, not {kind}: print each item of it, or all through `| python`"
        raise TemplateRuntimeError(f"{message} or `| json`")
    return literal(value) if isinstance(value, float) and math.isfinite(value) else str(value)


def untraced(value: object) -> object:
    """Return a value without its origin; what is in it keeps its own."""
    return value.value if isinstance(value, Traced) else value


def texts_in(*values: object) -> Iterator[Text]:
    """Yield the texts of the spec that are values, or in them."""
    return (part for part in _parts(values) if isinstance(part, Text))


def origin_of(*values: object) -> frozenset[str]:
    """Return what values come from, and what is in them."""
    if len(values) == 1 and isinstance(values[0], Text | Traced):
        return values[0].origin  # what is in it comes from nothing else
    origin = NO_ORIGIN
    for part in _parts(values):
        if isinstance(part, Text | Traced):
            origin |= part.origin
    return origin


def _parts(values: Iterable[object]) -> Iterator[object]:
    """Yield values and what is in them; a list or table once, however often it is there."""
    seen = set()
    rest = list(values)
    while rest:
        value = rest.pop()
        yield value
        if isinstance(value, _LEAVES):
            continue
        value = untraced(value)
        if isinstance(value, list | tuple | Mapping) and id(value) not in seen:
            seen.add(id(value))
            rest += value
            if isinstance(value, Mapping):
                rest += value.values()
