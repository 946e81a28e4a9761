"""The most memory that a job ever takes.

That has to be asked for while the job runs, which slows it down, so it is a run of its own.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from benchmarks import child
from benchmarks.worlds import PROJECT

PAUSE = 0.002
"""Seconds between two looks; a look at a hundred MiB takes as long."""


def peak_kib(job: str, folder: Path, count: int) -> int | None:
    """Return the most memory that a job takes, in KiB; None where that is not known.

    Args:
        job: One of the jobs of `child`.
        folder: The folder of the spec.
        count: The number of strategies.

    Raises:
        RuntimeError: The job failed.
    """
    if sys.platform != "linux":
        return None
    most = 0
    process = subprocess.Popen(
        child.command(job, folder, count), cwd=PROJECT, stdout=subprocess.DEVNULL
    )
    with process:
        while process.poll() is None:
            most = max(most, _used(process.pid))
            time.sleep(PAUSE)
    if process.returncode:
        raise RuntimeError(f"{job} of {count} in {folder} failed")
    return most


def _used(process: int) -> int:
    """Return the memory that a process uses, in KiB; of what it shares with others, its part."""
    with suppress(OSError):
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        if match := re.search(r"^Pss: +([0-9]+) kB", rollup, re.MULTILINE):
            return int(match[1])
    return 0
