"""Trees of plain data are compared by the same engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_sweeps.commands.compare import CompareOptions, compare_data
from gen_sweeps.compare.data import compare_trees
from gen_sweeps.errors import GenSweepsError

if TYPE_CHECKING:
    from gen_sweeps.compare.data import Data

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


def rows(*trees: Data) -> list[tuple[str, str, set[str | None]]]:
    family = compare_trees([str(n) for n in range(len(trees))], trees)
    return [(row.change, row.path, {value.text for value in row.values}) for row in family.rows]


def test_values_are_named_by_the_way_to_them() -> None:
    base: Data = {"model": {"rate": 1, "layers": [{"n": 1}, {"n": 2}], "a b": "x"}}
    assert rows(base, {"model": {"rate": 2, "layers": [{"n": 1}, {"n": 3}], "a b": "y"}}) == [
        ("changed", "model.rate", {"1", "2"}),
        ("changed", "model.layers[1].n", {"2", "3"}),
        ("changed", 'model["a b"]', {"'x'", "'y'"}),
    ]


def test_an_added_entry_or_element_is_one_difference() -> None:
    assert rows({"a": [1, 2, 3], "b": 1}, {"a": [1, 3], "b": 1, "c": {"d": 1}}) == [
        ("removed", "a[1]", {"2", None}),
        ("added", "c", {"{'d': 1}", None}),
    ]


@pytest.mark.parametrize(
    ("left", "right"), [(1, 1.0), (1, True), (0, False), (None, "None"), ([], {})]
)
def test_values_of_different_type_differ(left: Data, right: Data) -> None:
    assert rows({"a": left}, {"a": right}) == [("changed", "a", {repr(left), repr(right)})]


@given(TREES, TREES)
def test_trees_differ_exactly_when_their_data_does(left: Data, right: Data) -> None:
    assert rows(left, left) == []
    assert bool(rows(left, right)) == (repr(left) != repr(right))


def test_trees_are_printed_and_judged_like_files() -> None:
    trees: list[Data] = [{"rate": 1}, {"rate": 1}, {"rate": 2}]
    result = compare_data(CompareOptions(()), ["a", "b", "c"], trees)
    assert result.exit_code == 1
    assert "rate: 1 of 3 differs: 2, the others 1\n    2  c\n    1  a, b\n" in str(result.result)
    allowed = CompareOptions((), vary=("rate",))
    assert compare_data(allowed, ["a", "b", "c"], trees).exit_code == 0


def test_data_that_is_nested_too_deeply_is_an_error() -> None:
    deep: Data = 1
    for _ in range(3000):
        deep = [deep]
    with pytest.raises(GenSweepsError, match="nested too deeply"):
        compare_trees(["a", "b"], [deep, 1])
