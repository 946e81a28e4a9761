"""Values to JSON, in the forms that `forms` documents, and where each value came from."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, cast

from .forms import Json, escaped, form_of
from .mappings import AttributeDict
from .nodes import Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .nodes import State
    from .origins import Provenance, SourceExpression
    from .session import Session

    NotPlain = Callable[["Writer", object, str, SourceExpression | None], Json]

_DEEPEST = 150
_MOST = 250_000
_UNIT = 64  # characters of text that count as one value
_LONGEST_INTEGER = 12_000  # bits; Python converts no decimal number of more than 4,300 digits


class TooMuchError(Exception):
    """The tree is too deep or too large to be written."""


class Writer:
    """Writes values into one tree: plain data itself, what is not by the function it is given.

    Attributes:
        session: What was recorded.
        module: The resolved file's own dotted name: what is defined there is named without it.
        reached: The calls that an earlier writing found in the tree; None while they are being
            found.
        origins: Where values come from, None if nobody asks.
        history: Whether values that were set again later are written too.
        written: The states in this tree, by identity.
        places: The file and line of each value, by JSON pointer.
        objects: Where each object with attributes is written, by identity.
        inline: Decorated classes that are written in full where they stand.
    """

    def __init__(  # noqa: PLR0913 - what a tree depends on, and nothing else does
        self,
        session: Session,
        module: str,
        root: str,
        not_plain: NotPlain,
        *,
        reached: frozenset[int] | None = None,
        origins: Provenance | None = None,
        history: bool = False,
    ) -> None:
        self.session = session
        self.module = module
        self.reached = reached
        self.origins = origins
        self.history = history
        self.written = set[int]()
        self.places: dict[str, tuple[str, int]] = {}
        self._root = root
        self._not_plain = not_plain
        self.objects: dict[int, str] = {}
        self.inline: dict[type, Json] = {}
        self._active: list[object] = []
        self._size = 0
        self._plain: Mapping[type, Callable[[object, str, SourceExpression | None], Json]] = {
            str: lambda value, _pointer, _origin: self.text(cast("str", value)),
            int: lambda value, _pointer, _origin: _integer(cast("int", value)),
            float: lambda value, _pointer, _origin: _floating(cast("float", value)),
            bytes: lambda value, _pointer, _origin: {"bytes": cast("bytes", value).hex()},
            list: lambda value, pointer, origin: self.items(
                cast("list[object]", value), pointer, origin
            ),
            dict: lambda value, pointer, origin: self.entries(
                cast("dict[object, object]", value), pointer, origin
            ),
            AttributeDict: lambda value, pointer, origin: self.entries(
                cast("dict[object, object]", value), pointer, origin
            ),
            tuple: lambda value, pointer, origin: {
                "tuple": self.items(cast("tuple[object, ...]", value), f"{pointer}/tuple", origin)
            },
            set: lambda value, _pointer, _origin: {"set": self._sorted(cast("set[object]", value))},
            frozenset: lambda value, _pointer, _origin: {
                "frozenset": self._sorted(cast("frozenset[object]", value))
            },
        }

    def value(self, value: object, pointer: str, origin: SourceExpression | None = None) -> Json:
        """Return a value's form.

        Raises:
            TooMuchError: It is nested deeper, or holds more, than anybody reads.
        """
        self._count(1)
        if self.origins is not None:
            origin = self.origins.followed(origin)
            if origin is not None:
                self.places[pointer] = (origin.path, origin.line)
        if value is None or value is True or value is False:
            return value
        state = None if isinstance(value, type) else self.session.state_of(value)
        identity: object = value.state if isinstance(value, Seen) else state or value
        for levels, active in enumerate(reversed(self._active), 1):
            if active is identity:
                return {"cycle": levels}
        if len(self._active) >= _DEEPEST:
            raise TooMuchError(f"the values are nested more than {_DEEPEST} deep")
        self._active.append(identity)
        try:
            write = self._plain.get(type(value))
            if write is not None:
                return write(value, pointer, origin)
            return self._not_plain(self, value, pointer, origin)
        finally:
            self._active.pop()

    def text(self, text: str) -> str:
        """Return a text in which the root is no path of this machine."""
        self._count(len(text) // _UNIT)
        return text.replace(self._root, "<root>") if self._root in text else text

    def items(
        self, items: Iterable[object], pointer: str, origin: SourceExpression | None = None
    ) -> list[Json]:
        """Return the forms of the items of a list."""
        return [
            self.value(item, f"{pointer}/{index}", origin.item(index) if origin else None)
            for index, item in enumerate(items)
        ]

    def entries(
        self, entries: Mapping[object, object], pointer: str, origin: SourceExpression | None = None
    ) -> Json:
        """Return the form of a dict: an object, if its keys are texts and read as no form."""
        sources = {key: origin.entry(key) if origin else None for key in entries}
        if all(type(key) is str for key in entries):
            texts = {self.text(cast("str", key)): key for key in entries}
            if len(texts) == len(entries) and form_of(texts) is None:
                return {
                    text: self.value(entries[key], f"{pointer}/{escaped(text)}", sources[key])
                    for text, key in texts.items()
                }
        pairs = list[Json]()
        for index, (key, value) in enumerate(entries.items()):
            at = f"{pointer}/dict/{index}"
            pairs.append([self.value(key, f"{at}/0"), self.value(value, f"{at}/1", sources[key])])
        return {"dict": pairs}

    def arguments(
        self,
        args: Iterable[object],
        kwargs: Iterable[tuple[str, object]],
        pointer: str,
        origin: SourceExpression | None = None,
    ) -> dict[str, Json]:
        """Return the `args`, if any, and `kwargs` of a call."""
        form: dict[str, Json] = {}
        written = [
            self.value(arg, f"{pointer}/args/{index}", origin.argument(index) if origin else None)
            for index, arg in enumerate(args)
        ]
        if written:
            form["args"] = written
        form["kwargs"] = {
            name: self.value(
                value, f"{pointer}/kwargs/{escaped(name)}", origin.keyword(name) if origin else None
            )
            for name, value in kwargs
        }
        return form

    def named(self, value: object) -> str:
        """Return a class's or function's dotted name; in the resolved file without its module."""
        module = getattr(value, "__module__", None)
        name = str(getattr(value, "__qualname__", getattr(value, "__name__", "?")))
        return name if module in (self.module, None) else f"{module}.{name}"

    def place(self, pointer: str, state: State) -> None:
        """Note where a recorded value was made."""
        if self.origins is not None and state.place is not None:
            self.places[pointer] = (state.place.path, state.place.line)

    def _sorted(self, items: Iterable[object]) -> list[Json]:
        places, self.places = self.places, {}
        written = [self.value(item, "") for item in items]
        self.places = places
        return sorted(written, key=lambda item: json.dumps(item, sort_keys=True))

    def _count(self, units: int) -> None:
        self._size += units
        if self._size > _MOST:
            raise TooMuchError(f"the tree holds more than {_MOST:,} values")


def _integer(number: int) -> Json:
    return number if number.bit_length() <= _LONGEST_INTEGER else {"int": hex(number)}


def _floating(number: float) -> Json:
    return number if math.isfinite(number) else {"float": repr(number)}
