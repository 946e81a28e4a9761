"""The places of holes: what can act outside of its place is refused, what can't is accepted."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

import pytest
from hole_judge import Piece, objection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gen_sweeps.proof.holes import HoleValue, Place, PlaceKind, Span, find_places
from gen_sweeps.spec.model import Call, Reference, Value

TRAPS = {
    "C1, a carriage return": ("# «a»\n", ["a\rimport os"]),
    "C2, an empty part of a number": ("x = «»1\n", ["-"]),
    "C2, two operands": ("x = a«[b]»«(c)»\n", ["[d]", "(e)"]),
    "C3, an operator": ("x = a «+» b\n", ["-"]),
    "C4, a pattern": ("match x:\n  case «1»: pass\n  case 2: pass\n", ["y"]),
    "C4, a tuple that is a key": ("x = {(1, «3»): a, (1, 2): b}\n", ["2"]),
    "C4, a key in brackets": ("x = {«(a)»: 1, b: 2}\n", ["b"]),
    "C4, text in a key": ("x = {'«a»': 1, 'b': 2}\n", ["b"]),
    "C4, part of a name in a key": ("x = {«»lr: 1, xlr: 2}\n", ["x"]),
    "E1, a tuple": ("x = «1»\n", ["1, 2"]),
    "E1, a condition": ("x = «1» + 1\n", ["a if b else c"]),
    "E1, an operation": ("x = «1» * 2\n", ["a + b"]),
    "E1, another bracket": ("x = [«1»]\n", ["1)+(2"]),
    "E1, a call and a comment": ("x = (\n«y»)\n", ["X()#)"]),
    "E1, two in brackets": ("x = «1»\n", ["(1), (2)"]),
    "E2, an assignment": ("x = f(«1»)\n", ["(y := 1)"]),
    "E2, a yield": ("def f():\n    x = «1»\n", ["(yield)"]),
    "E2, a keyword twice": ("x = «1»\n", ["f(a=1, a=2)"]),
    "E3, a power": ("x = «3» ** 2\n", ["-1"]),
    "E3, an attribute of a number": ("x = «a».real\n", ["1"]),
    "E3, a negative number's attribute": ("x = «a».real\n", ["-1"]),
    "E3, a call of a constant": ("x = «a»(x)\n", ["True"]),
    "E4, a keyword before": ("x = not«(a)»\n", ["b"]),
    "E4, a keyword behind": ("x = «(1)»if y else z\n", ["f"]),
    "E5, a call's brackets": ("x = f «(a)»\n", ["b"]),
    "E5, a string behind": ("x = «'a'» 'b'\n", ["c"]),
    "E6, with": ("with «a»: pass\n", ["(a, b)"]),
    "E6, assert": ("assert «a»\n", ["(a, b)"]),
    "E6, assert in brackets": ("assert («a»)\n", ["(a, b)"]),
    "E6, is": ("x = a is «b»\n", ["1"]),
    "E6, is in brackets": ("x = («a») is b\n", ["1"]),
    "E6, is of what folds": ("x = a is -«b»\n", ["1"]),
    "E6, a call in brackets": ("x = («a»)(b)\n", ["1"]),
    "E6, an index of a literal": ("x = [1, 2][«a»]\n", ["'a'"]),
    "E6, an index that folds": ("x = [1, 2][0 + «a»]\n", ["1.5"]),
    "E7, no docstring": ("«'doc'»\nfrom __future__ import annotations\n", ["1"]),
    "E7, a docstring": ("def f(): «g()»\n", ["'doc'"]),
    "E8, a name declared global": ("def f():\n  x = «a»\n  global lr\n", ["lr"]),
    "E8, __debug__": ("x = f(«a»)\n", ["g(__debug__=1)"]),
    "E9, an escape": ("x = «1»\n", ["'\\d'"]),
    "E9, a comment": ("x = [«1»]\n", ["[1 # c\n]"]),
    "E10, brackets": ("x = " + "(" * 110 + "«1»" + ")" * 110 + "\n", ["[" * 99 + "]" * 99]),
    "E10, digits": ("x = «1»\n", ["9" * 5000]),
    "S1, a quote": ("x = '«a»'\n", ["'"]),
    "S1, a backslash": ("x = '«a»'\n", ["\\"]),
    "S1, a backslash in a raw string": ("x = r'«a»'\n", ["\\"]),
    "S1, a brace": ('x = f"«a»{b}"\n', ["{"]),
    "S1, a letter in bytes": ('x = b"«a»"\n', ["é"]),
    "S1, an octal escape": ("x = '«a»7'\n", ["\\1"]),
    "S1, a line break": ("x = '«a»'\n", ["\n"]),
    "S2, an octal escape before": ("x = '\\1«a»'\n", ["7"]),
    "S2, an octal escape, and a hole": ("x = '\\1«a»«b»'\n", ["", "7"]),
    "S2, a hexadecimal escape before": ("x = '\\x«41»'\n", ["zz"]),
    "S2, a backslash before": ("x = '\\«n»'\n", ["'"]),
    "S3, a quote at the end": ('x = """a«b»"""\n', ['"']),
    "S3, three quotes": ('x = """a«b»c"""\n', ['d"""e']),
    "S3, quotes on both sides": ('x = """a"«b»"c"""\n', ['"']),
    "S4, literals that touch": ('x = "«a»""b"\n', [""]),
    "S5, a format": ('x = f"{b:«3»}"\n', ["{{"]),
    "S5, an expression": ('x = f"{«b»}"\n', ["c!r"]),
    "S5, an expression that shows itself": ('x = f"{«b»=}"\n', ["c"]),
    "N1, a keyword": ("«x» = 1\n", ["if"]),
    "N1, a parameter of Python's": ("def f(«a»): pass\n", ["__debug__"]),
    "N2, a name in fixed text": ("«a» = 1\nprint(lr)\n", ["lr"]),
    "N2, a name in other letters": ("«a» = 1\nprint(ﬁ)\n", ["fi"]),
    "N2, the control's name": ("«a» = 1\nprint(a)\n", ["b"]),
    "N2, a name in an f-string": ("«a» = 1\nx = f'{a}'\n", ["b"]),
    "N3, two names made one": ("«a» = 1\n«b» = 2\n", ["c", "c"]),
    "N3, a name read": ("«a» = 1\nx = «b»\n", ["c", "c"]),
    "N3, a name in a call": ("«a» = 1\nx = «f(y=b)»\n", ["c", "f(y=c)"]),
    "N, a keyword's name": ("f(«k»=1, lr=2)\n", ["lr"]),
    "M, a line break": ("x = 1 # «a»\n", ["b\nc"]),
    "M, a backslash at the end": ("x = 1 # «a»\n", ["\\"]),
    "M, an encoding in two parts": ("# «a»«b»\n", ["cod", "ing: latin-1"]),
    "M, an interpreter": ("#«a»\n", ["!/bin/sh"]),
    "M, a pragma": ("x = 1 # «a»\n", ["noqa"]),
    "a bidirectional mark": ("x = '«a»'\n", ["\u202e"]),
}  # fmt: skip
"""Skeletons and fillings that make another file than it seems, by the rule that refuses them."""

CAUTION = {
    "C2, two parts of a number": ("x = «1»«2»\n", ["12", "3"]),
    "E8, a name that is normalized": ("x = «a»\n", ["ﬁ"]),
    "E1, a line more": ("x = «1»\n", ["1\n"]),
    "C3, a list of arguments": ("f(«a, b»)\n", ["c"]),
    "C1, another encoding": ("# -*- coding: latin-1 -*-\nx = «1»\n", ["2"]),
    "C1, a warning": ("x = '\\d'\ny = «1»\n", ["2"]),
    "C1, no Python": ("x = = «1»\n", ["2"]),
    "E7, a soft keyword": ("«a»\n", ["match"]),
    "E8, a private name": ("class A:\n  x = «a»\n", ["__x"]),
    "E8, a private name in full": ("x = «a»\n", ["_A__x"]),
    "E8, super": ("def f(): x = «a»\n", ["super"]),
    "E9, a named escape": ("x = «1»\n", ["'\\N{EM DASH}'"]),
    "E9, a continued line": ("x = «f»\n", ["f\\\n(1)"]),
    "E9, a lone surrogate": ("x = «1»\n", ["'\\ud800'"]),
    "E10, an infinite number": ("x = «1»\n", ["1e999"]),
    "S1, a named escape": ("x = '«a»'\n", ["\\N{EM DASH}"]),
    "N1, a soft keyword": ("«x» = 1\n", ["match"]),
    "N1, a special name": ("class A:\n  «x» = 1\n", ["__slots__"]),
    "N2, a private name in full": ("class «A»:\n  __x = 1\nprint(_B__x)\n", ["B"]),
    "N, a name deleted": ("del «x»\n", ["y"]),
    "N, a future": ("from __future__ import «annotations»\n", ["division"]),
}
"""What only some versions, environments and tools read differently."""

GOOD = (
    ("x = f(a=«1», b=«'q'»)\n", ["-1e-3", '[1, {"a": [1.5, True]}]']),
    ("x = 1e-«4»\n", ["5"]),
    ("«a»_x = 1\ny = «a»_x\n", ["b", "b"]),
    ("x = «hopper»«Small»Config\n", ["walker", "Big"]),
    ("'''d «t» x'''\n", ['a "q" b']),
    ("x = f'«a»{b}'\n", ["{{z"]),
    ("x = rf'«a»{b}' if c else b'«d»'\n", ["\\d+", "\\x41"]),
    ("# «a» b\n", ["fine text"]),
    ("from m.«a» import «B»\nx = «B»(1)\n", ["q", "C", "C"]),
    ("import a.b as «c», «d»\n", ["e", "f"]),
    ("x = «1» + 2\n", ["-1"]),
    ("x = r'«a»'\n", ["\\d+"]),
    ("@«d»\ndef f(a: «int» = «1»): return «2»\n", ["e.f", "str", "x(a=1)", "'r'"]),
    ("class «A»(B):\n    n: float = «1.5»\nrun = «A»()\n", ["C", 'float("inf")', "C"]),
    ("x = «C(a=1)»\n", ["C(\n  a=2,\n  b=[1],\n)"]),
    ("x = «C(a={'b': {'c': 1}})»\n", ["C()", 'C(a={"c": 2, "d": 3})']),
    ("x = «a» is y\n", ["True"]),
    ("self.«a» = x.«b»\n", ["lr", "wd"]),
    ("x = '«a»«b»'\n", ["", "\\n"]),
    ("é = '«a»'; y = «1»; z.«b» = 1\n", ["ü", "'ß'", "c"]),
)
"""Skeletons and fillings that are proven."""

VALUES: tuple[tuple[str, HoleValue, HoleValue], ...] = (
    ("True", True, 1),
    ("1", 1, True),
    ("1", 1, 1.0),
    ("1.0", 1.0, 1),
    ("-0.0", -0.0, 0.0),
    ("0.0", 0.0, -0.0),
    ("0x1F", 31, 31.0),
    ("1_000", 1000, "1000"),
    ("-1_000.0", -1000.0, 1000.0),
    ('float("inf")', float("inf"), float("-inf")),
    ('float("-inf")', float("-inf"), float("inf")),
    ('float("nan")', float("nan"), Reference("nan")),
    ('"a"', "a", Reference("a")),
    ("a", Reference("a"), "a"),
    ("'a\\n'", "a\n", "a\\n"),
    ('"lr é"', "lr é", "lr e"),
    ("[1, [2.5]]", (1, (2.5,)), (1, 2.5)),
    ("[]", (), {}),
    ("{'a': 1, 'b': -2}", {"a": 1, "b": -2}, {"b": -2, "a": 1}),
    ("f.g(a=1, b=lr)", Call("f.g", {"a": 1, "b": Reference("lr")}), Call("f.g", {"a": 1})),
    ("f(b=1, a=2)", Call("f", {"b": 1, "a": 2}), Call("f", {"a": 2, "b": 1})),
    ("f()", Call("f", {}), Call("g", {})),
    ("f(a=1)", Call("f", {"a": 1}), Call("f", {"a": True})),
)
"""Fillings with what they say, and with what they don't."""


def opened(marked: str) -> tuple[str, list[Span]]:
    """Return a skeleton without the marks `«»` around its holes, and where these are."""
    source, spans = "", []
    for index, part in enumerate(re.split("[«»]", marked)):
        if index % 2:
            spans.append((len(source), len(source) + len(part)))
        source += part
    return source, spans


def said(text: str) -> HoleValue:
    """Return what an expression says, as Python reads it; itself if nothing that a spec can say."""
    try:
        return _said(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return text


def _said(node: ast.expr) -> Value | Call:
    match node:
        case ast.List(elts=items):
            return tuple(_value(it) for it in items)
        case ast.Dict(keys=keys, values=items):
            names = [ast.literal_eval(key) for key in keys if key]
            return {str(key): _value(it) for key, it in zip(names, items, strict=True)}
        case ast.Name() | ast.Attribute():
            return Reference(ast.unparse(node))
        case ast.Call(func=ast.Name("float"), args=[ast.Constant(str() as text)]):
            return float(text)
        case ast.Call(func=function, args=[], keywords=words):
            return Call(ast.unparse(function), {str(it.arg): _value(it.value) for it in words})
    value = ast.literal_eval(node)
    if not isinstance(value, (bool, int, float, str)):
        raise TypeError
    return value


def _value(node: ast.expr) -> Value:
    value = _said(node)
    if isinstance(value, Call):
        raise TypeError
    return value


def decoded(place: Place, source: str, filling: str) -> str:
    """Return what a filling says in the text of a string, as Python reads it alone."""
    opening = re.findall(r"([A-Za-z]*)('{3}|\"{3}|'|\")", source[: place.span[0]])
    for prefix, quotes in opening[-1:]:
        text = filling
        if "f" in prefix:
            text = text.replace("{{", "{").replace("}}", "}")
        try:
            found = ast.literal_eval(f"{prefix.replace('f', '')}{quotes}{text}{quotes}")
        except (SyntaxError, ValueError):
            break
        return found.decode("latin-1") if isinstance(found, bytes) else str(found)
    return filling


def values_of(place: Place, source: str, fillings: tuple[str, ...]) -> tuple[HoleValue, ...]:
    """Return what fillings say in a place."""
    if place.kind is PlaceKind.STRING:
        return (decoded(place, source, fillings[0]),)
    if place.kind is PlaceKind.EXPRESSION and place.fixed == ("", ""):
        return (said(fillings[0]),)
    return fillings


def fault(marked: str, fillings: Sequence[str]) -> str | None:
    """Return why a filled skeleton is not proven, or None."""
    source, spans = opened(marked)
    found = find_places(source, spans)
    if found.refusals:
        return str(found.refusals)
    for place in found.places:
        mine = tuple(fillings[hole] for hole in place.holes)
        if reason := place.fault(mine, values_of(place, source, mine)):
            return reason
    return found.names_fault(fillings)


def judged(marked: str, fillings: Sequence[str]) -> str | None:
    """Return what the judge has against a filled skeleton whose holes all have places."""
    source, spans = opened(marked)
    pieces = []
    for place in find_places(source, spans).places:
        mine = tuple(fillings[hole] for hole in place.holes)
        if place.kind is PlaceKind.EXPRESSION:
            text = place.joined(mine)
            pieces.append(Piece(*place.span, text, said(text), is_expression=True))
        else:
            says = values_of(place, source, mine)
            pieces += [
                Piece(*spans[hole], text, value, is_expression=False)
                for hole, text, value in zip(place.holes, mine, says, strict=True)
            ]
    return objection(source, sorted(pieces, key=lambda piece: (piece.start, piece.end)))


@pytest.mark.parametrize("trap", TRAPS | CAUTION)
def test_what_acts_outside_of_its_place_is_refused(trap: str) -> None:
    marked, fillings = (TRAPS | CAUTION)[trap]
    assert fault(marked, fillings)


@pytest.mark.parametrize(("marked", "fillings"), GOOD)
def test_what_only_says_its_value_is_accepted(marked: str, fillings: list[str]) -> None:
    assert fault(marked, fillings) is None
    assert judged(marked, fillings) is None


@pytest.mark.parametrize(("filling", "value", "other"), VALUES)
def test_a_filling_says_its_value_with_type_sign_and_order(
    filling: str, value: HoleValue, other: HoleValue
) -> None:
    (place,) = find_places("x = f(y=z)\n", [(8, 9)]).places
    assert place.fault((filling,), (value,)) is None
    assert place.fault((filling,), (other,)) == "it is another value than the spec says"


def test_a_float_is_spelled_as_the_spec_spells_it() -> None:
    class Spelled(float):
        spelling = "3e-4"

    (place,) = find_places("x = 1\n", [(4, 5)]).places
    assert place.fault(("3e-4",), (Spelled("3e-4"),)) is None
    assert place.fault(("0.0003",), (Spelled("3e-4"),))
    assert place.fault(("f(a=[3e-4])",), (Call("f", {"a": (Spelled("3e-4"),)}),)) is None
    assert place.fault(("f(a=[0.0003])",), (Call("f", {"a": (Spelled("3e-4"),)}),))


def test_a_part_of_a_word_says_what_its_value_is_printed_as() -> None:
    (place,) = find_places("x = 1e-4\n", [(7, 8)]).places
    assert place.fault(("5",), (5,)) is None
    assert place.fault(("5",), (6,))
    assert place.fault(("05",), (5,))
    (name,) = find_places("x = run_4.y\n", [(8, 9)]).places
    assert name.fault(("42",), (42,)) is None
    assert name.fault(("b",), (Reference("b"),)) is None


@pytest.mark.parametrize("depth", [1, 49, 50])
def test_a_treatment_that_nests_as_deep_as_a_spec_takes_is_accepted(depth: int) -> None:
    source, spans = opened("config = [\n    «Block(a=1)»,\n]\n")
    value: Value = 1
    for _ in range(depth):
        value = (value,)
    filling = f"Block(a={'[' * depth}1{']' * depth})"
    (place,) = find_places(source, spans).places
    assert place.fault((filling,), (Call("Block", {"a": value}),)) is None
    compile(source.replace("Block(a=1)", filling), "arm", "exec")


def test_a_treatment_is_refused_where_brackets_leave_too_little_room() -> None:
    source, spans = opened(f"x = {'(' * 120}«Block(a=1)»{')' * 120}\n")
    assert "nests too deep" in find_places(source, spans).refusals[0]


def test_holes_that_overlap_are_left_to_the_judge() -> None:
    found = find_places("x = f(1)\n", [(4, 8), (6, 7)])
    assert found.places == ()
    assert found.refusals == {0: "the holes overlap", 1: "the holes overlap"}


def test_one_hole_that_has_no_place_leaves_the_others_theirs() -> None:
    source, spans = opened("x = a «+» 2\ny = '«a»'\nz = «3»\n")
    found = find_places(source, spans)
    assert [place.holes for place in found.places] == [(1,), (2,)]
    assert list(found.refusals) == [0]


def test_the_name_of_a_hole_without_a_place_is_fixed_text() -> None:
    source, spans = opened("«a» = 1\ndel «b»\n")
    found = find_places(source, spans)
    assert list(found.refusals) == [1]
    assert found.places[0].fault(("b",), ("b",))


HOSTILE = sorted(
    {filling for _, fillings in (*TRAPS.values(), *CAUTION.values(), *GOOD) for filling in fillings}
    | {"", " ", "\t", "'", '"', '""', "\\", "\\\\", "{", "}", "{{", "}}", "{x}", "#", "é", "\ud800"}
    | {"-0", "-1", "1.", ".5", "1e5", "1j", "0777", "0xfor x", "*a", "**a", "[*a]", "{**a}", "..."}
    | {"lambda: 1", "not x", "await x", "x[0]", "f'{x}'", "b'a'", "'a' 'b'", "'''a\nb'''", "None"}
    | {"(1)", "((a))", "(a)", "()", "(1,)", "{1}", "{'a': 1}", "a.b.c", "f(1)", "f()(x=1)", "f(*a)"}
    | {
        "zz",
        "q9",
        "lr",
        "a",
        "b",
        "x",
        "y",
        "_",
        "__x",
        "type",
        "case",
        "os",
        "Walker",
        "w w",
        "k.l",
    }
)

SKELETONS = sorted(
    {marked for marked, _ in (*TRAPS.values(), *GOOD)}
    | {
        "«x» = [«1», «a»]\nfor «i» in «y»:\n    print(«x», «'s'»)\n",
        "async def f(«a», *, «b»=«1»):\n    '''«Doc»'''\n    return await «g»(«a») ** «2»\n",
        "with «a» as «b», «c»: «d»\nassert «e», f'''«t»\n{u!r:>4}«v»'''\n",
        "x = -«1» if «a» else ~«b» # «c», «d»\nx[«0»] += «2»; «y».«z»(«k») # «e»\n",
        "class «A»(«B», metaclass=«M»):\n    «'doc'»\n    def «f»(self): return «A».«g»\n",
        "x = b'«a»' + rb'«b»'\ny = \"\"\"«c» \"q\" «d»\"\"\" 'z«e»' f'{y}«f»'\n",
    }
)


@st.composite
def attacks(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    """Draw a skeleton, and for each hole its own text or a hostile one."""
    marked = draw(st.sampled_from(SKELETONS))
    source, spans = opened(marked)
    own = [source[start:end] for start, end in spans]
    one = st.sampled_from(HOSTILE)
    hostile = one | st.builds("{}{}".format, one, one) | st.builds("f({})".format, one)
    kept = draw(st.integers(0, 2 ** len(own) - 1))
    return marked, tuple(
        text if kept >> index & 1 else draw(hostile) for index, text in enumerate(own)
    )


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(attacks())
@example(("«a» = 1\nx = «a»\n", ("b", "b")))
def test_what_is_accepted_says_the_same_to_an_independent_judge(
    attack: tuple[str, tuple[str, ...]],
) -> None:
    marked, fillings = attack
    if fault(marked, fillings) is None:
        assert judged(marked, fillings) is None
