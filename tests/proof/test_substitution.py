"""Reading a file whole: refuses what construction's rules are for, and agrees with it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence

import pytest
from hole_judge import Piece, objection
from hypothesis import HealthCheck, example, given, settings
from test_holes import GOOD, TRAPS, attacks, fault, opened, said, values_of

from gen_sweeps.proof.fillings import PlaceKind
from gen_sweeps.proof.holes import find_places
from gen_sweeps.proof.operands import HoleValue, names_read
from gen_sweeps.proof.substitution import substitution_fault
from gen_sweeps.rendering.skeleton import Filling, Hole, Kind, Page, Skeleton
from gen_sweeps.spec.model import Expression

FACTOR = frozenset({"lr"})


def pages(marked: str, fillings: Sequence[str]) -> tuple[Page, Page]:
    """Return a filled skeleton and its control, as a template would print them."""
    source, spans = opened(marked)
    bounds = [0, *(offset for span in spans for offset in span), len(source)]
    texts = tuple(source[start:end] for start, end in zip(bounds[::2], bounds[1::2], strict=True))
    own = [source[start:end] for start, end in spans]
    kinds = kinds_of(source, spans)
    skeleton = Skeleton(texts, tuple(Hole(kind, FACTOR) for kind in kinds), ())
    values = list(map(value_of, kinds, fillings))
    for place in find_places(source, spans).places:
        mine = tuple(fillings[hole] for hole in place.holes)
        for hole, value in zip(place.holes, values_of(place, source, mine), strict=True):
            values[hole] = value if kinds[hole] is not Kind.VALUE else values[hole]
    arm = Page(skeleton, tuple(map(Filling, fillings, values)))
    return arm, Page(skeleton, tuple(map(Filling, own, map(value_of, kinds, own))))


def kinds_of(source: str, spans: Sequence[tuple[int, int]]) -> list[Kind]:
    """Return the filters that a template would use: values for whole expressions, else text."""
    kinds = []
    places = {hole: it for it in find_places(source, spans).places for hole in it.holes}
    for hole, (start, end) in enumerate(spans):
        if place := places.get(hole):
            whole = place.kind is PlaceKind.EXPRESSION and place.is_whole
            kinds.append(Kind.VALUE if whole else Kind.TEXT)
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(f"{source[:start]}q_label{source[end:]}")
                ast.parse(source[start:end], mode="eval")
        except (SyntaxError, ValueError):
            kinds.append(Kind.TEXT)
        else:
            names = names_read(tree)
            kinds.append(Kind.VALUE if "q_label" in names else Kind.TEXT)
    return kinds


def value_of(kind: Kind, text: str) -> HoleValue:
    """Return what the spec would say: values that it can't say are expressions."""
    if kind is Kind.TEXT:
        return text
    value = said(text)
    if value != text or not isinstance(value, str):
        return value
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return Expression("None")  # a spec has no expression that is none
    return Expression(text)


def whole_fault(marked: str, fillings: Sequence[str]) -> str | None:
    """Return why the arm's file, or the control's, is not proven by reading it whole."""
    arm, control = pages(marked, fillings)
    return substitution_fault(control, control) or substitution_fault(arm, control)


def judged(marked: str, fillings: Sequence[str]) -> str | None:
    """Return what the independent judge has against a filled skeleton."""
    source, spans = opened(marked)
    arm, _ = pages(marked, fillings)
    places = {hole: it for it in find_places(source, spans).places for hole in it.holes}
    pieces = []
    for hole, (text, value) in enumerate(arm.fillings):
        place = places.get(hole)
        if place and place.kind is PlaceKind.EXPRESSION and not place.is_whole:
            if hole == place.holes[0]:
                joined = place.joined(tuple(fillings[it] for it in place.holes))
                pieces.append(
                    Piece(*place.span, joined, value_of(Kind.VALUE, joined), is_expression=True)
                )
            continue
        if place is None and text == source[slice(*spans[hole])]:
            continue  # it is like fixed text
        is_expression = arm.skeleton.holes[hole].kind is Kind.VALUE
        pieces.append(Piece(*spans[hole], text, value, is_expression=is_expression))
    return objection(source, sorted(pieces, key=lambda piece: (piece.start, piece.end)))


def is_beyond_the_judge(marked: str) -> bool:
    """Say whether the judge's marks would change what stands around them.

    He takes code that an f-string shows for text, and can't put a mark into a number.
    """
    source, spans = opened(marked)
    touching = (
        re.search(r"[0-9.]\Z", source[: spans[hole][0]])
        or re.match("[0-9.]", source[spans[hole][1] :])
        for hole in find_places(source, spans).refusals
    )
    return "=}" in marked or any(touching)


SOUND = {"E1, a tuple", "E1, two in brackets", "S5, an expression that shows itself"}
"""What construction refuses though it says its value where it stands."""


@pytest.mark.parametrize("trap", sorted(TRAPS.keys() - SOUND))
def test_what_acts_outside_of_its_place_is_refused(trap: str) -> None:
    assert whole_fault(*TRAPS[trap])


@pytest.mark.parametrize(("marked", "fillings"), GOOD)
def test_what_only_says_its_value_is_accepted(marked: str, fillings: list[str]) -> None:
    assert whole_fault(marked, fillings) is None


WHOLE = (
    ("f(«a»=1, lr=2)\n", ["b"], None),
    ("f(«a»=1, lr=2)\n", ["lr"], "it is no value"),
    ("f(«a»=1)\n", ["if"], "it is no value"),
    ("x = {«'a'»: 1, 'b': 2}\n", ["'c'"], None),
    ("x = {«'a'»: 1, 'b': 2}\n", ["'b'"], "two keys of a dict equal"),
    ("x = {«1»: 1, True: 2}\n", ["3"], "two keys of a dict equal"),
    ("x = {'«a»': 1, '«b»': 2}\n", ["c", "c"], "two keys of a dict equal"),
    ("x = {«1»: {'a': 1, 'a': 2}}\n", ["3"], None),
    ("x = «1»\n", ["3 * 10**4"], None),
    ("x = y + «1»\n", ["3 * 10**4"], None),
    ("x = y * «1»\n", ["3 + 4"], "reads otherwise"),
    ("x = «2» ** 2\n", ["3 * 10**4"], "reads otherwise"),
    ("x = «2» ** 2\n", ["-1"], "reads otherwise"),
    ("x = «a».real\n", ["1 * 2"], "it is no value"),
    ("x = a is «b»\n", ["1"], "Python warns of it"),
    ("x = '\\d'\ny = «1»\n", ["2"], None),
    ("x = '\\d'\ny = «1»\n", ["'\\d'"], "Python warns of it"),
    ("«a» = 1\n«b» = 2\n", ["c", "c"], "it binds c"),
    ("«a» = 1\nprint(lr)\n", ["lr"], "it binds lr"),
    ("«a» = 1\nprint(a)\n", ["b"], "it binds b"),
    ("«a» = 1\nf(lr=1)\n", ["lr"], "it binds lr"),
    ("«a» = 1\nx = «c»\n", ["b", "b"], "it binds b"),
    ("«a» = 1\ndel «a»\n", ["b", "b"], None),
    ("def f():\n  global «a»\n  «a» = 1\n", ["b", "b"], None),
    ("def f():\n  global «a»\n  «a» = lr\n", ["lr", "lr"], "it binds lr"),
    ("try: pass\nexcept E as «e»: print(«e»)\n", ["x", "x"], None),
    ("class «A»:\n  __x = 1\nprint(_B__x)\n", ["B"], "it binds B"),
    ("# «a»\n", ["noqa"], "which tools read"),
    ("# cod«a»\n", ["ing: latin-1"], "encoding"),
    ("# -*- coding: latin-1 -*-\nx = «1»\n", ["2"], "encoding iso-8859-1"),
    ("x = «1»\n", ["2 # c\n"], "comments"),
    ("x = «'a'»\n", ["'\u202e'"], "control character"),
    ("x = f(«1»)\n", ["(y := 1)"], "acts on what is around"),
    ("class A:\n  x = «a»\n", ["__x"], "meaning of its own"),
    ("def f(): «g()»\n", ["'doc'"], "docstring"),
    ("x = 1e-«4»\ny = '«a»'\n", ["5", "b"], None),
    ("gen_sweeps_hole_0_ = «1»\n", ["2"], None),
    ("match x:\n  case «1»: pass\n", ["2"], "it makes the name 1"),
)
"""Skeletons, fillings, and why reading the file whole refuses them, if it does."""


@pytest.mark.parametrize(("marked", "fillings", "why"), WHOLE)
def test_what_construction_leaves_is_proven_or_refused_by_reading_the_file(
    marked: str, fillings: list[str], why: str | None
) -> None:
    found = whole_fault(marked, fillings)
    assert (found is None) == (why is None), found
    assert why is None or why in str(found)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(attacks())
@example(("«a» = 1\nx = «a»\n", ("b", "b")))
def test_reading_whole_accepts_what_construction_does_and_no_more_than_the_judge(
    attack: tuple[str, tuple[str, ...]],
) -> None:
    marked, fillings = attack
    found = whole_fault(marked, fillings)
    if fault(marked, fillings) is None:
        assert found is None
    if found is None and not is_beyond_the_judge(marked):
        assert judged(marked, fillings) is None
