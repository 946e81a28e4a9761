"""Reading a treatment back: nothing passes that the spec does not say."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec_values import same, values

from gen_sweeps.proof.treatment import UnreadableTreatmentError, names_in, read_back
from gen_sweeps.rendering.literals import keyword_arguments
from gen_sweeps.spec.model import Call, Reference, Value

ARGUMENTS: Mapping[str, Value] = {"a": 1, "b": (0.6, "x"), "c": {"k": Reference("SIZE")}, "d": -2}
TEXT = 'Block(a=1, b=[0.6, "x"], c={"k": SIZE}, d=-2)'


def accept(text: str, call: str = "Block", arguments: Mapping[str, Value] = ARGUMENTS) -> None:
    """Read a treatment back."""
    read_back(text, Call(call, arguments))


def refused(text: str, call: str = "Block", arguments: Mapping[str, Value] = ARGUMENTS) -> str:
    """Return why a treatment is refused."""
    with pytest.raises(UnreadableTreatmentError) as error:
        read_back(text, Call(call, arguments))
    return str(error.value)


def test_the_call_that_the_spec_describes_passes() -> None:
    accept(TEXT)
    accept("Block(\n    a=1,\n)", "Block", {"a": 1})
    accept("sdk.blocks.Block()", "sdk.blocks.Block", {})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (TEXT + "#)", "something beside the call"),
        (TEXT + "  # noqa", "something beside the call"),
        (TEXT + " ", "something beside the call"),
        (TEXT + "\n", "something beside the call"),
        (" " + TEXT, "no expression"),
        ("(" + TEXT + ")", "something beside the call"),
        (TEXT + "; x = 1", "no expression"),
        (TEXT + ", 1", "not a call of Block"),
        (TEXT + ".x", "not a call of Block"),
        (TEXT + "()", "not a call of Block"),
        (TEXT.replace("Block", "Blok"), "not a call of Block"),
        (TEXT.replace("Block", "sdk.Block"), "not a call of Block"),
        (TEXT.replace("1,", "1,  # fmt: off\n"), "a comment in it"),
        (TEXT.replace("a=1", "1"), "its arguments are not a, b, c, d"),
        (TEXT.replace("a=1", "a=1, e=2"), "its arguments are not a, b, c, d"),
        (TEXT.replace("a=1, ", ""), "its arguments are not a, b, c, d"),
        (TEXT.replace("a=1", "a=1, a=1"), "its arguments are not"),
        (TEXT.replace("a=1", "**{'a': 1}"), "its arguments are not"),
        (TEXT.replace("a=1", "*[]"), "its arguments are not"),
        (TEXT.replace("a=1", "a=1.0"), "the value of a is not what the spec says"),
        (TEXT.replace("a=1", "a=True"), "the value of a is not"),
        (TEXT.replace("a=1", 'a="1"'), "the value of a is not"),
        (TEXT.replace("a=1", "a=2 - 1"), "the value of a is not"),
        (TEXT.replace("a=1", "a=(x := 1)"), "the value of a is not"),
        (TEXT.replace("a=1", "a=(yield)"), "the value of a is not"),
        (TEXT.replace("a=1", "a=ONE"), "the value of a is not"),
        (TEXT.replace("a=1", "a=f'1'"), "the value of a is not"),
        (TEXT.replace("a=1", "a=int('1')"), "the value of a is not"),
        (TEXT.replace("0.6,", "0.6, 0.6,"), "the value of b is not"),
        (TEXT.replace("[0.6", "[*[0.6]"), "the value of b is not"),
        (TEXT.replace('[0.6, "x"]', '(0.6, "x")'), "the value of b is not"),
        (TEXT.replace('"k": SIZE', '"k": SIZE, **x'), "the value of c is not"),
        (TEXT.replace('"k": SIZE', '"j": SIZE'), "the value of c is not"),
        (TEXT.replace("SIZE", "SIZES"), "the value of c is not"),
        (TEXT.replace("SIZE", "4"), "the value of c is not"),
        (TEXT.replace("-2", "2"), "the value of d is not"),
        (TEXT.replace("-2", "--2"), "the value of d is not"),
        (TEXT.replace('"x"', 'b"x"'), "the value of b is not"),
        (TEXT.replace('"x"', 'f"x"'), "the value of b is not"),
        (TEXT.replace('"x"', '"x" "x"'), "the value of b is not"),
        (TEXT.replace('"x"', '"x"\n"x"'), "the value of b is not"),
        (TEXT.replace('"x"', '"x",\n"x"'), "the value of b is not"),
        (TEXT.replace('"x"', '# "x",\n"y"'), "a comment in it"),
        (TEXT.replace('"x"', '"x"  # "x",\n'), "a comment in it"),
        (TEXT.replace('"x"', "'<\"x\",>'"), "the value of b is not"),
        (TEXT.replace('"x"', '"x" % 1'), "the value of b is not"),
        (TEXT.replace('"x"', '"""x"""\n, ""'), "the value of b is not"),
        (TEXT.replace('"x"', '"é"'), "the value of b is not"),
        (TEXT.replace('"k"', "0"), "the value of c is not"),
        (TEXT.replace('"k": SIZE', '"k": SIZE, "k": SIZE'), "the value of c is not"),
        (TEXT.replace('"k": SIZE', '"k"'), "the value of c is not"),
        (TEXT.replace("0.6", "0.6\n-0.0"), "the value of b is not"),
        (TEXT.replace("0.6", "0.6j"), "the value of b is not"),
        (TEXT.replace("0.6", "-0.6"), "the value of b is not"),
        (TEXT.replace("0.6", "\x00"), "no expression"),
        (TEXT.replace("-2", "\x00"), "no expression"),
        (TEXT.replace("-2", "-2e0"), "the value of d is not"),
        (TEXT.replace("-2", "-02"), "no expression"),
        (TEXT.replace('"x"', "b'\N{LATIN SMALL LETTER E WITH ACUTE}'"), "no expression"),
        (TEXT.replace('"x"', r"'\N{bad}'"), "no expression"),
        (TEXT.replace("1", "[" * 300 + "]" * 300), "no expression"),
        ("", "no expression"),
    ],
)
def test_anything_else_is_refused_with_the_reason(text: str, why: str) -> None:
    assert why in refused(text)


def test_a_hash_in_a_string_is_no_comment() -> None:
    accept('Block(a="# fmt: off")', "Block", {"a": "# fmt: off"})
    accept("Block(a='# \"x\", y')", "Block", {"a": '# "x", y'})


@pytest.mark.parametrize("text", ['float("inf")', 'float("-inf")', 'float("nan")'])
def test_numbers_without_a_literal_are_calls_of_float(text: str) -> None:
    value = float(text[7:-2])
    accept(f"Block(a={text})", "Block", {"a": value})
    assert "the value of a" in refused(f"Block(a={text})", arguments={"a": 1.5})
    assert "the value of a" in refused('Block(a=float("1.5"))', arguments={"a": value})


@given(values(), values())
def test_a_treatment_reads_back_as_its_own_value_and_as_no_other(one: Value, other: Value) -> None:
    text = keyword_arguments("Block", {"a": one}, indent=0)
    accept(text, "Block", {"a": one})
    if not same(one, other):
        refused(text, arguments={"a": other})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (0, False),
        (1.0, True),
        (0.0, -0.0),
        (100_000, 1e5),
        ("1", 1),
        ("True", True),
        ("ONE", Reference("ONE")),
        ((), {}),
        ((1,), 1),
        ("", ()),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ],
)
def test_values_that_look_alike_are_told_apart(one: Value, other: Value) -> None:
    for value, wrong in ((one, other), (other, one)):
        text = keyword_arguments("Block", {"a": value, "b": (value,)}, indent=0)
        accept(text, "Block", {"a": value, "b": (value,)})
        refused(text, arguments={"a": wrong, "b": (value,)})
        refused(text, arguments={"a": value, "b": (wrong,)})


@given(values(st.builds(Reference, st.sampled_from(["ONE", "TWO", "THREE"])) | st.integers()))
def test_all_references_of_a_value_are_found(value: Value) -> None:
    found = list(names_in(value))
    text = keyword_arguments("Block", {"a": value}, indent=0)
    accept(text, "Block", {"a": value})
    for name in ("ONE", "TWO", "THREE"):
        assert (name in found) == (f"Reference(name='{name}')" in repr(value))
