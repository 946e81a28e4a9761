"""What arms log is read in each format, and what is torn or broken in it is left out."""

from __future__ import annotations

import math
import re
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_sweeps.errors import Problem
from gen_sweeps.results import TrackerError
from gen_sweeps.results.readers import (
    Log,
    read_csv,
    read_json_lines,
    read_mlflow,
    read_printed,
    read_tensorboard,
)

Rows = list[tuple[float, dict[str, float]]]


def _rows(log: Log) -> Rows:
    return [(it.step, dict(it.values)) for it in log.measurements]


def _json_lines(folder: Path, text: str) -> Log:
    path = folder / "metrics.jsonl"
    path.write_text(text)
    return read_json_lines(path)


def _csv(folder: Path, text: str) -> Log:
    path = folder / "metrics.csv"
    path.write_text(text)
    return read_csv(path)


def test_json_lines_have_metrics_by_their_names(tmp_path: Path) -> None:
    log = _json_lines(
        tmp_path, '{"step": 1, "loss": 0.5, "note": "warm"}\n\n{"step": 2, "eval/acc": 1}\n'
    )
    assert _rows(log) == [(1, {"loss": 0.5}), (2, {"eval/acc": 1})]
    assert log.faults == ()


def test_a_torn_last_line_is_left_out_without_a_word(tmp_path: Path) -> None:
    log = _json_lines(tmp_path, '{"step": 1, "loss": 0.5}\n{"step": 2, "lo')
    assert _rows(log) == [(1, {"loss": 0.5})]
    assert log.faults == ()


def test_a_broken_line_elsewhere_is_left_out_and_named_but_not_quoted(tmp_path: Path) -> None:
    log = _json_lines(tmp_path, '{"loss": 1}\n{"secret{"loss": 2}\n[3]\n{"loss": 4}\n')
    assert [values for _, values in _rows(log)] == [{"loss": 1}, {"loss": 4}]
    assert log.faults == (
        Problem("is no JSON object; left out", str(tmp_path / "metrics.jsonl"), 2),
    )


def test_every_spelling_of_not_a_number_is_one(tmp_path: Path) -> None:
    log = _json_lines(
        tmp_path, '{"a": NaN, "b": null, "c": "nan", "d": Infinity, "e": 1' + "0" * 400 + "}"
    )
    ((_, values),) = _rows(log)
    assert all(math.isnan(values[name]) for name in "abc")
    assert (values["d"], values["e"]) == (math.inf, math.inf)


def test_without_steps_rows_are_counted_and_with_some_they_belong_to_the_last(
    tmp_path: Path,
) -> None:
    assert _rows(_json_lines(tmp_path, '{"a": 1}\n{"a": 2}\n')) == [(0, {"a": 1}), (1, {"a": 2})]
    log = _json_lines(tmp_path, '{"step": 10, "a": 1}\n{"b": 2}\n{"step": null, "b": 3}\n')
    assert _rows(log) == [(10, {"a": 1}), (10, {"b": 2}), (10, {"b": 3})]


@pytest.mark.parametrize("read", [read_json_lines, read_csv])
def test_a_file_that_is_not_there_is_empty(tmp_path: Path, read: Callable[[Path], Log]) -> None:
    assert read(tmp_path / "no" / "metrics") == Log(tmp_path / "no" / "metrics")


@pytest.mark.parametrize("read", [read_json_lines, read_csv])
def test_what_is_no_file_of_the_kind_is_a_fault_and_no_crash(
    tmp_path: Path, read: Callable[[Path], Log]
) -> None:
    assert [it.message for it in read(tmp_path).faults] == ["can't be read: Is a directory"]


@given(st.binary(max_size=200))
def test_no_bytes_crash_a_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data)
    for log in (read_json_lines(path), read_csv(path), *read_mlflow(path)):
        assert all(fault.path == str(path) for fault in log.faults)


def test_cells_of_csv_may_be_empty_and_rows_torn(tmp_path: Path) -> None:
    log = _csv(tmp_path, "epoch,step,train,val\n0,1,0.5,\n0,2,,0.6\n1,3,nan,0.7\n1,4\n")
    rows = _rows(log)
    assert rows[:2] == [(1, {"epoch": 0, "train": 0.5}), (2, {"epoch": 0, "val": 0.6})]
    assert math.isnan(rows[2][1]["train"])
    assert [(it.message, it.line) for it in log.faults] == [
        ("has 2 fields instead of 4; left out", 5)
    ]
    torn = _csv(tmp_path, "step,train,val\r\n1,0.5,0.6\r\n2,0.")
    assert (_rows(torn), torn.faults) == ([(1, {"train": 0.5, "val": 0.6})], ())


def test_printed_lines_are_searched_for_a_pattern(tmp_path: Path) -> None:
    path = tmp_path / "stdout"
    path.write_text("start\r[1/3] loss: 0.5\r[2/3] loss: nan lr: 0.1\n[3/3] loss: none\n")
    pattern = re.compile(r"\[(?P<step>\d+)/.*loss: (?P<loss>\S+)(?: lr: (?P<lr>\S+))?")
    rows = _rows(read_printed(path, pattern))
    assert rows[::2] == [(1, {"loss": 0.5}), (3, {})], "what is no number is none"
    step, values = rows[1]
    assert (step, math.isnan(values["loss"]), values["lr"]) == (2, True, 0.1)


MLFLOW = """
    create table runs (run_uuid text primary key, start_time integer, lifecycle_stage text);
    create table metrics (key text, value float, timestamp integer, run_uuid text, step integer,
                          is_nan boolean);
    insert into runs values ('b', 1, 'active'), ('a', 2, 'active'), ('gone', 3, 'deleted');
    insert into metrics values
        ('loss', 0.5, 1, 'b', 0, 0), ('loss', 0.4, 2, 'b', 10, 0), ('acc', 0.9, 3, 'b', 10, 0),
        ('loss', 0.3, 4, 'a', 10, 0), ('loss', 0, 5, 'a', 20, 1),
        ('loss', -1.7976931348623157e308, 6, 'a', 25, 0), ('loss', 7, 6, 'gone', 0, 0);
"""


def _mlflow(folder: Path, journal: str = "delete") -> Path:
    path = folder / "ml flow?.db"
    database = sqlite3.connect(path)
    database.execute(f"pragma journal_mode={journal}")
    database.executescript(MLFLOW)
    database.close()
    return path


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_database_of_mlflow_is_read_without_leaving_a_trace(tmp_path: Path, journal: str) -> None:
    path = _mlflow(tmp_path, journal)
    before = path.read_bytes()
    first, second = read_mlflow(path)
    assert _rows(first) == [(0, {"loss": 0.5}), (10, {"loss": 0.4}), (10, {"acc": 0.9})]
    assert [it.step for it in second.measurements] == [10, 20, 25]
    assert math.isnan(second.measurements[1].values["loss"])
    assert second.measurements[2].values["loss"] == -math.inf
    assert [*tmp_path.iterdir()] == [path]
    assert path.read_bytes() == before


def test_a_database_in_use_is_read_with_what_its_journal_has(tmp_path: Path) -> None:
    path = _mlflow(tmp_path, "wal")
    writer = sqlite3.connect(path)
    writer.execute("insert into metrics values ('loss', 0.1, 9, 'a', 30, 0)")
    writer.commit()
    assert read_mlflow(path)[1].measurements[-1].values == {"loss": 0.1}
    writer.close()


def test_a_file_that_is_no_database_is_a_fault_and_a_missing_one_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    assert read_mlflow(path) == []
    assert not path.exists()
    path.write_text("this is none")
    (log,) = read_mlflow(path)
    assert [it.message for it in log.faults] == ["is no database of MLflow: file is not a database"]


def test_without_tensorboard_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "events.out.tfevents.1").touch()
    monkeypatch.setitem(sys.modules, "tensorboard.backend.event_processing.event_file_loader", None)
    with pytest.raises(TrackerError) as caught:
        read_tensorboard(tmp_path)
    (problem,) = caught.value.problems
    assert problem.hint == "install `gen-sweeps[tensorboard]`"
