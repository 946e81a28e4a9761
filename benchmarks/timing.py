"""The stopwatch: rivals take turns, and what counts is the ratio within each turn.

A machine is never as fast now as it was a minute ago. So nothing is measured alone: in each round
every contender runs once, one after the other, and two of them are compared by the ratio of their
times in the same round. The median of those ratios is the figure; the quartiles say how sure it is.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Contender:
    """Something to measure.

    Attributes:
        name: What the tables call it.
        run: Does it once and returns the seconds it took; raises if it did not do what it should.
        prepare: Done before each run, off the clock.
    """

    name: str
    run: Callable[[], float]
    prepare: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over the rounds: the median, and the quartiles around it."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Return the spread of values; at least one."""
        found = sorted(values)
        if len(found) == 1:
            return cls(found[0], found[0], found[0])
        low, middle, high = quantiles(found, n=4, method="inclusive")
        return cls(middle, low, high)


@dataclass(frozen=True, slots=True)
class Series:
    """The runs of one contender.

    Attributes:
        name: The contender's.
        times: Seconds, in the order of the rounds.
    """

    name: str
    times: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """The median time of a run."""
        return median(self.times)

    def over(self, other: Series) -> Spread:
        """Return how many times as long this takes as another series of the same rounds."""
        pairs = zip(self.times, other.times, strict=True)
        return Spread.of(own / theirs for own, theirs in pairs)


def interleaved(
    contenders: Sequence[Contender], rounds: int, *, warm_up: bool = True
) -> Mapping[str, Series]:
    """Run all contenders once in each round, and return the series of each by its name.

    Every other round goes backwards, so that nobody always runs after the same rival.

    Args:
        contenders: Who takes part; at least one, under different names.
        rounds: How often each runs.
        warm_up: Whether each runs once before that, uncounted: it imports, and fills the caches.
    """
    times: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for turn in range(-1 if warm_up else 0, rounds):
        for contender in contenders if turn % 2 == 0 else reversed(contenders):
            if contender.prepare:
                contender.prepare()
            seconds = contender.run()
            if turn >= 0:
                times[contender.name].append(seconds)
    return {name: Series(name, tuple(taken)) for name, taken in times.items()}


def clocked(work: Callable[[], object], *, per: int = 1) -> Callable[[], float]:
    """Return a run that does `work` in this process; its time is divided by `per`.

    Garbage is collected before, never meanwhile: the command itself does not collect any.
    """

    def run() -> float:
        gc.collect()
        gc.disable()
        start = time.perf_counter()
        result = work()
        seconds = time.perf_counter() - start
        gc.enable()
        del result  # off the clock
        return seconds / per

    return run
