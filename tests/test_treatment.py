"""Reading a treatment back: nothing passes that the spec does not say."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec_values import same, values

from generator.literals import keyword_arguments
from generator.spec import Reference, Value
from generator.treatment import UnreadableTreatmentError, read_back, references

ARGUMENTS: Mapping[str, Value] = {"a": 1, "b": (0.6, "x"), "c": {"k": Reference("SIZE")}, "d": -2}
TEXT = 'Block(a=1, b=[0.6, "x"], c={"k": SIZE}, d=-2)'


def refused(text: str, call: str = "Block", arguments: Mapping[str, Value] = ARGUMENTS) -> str:
    with pytest.raises(UnreadableTreatmentError) as error:
        read_back(text, call, arguments)
    return str(error.value)


def test_the_call_that_the_spec_describes_passes() -> None:
    read_back(TEXT, "Block", ARGUMENTS)
    read_back("Block(\n    a=1,\n)", "Block", {"a": 1})
    read_back("sdk.blocks.Block()", "sdk.blocks.Block", {})


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
        (TEXT.replace('"x"', "b'\N{LATIN SMALL LETTER E WITH ACUTE}'"), "no expression"),
        (TEXT.replace('"x"', r"'\N{bad}'"), "no expression"),
        (TEXT.replace("1", "[" * 300 + "]" * 300), "no expression"),
        ("", "no expression"),
    ],
)
def test_anything_else_is_refused_with_the_reason(text: str, why: str) -> None:
    assert why in refused(text)


def test_a_hash_in_a_string_is_no_comment() -> None:
    read_back('Block(a="# fmt: off")', "Block", {"a": "# fmt: off"})


def test_a_value_that_nests_deeper_than_the_limit_is_refused() -> None:
    deep: Value = 1
    for _ in range(120):
        deep = (deep,)
    text = keyword_arguments("Block", {"a": deep}, indent=0)
    assert "the value of a is not" in refused(text, arguments={"a": deep})


@pytest.mark.parametrize("text", ['float("inf")', 'float("-inf")', 'float("nan")'])
def test_numbers_without_a_literal_are_calls_of_float(text: str) -> None:
    value = float(text[7:-2])
    read_back(f"Block(a={text})", "Block", {"a": value})
    assert "the value of a" in refused(f"Block(a={text})", arguments={"a": 1.5})
    assert "the value of a" in refused('Block(a=float("1.5"))', arguments={"a": value})


@given(values(), values())
def test_a_treatment_reads_back_as_its_own_value_and_as_no_other(one: Value, other: Value) -> None:
    text = keyword_arguments("Block", {"a": one}, indent=0)
    read_back(text, "Block", {"a": one})
    if not same(one, other):
        refused(text, arguments={"a": other})


@given(values(st.builds(Reference, st.sampled_from(["ONE", "TWO", "THREE"])) | st.integers()))
def test_all_references_of_a_value_are_found(value: Value) -> None:
    found = list(references(value))
    text = keyword_arguments("Block", {"a": value}, indent=0)
    read_back(text, "Block", {"a": value})
    for name in ("ONE", "TWO", "THREE"):
        assert (name in found) == (f"Reference(name='{name}')" in repr(value))
