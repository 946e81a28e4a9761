"""The benchmarks run and report in the shape that the README shows; no time is judged."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from conftest import PROJECT

from benchmarks import bare
from benchmarks.report import Comparison, Section, duration
from benchmarks.timing import Contender, Ratio, Sample, Series, interleaved
from benchmarks.worlds import arms, experiment
from gen_sweeps.commands.generate import GenerateOptions, generate

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
        ("generate", ["5 strategies", "40 strategies"], ["render and write only"]),
        (
            "check",
            ["10 strategies", "40 strategies"],
            ["render only", "read and compare", "parse the spec"],
        ),
        ("prove", ["LibCST"], ["proof by construction"]),
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


def test_what_cannot_be_measured_is_said() -> None:
    text = report("--only", "compare")

    assert "| `compare`, 5 files |" in text or "Skipped: " in text


def test_the_figures_come_as_json_too(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"

    report("--only", "prove", "--json", str(figures))

    (row,) = json.loads(figures.read_text())["sections"]["prove"]["comparisons"]
    rival = row["against"]["proof by construction"]
    assert row["seconds"] / rival["seconds"] == pytest.approx(rival["ratio"])


def test_growth_and_memory_stand_below_the_table() -> None:
    text = report("--only", "generate")

    for what in ("exponent of growth in time", "memory per strategy", "peak memory"):
        assert f"| {what}" in text


def test_the_bare_loop_makes_the_same_bytes_as_gen_sweeps(tmp_path: Path) -> None:
    generate(GenerateOptions(experiment(tmp_path, 9)))

    for name, data in bare.rendered(bare.contexts(arms(9))):
        assert (tmp_path / "generated" / name).read_bytes() == data


def test_rivals_take_turns() -> None:
    order: list[str] = []

    def contender(name: str, seconds: float) -> Contender:
        def run() -> Sample:
            order.append(name)
            return Sample(seconds)

        return Contender(name, run)

    series = interleaved([contender("a", 3.0), contender("b", 2.0)], 2, warm_up=False)

    assert order == ["a", "b", "b", "a"]
    assert series["a"].over(series["b"]) == Ratio(1.5, 1.5, 1.5)


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    ours = Series("ours", tuple(map(Sample, (2.0, 9.0, 4.0))))
    theirs = Series("theirs", tuple(map(Sample, (1.0, 3.0, 4.0))))

    assert ours.over(theirs) == Ratio(2.0, 1.5, 2.5)


def test_a_section_reads_as_markdown() -> None:
    row = Comparison("job", 0.0123, {"rival": (1.5, Ratio(2.0, 1.5, 12.25))})
    section = Section("Title", [row], {"memory": {"job": "1 KiB"}}, ["A note."])

    assert section.as_markdown() == (
        "### Title\n\n"
        "|  | time | rival |\n| --- | ---: | ---: |\n"
        "| job | 12.3 ms | 2.00× (1.50-12.2) of 1.50 s |\n\n"
        "|  | job |\n| --- | ---: |\n| memory | 1 KiB |\n\n"
        "A note.\n"
    )


def test_a_time_has_a_unit_that_suits_it() -> None:
    times = [duration(seconds) for seconds in (12.5, 0.25, 42e-6, 3e-9)]

    assert times == ["12.5 s", "250 ms", "42.0 µs", "3.00 ns"]
