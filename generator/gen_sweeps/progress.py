"""How far a long run is, told to whoever wants to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Protocol, TypeAlias, TypeVar

Progress: TypeAlias = Callable[[str, int, int], None]
"""Is told what is being done, with how many things, and of how many in all."""

_STEPS = 20
_LONGEST_STEP = 250
"""Things that are done before anybody is told again."""

T_co = TypeVar("T_co", covariant=True)


class _Things(Iterable[T_co], Sized, Protocol[T_co]):
    """What can be counted and gone through."""


def silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""


def tracked(things: _Things[T_co], what: str, progress: Progress) -> Iterator[T_co]:
    """Yield things, and tell again and again how many of them have been dealt with.

    Args:
        things: The things.
        what: What is done with them, as in "writing".
        progress: Is told.
    """
    total = len(things)
    step = max(1, min(total // _STEPS, _LONGEST_STEP))
    for done, thing in enumerate(things):
        if done and done % step == 0:
            progress(what, done, total)
        yield thing
    if total:
        progress(what, total, total)
