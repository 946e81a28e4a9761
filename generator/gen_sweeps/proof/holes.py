r'''The places of a skeleton: where its holes stand, so that each filling can be looked at alone.

One control file is read whole, once; the file of an arm is its text with the holes filled anew.
If all holes stand in places, each filling passes the check of its place (`fillings`) and the names
fit together, then the arm's file is valid Python, compiles without a new warning, and has the
control's tree and comments but for the places, where it has the spec's values. Not claimed: that a
name exists, or what a string means to others.

Every rule speaks of one hole and of fixed text, never of another filling. So the holes may be
filled one after the other, each step the case of one hole. Only names are looked at together (N3).
Each rule has its counterexample, `{{v}}` the hole:

The control; what breaks these leaves the hole, or all holes, to LibCST:

- C1: It is UTF-8 without characters that tools disagree about, and compiles without a warning.
  `# {{v}}` with a carriage return and `import os` is two lines to Python.
- C2: Places don't overlap or touch, but for those in strings. `{{a}}{{b}}` with 1 and 2 is 12.
- C3: The control's own fillings pass the checks of their places.
- C4: No hole is in a pattern, a type parameter or the key of a dict. `case {{v}}:` captures a name.

Expressions, whole or as parts of one number or of one name that is read:

- E1: A filling is one operand, or a minus and a number. `1)+(2`, `a, b`, `f()#)`, `x := 1`.
- E2: It is made of data and names. `(yield)` and `(x := 1)` act outside, `f(a=1, a=2)` parses only.
- E3: What binds more tightly than a minus follows only what it suits. `{{v}} ** 2` with -1,
  `{{v}}.real` with 1, `{{v}}(x)` with True.
- E4: Nothing touches it that could grow together with it. `not{{v}}`, `r{{v}}`, `{{v}}if x`.
- E5: No operand stands before it, no string behind it. `f {{v}}` with `(x)`, `{{v}} "b"`.
- E6: No literal where Python warns of one: `with`, `assert`, `is`, calls and subscripts of it.
- E7: A statement of its own is a string exactly if it is one in the control (a docstring), and no
  soft keyword opens a line.
- E8: Its names mean the same everywhere. `ﬁ` is `fi` to Python, `__x` is renamed in a class, and a
  name that is declared global later may not be read before.
- E9: No comment, continued line, escape that is invalid or needs Unicode's names.
- E10: Its nesting and that of its place stay far below the 200 brackets that CPython takes.
- E11: It reads as the value: `True` is not 1, `-0.0` not `0.0`; floats are spelled as they were.

Strings:

- S1: A filling is whole items of the literal. `"{{v}}"` with a quote or a backslash.
- S2: No escape before it is unfinished. `"\{{v}}"`, `"\1{{v}}"` with 7.
- S3: No quotes run together in triple quotes. `"""a{{v}}"""` with a quote.
- S4: The literal touches no other. `"{{v}}""b"` with nothing is `"""b"`.
- S5: In an f-string it is in the text. `f"{x:{{v}}}"`, `f"{ {{v}} }"`.
- S6: It is decoded to the value.

Names that are bound, attributes, or in the path of a module:

- N1: Fillings make an ASCII identifier that is no keyword, not even a soft one, nor special.
- N2: Fixed text names neither the control's bound name nor the new one. `{{n}} = 1; print(lr)`.
- N3: Two places have the same name exactly if they have it in the control, where one binds.

Comments: M: no line break, no backslash at the end (LibCST drops it), and the whole comment is
nothing that a tool reads (`# noqa`).
'''

from __future__ import annotations

import ast
import keyword
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from gen_sweeps.proof.control_source import (
    STRING_START,
    ControlSource,
    NameRole,
    Span,
    Spot,
    Token,
    UnreadableControlError,
    normal,
    read_control,
)
from gen_sweeps.proof.fillings import (
    CommentPlace,
    ExpressionPlace,
    NamePlace,
    Place,
    PlaceKind,
    StringPlace,
    is_formatted,
    string_items,
)
from gen_sweeps.proof.operands import MANGLED, HoleValue, OperandSort, UnfitError, names_read

__all__ = ["HoleValue", "Place", "PlaceKind", "Places", "Span", "find_places"]

MAX_DEPTH_IN_FILE = 120
"""Levels that a place and what fills it may nest: more than the values of a spec need in a file
as people write them, and far from the 200 brackets at which CPython stops."""

_TOUCHES_BEFORE = re.compile(r"[\w'\"\\.]|[^\x00-\x7f]")
_TOUCHES_AFTER = re.compile(r"[\w'\"\\]|[^\x00-\x7f]")

_UNFINISHED = re.compile(r"(?<!\\)(?:\\\\)*\\(?:[0-7]{1,2})?\Z")
"""An escape that what follows would complete or lengthen."""

_ALL = frozenset(OperandSort)
_NAMED = frozenset({OperandSort.NAMED})
_STRING = frozenset({OperandSort.STRING})
_TUPLE = frozenset({OperandSort.TUPLE})
_NEGATIVE = frozenset({OperandSort.NEGATIVE})
_IDENTITIES = frozenset({OperandSort.NAMED, OperandSort.SINGLETON})

_CONSTANTS = frozenset({"True", "False", "None"})


class _RefusedError(Exception):
    """A hole stands where no kind may stand; says why."""


@dataclass(frozen=True)
class Places:
    """The places of a skeleton.

    Attributes:
        places: Those of the holes that stand where a kind may stand, in order.
        refusals: Why LibCST must judge each of the other holes.
    """

    places: tuple[Place, ...]
    refusals: Mapping[int, str]

    def names_fault(self, fillings: Sequence[str]) -> str | None:
        """Return why the names of an arm don't fit together as the control's do (N3).

        Args:
            fillings: The text of each hole, in order.
        """
        if not self._binding:
            return None
        renamed: dict[str, str] = {}
        for place in self._binding:
            new = place.joined(tuple(fillings[hole] for hole in place.holes))
            if renamed.setdefault(place.name, new) != new:
                return f"{place.name} is one name in the control, and {new} is not all of it"
        if len(set(renamed.values())) < len(renamed):
            return f"{', '.join(renamed)} are different names in the control"
        try:
            for expression in self._reading:
                mine = tuple(fillings[hole] for hole in expression.holes)
                if fault := _meeting_fault(expression, mine, renamed):
                    return fault
        except UnfitError as unfit:
            return str(unfit)
        return None

    @property
    def bind_names(self) -> bool:
        """Whether there are places that bind names."""
        return bool(self._binding)

    @cached_property
    def _binding(self) -> tuple[NamePlace, ...]:
        return tuple(it for it in self.places if isinstance(it, NamePlace) and it.binds)

    @cached_property
    def _reading(self) -> tuple[ExpressionPlace, ...]:
        return tuple(it for it in self.places if isinstance(it, ExpressionPlace))


def _meeting_fault(
    place: ExpressionPlace, fillings: tuple[str, ...], renamed: Mapping[str, str]
) -> str | None:
    text = place.joined(fillings)
    for old, new in renamed.items():
        reads = new in text and new in place.names_of(fillings)
        if reads != (old in place.names):
            return f"{new} is bound by a hole, and is read elsewhere as {old} is not in the control"
    return None


def find_places(source: str, spans: Sequence[Span], tree: ast.Module | None = None) -> Places:
    """Find the places of the holes of a skeleton.

    Args:
        source: The control's file.
        spans: Where its holes are, in order.
        tree: The control's tree, if it has been parsed.
    """
    try:
        control = read_control(source, tree)
    except UnreadableControlError as error:
        return Places((), dict.fromkeys(range(len(spans)), str(error)))
    bounds = [offset for span in spans for offset in span]
    if bounds != sorted(bounds):
        return Places((), dict.fromkeys(range(len(spans)), "the holes overlap"))
    return _Finder(control, spans).places()


@dataclass(frozen=True, slots=True)
class _Region:
    """What a hole stands in: itself if it is to be an expression, else a token or a comment."""

    kind: PlaceKind
    start: int
    end: int

    @property
    def span(self) -> Span:
        return self.start, self.end


class _Finder:
    """Finds the places in a control file."""

    def __init__(self, control: ControlSource, spans: Sequence[Span]) -> None:
        self._control = control
        self._source = control.text
        self._spans = spans

    def places(self) -> Places:
        """Return the places, and why the other holes have none."""
        places: list[Place] = []
        refusals: dict[int, str] = {}
        regions: dict[_Region, list[int]] = {}
        for hole in range(len(self._spans)):
            try:
                regions.setdefault(self._region(hole), []).append(hole)
            except _RefusedError as refused:
                refusals[hole] = str(refused)
        for region, holes in regions.items():
            try:
                found = list(self._found(region, tuple(holes)))
                self._check_control(found)
            except _RefusedError as refused:
                refusals.update(dict.fromkeys(holes, str(refused)))
            else:
                places += found
        free = self._free(places)
        for place in places:
            if place not in free:
                name = self._source[slice(*place.span)]
                reason = f"binds {name}, which the skeleton names too"
                refusals.update(dict.fromkeys(place.holes, reason))
        return Places(tuple(self._with_taken(free)), dict(sorted(refusals.items())))

    def _check_control(self, places: Iterable[Place]) -> None:
        """Check that what the control has in its places may stand there (C3)."""
        for place in places:
            own = tuple(self._source[slice(*self._spans[hole])] for hole in place.holes)
            try:
                place.check(own)
            except UnfitError as unfit:
                raise _RefusedError(f"of the control's own text: {unfit}") from None

    # Where a hole stands.

    def _region(self, hole: int) -> _Region:
        start, end = self._spans[hole]
        for comment, line_end in self._control.comments:
            if comment < start and end <= line_end:
                return _Region(PlaceKind.COMMENT, comment, line_end)
        region = _Region(PlaceKind.EXPRESSION, start, end)
        for token in self._tokens_near(start, end):
            if kind := self._kind_in(token, start, end):
                region = _Region(kind, token.start, token.end)
                break
        for (first, last), (owner_start, owner_end), reason in self._control.closed:
            is_inside = start <= owner_start and owner_end <= end
            if first < region.end and region.start < last and not is_inside:
                raise _RefusedError(reason)  # C4
        return region

    def _tokens_near(self, start: int, end: int) -> Iterator[Token]:
        starts = self._control.starts
        first = max(0, bisect_right(starts, start) - 2)
        yield from self._control.tokens[first : bisect_right(starts, end) + 1]

    def _kind_in(self, token: Token, start: int, end: int) -> PlaceKind | None:
        """Return what a hole is in a token; None if it isn't inside of it."""
        if not token.start <= start <= end <= token.end:
            return None
        if token.kind == "STRING":
            opening = STRING_START.match(token.text)
            assert opening is not None  # noqa: S101 - it is how strings start
            inside = token.start + opening.end() <= start
            return PlaceKind.STRING if inside and end <= token.end - len(opening[2]) else None
        if token.kind == "NUMBER":
            return PlaceKind.EXPRESSION
        if token.kind != "NAME" or (
            token.text in _CONSTANTS and (start, end) != (token.start, token.end)
        ):
            return None
        role = self._control.roles.get(token.start)
        is_read = role is NameRole.READ or token.text in _CONSTANTS
        return PlaceKind.EXPRESSION if is_read else PlaceKind.NAME

    def _found(self, region: _Region, holes: tuple[int, ...]) -> Iterator[Place]:
        match region.kind:
            case PlaceKind.COMMENT:
                yield CommentPlace(holes, region.span, self._fixed(region, holes))
            case PlaceKind.STRING:
                yield from self._strings(region, holes)
            case PlaceKind.NAME:
                yield self._name(region, holes)
            case PlaceKind.EXPRESSION:
                yield self._expression(region, holes)

    def _fixed(self, region: _Region, holes: tuple[int, ...]) -> tuple[str, ...]:
        """Return the text of a region around its holes."""
        bounds = [region.start, *(it for hole in holes for it in self._spans[hole]), region.end]
        pairs = zip(bounds[::2], bounds[1::2], strict=True)
        return tuple(self._source[start:end] for start, end in pairs)

    # Strings.

    def _strings(self, region: _Region, holes: tuple[int, ...]) -> Iterator[StringPlace]:
        opening = STRING_START.match(self._source, region.start)
        assert opening is not None  # noqa: S101 - it is how strings start
        prefix, quotes = opening[1].lower(), opening[2]
        if self._source[region.end : region.end + 1] in ("'", '"'):
            raise _RefusedError("is in a literal that touches another one")  # S4
        body = _Region(region.kind, opening.end(), region.end - len(quotes))
        fixed = self._fixed(body, holes)
        self._check_is_text(opening[0], fixed, quotes)
        items = string_items(prefix, quotes)
        for number, hole in enumerate(holes, start=1):
            before, after = "".join(fixed[:number]), "".join(fixed[number:])
            if _UNFINISHED.search(before):
                raise _RefusedError("follows an unfinished escape")  # S2
            if len(quotes) > 1 and quotes[0] in (before[-1:], after[:1]):
                raise _RefusedError("stands beside a quote in triple quotes")  # S3
            span = self._spans[hole]
            yield StringPlace((hole,), span, ("", ""), prefix, quotes, items)

    def _check_is_text(self, opening: str, fixed: tuple[str, ...], quotes: str) -> None:
        """Check that holes are in the text of a literal (S5).

        In an f-string only text decodes doubled braces: what grows by two of four is text.
        """
        marks = ["q"] * (len(fixed) - 1)
        length = _text_length(opening, fixed, marks, quotes)
        for hole in range(len(marks) if is_formatted(opening.lower()) else 0):
            braces = [*marks[:hole], "q{{}}", *marks[hole + 1 :]]
            if _text_length(opening, fixed, braces, quotes) != length + len("{}"):
                raise _RefusedError("is in the expression or the format of an f-string")

    # Names.

    def _name(self, region: _Region, holes: tuple[int, ...]) -> NamePlace:
        role = self._control.roles.get(region.start)
        if role is None:
            raise _RefusedError("is a keyword, or a name that is deleted, declared or passed by")
        self._check_touches_no_hole(region, holes)
        name = self._source[slice(*region.span)]
        binds = role is NameRole.BOUND
        if binds and self._spells_private:
            raise _RefusedError("binds a name, and the skeleton spells a private name in full")
        fixed = self._fixed(region, holes)
        return NamePlace(holes, region.span, fixed, name, binds, self._control.declared)

    @cached_property
    def _spells_private(self) -> bool:
        return any(MANGLED.match(name) for name in self._names_outside(()))

    def _names_outside(self, places: Iterable[Place]) -> frozenset[str]:
        """Return the names that stand in fixed text, or in holes that have no place."""
        spans = sorted(place.span for place in places)
        starts = [start for start, _ in spans]
        outside = set(self._control.formatted)
        for name, token in self._control.names():
            index = bisect_right(starts, token.start) - 1
            if index < 0 or spans[index][1] < token.end:
                outside.add(name)
        return frozenset(outside)

    def _free(self, places: Sequence[Place]) -> list[Place]:
        """Return the places without those that bind a name which fixed text has too (N2)."""
        left = list(places)
        while True:
            outside = self._names_outside(left)
            free = [it for it in left if not _binds_one_of(it, outside)]
            if len(free) == len(left):
                return free
            left = free

    def _with_taken(self, places: Iterable[Place]) -> list[Place]:
        in_order = sorted(places, key=lambda place: place.holes)
        outside = self._names_outside(in_order) | self._control.declared
        return [
            replace(it, taken=outside) if isinstance(it, NamePlace) and it.binds else it
            for it in in_order
        ]

    # Expressions.

    def _expression(self, region: _Region, holes: tuple[int, ...]) -> ExpressionPlace:
        spot = self._spot(region)
        self._check_touches_no_hole(region, holes)
        before, after = self._neighbours(region, holes)
        fixed = self._fixed(region, holes)
        if fixed != ("", "") and isinstance(spot.node, ast.Constant):
            self._check_parts_of_number(holes)
        takes = _sorts_behind(before) & _sorts_in(spot) & _sorts_before(after)
        depth = max(spot.depth, self._brackets(region.start))
        return ExpressionPlace(
            holes,
            region.span,
            fixed,
            takes,
            before.kind == "NEWLINE" or before.text in (";", ":"),
            self._control.declared,
            MAX_DEPTH_IN_FILE - depth,
            names_read(spot.node),
        )

    def _spot(self, region: _Region) -> Spot:
        """Return where the expression stands that a region is, without brackets around it."""
        start, end = region.span
        source, spots = self._source, self._control.spots
        while (start, end) not in spots and end - start > 1:
            if source[start] != "(" or source[end - 1] != ")":
                break
            inner = source[start + 1 : end - 1]
            start += 1 + len(inner) - len(inner.lstrip())
            end = max(start, end - 1 - len(inner) + len(inner.rstrip()))
        spot = spots.get((start, end))
        if spot is None:
            raise _RefusedError("is not one whole expression, name or text")
        if not isinstance(getattr(spot.node, "ctx", ast.Load()), ast.Load):
            raise _RefusedError("is assigned to or deleted")
        return spot

    def _check_touches_no_hole(self, region: _Region, holes: tuple[int, ...]) -> None:
        """Check that there is fixed text around a place (C2)."""
        for hole, (start, end) in enumerate(self._spans):
            if hole not in holes and (end == region.start or start == region.end):
                raise _RefusedError("touches another hole")

    def _check_parts_of_number(self, holes: tuple[int, ...]) -> None:
        """Check that there is a digit in each hole of a number, and fixed text between (C2)."""
        spans = [self._spans[hole] for hole in holes]
        touch = any(one[1] == other[0] for one, other in pairwise(spans))
        if touch or any(start == end for start, end in spans):
            raise _RefusedError("is an empty part of a number, or touches another one")

    def _neighbours(self, region: _Region, holes: tuple[int, ...]) -> tuple[Token, Token]:
        """Return the tokens before and after an expression, which must keep apart (E4, E5)."""
        start, end = region.span
        source, starts = self._source, self._control.starts
        if start and _TOUCHES_BEFORE.match(source[start - 1]):
            raise _RefusedError("touches a word, a quote, a dot or a backslash before it")
        if _TOUCHES_AFTER.match(source[end : end + 1]):
            raise _RefusedError("touches a word, a quote or a backslash after it")
        before = self._control.token(bisect_right(starts, start - 1) - 1)
        after = self._control.token(bisect_right(starts, end - 1))
        others = [span for hole, span in enumerate(self._spans) if hole not in holes]
        if any(
            first < token.end and token.start < last
            for token in (before, after)
            for first, last in others
            if token.kind != "NEWLINE"
        ):
            raise _RefusedError("stands beside another hole")
        if _ends_operand(before):
            raise _RefusedError("follows an operand")
        if after.kind == "STRING":
            raise _RefusedError("is followed by a string")
        return before, after

    def _brackets(self, start: int) -> int:
        return self._control.token(bisect_right(self._control.starts, start) - 1).depth


def _text_length(opening: str, fixed: Sequence[str], marks: Sequence[str], quotes: str) -> int:
    """Return the length of the text of a literal, without replacement fields, with marks in it."""
    text = "".join(f"{before}{mark}" for before, mark in zip(fixed, (*marks, ""), strict=True))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            node = ast.parse(f"{opening}{text}{quotes}", mode="eval").body
    except (SyntaxError, ValueError):
        raise _RefusedError("is not in the text of its literal") from None
    parts: list[ast.expr] = getattr(node, "values", [])
    texts = [part.value for part in (node, *parts) if isinstance(part, ast.Constant)]
    return sum(len(it) for it in texts if isinstance(it, (str, bytes)))


def _binds_one_of(place: Place, names: frozenset[str]) -> bool:
    return isinstance(place, NamePlace) and place.binds and normal(place.name) in names


def _ends_operand(token: Token) -> bool:
    """Say whether what follows a token continues an operand."""
    if token.kind == "NAME":
        return token.text in _CONSTANTS or not keyword.iskeyword(token.text)
    return token.kind in ("STRING", "NUMBER") or token.text in (")", "]", "}", "...")


def _sorts_behind(before: Token) -> frozenset[OperandSort]:
    return _ALL - _NEGATIVE if before.text == "await" else _ALL  # E3


def _sorts_before(after: Token) -> frozenset[OperandSort]:
    """Return the sorts of operands that what follows them does not tear apart (E3)."""
    match after.text:
        case "(" | "[":
            return _NAMED
        case ".":
            return _NAMED | _STRING
        case "**":
            return _ALL - _NEGATIVE
        case _:
            return _ALL


def _sorts_in(spot: Spot) -> frozenset[OperandSort]:
    """Return the sorts of operands that mean themselves where an expression stands (E6, E7)."""
    match spot.parent:
        case ast.Expr():
            is_text = isinstance(spot.node, ast.Constant) and isinstance(spot.node.value, str)
            return _STRING if is_text else _ALL - _STRING
        case ast.Assert() | ast.withitem():
            return _ALL - _TUPLE
        case ast.Compare() if spot.named:
            return _IDENTITIES
        case _:
            return _NAMED if spot.named else _ALL
