"""Generate, prove and write against a loop that only renders and writes, from small to large."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import child
from benchmarks.memory import peak_kib
from benchmarks.report import Comparison, Section, compared
from benchmarks.scale import Scale
from benchmarks.timing import Contender, Series, figure, interleaved, spread
from benchmarks.worlds import disks, experiment, scratch

CONTENDERS = ("gen-sweeps", "render and write only")

JOBS = (child.WRITE, child.RENDER_AND_WRITE)

NOTE = (
    "Inside a new process for each run, from when everything is imported until the files are on "
    "disk. gen-sweeps: read the spec, render, prove, write each file by temporary file and rename, "
    "and the manifest, synced. The bare loop: render the same bytes from contexts that are ready, "
    "and write each file by temporary file and rename."
)


def measure(scale: Scale) -> Section:
    """Measure generation at all sizes on all disks, its memory and its growth."""
    rows: list[Comparison] = []
    figures: dict[str, Mapping[str, str]] = {}
    memory: dict[str, Mapping[str, str]] = {}
    for disk in disks():
        with scratch(disk) as folder:
            clear = _remove if disk.name == "tmpfs" else partial(_set_aside, folder / "old")
            small = _series(folder, scale.small, scale.small_rounds, clear)
            large = _series(folder, scale.large, scale.large_rounds, clear)
            figures |= _growth(large, disk.name)
            memory = memory or _memory(folder, scale, clear)  # the disk makes no difference
        for count, (write, bare) in (small | large).items():
            name = f"{count:,} strategies, {disk.name}"
            rows.append(compared(write, {CONTENDERS[1]: bare}, name=name))
    return Section("Generate, prove and write", rows, figures | memory, [NOTE])


def _series(
    folder: Path, counts: Sequence[int], rounds: int, clear: Callable[[Path], None]
) -> dict[int, tuple[Series, Series]]:
    """Return the series of gen-sweeps and of the bare loop for each number of strategies."""
    contenders = []
    for count in counts:
        world = folder / str(count)
        world.mkdir()
        experiment(world, count)
        contenders += [
            Contender(
                f"{job} {count}",
                partial(child.measured, job, world, count),
                partial(clear, world / "generated"),
            )
            for job in JOBS
        ]
    series = interleaved(contenders, rounds)
    return {
        count: (series[f"{child.WRITE} {count}"], series[f"{child.RENDER_AND_WRITE} {count}"])
        for count in counts
    }


def _set_aside(old: Path, folder: Path) -> None:
    """Take a folder out of the way, to `old`, and let the disk come to rest.

    Nothing is removed while the clock is used: for minutes after files are removed, ext4 looks
    through what they leave free whenever a file is made, which takes longer than all that is
    measured here.
    """
    old.mkdir(exist_ok=True)
    if folder.exists():
        folder.rename(old / str(sum(1 for _ in old.iterdir())))
    if hasattr(os, "sync"):
        os.sync()


def _remove(folder: Path) -> None:
    """Remove a folder, for files in memory take that from others."""
    shutil.rmtree(folder, ignore_errors=True)


def _growth(large: Mapping[int, tuple[Series, Series]], disk: str) -> dict[str, Mapping[str, str]]:
    """Return how time grows from the smaller to the larger number of strategies."""
    less, more = large
    exponents = {}
    for index, name in enumerate(CONTENDERS):
        small, big = large[less][index], large[more][index]
        exponent = spread(
            math.log(slow.seconds / fast.seconds, more / less)
            for slow, fast in zip(big.samples, small.samples, strict=True)
        )
        quartiles = f"{figure(exponent.low)}-{figure(exponent.high)}"
        exponents[name] = f"{figure(exponent.median)} ({quartiles})"
    return {f"exponent of growth in time, {less:,} to {more:,}, {disk}": exponents}


def _memory(
    folder: Path, scale: Scale, clear: Callable[[Path], None]
) -> dict[str, Mapping[str, str]]:
    """Return how much memory is used, and how it grows; nothing where that is not known."""

    def peak(job: str, count: int) -> float:
        world = folder / str(count)
        peaks = []
        for _ in range(scale.memory_rounds):
            clear(world / "generated")
            peaks.append(peak_kib(job, world, count) or 0)
        return median(peaks)

    less, more = scale.large
    slopes, peaks = {}, {}
    for name, job in zip(CONTENDERS, JOBS, strict=True):
        small, big = (peak(job, count) for count in scale.large)
        if small and big:
            slopes[name] = f"{(big - small) / (more - less):.2f} KiB"
            peaks[name] = f"{big / 1024:.0f} MiB"
    return {
        f"memory per strategy, {less:,} to {more:,}": slopes,
        f"peak memory, {more:,} strategies": peaks,
    }
