"""Generate, prove and write against a loop that only renders and writes, from small to large."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks import child
from benchmarks.report import Comparison, Section, compared
from benchmarks.scale import Scale
from benchmarks.timing import Contender, Series, figure, interleaved, spread
from benchmarks.worlds import disks, experiment, scratch

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
    for disk in disks():
        with scratch(disk) as folder:
            clear = _remove if disk.name == "tmpfs" else partial(_set_aside, folder / "old")
            small = _series(folder, scale.small, scale.small_rounds, clear)
            large = _series(folder, scale.large, scale.large_rounds, clear)
        for count, (write, bare) in (small | large).items():
            name = f"{count:,} strategies, {disk.name}"
            rows.append(compared(write, {"render and write only": bare}, name=name))
        figures |= _growth(large, disk.name)
    return Section("Generate, prove and write", rows, figures, [NOTE])


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
    """Return how time and memory grow from the smaller to the larger number of strategies."""
    less, more = large
    exponents, slopes, peaks = {}, {}, {}
    for index, name in enumerate(("gen-sweeps", "render and write only")):
        small, big = large[less][index], large[more][index]
        exponent = spread(
            math.log(slow.seconds / fast.seconds, more / less)
            for slow, fast in zip(big.samples, small.samples, strict=True)
        )
        quartiles = f"{figure(exponent.low)}-{figure(exponent.high)}"
        exponents[name] = f"{figure(exponent.median)} ({quartiles})"
        if small.peak_kib and big.peak_kib:
            slopes[name] = f"{(big.peak_kib - small.peak_kib) / (more - less):.2f} KiB"
            peaks[name] = f"{big.peak_kib / 1024:.0f} MiB"
    return {
        f"exponent of growth in time, {less:,} to {more:,}, {disk}": exponents,
        f"memory per strategy, {less:,} to {more:,}, {disk}": slopes,
        f"peak memory, {more:,} strategies, {disk}": peaks,
    }
