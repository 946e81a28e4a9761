"""Work done by as many processes as there are cores, where that pays.

The others are forks: they know what this process knows, and nothing need be sent to them. Where
there is no fork, or there are threads whose locks a fork would keep for ever, this process does
all the work alone.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

ENOUGH = 1000
"""Things that are worth a second process, where each takes some ten microseconds."""

MAX_PROCESSES = 8
"""Processes that are worth while; what can't be shared out becomes most of the time."""

T = TypeVar("T")
R = TypeVar("R")


Listener: TypeAlias = Callable[[str, int, int], None]
"""Is told what is done, of how many things, and of how many in all."""

_listeners: list[Listener] = []


@contextmanager
def told(listener: Listener) -> Iterator[None]:
    """Tell how far work is that is shared out, again and again."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def shared_out(
    work: Callable[[Sequence[T]], list[R]],
    things: Sequence[T],
    what: str,
    *,
    enough: int = ENOUGH,
) -> list[R]:
    """Return what `work` returns for all things, in their order.

    A share of the work that fails in another process is done again in this one. So what it raises
    is raised here, and if several fail, of the first of them.

    Args:
        work: Does a share of the work, and returns something for each thing; it must not mind to
            be run for the same things again.
        things: What there is to do.
        what: What the work is called, for who is told how far it is.
        enough: How many things are worth a second process.
    """
    number = 1
    if len(things) >= enough and _can_fork():
        number = max(1, min(_cores(), 2 * len(things) // enough, MAX_PROCESSES))
    bounds = [len(things) * part // number for part in range(number + 1)]
    first, *rest = (things[slice(*pair)] for pair in pairwise(bounds))
    with ExitStack() as others:
        results = [others.enter_context(elsewhere(work, share)) for share in rest]
        done: list[R] = []
        for start in range(0, len(first), step := max(1, enough // 4)):
            done += work(first[start : start + step])
            # The others are as far, as far as that is known.
            _tell(what, min(number * len(done), len(things) - 1), len(things))
        for result in results:
            done += result()
    _tell(what, len(things), len(things))
    return done


def _tell(what: str, done: int, total: int) -> None:
    for listener in _listeners:
        listener(what, done, total)


@contextmanager
def elsewhere(
    work: Callable[[Sequence[T]], list[R]], things: Sequence[T]
) -> Iterator[Callable[[], list[R]]]:
    """Do work in another process, if that can be, and give what waits for its results.

    What fails there is done again here, when it is asked for. If this process does not get as far
    as that, the other is interrupted.

    Args:
        work: Does the work, and returns something for each thing; it must not mind to be run
            for the same things again.
        things: What there is to do.
    """
    if not things or not _can_fork():
        yield lambda: work(things)
        return
    other = _Other(work, things)
    try:
        yield other.result
    except BaseException:
        other.interrupt()
        raise
    finally:
        other.join()


def _can_fork() -> bool:
    if sys.platform != "linux":  # a Mac's own libraries mind forks
        return False
    from multiprocessing import current_process  # noqa: PLC0415 - most runs have one process

    threading = sys.modules.get("threading")
    return (
        _cores() > 1
        and not current_process().daemon
        and (threading is None or threading.active_count() == 1)
    )


def _cores() -> int:
    """Return how many cores this process may use, as far as that is known."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


class _Other(Generic[T, R]):
    """Another process, and the work that it does."""

    def __init__(self, work: Callable[[Sequence[T]], list[R]], things: Sequence[T]) -> None:
        from multiprocessing import get_context  # noqa: PLC0415 - most runs have one process

        self._work = work
        self._things = things
        context = get_context("fork")
        self._pipe, sending = context.Pipe(duplex=False)
        self._process = context.Process(target=_answer, args=(work, things, sending), daemon=True)
        # If there is no room for a process, the pipe is at its end at once.
        with sending, suppress(OSError):
            self._process.start()

    def result(self) -> list[R]:
        """Return what the process has found, or what is found here if it has failed."""
        try:
            found: list[R] = self._pipe.recv()
        except (EOFError, OSError):
            return self._work(self._things)
        return found

    def interrupt(self) -> None:
        """Have the process stop as if a person had interrupted it."""
        if self._process.pid is not None:
            self._process.terminate()

    def join(self) -> None:
        """Wait for the end of the process."""
        self._pipe.close()
        if self._process.pid is not None:
            self._process.join()


def _answer(
    work: Callable[[Sequence[T]], list[R]], things: Sequence[T], pipe: Connection[list[R], None]
) -> None:
    """Send what is found; nothing if that fails, for then it is looked for again.

    What interrupts it is the first process only; a person's Ctrl-C reaches that one too.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        pipe.send(work(things))
    except BaseException:  # noqa: BLE001 - an interrupt among them: whoever waits hears of it
        sys.exit(1)
