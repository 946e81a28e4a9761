"""`--check` of a large clean folder against rendering it, and against reading what is there."""

from __future__ import annotations

from functools import partial

from benchmarks import child
from benchmarks.report import Section, compared
from benchmarks.scale import Scale
from benchmarks.timing import Contender, interleaved
from benchmarks.worlds import experiment, scratch

NOTE = (
    "Inside a new process for each run, from when everything is imported; the files are in the "
    "disk's cache. The bare loop renders and keeps nothing; reading compares with bytes in memory; "
    "the spec is parsed by tomllib."
)


def measure(scale: Scale) -> Section:
    """Measure checks of clean folders."""
    rows = []
    for count in scale.large:
        with scratch() as folder:
            experiment(folder, count)
            child.measured(child.WRITE, folder, count)
            jobs = (child.CHECK, child.RENDER, child.READ_AND_COMPARE, child.PARSE_SPEC)
            series = interleaved(
                [Contender(job, partial(child.measured, job, folder, count)) for job in jobs],
                scale.large_rounds,
            )
        check = series[child.CHECK]
        baselines = {
            "render only": series[child.RENDER],
            "read and compare": series[child.READ_AND_COMPARE],
            "parse the spec": series[child.PARSE_SPEC],
        }
        rows.append(compared(check, baselines, name=f"`--check`, {count:,} strategies"))
    return Section("Check a clean folder", rows, notes=[NOTE])
