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
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

ENOUGH = 1000
"""Things that are worth a second process, where each takes some ten microseconds."""

MAX_PROCESSES = 8
"""Processes that are worth while; what can't be shared out becomes most of the time."""

_STEPS = 20
_LONGEST_STEP = 250
"""Things of a share that are done before anybody is told, or asks whether it is still wanted."""

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
        for results_of_step in _in_steps(work, first):
            done += results_of_step
            # The others are as far, as far as that is known.
            _tell(what, min(number * len(done), len(things) - 1), len(things))
        for result in results:
            done += result()
    if things:
        _tell(what, len(things), len(things))
    return done


def _in_steps(work: Callable[[Sequence[T]], list[R]], things: Sequence[T]) -> Iterator[list[R]]:
    """Do work a step at a time; yield the results of each."""
    step = max(1, min(len(things) // _STEPS, _LONGEST_STEP))
    for start in range(0, len(things), step):
        yield work(things[start : start + step])


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
    first = os.getpid()

    def here() -> list[R]:
        return work(things)

    def there(_pipe: Connection[list[R], None]) -> list[R]:
        done: list[R] = []
        for results_of_step in _in_steps(work, things):
            done += results_of_step
            if os.getppid() != first:
                raise KeyboardInterrupt  # it was killed, and could tell nobody
        return done

    with _other(there) as other:
        yield partial(other.result, here) if other else here


@contextmanager
def standby(
    prepare: Callable[[], object], work: Callable[[T], R]
) -> Iterator[Callable[[T], Callable[[], R]]]:
    """Have another process prepare for work that is not known yet, if that can be.

    What is given takes what there is to do, and returns what waits for the result. The work is
    done here if it fails there. If it is never asked for, the process is interrupted.

    Args:
        prepare: Does what takes long and has to be done whatever the work is.
        work: Does the work; what it takes and returns is sent from process to process.
    """

    def wait_and_work(pipe: Connection[R, T]) -> R:
        prepare()
        return work(pipe.recv())

    with _other(wait_and_work) as other:

        def ask(thing: T) -> Callable[[], R]:
            here = partial(work, thing)
            return partial(other.result, here) if other and other.ask(thing) else here

        yield ask


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
    if sys.platform != "linux":
        return 1
    cores = len(os.sched_getaffinity(0))
    with suppress(OSError, ValueError):  # a container may have fewer than it can see
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="utf-8").split()
        cores = min(cores, max(1, round(int(quota) / int(period))))
    return cores


@contextmanager
def _other(work: Callable[[Connection[R, T]], R]) -> Iterator[_Other[T, R] | None]:
    """Give another process that does work, None if there can be none; it ends with the block."""
    other = _Other(work) if _can_fork() else None
    try:
        if other:
            other.start()
        yield other
    finally:
        if other:
            other.end()


class _Other(Generic[T, R]):
    """Another process, and the work that it does.

    Args:
        work: Does the work; takes what comes from this process.
    """

    def __init__(self, work: Callable[[Connection[R, T]], R]) -> None:
        from multiprocessing import get_context  # noqa: PLC0415 - most runs have one process

        context = get_context("fork")
        self._answered = False
        self._pipe, self._theirs = context.Pipe()
        self._process = context.Process(
            target=_answer, args=(work, self._theirs, self._pipe), daemon=True
        )

    def start(self) -> None:
        """Start the process; nothing interrupts this one before it knows of the other."""
        signals = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            # If there is no room for a process, the pipe is at its end at once.
            with self._theirs, suppress(OSError):
                self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, signals)

    def ask(self, thing: T) -> bool:
        """Send what there is to do; say whether that could be."""
        try:
            self._pipe.send(thing)
        except OSError:
            return False
        return True

    def result(self, here: Callable[[], R]) -> R:
        """Return what the process has found, or what is found here if it has failed."""
        try:
            found: R = self._pipe.recv()
        except (EOFError, OSError):
            return here()
        self._answered = True
        return found

    def end(self) -> None:
        """Have the process stop, as if a person had interrupted it if it still works."""
        self._pipe.close()
        if self._process.pid is not None:
            if not self._answered:
                self._process.terminate()
            self._process.join()


def _answer(
    work: Callable[[Connection[R, T]], R],
    pipe: Connection[R, T],
    other_end: Connection[T, R],
) -> None:
    """Send what is found; nothing if that fails, for then it is looked for again.

    What interrupts it is the first process only; a person's Ctrl-C reaches that one too.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    other_end.close()  # so that this process hears of it if the first one is gone
    try:
        try:
            pipe.send(work(pipe))
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough
    except BaseException:  # noqa: BLE001 - an interrupt among them: whoever waits hears of it
        sys.exit(1)
