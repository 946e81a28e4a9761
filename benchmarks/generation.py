"""The verbs in one process, on experiments in memory, against a loop that does without the tool."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks import bare
from benchmarks.report import AT_MOST, Comparison, Section, ratio
from benchmarks.timing import Contender, Series, Spread, clocked, interleaved
from benchmarks.worlds import AXES_TEMPLATE, Disk, in_memory, on_disk, strategies, with_axes
from gen_sweeps import load, prove, render, write
from gen_sweeps.output.folder import OutputFolder
from gen_sweeps.output.planning import Plan, plan
from gen_sweeps.spec.model import Spec, Strategy

OURS, BARE = "gen-sweeps", "render and write only"

FEW = [5, 100]

MANY = [1_000, 3_162, 10_000]
"""Numbers of strategies, each as many times the one before, so that growth can be told."""

QUICK = [100, 316, 1_000]

BOUNDS = {
    "ext4": {5: 3.5, 100: 2.5, 1_000: 1.8, 10_000: 1.7},
    "tmpfs": {1_000: 3.0, 10_000: 3.0},
}
"""What generation may take, by disk and number of strategies, in times of the bare loop."""

GRIDS = {1_000: (10, 10), 10_000: (25, 40)}
"""The levels of two axes that make so many arms of ten strategies."""

GRID_BOUNDS = {"ext4": {10_000: 1.8}}
"""What it may take to generate them, by disk and number of arms, the spec's loading included."""

DISTINCT_BOUNDS = {"ext4": 2.0, "tmpfs": 4.0}
"""The same, where no two treatments are equal."""

CHECK_BOUND = 6.0
"""What a check may take, in times of rendering the files."""


def measure_generation(disks: Sequence[Disk], *, quick: bool) -> Section:
    """Measure generation of few and many strategies on all disks, and its growth."""
    small, large, rounds = (FEW[:1], QUICK, 1) if quick else (FEW, MANY, 7)
    rows, growth = [], {}
    for disk in disks:
        bounds = BOUNDS.get(disk.name, {})
        found = _generated(disk, {count: strategies(count) for count in small}, rounds * 3)
        found |= _generated(disk, {count: strategies(count) for count in large}, rounds)
        rows += [
            Comparison(f"{count:,} strategies, {disk.name}", ours, {BARE: loop}, bounds.get(count))
            for count, (ours, loop) in found.items()
        ]
        growth[f"exponent of growth in time, {disk.name}"] = {
            OURS: exponent([found[count][0] for count in large]),
            BARE: exponent([found[count][1] for count in large]),
            AT_MOST: "1.05",
        }
        count = large[-1]
        distinct = _generated(disk, {count: strategies(count, distinct=True)}, rounds)
        name = f"{count:,} strategies, all distinct, {disk.name}"
        ours, loop = distinct[count]
        rows.append(Comparison(name, ours, {BARE: loop}, DISTINCT_BOUNDS.get(disk.name)))
        rows += _grids(disk, [1_000] if quick else list(GRIDS), rounds)
    return Section("Generate, prove and write", rows, growth)


def _grids(disk: Disk, counts: Sequence[int], rounds: int) -> list[Comparison]:
    """Measure the generation of ten strategies crossed with two axes."""
    contenders = []
    for count in counts:
        path = with_axes(disk.new_folder(), *GRIDS[count])
        spec = load(path)
        pages, other = bare.contexts(spec), disk.new_folder() / "bare"
        template = spec.template_folder / AXES_TEMPLATE
        contenders += [
            Contender(
                f"{OURS} {count}",
                clocked(partial(_load_and_generate, path)),
                partial(disk.clear, spec.output_folder),
            ),
            Contender(
                f"{BARE} {count}",
                clocked(partial(bare.render_and_write, pages, other, template)),
                partial(disk.clear, other),
            ),
        ]
    series = interleaved(contenders, rounds)
    bounds = GRID_BOUNDS.get(disk.name, {})
    return [
        Comparison(
            f"10 strategies × two axes: {count:,} arms, loading included, {disk.name}",
            series[f"{OURS} {count}"],
            {BARE: series[f"{BARE} {count}"]},
            bounds.get(count),
        )
        for count in counts
    ]


def _load_and_generate(path: Path) -> Plan:
    return _generate(load(path))


def _generate(spec: Spec) -> Plan:
    return write(prove(render(spec)))


def _generated(
    disk: Disk, experiments: Mapping[int, Sequence[Strategy]], rounds: int
) -> dict[int, tuple[Series, Series]]:
    """Return the series of gen-sweeps and of the bare loop for each experiment."""
    contenders = []
    for count, arms in experiments.items():
        spec = in_memory(disk.new_folder(), arms)
        pages, other = bare.contexts(spec), disk.new_folder() / "bare"
        contenders += [
            Contender(
                f"{OURS} {count}",
                clocked(partial(_generate, spec)),
                partial(disk.clear, spec.output_folder),
            ),
            Contender(
                f"{BARE} {count}",
                clocked(partial(bare.render_and_write, pages, other)),
                partial(disk.clear, other),
            ),
        ]
    series = interleaved(contenders, rounds)
    return {count: (series[f"{OURS} {count}"], series[f"{BARE} {count}"]) for count in experiments}


def exponent(series: Sequence[Series]) -> str:
    """Return p, where n strategies take a + c·nᵖ.

    Each of the three series is of r times as many strategies as the one before. Then the second
    step adds rᵖ times as much as the first one, whatever the fixed costs a are.
    """
    r = math.sqrt(MANY[-1] / MANY[0])
    times = list(zip(*(found.times for found in series), strict=True))
    if any(not first < second < third for first, second, third in times):
        return "-"  # so noisy is only a quick run
    exponents = (math.log((third - second) / (second - first), r) for first, second, third in times)
    return ratio(Spread.of(exponents))


def measure_check(disks: Sequence[Disk], *, quick: bool) -> Section:
    """Measure checks of clean folders."""
    rounds = 1 if quick else 7
    rows = []
    for count in QUICK[:1] if quick else (MANY[0], MANY[-1]):
        spec = in_memory(disks[0].new_folder(), strategies(count))
        _generate(spec)
        pages = bare.contexts(spec)
        written = {path: path.read_bytes() for path in spec.output_folder.glob("sweep_*.py")}
        contenders = [
            Contender(OURS, clocked(partial(_check, spec))),
            Contender("render only", clocked(partial(bare.render_only, pages))),
            Contender("read and compare", clocked(partial(bare.read_and_compare, written))),
        ]
        series = dict(interleaved(contenders, rounds))
        ours = series.pop(OURS)
        rows.append(Comparison(f"{count:,} strategies", ours, series, CHECK_BOUND))
    return Section("Check a clean folder", rows)


def _check(spec: Spec) -> Plan:
    """Do what `--check` does, once the spec is loaded."""
    proof, folder = prove(render(spec)), OutputFolder(spec)
    with folder.locked(exclusive=False):
        planned = plan(proof, folder)
    if any(planned.drift):
        raise RuntimeError("the folder is not clean")
    return planned


def measure_loading(disks: Sequence[Disk], *, quick: bool) -> Section:
    """Measure the loading of a spec in which every strategy is written out."""
    count, rounds = (QUICK[0], 1) if quick else (MANY[-1], 7)
    spec = on_disk(disks[0].new_folder(), strategies(count))
    contenders = [
        Contender(OURS, clocked(partial(load, spec))),
        Contender("parse as TOML only", clocked(partial(bare.parse_spec, spec))),
    ]
    series = dict(interleaved(contenders, rounds))
    ours = series.pop(OURS)
    return Section("Load a spec", [Comparison(f"{count:,} strategies", ours, series)])
