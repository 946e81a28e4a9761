"""The table that a person sees, at the widths of terminals, and what is said below it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from conftest import World
from hypothesis import given
from hypothesis import strategies as st
from measured_runs import END, JOB, START, add_attempt, add_run, measured, planned
from syrupy.assertion import SnapshotAssertion

from gen_sweeps.results.inference import Estimate
from gen_sweeps.results.table import figure_format
from gen_sweeps.run import ArmState, PythonVersion

SIX = {
    "sgd": [0.0389, 0.0412, 0.0441, 0.0405, 0.0463, 0.0388],
    "momentum": [0.0172, 0.0181, 0.0189, 0.0169, 0.0192, 0.0175],
    "nesterov": [0.0171, 0.0183, 0.0187, 0.0170, 0.0190, 0.0176],
    "cosine": [0.0259, 0.0471, 0.0247, 0.0263, 0.0271, 0.0239],
}


def _shown(world: World, columns: int, *options: str, exit_code: int = 0) -> str:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("COLUMNS", str(columns))
        ran = world.run("results", "spec.toml", *options)
    assert ran.exit_code == exit_code, ran.err
    assert max(map(len, ran.out.splitlines())) <= columns
    return ran.out


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_fits_the_terminal(
    empty: World, columns: int, snapshot: SnapshotAssertion
) -> None:
    measured(empty, SIX)
    assert _shown(empty, columns) == snapshot


@pytest.mark.parametrize("columns", [80, 120])
def test_each_further_axis_is_compared_at_equal_levels(
    empty: World, columns: int, snapshot: SnapshotAssertion
) -> None:
    axes = "[axes.model]\nlevels = ['small', 'large']\n"
    runs = measured(empty, SIX, axes)
    for name, folder in runs.items():
        if name.endswith("large") and not name.startswith("sgd"):
            add_attempt(folder, [{"step": 1, "loss": 0.01}])
    assert _shown(empty, columns) == snapshot


def test_one_seed_has_a_difference_without_an_interval_and_says_so(
    empty: World, snapshot: SnapshotAssertion
) -> None:
    measured(empty, {name: values[:1] for name, values in SIX.items()})
    assert _shown(empty, 80) == snapshot


def test_two_strategies_need_no_holm(empty: World, snapshot: SnapshotAssertion) -> None:
    measured(empty, {name: SIX[name] for name in ("sgd", "momentum")})
    assert _shown(empty, 80) == snapshot


@pytest.mark.parametrize(("goal", "better"), [("min", "0 of 3"), ("max", "3 of 3")])
def test_the_goal_says_which_arms_are_better(empty: World, goal: str, better: str) -> None:
    values = {"a": [1.0, 1.2, 1.1], "b": [2.0, 2.3, 2.1]}
    measured(empty, values, settings=f'metrics.goal = {{ loss = "{goal}" }}')
    assert f" {better} " in _shown(empty, 120)


def test_without_a_goal_nothing_is_called_better(empty: World) -> None:
    measured(empty, SIX, settings='metrics.file = "metrics.jsonl"')
    for folder in empty.path("runs").glob("*/*/*"):
        (folder / "attempts/1/metrics.jsonl").replace(folder / "work/metrics.jsonl")
    shown = _shown(empty, 120)
    assert " lower " in shown
    assert "better" not in shown
    refused = empty.run("results", "spec.toml", "--at", "best")
    assert refused.exit_code == 2
    assert "does not say whether less or more of 'loss' is better" in refused.err


def test_what_is_missing_failed_or_no_number_is_named_and_never_averaged_away(
    empty: World, snapshot: SnapshotAssertion
) -> None:
    values: dict[str, list[float | None]] = {name: [*SIX[name]] for name in SIX}
    values["momentum"][2] = math.nan
    values["nesterov"][1] = None
    runs = measured(empty, values)
    failed = replace(END, state=ArmState.FAILED, code=1)
    add_attempt(runs["cosine-4"], [{"step": 2, "loss": 0.0}], end=failed)
    ran = empty.run("results", "spec.toml")
    assert ran.exit_code == 1
    assert ran.out == snapshot
    assert "nesterov-1: not run" in ran.err
    assert f"measured/cosine-4/{runs['cosine-4'].path.name}/attempts/2/stderr" in ran.err
    assert "hint: run `gen-sweeps run spec.toml --retry-failed`" in ran.err


def test_a_control_that_is_no_number_leaves_no_difference_standing(empty: World) -> None:
    measured(empty, {"a": [1.0, math.inf, 2.0], "b": [1.0, 1.5, 2.5]})
    shown = _shown(empty, 120, exit_code=1)
    rows = [line.split() for line in shown.splitlines() if line.startswith(("a ", "b "))]
    assert rows[0] == ["a", "3", "NaN"]
    assert rows[1][5:] == ["NaN", "-"]
    assert "a-1 (inf)" in shown


def test_runs_that_are_going_on_do_not_count_yet(empty: World) -> None:
    runs = measured(empty, SIX)
    add_attempt(runs["sgd-0"], [{"step": 2, "loss": 0.0}], end=None)
    shown = _shown(empty, 120, exit_code=1)
    assert "sgd       5 of 6" in shown
    assert "momentum       6" in shown
    assert " 5 of 5 " in shown, "pairs of the seeds that both have"


def test_replicates_are_the_axes_that_the_spec_names(empty: World) -> None:
    axes = "[axes.fold]\nlevels = ['f1', 'f2']\n"
    run = 'replicates = ["seed", "fold"]\nmetrics.goal = { loss = "min" }'
    measured(empty, {"a": [1.0, 1.2], "b": [2.0, 2.3]}, axes, run)
    shown = _shown(empty, 120)
    assert "over seed and fold" in shown
    assert "4 of 4" not in shown, "more is worse"
    assert "0 of 4" in shown


def test_what_differs_between_the_runs_besides_the_factors_is_said(empty: World) -> None:
    runs = measured(empty, {"a": [1.0, 1.2], "b": [2.0, None]})
    other = replace(JOB, digest="0" * 16, files={"train.py": "b" * 64})
    start = replace(
        START,
        commit="5" * 40,
        dirty=True,
        python=PythonVersion("/usr/bin/python3", "3.12.1"),
        locks={"uv.lock": "1" * 64},
    )
    add_attempt(runs["a-0"], [{"loss": 1.0}], replace(START, locks={"uv.lock": "2" * 64}))
    add_attempt(add_run(planned(empty)["b-1"], other), [{"step": 2, "loss": 2.3}], start)
    shown = _shown(empty, 120, exit_code=1).splitlines()
    assert "Run before the command, code or files were changed: b-1." in shown
    assert (
        "train.py is not the same in all runs: aaaaaaaa in a-0, a-1, b-0; bbbbbbbb in b-1." in shown
    )
    commits = "Commit differs: c0ffeec0 in a-0, a-1, b-0; 55555555 with changes in b-1."
    assert commits in shown
    assert "Python differs: 3.11.9 in a-0, a-1, b-0; 3.12.1 in b-1." in shown
    assert "uv.lock differs: 22222222 in a-0; 11111111 in b-1." in shown
    assert "Last steps differ: 2 in a-1, b-0, b-1; 0 in a-0." in shown


def test_what_ran_before_a_change_counts_until_it_has_run_again(empty: World) -> None:
    measured(empty, {"a": [1.0, 1.2], "b": [2.0, 2.3]})
    empty.replace("spec.toml", 'command = ["true"]', 'command = ["true", "--again"]')
    ran = empty.run("results", "spec.toml")
    assert ran.exit_code == 1
    assert "Run before the command, code or files were changed: a-0, a-1, b-0, b-1." in ran.out
    assert "measured by another command, code or files than now" in ran.err
    assert "hint: run `gen-sweeps run spec.toml`\n" in ran.err
    for run in planned(empty).values():
        add_attempt(add_run(run), [{"step": 2, "loss": 5.0}])
    assert "5.0" in _shown(empty, 120)


def test_of_runs_before_a_change_only_those_that_are_done_count(empty: World) -> None:
    runs = measured(empty, {"a": [1.0, 1.2], "b": [2.0, 2.3]})
    failed = replace(END, state=ArmState.FAILED, code=1)
    add_attempt(runs["b-1"], [{"step": 2, "loss": 0.0}], end=failed)
    empty.replace("spec.toml", 'command = ["true"]', 'command = ["true", "--again"]')
    ran = empty.run("results", "spec.toml")
    assert "1 of 4 runs are missing: stale: b-1." in ran.out


def test_code_that_is_not_frozen_is_said_to_be_so(empty: World) -> None:
    measured(empty, {"a": [1.0], "b": [2.0]})
    for path in empty.path("runs").glob("*/*/*/job.json"):
        path.write_text(path.read_text().replace('"frozen"', '"project"'))
    assert "The code is not frozen" in _shown(empty, 120)
    assert "If the command only submits a job, done means submitted." in _shown(empty, 120)


def test_seeds_that_repeat_nothing_are_pointed_out(empty: World) -> None:
    measured(empty, {"a": [1.0, 1.0, 1.0], "b": [2.0, 2.3, 2.1]})
    shown = _shown(empty, 120)
    assert "a: 3 runs with the very same value; do they use seed?" in shown
    assert "b: 3 runs" not in shown


def test_a_step_other_than_the_last_can_be_asked_for(empty: World) -> None:
    measured(empty, {"a": [1.0, 1.0], "b": [2.0, 2.3]})
    assert "loss at step 1" in _shown(empty, 120, "--at", "step=1")
    none = empty.run("results", "spec.toml", "--at", "step=7")
    assert none.exit_code == 2
    assert "no arm measured 'loss' at step 7" in none.err


@given(
    st.lists(
        st.tuples(st.floats(-1e15, 1e15), st.one_of(st.none(), st.floats(0, 1e12))),
        min_size=1,
        max_size=5,
    )
)
def test_figures_are_as_precise_as_their_intervals_and_never_lose_the_mean(
    rows: list[tuple[float, float | None]],
) -> None:
    estimates = [Estimate(mean, half) for mean, half in rows]
    form = figure_format(estimates)
    largest = max(abs(value) for row in rows for value in row if value is not None)
    for mean, _ in rows:
        text = form.number(mean)
        assert abs(float(text) - mean) <= max(largest * 5e-3, 1e-300), (text, mean)
        assert len(text) <= 18


@pytest.mark.parametrize(
    ("mean", "half_width", "text"),
    [
        (0.04164, 0.00273, "0.04164 [0.03891, 0.04437]"),
        (1234.5, 60.0, "1234.5 [1174.5, 1294.5]"),
        (3.2e-6, 4e-7, "3.200e-06 [2.800e-06, 3.600e-06]"),
        (5.0, 0.0, "5.000 [5.000, 5.000]"),
        (-0.0000001, 0.1, "0.000 [-0.100, 0.100]"),
        (math.nan, None, "NaN"),
        (12.0, None, "12.00"),
    ],
)
def test_a_figure_has_the_digits_that_its_interval_supports(
    mean: float, half_width: float | None, text: str
) -> None:
    it = Estimate(mean, half_width)
    assert figure_format([it]).with_bounds(it) == text
