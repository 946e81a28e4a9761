"""Progress of long runs, reported to whoever wants to show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Protocol, TypeAlias, TypeVar

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the stage, the number of items that are done, and the number of all items."""

_STEPS = 20
_LONGEST_STEP = 250
"""Items between two reports."""

T_co = TypeVar("T_co", covariant=True)


class _SizedIterable(Iterable[T_co], Sized, Protocol[T_co]):
    """Items that can be counted and iterated over."""


def silent(stage: str, done: int, total: int) -> None:
    """Report nothing."""


def tracked(items: _SizedIterable[T_co], stage: str, progress: Progress) -> Iterator[T_co]:
    """Yield items, and report now and then how many of them are done.

    Args:
        items: The items.
        stage: What is done with them, as in "writing".
        progress: Called with the reports.
    """
    total = len(items)
    step = max(1, min(total // _STEPS, _LONGEST_STEP))
    for done, item in enumerate(items):
        if done and done % step == 0:
            progress(stage, done, total)
        yield item
    if total:
        progress(stage, total, total)
