"""Values as Python source: the same value back, on lines that `ruff format` leaves alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec_values import evaluated, is_one_expression, same, texts, values

from gen_sweeps.rendering.literals import keyword_arguments, layout, literal, quoted
from gen_sweeps.spec.model import Reference, SpelledFloat, Value


@given(values())
def test_any_value_survives_the_trip_through_source(value: Value) -> None:
    assert same(evaluated(literal(value)), value)


@given(values(), st.integers(0, 90))
def test_a_value_laid_out_is_the_same_value(value: Value, indent: int) -> None:
    source = layout(value, indent=indent, before=indent + 9, after=1)
    assert same(evaluated(source), value)
    assert is_one_expression(source)


@given(texts)
def test_a_string_literal_has_no_character_that_a_reader_does_not_see(text: str) -> None:
    source = quoted(text)
    assert not set(source) & set("\n\r\t\0\x85\xa0\u2028\u2029\u202e\u2066\u200b\ufeff\ud800")
    source.encode()


@pytest.mark.parametrize(
    ("value", "source"),
    [
        (1e-5, "1e-5"),
        (3e-06, "3e-6"),
        (1e16, "1e16"),
        (0.60, "0.6"),
        (SpelledFloat("0.60"), "0.60"),
        (-0.0, "-0.0"),
        (float("inf"), 'float("inf")'),
        (float("-inf"), 'float("-inf")'),
        (float("nan"), 'float("nan")'),
        (2**70, "1180591620717411303424"),
        (True, "True"),
        (1, "1"),
        ("3", '"3"'),
        ('say "x"', "'say \"x\"'"),
        ("it's", '"it\'s"'),
        ("a\nb", '"a\\nb"'),
        ("\u202e", '"\\u202e"'),
        ("\U000e0041", '"\\U000e0041"'),
        ("é日", '"é日"'),
        ((), "[]"),
        ({}, "{}"),
        ({"a b": (1, {"c": Reference("X")})}, '{"a b": [1, {"c": X}]}'),
    ],
)
def test_values_are_written_as_a_person_would(value: Value, source: str) -> None:
    assert literal(value) == source


def test_a_call_has_each_argument_on_its_own_line() -> None:
    arguments: dict[str, Value] = {"a": 1, "b": {"key": "x" * 60, "other": "y" * 30}}
    assert keyword_arguments("Block", arguments, indent=4) == (
        "Block(\n"
        "        a=1,\n"
        "        b={\n"
        f'            "key": "{"x" * 60}",\n'
        f'            "other": "{"y" * 30}",\n'
        "        },\n"
        "    )"
    )
    assert keyword_arguments("Block", {}, indent=4) == "Block()"
