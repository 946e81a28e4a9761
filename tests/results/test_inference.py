"""The statistics, by what is known of them; `test_oracles` compares them with other packages."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_sweeps.results.inference import (
    EXACT_PAIRS,
    estimate,
    holm,
    sign_flip_p,
    smallest_p,
    t_quantile,
)

AGREEMENT = 1e-9

MEASURED = st.floats(-1e6, 1e6, width=32)

# Sums of these are exact, so that equal ones are equal for both implementations.
WHOLE = st.integers(-50, 50).map(float)


@pytest.mark.parametrize(
    ("probability", "degrees", "quantile"),
    [
        (0.6, 2, 0.2886751345948128),
        (0.95, 5, 2.0150483733330233),
        (0.975, 1, 12.706204736174694),
        (0.975, 2, 4.302652729749462),
        (0.975, 30, 2.0422724563012378),
        (0.9995, 100_000, 3.2906240314119137),
    ],
)
def test_quantiles_of_t_are_those_of_tables(
    probability: float, degrees: int, quantile: float
) -> None:
    assert t_quantile(probability, degrees) == pytest.approx(quantile, rel=1e-9)


def test_an_interval_is_as_wide_as_t_and_the_standard_error_say() -> None:
    found = estimate([1.0, 2.0, 3.0])
    assert found.mean == pytest.approx(2.0)
    assert found.half_width == pytest.approx(4.302652729749462 / 3**0.5)


def test_p_values_are_adjusted_from_the_smallest_and_never_get_smaller() -> None:
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]


@given(st.lists(st.floats(0.01, 1e6), min_size=2, max_size=20), st.sampled_from([1e-290, 1e290]))
def test_neither_huge_nor_tiny_values_change_an_interval(values: list[float], unit: float) -> None:
    plain, scaled = estimate(values), estimate([value * unit for value in values])
    assert scaled.mean == pytest.approx(plain.mean * unit)
    assert plain.half_width is not None
    assert scaled.half_width == pytest.approx(plain.half_width * unit, rel=1e-6, abs=1e-9 * unit)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_never_averaged_away(value: float) -> None:
    found = estimate([1.0, 2.0, value, 3.0])
    assert math.isnan(found.mean)
    assert (found.half_width, found.low, found.high) == (None, None, None)


def test_one_value_has_no_interval_and_equal_ones_have_one_without_width() -> None:
    assert (estimate([0.3]).mean, estimate([0.3]).half_width) == (0.3, None)
    assert (estimate([0.0] * 5).mean, estimate([0.0] * 5).half_width) == (0.0, 0.0)


@given(st.lists(WHOLE, min_size=1, max_size=12))
def test_it_counts_all_ways_to_flip_the_signs(differences: list[float]) -> None:
    sums = {0.0: 1}
    for value in differences:
        further: dict[float, int] = {}
        for one, ways in sums.items():
            for flipped in (one + value, one - value):
                further[flipped] = further.get(flipped, 0) + ways
        sums = further
    far = sum(ways for one, ways in sums.items() if abs(one) >= abs(sum(differences)))
    assert sign_flip_p(differences) == far / 2 ** len(differences)


@pytest.mark.parametrize("pairs", [1, 2, 5, 6, 13, EXACT_PAIRS, EXACT_PAIRS + 1])
def test_no_p_is_smaller_than_what_so_many_pairs_can_reach(pairs: int) -> None:
    assert sign_flip_p([1.0 + 0.01 * index for index in range(pairs)]) == smallest_p(pairs)


def test_differences_that_are_equal_but_for_rounding_count_as_ties() -> None:
    rounded = [0.3 - 0.1, 0.2, 0.5 - 0.3, -0.2, 0.1 + 0.1 - 0.0]
    assert sign_flip_p(rounded) == sign_flip_p([1.0, 1.0, 1.0, -1.0, 1.0])


def test_of_very_many_pairs_the_p_is_drawn_and_close_to_the_exact_one() -> None:
    source = Random(1)  # noqa: S311 - nothing secret
    differences = [source.gauss(0.3, 1.0) for _ in range(EXACT_PAIRS + 1)]
    drawn = sign_flip_p(differences)
    assert drawn == sign_flip_p(differences), "the same each time"
    assert smallest_p(len(differences)) < drawn < 1.0
