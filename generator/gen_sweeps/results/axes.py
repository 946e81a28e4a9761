"""Axes of a chart: linear or logarithmic, with round ticks, and labels that don't overlap."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

LOGARITHMIC_FROM = 30.0
"""The ratio of the largest to the smallest value from which a logarithmic axis helps."""

_ROUND = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class ChartAxis:
    """An axis of a chart: which values lie on which pixels.

    Attributes:
        low: The value at its start.
        high: The value at its end; above `low`.
        start: The pixel of `low`.
        end: The pixel of `high`.
        is_logarithmic: Whether equal ratios are equally far apart.
    """

    low: float
    high: float
    start: float
    end: float
    is_logarithmic: bool = False

    def pixel(self, value: float) -> float:
        """Return where a value lies; what is outside lies at the nearer end."""
        inside = min(max(value, self.low), self.high)
        share = (self._scaled(inside) - self._scaled(self.low)) / (
            self._scaled(self.high) - self._scaled(self.low)
        )
        return self.start + share * (self.end - self.start)

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.is_logarithmic else value

    def ticks(self, count: int) -> list[float]:
        """Return round values on the axis, about as many as asked for."""
        found = _log_ticks(self.low, self.high, count) if self.is_logarithmic else []
        while len(found) < 2:  # noqa: PLR2004 - one says nothing of the distances
            found, count = _linear_ticks(self.low, self.high, count), 2 * count
        return found


def fitting_axis(
    values: Iterable[float], start: float, end: float, *, may_be_logarithmic: bool = False
) -> ChartAxis:
    """Return the axis that shows some finite values, at least one.

    Args:
        values: The values.
        start: The pixel of the smallest one.
        end: The pixel of the largest one.
        may_be_logarithmic: Whether it is logarithmic where that helps.
    """
    every = [*values]
    low, high = min(every), max(every)
    is_logarithmic = may_be_logarithmic and low > 0 and high / low >= LOGARITHMIC_FROM
    if low == high:
        margin = abs(low) / 2 or 1.0
        low, high = low - margin, high + margin
    return ChartAxis(low, high, start, end, is_logarithmic)


def _linear_ticks(low: float, high: float, count: int) -> list[float]:
    rough = (high - low) / count
    power = math.floor(math.log10(rough))
    step, exponent = next((f, power) for f in (*_ROUND, 10) if f * 10.0**power >= rough * 0.999)
    first, last = (value / step / 10.0**exponent for value in (low, high))
    # Made from decimal text, so that there is no 0.30000000000000004.
    return [
        float(f"{number * step}e{exponent}")
        for number in range(math.ceil(first - 1e-9), math.floor(last + 1e-9) + 1)
    ]


def _log_ticks(low: float, high: float, count: int) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    found: list[float] = []
    for factors in (_ROUND, (1, 3), (1,)):
        found = [
            value
            for exponent in range(first, last + 1)
            for factor in factors
            if low <= (value := float(f"{factor}e{exponent}")) <= high
        ]
        if len(found) <= count + 1:
            return found
    return found[:: math.ceil(len(found) / count)]


def tick_text(value: float) -> str:
    """Return a tick as short text: 0.05, 1e-6, 20k, 3M."""
    for unit, size, start in (("M", 1e6, 1e6), ("k", 1e3, 1e4)):
        if start <= abs(value) < 1000 * size:
            return f"{value / size:g}{unit}"
    return f"{value:g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return places near those that are wanted, in the same order and never closer than a gap.

    They lie between two bounds, if there is room for all.

    Args:
        wanted: The places that are wanted, in ascending order.
        gap: How far neighbours are apart at least.
        low: The least place.
        high: The greatest one.
    """
    # Without the gaps it is an isotonic regression: neighbours in the wrong order share their mean.
    pools: list[tuple[float, int]] = []
    for index, place in enumerate(wanted):
        mean, count = place - index * gap, 1
        while pools and pools[-1][0] > mean:
            other, size = pools.pop()
            mean, count = (mean * count + other * size) / (count + size), count + size
        pools.append((mean, count))
    room = max(low, high - (len(wanted) - 1) * gap)
    means = [min(max(mean, low), room) for mean, count in pools for _ in range(count)]
    return [mean + index * gap for index, mean in enumerate(means)]


def stretches(values: Sequence[float | None]) -> Iterator[range]:
    """Yield the indices of neighbouring values that are there, a range for each stretch of them."""
    start: int | None = None
    for index, value in enumerate((*values, None)):
        if value is not None and start is None:
            start = index
        elif value is None and start is not None:
            yield range(start, index)
            start = None
