"""Runs arms on this machine: a supervisor for each, some at a time."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.errors import GenSweepsError
from gen_sweeps.run import supervisor
from gen_sweeps.run.launching import Cancellation, LaunchOptions, Report
from gen_sweeps.run.records import ArmState
from gen_sweeps.run.states import ArmStatus, running_elsewhere, status

if sys.platform != "win32":
    import fcntl

_TICK = 0.5
"""Seconds between two looks at what this launcher has not started."""


class ResourceError(GenSweepsError):
    """This machine does not have what an arm needs."""


@dataclass(frozen=True, slots=True)
class _Started:
    """An arm that this launcher has started."""

    process: subprocess.Popen[bytes]
    index: int


class LocalLauncher:
    """Starts arms, waits for them, and lets those go on that run already.

    Args:
        statuses: What has become of the arms.
        options: How they are launched.
        report: Is told what becomes of them.

    Raises:
        ResourceError: There are too few GPUs.
    """

    def __init__(
        self, statuses: Sequence[ArmStatus], options: LaunchOptions, report: Report
    ) -> None:
        self._statuses = [*statuses]
        self._options = options
        self._report = report
        self._waiting = deque(i for i, it in enumerate(statuses) if options.is_to_start(it))
        self._adopted = {i for i, it in enumerate(statuses) if it.state is ArmState.RUNNING}
        self._mine: list[_Started] = []
        self._per_arm = options.settings.gpus or (1 if options.gpus else 0)
        self._jobs = options.jobs
        if self._per_arm:
            self._jobs = min(options.jobs, len(options.gpus) // self._per_arm)
            if not self._jobs:
                message = f"an arm needs {self._per_arm} GPUs, and {len(options.gpus)} are known"
                raise ResourceError.at(message, hint="name them with `--gpus 0,1`")
        self._elsewhere = running_elsewhere(options.home, [it.run for it in statuses])
        self._cancellation = Cancellation(options.home)
        self._stops = 0

    def run(self) -> tuple[list[ArmStatus], bool]:
        """Run the arms; return what has become of them, and whether this was stopped."""
        self._report(self._statuses, self._statuses)
        with self._woken() as wake:
            looked = 0.0
            while self._mine or (self._adopted and not self._stops) or self._is_to_go_on:
                self._collect()
                if self._cancellation.is_asked_for and not self._stops:
                    self._stop()
                if time.monotonic() >= looked + _TICK:
                    self._look()
                    looked = time.monotonic()
                while self._is_to_go_on and self._count < self._jobs and self._start():
                    pass
                select.select([wake], [], [], _TICK)
                with suppress(BlockingIOError):
                    os.read(wake, 4096)
        return self._statuses, bool(self._stops)

    @property
    def _is_to_go_on(self) -> bool:
        return bool(self._waiting) and not self._stops

    @property
    def _count(self) -> int:
        return len(self._mine) + len(self._adopted) + len(self._elsewhere)

    def _start(self) -> bool:
        """Start the next arm; say whether there were GPUs for it."""
        held, gpus = self._gpus()
        if len(gpus) < self._per_arm:
            _close(held)
            return False
        index = self._waiting.popleft()
        run = self._statuses[index].run
        env = dict(os.environ)
        if gpus:
            env |= {"CUDA_VISIBLE_DEVICES": ",".join(gpus), "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
        threads = max(1, (os.cpu_count() or 1) // self._jobs)
        if hasattr(os, "sched_getaffinity"):
            threads = max(1, len(os.sched_getaffinity(0)) // self._jobs)
        launch = self._options.launch(threads=threads, batch="", held=held)
        process = subprocess.Popen(  # noqa: S603 - our own supervisor
            [
                *(sys.executable, *supervisor.COMMAND),
                *(os.path.abspath(run.folder.path), json.dumps(launch)),  # noqa: PTH100 - links stay
            ],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=held,
        )
        _close(held)
        self._mine.append(_Started(process, index))
        self._tell({index: ArmStatus(run, ArmState.RUNNING)})
        return True

    def _gpus(self) -> tuple[list[int], list[str]]:
        """Take as many GPUs as an arm needs; return the locks that hold them, and their numbers.

        A lock is held as long as what inherits it lives, whichever launcher or sweep that is.
        """
        held: list[int] = []
        gpus: list[str] = []
        if not self._per_arm:
            return held, gpus
        folder = Path(tempfile.gettempdir()) / f"gen-sweeps-gpus-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        for gpu in self._options.gpus:
            if len(gpus) == self._per_arm:
                break
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            descriptor = os.open(folder / gpu, flags, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(descriptor)
                continue
            held.append(descriptor)
            gpus.append(gpu)
        return held, gpus

    def _collect(self) -> None:
        """See which arms of this launcher have ended."""
        ended = [it for it in self._mine if it.process.poll() is not None]
        self._mine = [it for it in self._mine if it not in ended]
        found = {it.index: status(self._statuses[it.index].run) for it in ended}
        # Another launcher was faster: it runs there.
        self._adopted |= {i for i, it in found.items() if it.state is ArmState.RUNNING}
        self._tell(found)

    def _look(self) -> None:
        """See what has become of what this launcher has not started."""
        found = {index: status(self._statuses[index].run) for index in self._adopted}
        ended = {index: it for index, it in found.items() if it.state is not ArmState.RUNNING}
        self._adopted -= ended.keys()
        self._elsewhere = [it for it in self._elsewhere if supervisor.is_held(os.fspath(it.path))]
        self._tell(ended)

    def _tell(self, found: dict[int, ArmStatus]) -> None:
        for index, it in found.items():
            self._statuses[index] = it
        if found:
            self._report(self._statuses, list(found.values()))

    def _stop(self) -> None:
        """Start no more arms, and ask those that run to end."""
        self._stops += 1
        for it in self._mine:
            it.process.send_signal(signal.SIGTERM)

    @contextmanager
    def _woken(self) -> Iterator[int]:
        """Yield a descriptor that is readable when a process has ended or a signal came."""
        wake, written = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(written, False)

        def interrupt(number: int, frame: object) -> None:
            del number, frame
            if self._stops:
                raise KeyboardInterrupt  # twice: the supervisors end without this launcher
            self._stop()

        told = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
        told = [it for it in told if signal.getsignal(it) is not signal.SIG_IGN]
        before = {it: signal.signal(it, interrupt) for it in told}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        former = signal.set_wakeup_fd(written, warn_on_full_buffer=False)
        try:
            yield wake
        finally:
            signal.set_wakeup_fd(former)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(wake)
            os.close(written)


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def known_gpus() -> tuple[str, ...]:
    """Return the GPUs of this machine: those that the caller may see, else all of NVIDIA's."""
    seen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if seen is not None:
        return tuple(filter(None, (part.strip() for part in seen.split(","))))
    if shutil.which("nvidia-smi") is None:
        return ()
    done = subprocess.run(
        ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"],  # noqa: S607 - on the PATH
        capture_output=True,
        text=True,
        check=False,
    )
    return tuple(done.stdout.split()) if done.returncode == 0 else ()
