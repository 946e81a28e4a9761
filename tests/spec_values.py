"""Values that a spec may have, as Hypothesis strategies, and what Python makes of source."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping

from hypothesis import strategies as st

from gen_sweeps.spec.model import Value

texts = st.text() | st.text(alphabet="\"'\\\n\r\t\0#{}%[]() ab\u2028\u202e\ufeff\x85é日😀\ud800")
numbers = st.integers() | st.integers(-(10**60), 10**60) | st.floats()
scalars = st.booleans() | numbers | texts


def values(leaves: st.SearchStrategy[Value] = scalars) -> st.SearchStrategy[Value]:
    """Return a strategy of values: scalars, arrays and tables of them."""
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=6).map(tuple) | st.dictionaries(texts, inner, max_size=5)
        ),
        max_leaves=20,
    )


def evaluated(source: str) -> object:
    """Return what an expression of literals evaluates to; `float("…")` is one of them."""
    return eval(source, {"__builtins__": {"float": float}})  # noqa: S307 - literals, of a test


def same(one: object, other: object) -> bool:
    """Say whether two values are equal in type, in value and in order, also nan and -0.0."""
    if isinstance(one, tuple):
        one = list(one)
    if isinstance(other, tuple):
        other = list(other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return list(one) == list(other) and all(map(same, one.values(), other.values()))
    if isinstance(one, float) and isinstance(other, float):
        both_nan = math.isnan(one) and math.isnan(other)
        return both_nan or (one == other and math.copysign(1, one) == math.copysign(1, other))
    return type(one) is type(other) and one == other


def is_one_expression(source: str) -> bool:
    """Say whether source is an expression that ends where the source ends."""
    node = ast.parse(source, mode="eval").body
    last = source.rsplit("\n", maxsplit=1)[-1]
    return (node.end_lineno, node.end_col_offset) == (source.count("\n") + 1, len(last.encode()))
