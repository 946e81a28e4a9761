"""Places for fillings, and whether a filling can do nothing in its place but say its value.

A filling is looked at alone: no rule here speaks of another hole. The letters and numbers of the
rules are explained in `holes`, which finds the places.
"""

from __future__ import annotations

import ast
import keyword
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from gen_sweeps.proof.control_source import Span
from gen_sweeps.proof.operands import (
    MANGLED,
    SOFT_KEYWORDS,
    HoleValue,
    OperandSort,
    UnfitError,
    names_read,
    prints_as,
    read_operand,
    reads_as,
    sort_of,
)
from gen_sweeps.rendering.escaping import PRAGMA

UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters but tab and line feed, bidirectional marks, surrogates: what tools read each
in a way of their own, or readers don't see."""

_SEEN = re.compile(r"[ !#-&(-\[\]-z|~]*+")
"""Text that is itself in a string of any kind: no quote, backslash, brace or line break."""

_IDENTIFIER = re.compile("[A-Za-z_][A-Za-z0-9_]*")

_NUMBER = re.compile("[0-9.][0-9A-Za-z_.]*(?:(?<=[eE])[+-][0-9_]+)?")


class PlaceKind(Enum):
    """What stands in a place."""

    EXPRESSION = "an expression"
    STRING = "the text of a string"
    NAME = "a name"
    COMMENT = "a comment"


@dataclass(frozen=True, slots=True)
class Place(ABC):
    """Where one hole stands, or several that share a word, a number or a comment.

    Attributes:
        holes: The holes, as indices into the spans of the skeleton.
        span: Where the place is in the control.
        fixed: The text of the place before the first hole, between them, and after the last.
    """

    kind: ClassVar[PlaceKind]
    holes: tuple[int, ...]
    span: Span
    fixed: tuple[str, ...]

    def fault(self, fillings: tuple[str, ...], values: tuple[HoleValue, ...]) -> str | None:
        """Return why fillings can't stand in the place, or don't say these values; None if they do.

        Args:
            fillings: The text of each of the holes.
            values: What the spec says that they hold.
        """
        try:
            self.check(fillings, values)
        except UnfitError as unfit:
            return str(unfit)
        return None

    @abstractmethod
    def check(self, fillings: tuple[str, ...], values: tuple[HoleValue, ...] | None = None) -> None:
        """Check that fillings can stand in the place, and say these values if they are given.

        Raises:
            UnfitError: They don't.
        """

    @property
    def is_whole(self) -> bool:
        """Whether there is nothing in the place but one hole."""
        return self.fixed == ("", "")

    def joined(self, fillings: tuple[str, ...]) -> str:
        """Return the place's text with the fillings put in."""
        if len(fillings) == 1:
            return f"{self.fixed[0]}{fillings[0]}{self.fixed[1]}"
        pairs = zip(fillings, self.fixed[1:], strict=True)
        return self.fixed[0] + "".join(f"{filling}{text}" for filling, text in pairs)


@dataclass(frozen=True, slots=True)
class ExpressionPlace(Place):
    """Where an operand is read, or parts of one name or number.

    Attributes:
        takes: The sorts of operands that mean themselves here (E3, E6, E7).
        opens_line: Whether nothing stands before it on its logical line (E7).
        declared: The names that the skeleton declares global or nonlocal (E8).
        room: The levels that a filling may nest (E10).
        names: The names that the control reads here.
    """

    kind = PlaceKind.EXPRESSION
    takes: frozenset[OperandSort]
    opens_line: bool
    declared: frozenset[str]
    room: int
    names: frozenset[str]

    def check(self, fillings: tuple[str, ...], values: tuple[HoleValue, ...] | None = None) -> None:
        """Check that fillings are one operand and say these values (E)."""
        text = self.joined(fillings)
        node = self._read(text)
        if values is None:
            return
        if self.is_whole:
            says = reads_as(node, values[0], text)
        else:
            says = all(map(prints_as, fillings, values))
        if not says:
            raise UnfitError("it is another value than the spec says")

    def names_of(self, fillings: tuple[str, ...]) -> frozenset[str]:
        """Return the names that fillings read.

        Raises:
            UnfitError: They can't stand here.
        """
        return names_read(self._read(self.joined(fillings)))

    def _read(self, text: str) -> ast.expr:
        if UNSEEN.search(text):
            raise UnfitError("it has a control character or a bidirectional mark")
        node = read_operand(text, self.room)
        if not self.is_whole and not (_IDENTIFIER.fullmatch(text) or _NUMBER.fullmatch(text)):
            raise UnfitError("with the text beside it, it is not one name or number")
        if (sort := sort_of(node)) not in self.takes:
            raise UnfitError(f"{sort.value} means something else there")
        if self.opens_line and (word := _IDENTIFIER.match(text)) and word[0] in SOFT_KEYWORDS:
            raise UnfitError(f"{word[0]} can be a keyword at the start of a line")
        if self.declared and (names := names_read(node) & self.declared):
            raise UnfitError(f"the skeleton declares {min(names)} global or nonlocal")
        return node


@dataclass(frozen=True, slots=True)
class StringPlace(Place):
    """In the text of one string literal.

    Attributes:
        prefix: The literal's prefix, in lower case.
        quotes: Its quotes.
        items: Matches what is whole in it (S1).
    """

    kind = PlaceKind.STRING
    prefix: str
    quotes: str
    items: re.Pattern[str]

    def check(self, fillings: tuple[str, ...], values: tuple[HoleValue, ...] | None = None) -> None:
        """Check that a filling stays text and is decoded to this value (S1, S3, S6)."""
        (filling,) = fillings
        decoded = filling if _SEEN.fullmatch(filling) else self._decoded(filling)
        if values is not None and (decoded,) != values:
            raise UnfitError("it is another text than the spec says")

    def _decoded(self, filling: str) -> str:
        if UNSEEN.search(filling):
            raise UnfitError("it has a control character or a bidirectional mark")
        if not self.items.fullmatch(filling):
            raise UnfitError("it has a quote, brace, line break or backslash that is not escaped")
        triple = len(self.quotes) > 1
        quote = self.quotes[0]
        if triple and (self.quotes in filling or quote in (filling[:1], filling[-1:])):
            raise UnfitError("it has quotes in a row or at an end")
        text = filling
        if is_formatted(self.prefix):
            text = text.replace("{{", "{").replace("}}", "}")
        if "\\" not in text or "r" in self.prefix:
            return text
        prefix = "b" if "b" in self.prefix else ""
        found: str | bytes = ast.literal_eval(f"{prefix}{self.quotes}{text}{self.quotes}")
        return found.decode("latin-1") if isinstance(found, bytes) else found


def is_formatted(prefix: str) -> bool:
    """Say whether a string literal with this prefix, in lower case, has replacement fields."""
    return "f" in prefix or "t" in prefix


def string_items(prefix: str, quotes: str) -> re.Pattern[str]:
    """Return what matches the fillings of a string literal that are whole items of it (S1)."""
    special = "\\\\"
    if is_formatted(prefix):
        special += "{}"
    if len(quotes) == 1:
        special += f"{quotes}\n"
    if "b" in prefix:
        special += "\x80-\U0010ffff"
    items = [f"[^{special}]"]
    if is_formatted(prefix):
        items += [r"\{\{", r"\}\}"]
    if "r" in prefix:
        items.append(r"\\[^\n'\"{}]" if "b" not in prefix else r"\\(?![\n'\"{}])[\x00-\x7f]")
    else:
        items += [r"\\[\\'\"abfnrtv]", "\\\\x[0-9a-fA-F]{2}"]
        if "b" not in prefix:
            items.append(r"\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}")
            items.append(r"\\U00(?:0[1-9a-fA-F]|10)[0-9a-fA-F]{4}")
    return re.compile(f"(?:{'|'.join(items)})*+")


@dataclass(frozen=True, slots=True)
class NamePlace(Place):
    """Where an identifier stands that is not read.

    Attributes:
        name: What the control has there.
        binds: Whether it binds the name; else it is an attribute or in a module's path.
        taken: The names that the fillings must not make (N2).
    """

    kind = PlaceKind.NAME
    name: str
    binds: bool
    taken: frozenset[str]

    def check(self, fillings: tuple[str, ...], values: tuple[HoleValue, ...] | None = None) -> None:
        """Check that fillings make one name that is free, of these texts (N1, N2)."""
        name = self.joined(fillings)
        if not _IDENTIFIER.fullmatch(name) or keyword.iskeyword(name) or name in SOFT_KEYWORDS:
            raise UnfitError("it makes no ASCII identifier, or a keyword")
        if name.startswith("__") or MANGLED.match(name):
            raise UnfitError(f"it makes {name}, which is special or private to a class")
        if name in self.taken:
            raise UnfitError(f"it makes {name}, which the skeleton names too")
        if values is not None and fillings != values:
            raise UnfitError("it is another name than the spec says")


@dataclass(frozen=True, slots=True)
class CommentPlace(Place):
    """In a comment, after its `#`."""

    kind = PlaceKind.COMMENT

    def check(self, fillings: tuple[str, ...], values: tuple[HoleValue, ...] | None = None) -> None:
        """Check that fillings stay a comment that tells no tool anything (M)."""
        text = self.joined(fillings)
        if "\n" in text or UNSEEN.search(text):
            raise UnfitError("it has a line break, a control character or a bidirectional mark")
        if text[-1] == "\\":
            raise UnfitError("it ends in a backslash, which LibCST does not keep")
        if match := PRAGMA.search(text):
            raise UnfitError(f"it makes `{match[0].strip()}`, which tools read")
        if values is not None and fillings != values:
            raise UnfitError("it is another text than the spec says")
