"""`--only NAME`: some strategies are made or checked, and the others are left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_runner import contents, run_command

THE_REST = "and the shared files; `gen-sweeps spec.toml --check` checks the rest"


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    """Return a folder with a sweep: strategies sgd (the control), momentum, nesterov, cosine."""
    run_command("init", cwd=tmp_path)
    return tmp_path


def _manifest(sweep: Path) -> dict[str, dict[str, Any]]:
    """Return the values of the arms, and the digests of the files, that the manifest names."""
    records = json.loads((sweep / "configs" / "manifest.json").read_text())
    return {
        "arms": {record["arm"]: record["values"] for record in records if "values" in record},
        "files": {record["file"]: record["sha256"] for record in records if "file" in record},
    }


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_only_the_strategies_that_are_named_are_written(sweep: Path) -> None:
    _edit(sweep / "spec.toml", "momentum = 0.9", "momentum = 0.8")
    before = contents(sweep / "configs")
    ran = run_command("spec.toml", "--only", "momentum", "--only", "cosine", cwd=sweep)
    after = contents(sweep / "configs")
    changed = {path for path in before if before[path] != after[path]}
    assert ran.exit_code == 0
    assert before.keys() == after.keys()
    assert changed == {"momentum.py", "cosine.py", "manifest.json"}
    assert ran.stderr == f"warning: looked only at momentum, cosine {THE_REST}\n"
    assert "configs: 0 created, 3 updated, 2 unchanged, 0 removed" in ran.stdout


def test_a_full_run_after_a_partial_one_finds_its_own_files(sweep: Path) -> None:
    _edit(sweep / "spec.toml", "momentum = 0.9", "momentum = 0.8")
    run_command("spec.toml", "--only", "momentum", cwd=sweep)
    checked = run_command("spec.toml", "--check", cwd=sweep)
    assert checked.exit_code == 1
    assert "configs/nesterov.py does not match spec.toml" in checked.stderr
    assert "configs/momentum.py" not in checked.stderr
    assert run_command("spec.toml", cwd=sweep).exit_code == 0
    assert run_command("spec.toml", "--check", cwd=sweep).exit_code == 0


def test_the_manifest_says_of_the_others_what_is_on_disk(sweep: Path) -> None:
    before = _manifest(sweep)
    _edit(sweep / "spec.toml", "momentum = 0.9", "momentum = 0.8")
    run_command("spec.toml", "--only", "momentum", cwd=sweep)
    after = _manifest(sweep)
    assert after["arms"]["momentum"] == {"momentum": 0.8}
    assert after["arms"]["nesterov"] == before["arms"]["nesterov"]
    assert list(after["arms"]) == list(before["arms"])
    assert after["files"]["nesterov.py"] == before["files"]["nesterov.py"]
    assert after["files"]["momentum.py"] != before["files"]["momentum.py"]


def test_the_file_of_a_strategy_that_is_no_longer_in_the_spec_is_not_removed(sweep: Path) -> None:
    spec = sweep / "spec.toml"
    head, _, tail = spec.read_text().partition("[strategies.nesterov]")
    spec.write_text(head + tail[tail.index("[strategies.cosine]") :])
    assert run_command("spec.toml", "--only", "cosine", cwd=sweep).exit_code == 0
    assert "nesterov.py" in _manifest(sweep)["files"]
    assert (sweep / "configs" / "nesterov.py").exists()
    assert run_command("spec.toml", "--only", "cosine", "--check", cwd=sweep).exit_code == 0
    assert "1 removed" in run_command("spec.toml", cwd=sweep).stdout


def test_without_a_manifest_the_new_one_has_what_was_asked_for(sweep: Path) -> None:
    for path in (sweep / "configs").iterdir():
        path.unlink()
    assert run_command("spec.toml", "--only", "cosine", cwd=sweep).exit_code == 0
    made = ["__init__.py", "_base.py", "cosine.py", "manifest.json"]
    assert sorted(contents(sweep / "configs")) == made
    assert list(_manifest(sweep)["files"]) == made[:3]
    assert list(_manifest(sweep)["arms"]) == ["cosine"]
    assert run_command("spec.toml", "--only", "cosine", "--check", cwd=sweep).exit_code == 0
    assert "3 created, 1 updated" in run_command("spec.toml", cwd=sweep).stdout


def test_a_check_of_one_strategy_does_not_see_what_is_wrong_with_another(sweep: Path) -> None:
    (sweep / "configs" / "nesterov.py").write_text("edited")
    passed = run_command("spec.toml", "--check", "--only", "cosine", cwd=sweep)
    assert passed.exit_code == 0
    assert "4 files checked: configs matches spec.toml" in passed.stdout
    assert THE_REST in passed.stderr
    failed = run_command("spec.toml", "--check", "--only", "nesterov", cwd=sweep)
    assert failed.exit_code == 1
    assert "configs/nesterov.py does not match spec.toml" in failed.stderr


def test_a_diff_of_one_strategy_shows_no_other(sweep: Path) -> None:
    _edit(sweep / "spec.toml", "momentum = 0.9", "momentum = 0.8")
    shown = run_command("spec.toml", "--diff", "--only", "nesterov", cwd=sweep)
    assert shown.exit_code == 1
    assert "+++ b/configs/nesterov.py" in shown.stdout
    assert "b/configs/momentum.py" not in shown.stdout


def test_what_is_asked_for_is_still_proven_against_the_control(sweep: Path) -> None:
    template = sweep / "templates" / "{strategy}.py.jinja"
    template.write_text(template.read_text() + "NAME = {{ strategy.name | python }}\n")
    before = contents(sweep / "configs")
    failed = run_command("spec.toml", "--only", "cosine", cwd=sweep)
    assert failed.exit_code == 1
    assert 'at NAME: has `"cosine"` where the control (sgd) has `"sgd"`' in failed.stderr
    assert contents(sweep / "configs") == before


def test_a_foreign_file_is_in_the_way_of_the_strategy_that_it_belongs_to(sweep: Path) -> None:
    (sweep / "configs" / "nesterov.py").write_text("mine")
    assert run_command("spec.toml", "--only", "cosine", cwd=sweep).exit_code == 0
    refused = run_command("spec.toml", "--only", "nesterov", cwd=sweep)
    assert refused.exit_code == 1
    assert "configs/nesterov.py was edited since gen-sweeps wrote it" in refused.stderr
    assert (sweep / "configs" / "nesterov.py").read_text() == "mine"


def test_a_name_that_no_strategy_has_is_an_error_with_a_suggestion(sweep: Path) -> None:
    failed = run_command("spec.toml", "--only", "cosin", "--only", "zzz", cwd=sweep)
    assert failed.exit_code == 2
    assert failed.stderr == (
        "error: spec.toml: no strategy is called 'cosin'\n"
        "hint: did you mean `cosine`?\n"
        "error: spec.toml: no strategy is called 'zzz'\n"
        "hint: strategies: sgd, momentum, nesterov, cosine\n"
    )


def test_quiet_leaves_the_warning_out_and_json_lists_what_was_looked_at(sweep: Path) -> None:
    ran = run_command(
        "spec.toml", "--check", "--only", "cosine", "-q", "--output-format", "json", cwd=sweep
    )
    assert ran.stderr == ""
    content = json.loads(ran.stdout)
    assert content["strategies"] == ["sgd", "cosine"]
    assert [file["path"] for file in content["files"]] == [
        "configs/__init__.py",
        "configs/_base.py",
        "configs/cosine.py",
        "configs/manifest.json",
    ]
