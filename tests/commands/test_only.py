"""`--only NAME`: some strategies are made or checked, and the others are left alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import World

_MODELS = ("small", "large")

THE_REST = "and the shared files; `gen-sweeps spec.toml --check` checks the rest"


def _manifest(sweep: World) -> dict[str, dict[str, Any]]:
    """Return the values of the arms, and the digests of the files, that the manifest names."""
    records = json.loads(sweep.read("configs/manifest.json"))
    return {
        "arms": {record["arm"]: record["values"] for record in records if "values" in record},
        "files": {record["file"]: record["sha256"] for record in records if "file" in record},
    }


def _change_momentum(sweep: World) -> None:
    sweep.write("spec.toml", sweep.read("spec.toml").replace("momentum = 0.9", "momentum = 0.8"))


def test_only_the_strategies_that_are_named_are_written(sweep: World) -> None:
    _change_momentum(sweep)
    before = sweep.files("configs")
    ran = sweep.run("spec.toml", "--only", "momentum", "--only", "cosine")
    after = sweep.files("configs")
    changed = {path for path in before if before[path] != after[path]}
    assert ran.exit_code == 0
    assert before.keys() == after.keys()
    assert changed == {"momentum.py", "cosine.py", "manifest.json"}
    assert ran.err == f"warning: looked only at momentum, cosine {THE_REST}\n"
    assert "configs: 0 created, 3 updated, 2 unchanged, 0 removed" in ran.out


def test_a_full_run_after_a_partial_one_finds_its_own_files(sweep: World) -> None:
    _change_momentum(sweep)
    sweep.run("spec.toml", "--only", "momentum")
    checked = sweep.run("spec.toml", "--check")
    assert checked.exit_code == 1
    assert "configs/nesterov.py does not match spec.toml" in checked.err
    assert "configs/momentum.py" not in checked.err
    assert sweep.run("spec.toml").exit_code == 0
    assert sweep.run("spec.toml", "--check").exit_code == 0


@pytest.mark.parametrize("name", ["sgd", "momentum", "cosine"])
def test_each_strategy_alone_matches_what_a_full_run_wrote(sweep: World, name: str) -> None:
    assert sweep.run("spec.toml", "--check", "--only", name).exit_code == 0
    before = sweep.files("configs")
    assert sweep.run("spec.toml", "--only", name).exit_code == 0
    assert sweep.files("configs") == before


def test_the_manifest_says_of_the_others_what_is_on_disk(sweep: World) -> None:
    before = _manifest(sweep)
    _change_momentum(sweep)
    sweep.run("spec.toml", "--only", "momentum")
    after = _manifest(sweep)
    assert after["arms"]["momentum"] == {"momentum": 0.8}
    assert after["arms"]["nesterov"] == before["arms"]["nesterov"]
    assert list(after["arms"]) == list(before["arms"])
    assert after["files"]["nesterov.py"] == before["files"]["nesterov.py"]
    assert after["files"]["momentum.py"] != before["files"]["momentum.py"]


def test_the_file_of_a_strategy_that_is_no_longer_in_the_spec_is_not_removed(sweep: World) -> None:
    head, _, tail = sweep.read("spec.toml").partition("[strategies.nesterov]")
    sweep.write("spec.toml", head + tail[tail.index("[strategies.cosine]") :])
    assert sweep.run("spec.toml", "--only", "cosine").exit_code == 0
    assert "nesterov.py" in _manifest(sweep)["files"]
    assert sweep.path("configs/nesterov.py").exists()
    assert sweep.run("spec.toml", "--only", "cosine", "--check").exit_code == 0
    assert "1 removed" in sweep.run("spec.toml").out


def test_without_a_manifest_the_new_one_has_what_was_asked_for(sweep: World) -> None:
    for path in sweep.path("configs").iterdir():
        path.unlink()
    assert sweep.run("spec.toml", "--only", "cosine").exit_code == 0
    made = ["__init__.py", "_base.py", "cosine.py", "manifest.json"]
    assert sorted(sweep.files("configs")) == made
    assert list(_manifest(sweep)["files"]) == made[:3]
    assert list(_manifest(sweep)["arms"]) == ["cosine"]
    assert sweep.run("spec.toml", "--only", "cosine", "--check").exit_code == 0
    assert "3 created, 1 updated" in sweep.run("spec.toml").out


def test_a_check_of_one_strategy_does_not_see_what_is_wrong_with_another(sweep: World) -> None:
    sweep.write("configs/nesterov.py", "edited")
    passed = sweep.run("spec.toml", "--check", "--only", "cosine")
    assert passed.exit_code == 0
    assert "4 files checked: configs matches spec.toml" in passed.out
    assert THE_REST in passed.err
    failed = sweep.run("spec.toml", "--check", "--only", "nesterov")
    assert failed.exit_code == 1
    assert "configs/nesterov.py does not match spec.toml" in failed.err


def test_a_diff_of_one_strategy_shows_no_other(sweep: World) -> None:
    _change_momentum(sweep)
    shown = sweep.run("spec.toml", "--diff", "--only", "nesterov")
    assert shown.exit_code == 1
    assert "+++ b/configs/nesterov.py" in shown.out
    assert "b/configs/momentum.py" not in shown.out


def test_what_is_asked_for_is_still_proven_against_the_control(sweep: World) -> None:
    template = "templates/{strategy}.py.jinja"
    sweep.write(template, sweep.read(template) + "NAME = {{ strategy.name | python }}\n")
    before = sweep.files("configs")
    failed = sweep.run("spec.toml", "--only", "cosine")
    assert failed.exit_code == 1
    assert 'at NAME: has `"cosine"` where the name of the control (sgd)' in failed.err
    assert sweep.files("configs") == before


def test_a_foreign_file_is_in_the_way_of_the_strategy_that_it_belongs_to(sweep: World) -> None:
    sweep.write("configs/nesterov.py", "mine")
    assert sweep.run("spec.toml", "--only", "cosine").exit_code == 0
    refused = sweep.run("spec.toml", "--only", "nesterov")
    assert refused.exit_code == 1
    assert "configs/nesterov.py was edited since gen-sweeps wrote it" in refused.err
    assert sweep.read("configs/nesterov.py") == "mine"


def test_a_name_that_no_strategy_has_is_an_error_with_a_suggestion(sweep: World) -> None:
    failed = sweep.run("spec.toml", "--only", "cosin", "--only", "zzz")
    assert failed.exit_code == 2
    assert failed.err == (
        "error: spec.toml: no strategy is called 'cosin'\n"
        "hint: did you mean `cosine`?\n"
        "error: spec.toml: no strategy is called 'zzz'\n"
        "hint: strategies: sgd, momentum, nesterov, cosine\n"
    )


def test_quiet_leaves_the_warning_out_and_json_lists_what_was_looked_at(sweep: World) -> None:
    ran = sweep.run("spec.toml", "--check", "--only", "cosine", "-q", "--output-format", "json")
    assert ran.err == ""
    content = json.loads(ran.out)
    assert content["strategies"] == ["sgd", "cosine"]
    assert [file["path"] for file in content["files"]] == [
        "configs/__init__.py",
        "configs/_base.py",
        "configs/cosine.py",
        "configs/manifest.json",
    ]


GRID = """\
[sweep]
name = "grid"
output = "out"
control = "adam"
[treatment]
vary = ["lr"]
[axes.seed]
levels = [1, 2]
[axes.model.small]
hidden = 128
[axes.model.large]
hidden = 512
[strategies.adam.vars]
lr = 1e-3
[strategies.sgd.vars]
lr = 2e-3
"""


@pytest.fixture
def grid(empty: World) -> World:
    """Strategies crossed with two axes, generated; a file of all arms, and one for each seed."""
    empty.write("spec.toml", GRID)
    name = "templates/run_{strategy}_{seed}_{model}.py.jinja"
    empty.write(name, "LR = {{ lr }}\nSEED = {{ seed }}\nHIDDEN = {{ hidden }}\n")
    empty.write("templates/data_{seed}.py.jinja", "SEED = {{ seed }}\n")
    everything = "{% for arm in arms %}\n{{ arm.name }}\n{% endfor %}\n"
    empty.write("templates/all.txt.jinja", everything)
    assert empty.run("spec.toml").exit_code == 0
    return empty


@pytest.mark.parametrize(
    ("name", "removed"),
    [
        ("sgd", ["data_1", "data_2", *(f"run_sgd_{s}_{m}" for s in "12" for m in _MODELS)]),
        ("2", ["data_2", *(f"run_{o}_2_{m}" for o in ("adam", "sgd") for m in _MODELS)]),
        ("sgd-1-large", ["data_1", "run_sgd_1_large"]),
    ],
)
def test_an_arm_or_a_level_can_be_asked_for_and_the_file_of_all_arms_stays(
    grid: World, name: str, removed: list[str]
) -> None:
    whole = grid.files("out")
    for path in whole:
        if path.startswith(("run", "data")):
            grid.path(f"out/{path}").unlink()
    assert grid.run("spec.toml", "--only", name).exit_code == 0
    after = grid.files("out")
    assert sorted(after) == sorted(["all.txt", "manifest.json", *(f"{p}.py" for p in removed)])
    assert after["all.txt"] == whole["all.txt"]
    assert after["manifest.json"] == whole["manifest.json"]
    assert grid.run("spec.toml", "--only", name, "--check").exit_code == 0
    assert "no arm or level is called 'x'" in grid.run("spec.toml", "--only", "x").err
