"""A metric's course is put together from the attempts at a run, and one of its points counts."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured_runs import add_attempt

from gen_sweeps.results.readers import Log, Measurement
from gen_sweeps.results.series import (
    Point,
    Selection,
    SelectionError,
    logs_of,
    merged,
    parse_selection,
    selected,
)
from gen_sweeps.run import RunFolder
from gen_sweeps.spec.model import MetricSettings


def _log(*rows: tuple[float, float]) -> Log:
    return Log(Path("log"), tuple(Measurement(step, {"loss": value}) for step, value in rows))


def _points(*rows: tuple[float, float]) -> tuple[Point, ...]:
    return tuple(Point(step, value) for step, value in rows)


def test_a_later_attempt_replaces_what_follows_its_own_first_step() -> None:
    first = _log((1, 0.9), (2, 0.8), (3, 0.7), (4, 0.6))
    resumed = _log((3, 0.71), (5, 0.5))
    assert merged([first, resumed], "loss") == _points((1, 0.9), (2, 0.8), (3, 0.71), (5, 0.5))


def test_its_first_step_is_that_of_any_metric() -> None:
    first = _log((10, 0.9), (20, 0.8), (30, 0.7))
    resumed = Log(
        Path("log"), (Measurement(15, {"train": 1.0}), Measurement(40, {"train": 1.0, "loss": 0.6}))
    )
    assert merged([first, resumed], "loss") == _points((10, 0.9), (40, 0.6))


def test_an_attempt_that_logged_nothing_replaces_nothing() -> None:
    assert merged([_log((1, 0.9)), _log()], "loss") == _points((1, 0.9))


def test_rows_of_one_attempt_may_be_out_of_order_and_the_last_of_a_step_counts() -> None:
    assert merged([_log((2, 0.8), (1, 0.9), (3, 0.7), (3, 0.6))], "loss") == _points(
        (1, 0.9), (2, 0.8), (3, 0.6)
    )


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9)), max_size=10), max_size=4)
)
def test_what_is_merged_is_ordered_and_each_point_is_of_the_last_attempt_that_reaches_it(
    attempts: list[list[tuple[int, int]]],
) -> None:
    points = merged([_log(*rows) for rows in attempts], "loss")
    steps = [point.step for point in points]
    assert steps == sorted(set(steps))
    starts = [min((step for step, _ in rows), default=math.inf) for rows in attempts]
    for point in points:
        (owner,) = [
            index
            for index, rows in enumerate(attempts)
            if starts[index] <= point.step < min([*starts[index + 1 :], math.inf])
            and point.step in dict(rows)
        ][-1:]
        assert point.value == dict(attempts[owner])[int(point.step)]


def test_attempts_may_share_a_file(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    rows = [(1, 0.9), (2, 0.8), (3, 0.7), (2, 0.81), (4, 0.6)]
    (tmp_path / "work").mkdir()
    text = "".join(json.dumps({"step": step, "loss": loss}) + "\n" for step, loss in rows)
    (tmp_path / "work" / "log.jsonl").write_text(text)
    add_attempt(folder)
    settings = MetricSettings(file="log.jsonl")
    assert len(logs_of(folder, settings)) == 1
    add_attempt(folder)
    assert merged(logs_of(folder, settings), "loss") == _points((1, 0.9), (2, 0.81), (4, 0.6))


def test_each_attempt_has_a_log_of_its_own_where_nothing_else_is_said(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    add_attempt(folder, [{"step": 1, "loss": 0.9}, {"step": 2, "loss": 0.8}])
    add_attempt(folder, [{"step": 2, "loss": 0.7}])
    points = merged(logs_of(folder, MetricSettings()), "loss")
    assert points == _points((1, 0.9), (2, 0.7))


def test_printed_metrics_are_those_of_each_attempt(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    for text in ("1: 0.9\n2: 0.8\n", "2: 0.7\n"):
        add_attempt(folder)
        folder.attempts()[-1].stdout.write_text(text)
    settings = MetricSettings(stdout=r"(?P<step>\d+): (?P<loss>\S+)")
    assert merged(logs_of(folder, settings), "loss") == _points((1, 0.9), (2, 0.7))


COURSE = _points((1, 0.9), (2, 0.3), (3, math.nan), (4, 0.5))


@pytest.mark.parametrize(
    ("at", "goal", "step"),
    [
        ("last", None, 4),
        ("best", "min", 2),
        ("best", "max", 1),
        ("step=2", None, 2),
        ("step=3", None, 3),
    ],
)
def test_one_point_counts(at: str, goal: str | None, step: float) -> None:
    point = selected(COURSE, parse_selection(at), goal)
    assert point is not None
    assert point.step == step


def test_a_step_that_was_not_measured_has_no_value() -> None:
    assert selected(COURSE, parse_selection("step=5"), None) is None
    assert selected((), Selection(), None) is None


def test_the_best_of_a_course_without_numbers_is_no_number() -> None:
    point = selected(_points((1, math.nan)), Selection("best"), "min")
    assert point is not None
    assert math.isnan(point.value)


@pytest.mark.parametrize("text", ["", "first", "step", "step=", "step=x", "step=nan", "last=1"])
def test_another_step_is_refused(text: str) -> None:
    with pytest.raises(SelectionError, match="there is no step"):
        parse_selection(text)
