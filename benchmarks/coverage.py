"""How often the 95 % interval of few runs contains the true mean: by simulation.

`python -m benchmarks.coverage` prints the table that docs/results.md shows, the same each time.
Beside the t interval, which `gen-sweeps results` shows, stands the percentile bootstrap, which is
often used for seeds.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from random import Random

from gen_sweeps.results.inference import estimate

RUNS = (3, 5, 10)
"""Runs of which a mean is taken."""

TRIALS = 20_000
"""Experiments that are simulated of each kind."""

BOOTSTRAPPED = 2_000
"""Those of them that are bootstrapped too."""

RESAMPLES = 500
"""Means that a bootstrap draws."""


def normal(source: Random) -> float:
    """Return a value from a normal distribution with mean 0."""
    return source.gauss(0, 1)


def skewed(source: Random) -> float:
    """Return a value from a log-normal distribution, a tail at its right, shifted to mean 0."""
    return source.lognormvariate(0, 0.5) - math.exp(0.5**2 / 2)


def t_contains(values: Sequence[float], source: Random) -> bool:
    """Say whether the t interval contains the true mean, 0."""
    del source
    found = estimate(values)
    return found.half_width is not None and abs(found.mean) <= found.half_width


def bootstrap_contains(values: Sequence[float], source: Random) -> bool:
    """Say whether the percentile bootstrap's interval does."""
    means = (statistics.fmean(source.choices(values, k=len(values))) for _ in range(RESAMPLES))
    ordered = sorted(means)
    cut = round(0.025 * RESAMPLES)
    return ordered[cut] <= 0 <= ordered[-cut - 1]


def share(
    draw: Callable[[Random], float],
    contains: Callable[[Sequence[float], Random], bool],
    runs: int,
    trials: int,
) -> float:
    """Return the share of simulated experiments whose interval contains the true mean."""
    source = Random(0)  # noqa: S311 - the same each time
    return (
        sum(contains([draw(source) for _ in range(runs)], source) for _ in range(trials)) / trials
    )


def table() -> Iterator[str]:
    """Yield the lines of the table."""
    yield "| runs | t, normal | t, skewed | percentile bootstrap, normal |"
    yield "|---:|---:|---:|---:|"
    for runs in RUNS:
        shares = (
            share(normal, t_contains, runs, TRIALS),
            share(skewed, t_contains, runs, TRIALS),
            share(normal, bootstrap_contains, runs, BOOTSTRAPPED),
        )
        yield f"| {runs} | {' | '.join(f'{it:.1%}'.replace('%', ' %') for it in shares)} |"


if __name__ == "__main__":
    print("\n".join(table()))
