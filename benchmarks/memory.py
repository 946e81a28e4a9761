"""The most memory that a job ever takes, with that of the processes that it starts.

Processes that share memory, as forks do, share it here too: of each page a process counts for its
part (Linux calls it PSS). That has to be asked for while the job runs, which slows it down, so it
is a run of its own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from benchmarks import child
from benchmarks.worlds import PROJECT

PAUSE = 0.002
"""Seconds between two looks; a look at a hundred MiB takes as long."""


def peak_kib(job: str, folder: Path, count: int, *, alone: bool = False) -> int | None:
    """Return the most memory that a job takes, in KiB; None where that is not known.

    Args:
        job: One of the jobs of `child`.
        folder: The folder of the spec.
        count: The number of strategies.
        alone: Whether it is given one core only, and so starts no process.

    Raises:
        RuntimeError: The job failed.
    """
    if sys.platform != "linux":
        return None
    most = 0
    cores = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(cores)} if alone else cores)  # which the job inherits
        process = subprocess.Popen(
            child.command(job, folder, count), cwd=PROJECT, stdout=subprocess.DEVNULL
        )
    finally:
        os.sched_setaffinity(0, cores)
    with process:
        while process.poll() is None:
            most = max(most, sum(map(_proportional, _family(process.pid))))
            time.sleep(PAUSE)
    if process.returncode:
        raise RuntimeError(f"{job} of {count} in {folder} failed")
    return most


def _family(process: int) -> Iterator[int]:
    """Yield a process and those that it has started."""
    yield process
    with suppress(OSError):  # it is gone
        for thread in Path(f"/proc/{process}/task").iterdir():
            for started in (thread / "children").read_text().split():
                yield from _family(int(started))


def _proportional(process: int) -> int:
    """Return a process's part of the memory that it uses, in KiB."""
    with suppress(OSError):
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        if match := re.search(r"^Pss: +([0-9]+) kB", rollup, re.MULTILINE):
            return int(match[1])
    return 0
