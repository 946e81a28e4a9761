"""What a string literal means, read without evaluating it, is what Python makes of it."""

from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_sweeps.compare.concrete.literals import decode_text, split_string

ESCAPES = (
    *("\\n", "\\t", "\\\\", "\\'", '\\"', "\\a", "\\0", "\\101", "\\x41", "\\u00e9", "\\d"),
    *("\\U0001f600", "\\N{BULLET}", "\\\n", "a", "é", " ", "\t", "\n"),
)


def meant(literal: str) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.literal_eval(literal)


@given(st.lists(st.sampled_from(ESCAPES)), st.sampled_from(["", "r", "R", "u"]))
def test_text_is_read_as_python_reads_it(parts: list[str], prefix: str) -> None:
    text = "".join(parts)
    if prefix.lower() == "r" and text.endswith("\\"):
        text += "x"
    literal = f'{prefix}"""{text} """'
    lower, inner = split_string(literal)
    assert decode_text(inner, lower) == meant(literal)


@given(st.lists(st.sampled_from([part for part in ESCAPES if part.isascii()])))
def test_bytes_are_read_as_python_reads_them(parts: list[str]) -> None:
    literal = f'b"""{"".join(parts)} """'
    lower, inner = split_string(literal)
    assert decode_text(inner, lower).encode("latin-1") == meant(literal)


def test_what_is_no_string_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a string literal"):
        split_string("x")
