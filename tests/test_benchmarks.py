"""The benchmarks run and report in the shape that the README shows; no time is judged."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from conftest import PROJECT

from benchmarks import bare, coverage
from benchmarks.generation import MANY, exponent
from benchmarks.report import Comparison, Section, duration
from benchmarks.timing import Contender, Series, Spread, interleaved
from benchmarks.worlds import AXES_TEMPLATE, in_memory, on_disk, strategies, with_axes
from gen_sweeps import load, prove, render, write

pytestmark = pytest.mark.slow

RATIO = r"[\d.,]+× \([\d.,]+-[\d.,]+\) of [\d.,]+ (s|ms|µs|ns)"


@cache
def report(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks", "--quick", *arguments]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("section", "jobs", "baselines"),
    [
        ("process", ["clean", "drift", "first generation", "--help"], ["typer", "jinja2", "pass"]),
        (
            "generate",
            ["5 strategies", "1,000 strategies", "all distinct", "two axes: 1,000 arms"],
            ["render and write only"],
        ),
        ("check", ["100 strategies"], ["render only", "read and compare"]),
        ("load", ["100 strategies"], ["parse as TOML only"]),
        ("prove", ["LibCST"], ["proof by construction"]),
        ("compare", ["`compare`, 5 files"], ["parse by LibCST only", "pass"]),
        ("peers", ["gen-sweeps"], ["Jinja2 script"]),
    ],
)
def test_a_section_is_a_table_of_ratios(
    section: str, jobs: list[str], baselines: list[str]
) -> None:
    text = report("--only", section)

    heading, rule, *rows = [line for line in text.split("\n\n")[2].split("\n") if line]
    assert all(name in heading for name in baselines)
    assert set(rule) == set("|-: ")
    for job in jobs:
        row = next(row for row in rows if job in row)
        assert len(re.findall(RATIO, row)) == len(baselines), row


def test_growth_stands_below_the_table() -> None:
    assert "| exponent of growth in time" in report("--only", "generate")


def test_memory_is_measured_for_each_strategy() -> None:
    text = report("--only", "memory")

    assert re.search(r"\| each strategy, .* KiB \|", text) or "Skipped: " in text


def test_memory_of_a_comparison_is_measured() -> None:
    assert re.search(
        r"\| the whole process, 400 files \| [0-9]+ MiB \|", report("--only", "compare")
    )


def test_what_a_figure_may_come_to_stands_beside_it() -> None:
    assert re.search(r"\| `--check`, clean \| .* \| 1.2 \|", report("--only", "process"))


def test_a_spec_in_memory_is_the_one_on_disk(tmp_path: Path) -> None:
    arms = strategies(12, distinct=True)
    (tmp_path / "disk").mkdir()

    loaded = load(on_disk(tmp_path / "disk", arms))
    assert loaded.strategies == tuple(arms)
    assert loaded.arms == in_memory(tmp_path, arms).arms


def test_treatments_repeat_unless_they_are_to_be_distinct() -> None:
    assert len({str(arm.args) for arm in strategies(50)}) == 10
    assert len({str(arm.args) for arm in strategies(50, distinct=True)}) == 50


def test_the_bare_loop_makes_the_same_bytes_as_gen_sweeps(tmp_path: Path) -> None:
    spec = in_memory(tmp_path, strategies(12))
    write(prove(render(spec)))

    for name, data in bare.rendered(bare.contexts(spec)):
        assert (spec.output_folder / name).read_bytes() == data


def test_the_bare_loop_makes_the_same_bytes_of_axes(tmp_path: Path) -> None:
    path = with_axes(tmp_path, 3, 2)
    assert len(path.read_text().splitlines()) <= 25
    spec = load(path)
    write(prove(render(spec)))

    pages = bare.contexts(spec)
    assert len(pages) == 60
    for name, data in bare.rendered(pages, spec.template_folder / AXES_TEMPLATE):
        assert (spec.output_folder / name).read_bytes() == data


def test_rivals_take_turns() -> None:
    order: list[str] = []

    def contender(name: str, seconds: float) -> Contender:
        def run() -> float:
            order.append(name)
            return seconds

        return Contender(name, run)

    series = interleaved([contender("a", 3.0), contender("b", 2.0)], 2, warm_up=False)

    assert order == ["a", "b", "b", "a"]
    assert series["a"].over(series["b"]) == Spread(1.5, 1.5, 1.5)


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    ours, theirs = Series("ours", (2.0, 9.0, 4.0)), Series("theirs", (1.0, 3.0, 4.0))

    assert ours.over(theirs) == Spread(2.0, 1.5, 2.5)


def test_the_exponent_of_growth_has_no_fixed_costs_in_it() -> None:
    series = [Series(str(n), (7.0 + 0.01 * n**1.2,)) for n in MANY]

    assert exponent(series) == "1.20 (1.20-1.20)"


def test_a_section_reads_as_markdown() -> None:
    rows = [
        Comparison("job", Series("job", (0.0123,)), {"rival": Series("rival", (0.00615,))}),
        Comparison("other", Series("other", (2.0,)), {"rival": Series("rival", (0.5,))}, 3.5),
    ]
    section = Section("Title", rows, {"memory": {"job": "1 KiB"}}, ["A note."])

    assert section.as_markdown() == (
        "### Title\n\n"
        "|  | time | rival | at most |\n| --- | ---: | ---: | ---: |\n"
        "| job | 12.3 ms | 2.00× (2.00-2.00) of 6.15 ms | - |\n"
        "| other | 2.00 s | 4.00× (4.00-4.00) of 500 ms | 3.5 |\n\n"
        "|  | job |\n| --- | ---: |\n| memory | 1 KiB |\n\n"
        "A note.\n"
    )


def test_a_time_has_a_unit_that_suits_it() -> None:
    times = [duration(seconds) for seconds in (12.5, 0.25, 42e-6, 3e-9)]

    assert times == ["12.5 s", "250 ms", "42.0 µs", "3.00 ns"]


def test_the_coverage_in_the_docs_is_what_the_simulation_finds() -> None:
    page = (PROJECT / "docs" / "results.md").read_text(encoding="utf-8")
    assert "\n".join(coverage.table()) in page
