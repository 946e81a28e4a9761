"""`gen-sweeps results`: formats for programs, choices of a metric, and what it refuses."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from conftest import World
from measured_runs import END, add_attempt, measured

from gen_sweeps.run import ArmState

TWO: Mapping[str, list[float | None]] = {"a": [1.0, 1.2, 1.1], "b": [0.5, 0.8, math.nan]}


def _json(world: World, *options: str, exit_code: int = 0) -> dict[str, Any]:
    ran = world.run("results", "spec.toml", "--output-format", "json", *options)
    assert ran.exit_code == exit_code, ran.err

    def refuse(name: str) -> float:
        raise AssertionError(name)

    found: dict[str, Any] = json.loads(ran.out, parse_constant=refuse)
    return found


def test_json_has_the_table_the_arms_and_what_to_know(empty: World) -> None:
    runs = measured(empty, TWO)
    found = _json(empty, exit_code=1)
    assert (found["metric"], found["at"], found["goal"]) == ("loss", "last", "min")
    assert (found["control"], found["replicates"]) == ({"strategy": "a"}, ["seed"])
    first, second = found["groups"]
    assert (first["levels"], first["control"], first["difference"]) == (
        {"strategy": "a"},
        True,
        None,
    )
    assert first["mean"] == pytest.approx(1.1)
    assert second["mean"] is None, "one is NaN"
    assert second["difference"]["pairs"] == 3
    arms = {arm["arm"]: arm for arm in found["arms"]}
    assert [arm["outcome"] for arm in arms.values()] == ["measured"] * 5 + ["NaN"]
    assert arms["b-1"]["value"] == 0.8
    assert arms["b-1"]["digest"] == runs["b-1"].path.name
    assert arms["b-1"]["python"] == "3.11.9"
    assert found["problems"][0]["message"] == "b-2: loss is NaN"
    assert any("b-2 (NaN)" in note for note in found["notes"])


def test_csv_has_a_line_for_each_arm(empty: World) -> None:
    measured(empty, {**TWO, "c": [None, 1.0, 2.0]})
    ran = empty.run("results", "spec.toml", "--output-format", "csv")
    assert ran.exit_code == 1
    rows = list(csv.DictReader(ran.out.splitlines()))
    assert len(rows) == 9
    assert rows[1] == {
        "arm": "a-1",
        "strategy": "a",
        "seed": "1",
        "outcome": "measured",
        "step": "2",
        "loss": "1.2",
    }
    assert [(row["outcome"], row["loss"]) for row in rows[5:7]] == [("NaN", "NaN"), ("not run", "")]


def test_nothing_is_changed_or_made(empty: World) -> None:
    measured(empty, TWO)
    before = empty.files()
    empty.run("results", "spec.toml")
    empty.run("results", "spec.toml", "--at", "best")
    assert empty.files() == before


def test_a_spec_that_says_nothing_of_running_is_told_how_to(sweep: World) -> None:
    refused = sweep.run("results", "spec.toml")
    assert refused.exit_code == 2
    assert refused.err.startswith("error: spec.toml: run: is missing\nhint: ")


def test_before_anything_has_run_there_is_no_answer(empty: World) -> None:
    measured(empty, {"a": [None], "b": [None]})
    refused = empty.run("results", "spec.toml")
    assert refused.exit_code == 2
    assert refused.err == (
        "error: spec.toml: none of 2 arms is done\nhint: run `gen-sweeps run spec.toml`\n"
    )


def test_arms_that_are_done_and_measured_nothing_may_have_been_submitted_only(
    empty: World,
) -> None:
    runs = measured(empty, {"a": [1.0], "b": [2.0]})
    for folder in runs.values():
        folder.attempts()[0].metrics.unlink()
    refused = empty.run("results", "spec.toml")
    assert refused.exit_code == 2
    assert "2 of 2 arms are done, and none has measured anything" in refused.err
    assert "only submits its work" in refused.err


def test_a_metric_that_nobody_measured_is_not_found_but_guessed(empty: World) -> None:
    measured(empty, TWO)
    refused = empty.run("results", "spec.toml", "--metric", "los")
    assert refused.exit_code == 2
    assert refused.err == "error: spec.toml: no arm measured 'los'\nhint: did you mean `loss`?\n"


def test_of_several_metrics_without_a_goal_one_has_to_be_chosen(empty: World) -> None:
    runs = measured(empty, {"a": [1.0, 1.1], "b": [2.0, 2.5]}, settings="")
    assert _json(empty)["metric"] == "loss", "there is no other one"
    for folder in runs.values():
        end = replace(END, state=ArmState.DONE)
        add_attempt(folder, [{"step": 2, "loss": 1.0, "accuracy": 0.5}], end=end)
    refused = empty.run("results", "spec.toml")
    assert refused.exit_code == 2
    assert "several metrics are measured" in refused.err
    assert "loss, accuracy" in refused.err
    assert _json(empty, "--metric", "accuracy")["metric"] == "accuracy"


def test_a_step_that_is_none_is_refused(empty: World) -> None:
    measured(empty, TWO)
    refused = empty.run("results", "spec.toml", "--at", "first")
    assert refused.exit_code == 2
    assert refused.err.startswith("error: there is no step 'first'\nhint: write `--at last`")


def test_what_can_not_be_read_is_a_warning_beside_the_answer(empty: World) -> None:
    runs = measured(empty, {"a": [1.0, 1.1], "b": [2.0, 2.5]})
    path = runs["a-0"].attempts()[0].metrics
    path.write_text("secret\n" + path.read_text())
    ran = empty.run("results", "spec.toml")
    assert ran.exit_code == 0
    assert ran.err.startswith("warning: runs/measured/a-0/")
    assert ran.err.endswith("/attempts/1/metrics.jsonl:1: is no JSON object; left out\n")
    assert "secret" not in ran.out + ran.err


def test_hostile_names_of_metrics_stay_text_on_a_terminal(empty: World) -> None:
    runs = measured(empty, {"a": [1.0], "b": [2.0]}, settings="")
    for folder in runs.values():
        folder.attempts()[0].metrics.write_text(json.dumps({"\x1b[31mloss\n": 1.0}) + "\n")
    ran = empty.run("results", "spec.toml")
    assert ran.exit_code == 0
    assert "\x1b" not in ran.out
    assert "strategy  runs  \\x1b[31mloss\\n" in ran.out


def test_the_same_runs_give_the_same_bytes(empty: World) -> None:
    measured(empty, {"a": [1.0, 1.1], "b": [2.0, 2.5]})
    first = empty.run_process("results", "spec.toml", PYTHONHASHSEED="1")
    second = empty.run_process("results", "spec.toml", PYTHONHASHSEED="2")
    assert first == second
