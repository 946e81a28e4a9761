"""The most memory that generation ever takes, each time in a process of its own.

`python -m benchmarks.memory FOLDER COUNT` prints the peak in KiB before and after.
"""

from __future__ import annotations

import gc
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.report import AT_MOST, Section
from benchmarks.worlds import PROJECT, Disk, in_memory, strategies
from gen_sweeps import prove, render, write

TITLE = "Memory"

BOUND = 1.5
"""KiB that a strategy may take."""

NOTE = (
    "The most that a process that generates N strategies has resident: how much that grows with "
    "each strategy, and how much of it the spec has before anything is rendered."
)


def measure(disks: Sequence[Disk], *, quick: bool) -> Section:
    """Measure how memory grows with the number of strategies."""
    if sys.platform != "linux":
        return Section(TITLE, notes=["Skipped: only Linux tells the peak of one process."])
    less, more = (10, 100) if quick else (1_000, 10_000)
    few, many = (_peaks(disks[-1], count, rounds=1 if quick else 3) for count in (less, more))
    spec, peak = ((big - small) / (more - less) for small, big in zip(few, many, strict=True))
    slopes = {
        "gen-sweeps": f"{peak:.2f} KiB",
        "of it, the spec": f"{spec:.2f} KiB",
        AT_MOST: f"{BOUND} KiB",
    }
    peaks = {"gen-sweeps": f"{many[1] / 1024:.0f} MiB", "of it, the spec": "-"}
    return Section(
        TITLE,
        figures={
            f"each strategy, from {less:,} to {more:,}": slopes,
            f"the whole process, {more:,} strategies": peaks,
        },
        notes=[NOTE],
    )


def _peaks(disk: Disk, count: int, rounds: int) -> tuple[float, float]:
    """Return the median peaks, in KiB, with the spec in memory and when its files are written."""
    runs = []
    for _ in range(rounds):
        command = [sys.executable, "-m", "benchmarks.memory", str(disk.new_folder()), str(count)]
        done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
        before, after = map(int, done.stdout.split())
        runs.append((before, after))
    return median(before for before, _ in runs), median(after for _, after in runs)


def _peak() -> int:
    """Return the most that this process has had resident, in KiB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (peak,) = re.findall(r"^VmHWM:\s+([0-9]+) kB$", status, re.MULTILINE)
    return int(peak)


def main() -> None:
    """Generate, and print the peaks."""
    gc.disable()  # as the command does
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    spec = in_memory(folder, strategies(count))
    before = _peak()
    write(prove(render(spec)))
    print(before, _peak())


if __name__ == "__main__":
    main()
