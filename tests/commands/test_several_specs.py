"""`gen-sweeps SPEC...`: several specs at once, each done whatever is wrong with another."""

from __future__ import annotations

import json

import pytest
from conftest import MINIMAL_SPEC, World


@pytest.fixture
def two(world: World) -> World:
    """Two specs that share their templates."""
    world.write("other.toml", MINIMAL_SPEC.replace('output = "out"', 'output = "more/out"'))
    return world


def test_all_are_written_and_one_line_sums_up(two: World) -> None:
    result = two.run("spec.toml", "other.toml")
    assert (result.exit_code, result.err) == (0, "")
    assert result.out == (
        "2 strategies differ only in Block(kind, params)\n"
        "out: 4 created, 0 updated, 0 unchanged, 0 removed\n"
        "2 strategies differ only in Block(kind, params)\n"
        "more/out: 4 created, 0 updated, 0 unchanged, 0 removed\n"
        "2 specs: 8 created, 0 updated, 0 unchanged, 0 removed\n"
    )
    checked = two.run("spec.toml", "other.toml", "--check")
    assert checked.out.endswith("4 files checked: more/out matches other.toml\n2 specs: 2 match\n")
    assert two.run("spec.toml", "other.toml", "--check", "-q").out == ""


def test_the_worst_exit_code_wins_and_the_others_are_checked(two: World) -> None:
    two.run("spec.toml", "other.toml")
    two.write("more/out/run_plain.py", "mine")
    drifted = two.run("other.toml", "spec.toml", "--check")
    assert drifted.exit_code == 1
    assert "more/out/run_plain.py does not match other.toml" in drifted.err
    assert drifted.out.endswith("out matches spec.toml\n2 specs: 1 differ, 1 match\n")
    failed = two.run("no.toml", "other.toml", "spec.toml", "--check")
    assert failed.exit_code == 2
    assert failed.err.startswith("error: no.toml: no such file\n")
    assert failed.out.endswith("3 specs: 1 failed, 1 differ, 1 match\n")


def test_a_foreign_file_of_one_keeps_no_other_from_being_written(two: World) -> None:
    two.write("out/run_plain.py", "mine")
    result = two.run("spec.toml", "other.toml")
    assert result.exit_code == 1
    assert two.read("out/run_plain.py") == "mine"
    assert two.path("more/out/run_plain.py").exists()
    assert result.out.endswith("2 specs: 1 failed, 4 created, 0 updated, 0 unchanged, 0 removed\n")


def test_json_is_one_document(two: World) -> None:
    two.run("spec.toml")
    result = two.run("spec.toml", "other.toml", "no.toml", "--check", "--output-format", "json")
    content = json.loads(result.out)
    assert (result.exit_code, content["exit_code"], content["command"]) == (2, 2, "check")
    assert [(run["spec"], run["exit_code"]) for run in content["runs"]] == [
        ("spec.toml", 0),
        ("other.toml", 1),
        ("no.toml", 2),
    ]
    assert [len(run.get("files", [])) for run in content["runs"]] == [4, 4, 0]
    assert len(content["problems"]) == 5


def test_diffs_and_annotations_stand_one_after_the_other(two: World) -> None:
    shown = two.run("spec.toml", "other.toml", "--diff")
    assert shown.exit_code == 1
    assert "+++ b/out/_base.py" in shown.out
    assert "+++ b/more/out/_base.py" in shown.out
    noted = two.run("no.toml", "spec.toml", "--check", "--output-format", "github").out
    assert noted.startswith("::error file=no.toml::no such file")
    assert "::error file=out/_base.py::" in noted


def test_a_spec_named_twice_is_done_once(two: World) -> None:
    assert "4 created" in two.run("spec.toml", "spec.toml").out
