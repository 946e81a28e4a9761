"""The stopwatch: rivals take turns, and what counts is the ratio within each turn.

A machine is never as fast now as it was a minute ago. So nothing is measured alone: in each round
every contender runs once, one after the other, and two of them are compared by the ratio of their
times in the same round. The median of those ratios is the figure; the quartiles say how sure it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: how long it took."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Contender:
    """Something to measure.

    Attributes:
        name: What the tables call it.
        run: Does it once and returns what it took; raises if it did not do what it should.
        prepare: Done before each run, off the clock.
    """

    name: str
    run: Callable[[], Sample]
    prepare: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as long one contender takes as another.

    Attributes:
        median: The median over the rounds.
        low: The first quartile.
        high: The third quartile.
    """

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return `1.32× (1.28-1.35)`."""
        return f"{figure(self.median)}× ({figure(self.low)}-{figure(self.high)})"


@dataclass(frozen=True, slots=True)
class Series:
    """The runs of one contender, in the order of the rounds."""

    name: str
    samples: tuple[Sample, ...]

    @property
    def seconds(self) -> float:
        """The median time of a run."""
        return median(sample.seconds for sample in self.samples)

    def over(self, other: Series) -> Ratio:
        """Return how many times as long this takes as another series of the same rounds."""
        return spread(
            own.seconds / theirs.seconds
            for own, theirs in zip(self.samples, other.samples, strict=True)
        )


def spread(values: Iterable[float]) -> Ratio:
    """Return the median and the quartiles of values; at least one."""
    found = sorted(values)
    if len(found) == 1:
        return Ratio(found[0], found[0], found[0])
    low, middle, high = quantiles(found, n=4, method="inclusive")
    return Ratio(middle, low, high)


def interleaved(
    contenders: Sequence[Contender], rounds: int, *, warm_up: bool = True
) -> Mapping[str, Series]:
    """Run all contenders once in each round, and return the series of each by its name.

    Every other round goes backwards, so that nobody always runs after the same rival.

    Args:
        contenders: Who takes part; at least one, under different names.
        rounds: How often each runs.
        warm_up: Whether each runs once before that, uncounted, to fill the caches of the disk.
    """
    samples: dict[str, list[Sample]] = {contender.name: [] for contender in contenders}
    for turn in range(-1 if warm_up else 0, rounds):
        for contender in contenders if turn % 2 == 0 else reversed(contenders):
            if contender.prepare:
                contender.prepare()
            sample = contender.run()
            if turn >= 0:
                samples[contender.name].append(sample)
    return {name: Series(name, tuple(taken)) for name, taken in samples.items()}


def clocked(work: Callable[[], object], *, per: int = 1) -> Callable[[], Sample]:
    """Return a run that does `work` in this process; its time is divided by `per`."""

    def run() -> Sample:
        start = time.perf_counter()
        work()
        return Sample((time.perf_counter() - start) / per)

    return run


def figure(value: float) -> str:
    """Return a number with three significant digits and no exponent."""
    if value >= 100:  # noqa: PLR2004 - three digits
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004 - likewise
