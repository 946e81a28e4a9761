"""Means with intervals, and tests that stay exact with a handful of seeds.

Only the standard library: the tests compare each function with scipy and statsmodels.
"""

from __future__ import annotations

import math
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

CONFIDENCE = 0.95
"""How often an interval contains the true mean, if runs are independent and roughly normal."""

EXACT_PAIRS = 30
"""Pairs up to which every sign flip is counted; of more, `SAMPLED_FLIPS` are drawn."""

SAMPLED_FLIPS = 20_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean, and how far it may be off.

    Attributes:
        mean: The mean; NaN if a value is not finite.
        half_width: Half the width of the 95 % t interval around it; None if there is none: of
            fewer than two values, or of values that are not all finite.
    """

    mean: float
    half_width: float | None

    @property
    def low(self) -> float | None:
        """The lower end of the interval."""
        return None if self.half_width is None else self.mean - self.half_width

    @property
    def high(self) -> float | None:
        """The upper end of the interval."""
        return None if self.half_width is None else self.mean + self.half_width


def estimate(values: Sequence[float]) -> Estimate:
    """Return the mean of at least one value, with its 95 % t interval.

    A value that is not finite makes the mean NaN: it is never averaged away.
    """
    if not all(map(math.isfinite, values)):
        return Estimate(math.nan, None)
    # Scaled, so that neither a sum nor a square of huge values overflows.
    scale = max(map(abs, values)) or 1.0
    scaled = [value / scale for value in values]
    mean = statistics.fmean(scaled)
    count = len(values)
    if count == 1:
        return Estimate(values[0], None)
    spread = statistics.stdev(scaled, mean)
    quantile = t_quantile((1 + CONFIDENCE) / 2, count - 1)
    return Estimate(mean * scale, quantile * spread / math.sqrt(count) * scale)


@cache
def t_quantile(probability: float, degrees: int) -> float:
    """Return an upper quantile of Student's t distribution, for a probability above 1/2.

    Finds by bisection where the closed form of the distribution (Abramowitz and Stegun, 26.7.3
    and 26.7.4) has the probability; in terms of the angle whose tangent is t / sqrt(degrees), which
    has bounds.
    """
    low, high = 0.0, math.pi / 2
    while low < (middle := (low + high) / 2) < high:
        if (1 + _central_probability(middle, degrees)) / 2 < probability:
            low = middle
        else:
            high = middle
    return math.sqrt(degrees) * math.tan(low)


def _central_probability(angle: float, degrees: int) -> float:
    """Return the probability that |t| is less than sqrt(degrees) * tan(angle)."""
    cosine_squared = math.cos(angle) ** 2
    odd = degrees % 2
    term = math.cos(angle) if odd else 1.0
    total = term if degrees > 1 else 0.0
    for k in range(2 + odd, degrees, 2):
        term *= cosine_squared * (k - 1) / k
        total += term
        if term < total * 1e-17:  # no later term changes the sum
            break
    total *= math.sin(angle)
    return 2 / math.pi * (angle + total) if odd else total


def sign_flip_p(differences: Sequence[float]) -> float:
    """Return the two-sided p of the sign-flip test: the exact permutation test of pairs.

    It is the share of all ways to flip the differences' signs whose sum is at least as far from 0
    as theirs; of more than `EXACT_PAIRS` pairs, the share among flips drawn with a fixed seed,
    theirs included.
    """
    scale = max(map(abs, differences)) or 1.0
    scaled = [difference / scale for difference in differences]
    bound = abs(math.fsum(scaled)) - 1e-12 * len(scaled)  # sums that differ by rounding are equal
    if bound <= 0:
        return 1.0
    if len(scaled) > EXACT_PAIRS:
        source = Random(0)  # noqa: S311 - nothing secret
        sums = (
            sum(source.choice((-1, 1)) * value for value in scaled) for _ in range(SAMPLED_FLIPS)
        )
        far = sum(abs(one) >= bound for one in sums)
        return (far + 1) / (SAMPLED_FLIPS + 1)
    half = len(scaled) // 2
    left, right = _flipped_sums(scaled[:half]), sorted(_flipped_sums(scaled[half:]))
    far = sum(
        bisect_right(right, -bound - one) + len(right) - bisect_left(right, bound - one)
        for one in left
    )
    return far / (len(left) * len(right))


def _flipped_sums(values: Sequence[float]) -> list[float]:
    """Return the sums for all ways to choose the values' signs."""
    sums = [0.0]
    for value in values:
        sums = [one + sign * value for one in sums for sign in (-1, 1)]
    return sums


def holm(probabilities: Sequence[float]) -> list[float]:
    """Return p values adjusted for their number, by Holm's step-down method."""
    adjusted = [0.0] * len(probabilities)
    largest = 0.0
    order = sorted(range(len(probabilities)), key=probabilities.__getitem__)
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * probabilities[index]))
        adjusted[index] = largest
    return adjusted


def smallest_p(pairs: int) -> float:
    """Return the smallest p that the sign-flip test of so many pairs can reach."""
    return 2.0 ** (1 - pairs) if pairs <= EXACT_PAIRS else 1 / (SAMPLED_FLIPS + 1)
