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


def places(*trees: Data) -> list[tuple[str, str, set[str | None]]]:
    family = compare_trees([str(n) for n in range(len(trees))], trees)
    return [
        (place.change, place.name, {family.text(place, file) for file in range(len(trees))})
        for place in family.places
    ]


def test_values_are_named_by_the_way_to_them() -> None:
    base: Data = {"model": {"rate": 1, "layers": [{"n": 1}, {"n": 2}], "a b": "x"}}
    assert places(base, {"model": {"rate": 2, "layers": [{"n": 1}, {"n": 3}], "a b": "y"}}) == [
        ("changed", "model.rate", {"1", "2"}),
        ("changed", "model.layers[1].n", {"2", "3"}),
        ("changed", 'model["a b"]', {"'x'", "'y'"}),
    ]


def test_an_added_entry_or_element_is_one_place() -> None:
    assert places(
        {"a": [{"n": 1}, {"n": 2}], "b": 1}, {"a": [{"n": 1}], "b": 1, "c": {"d": 1}}
    ) == [
        ("missing", "a[1]", {"{'n': 2}", None}),
        ("missing", "c", {"{'d': 1}", None}),
    ]


def test_keys_named_after_their_file_are_one_place() -> None:
    trees: list[Data] = [{f"{name}_config": {"lr": n}} for n, name in enumerate(("pong", "ant"))]
    family = compare_trees(["pong.py", "ant.py"], trees)
    assert "‹own›_config.lr" in {place.name for place in family.places}


@pytest.mark.parametrize(
    ("left", "right"), [(1, 1.0), (1, True), (0, False), (None, "None"), ([], {})]
)
def test_values_of_different_type_differ(left: Data, right: Data) -> None:
    assert places({"a": left}, {"a": right}) == [("changed", "a", {repr(left), repr(right)})]


@given(TREES, TREES)
def test_trees_differ_exactly_when_their_data_does(left: Data, right: Data) -> None:
    assert places(left, left) == []
    assert bool(places(left, right)) == (repr(left) != repr(right))


def test_trees_are_printed_and_judged_like_files() -> None:
    trees: list[Data] = [{"rate": 1}, {"rate": 1}, {"rate": 2}]
    result = compare_data(CompareOptions(()), ["a", "b", "c"], trees)
    assert result.exit_code == 1
    assert str(result.result) == (
        "3 files: 1 place differs\n\n"
        "look at:\n  copies  a: same values as b\n\n"
        "only c: 1 place\n  rate  2 | 1\n"
    )
    allowed = CompareOptions((), vary=("rate",))
    assert compare_data(allowed, ["a", "b", "c"], trees).exit_code == 0


def test_data_that_is_nested_too_deeply_is_an_error() -> None:
    deep: Data = 1
    for _ in range(3000):
        deep = [deep]
    with pytest.raises(GenSweepsError, match="nested too deeply"):
        compare_trees(["a", "b"], [deep, 1])
