"""The gates that users already have: pre-commit and GitHub Actions, run for real."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import PROJECT, World

pytestmark = pytest.mark.slow

PRE_COMMIT = Path(sys.executable).with_name("pre-commit")


def _git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a test", "-c", "user.email=test@localhost"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def _clean_environment() -> dict[str, str]:
    """Return the environment without what git sets for a hook that runs the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with this project's files as they are now, committed."""
    folder = tmp_path_factory.mktemp("project")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    _git(folder, "init", "--quiet")
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message=all")
    return folder


@pytest.fixture
def scratch(sweep: World) -> World:
    """A user's repository with a sweep in it, all of it staged."""
    _git(sweep.folder, "init", "--quiet")
    _git(sweep.folder, "add", "--all")
    return sweep


def test_pre_commit_lets_pass_what_is_current_and_nothing_else(
    project: Path, scratch: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("pre_commit")

    def commit() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PRE_COMMIT, "try-repo", project, "gen-sweeps-check"],
            cwd=scratch.folder,
            env=_clean_environment() | {"PRE_COMMIT_HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    passed = commit()
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "Passed" in passed.stdout

    scratch.replace("configs/momentum.py", "momentum=0.9", "momentum=0.99")
    _git(scratch.folder, "add", "--all")
    failed = commit()
    assert failed.returncode == 1
    assert "does not match spec.toml: has `momentum=0.99,` where the spec says" in failed.stdout
    assert "hint: `0.99` belongs at spec.toml:" in failed.stdout

    scratch.run("spec.toml", "--force")
    _git(scratch.folder, "add", "--all")
    _git(scratch.folder, "commit", "--quiet", "--message=all", "--no-verify")
    _git(scratch.folder, "rm", "--quiet", "configs/momentum.py")
    deleted = commit()
    assert deleted.returncode == 1, "a commit that only deletes is checked too"
    assert "configs/momentum.py is missing" in deleted.stdout

    scratch.run("spec.toml")
    _git(scratch.folder, "add", "spec.toml", "configs/manifest.json")
    lacking = commit()
    assert lacking.returncode == 1, "the folder is as it should be, but the commit would not be"
    assert "error: configs/momentum.py is not in git's index" in lacking.stdout


def _action() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((PROJECT / "action.yml").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="session")
def runner_temp(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the temporary folder of a runner on which the action has installed itself."""
    folder = tmp_path_factory.mktemp("runner")
    env = {"INPUT_PYTHON": sys.executable, "ACTION_PATH": str(project), "RUNNER_TEMP": str(folder)}
    script = _action()["runs"]["steps"][0]["run"]
    subprocess.run(["bash", "-e", "-c", script], env=os.environ | env, check=True, timeout=600)
    return folder


def _act(
    runner_temp: Path, scratch: World, spec: str, args: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the action's second step as a runner does: bash -e, its inputs as variables."""
    action = _action()
    default = action["inputs"]["args"]["default"]
    env = {"INPUT_SPEC": spec, "INPUT_ARGS": args or default, "RUNNER_TEMP": str(runner_temp)}
    script = action["runs"]["steps"][1]["run"]
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        cwd=scratch.folder,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_action_checks_by_default_and_passes_what_is_current(
    runner_temp: Path, scratch: World
) -> None:
    ran = _act(runner_temp, scratch, _action()["inputs"]["spec"]["default"])
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_the_action_annotates_the_lines_that_changed(runner_temp: Path, scratch: World) -> None:
    generated = scratch.path("configs/momentum.py")
    generated.write_text(generated.read_text().replace("momentum=0.9", "momentum=0.95") + "x = 1\n")
    before = generated.read_bytes()
    ran = _act(runner_temp, scratch, "spec.toml")
    lines = generated.read_text().splitlines()
    place = lines.index("        momentum=0.95,") + 1
    start = "::error file=configs/momentum.py"
    what = "configs/momentum.py does not match spec.toml"
    assert ran.returncode == 1
    annotations = [line.partition("%0A")[0] for line in ran.stdout.splitlines()]
    assert annotations == [
        f"{start},line={place}::{what}: has `momentum=0.95,` where the spec says `momentum=0.9,`",
        f"{start},line={len(lines)}::{what}: has `x = 1` where the spec says nothing",
    ]
    assert generated.read_bytes() == before, "it checks, and changes nothing"


def test_the_action_checks_every_spec_and_ends_with_the_worst(
    runner_temp: Path, scratch: World
) -> None:
    scratch.run("init", "other")
    scratch.path("other/configs/sgd_seed0.py").unlink()
    ran = _act(runner_temp, scratch, "missing.toml\nother/spec.toml\nspec.toml\n")
    assert ran.returncode == 2
    assert "::error file=missing.toml::no such file" in ran.stdout
    assert "::error file=other/configs/sgd_seed0.py::" in ran.stdout


def test_the_action_takes_patterns(runner_temp: Path, scratch: World) -> None:
    for folder in ("a b", "sub/c"):
        scratch.run("init", f"grids/{folder}")
    _git(scratch.folder, "add", "--all")
    scratch.path("grids/a b/configs/sgd_seed0.py").unlink()
    ran = _act(runner_temp, scratch, "spec.toml\ngrids/**/spec.toml")
    assert ran.returncode == 1
    assert ran.stdout.startswith("::error file=grids/a b/configs/sgd_seed0.py::")
    assert ran.stdout.count("::error") == 1
    scratch.path("grids/sub/c/configs/sgd_seed0.py").unlink()
    assert _act(runner_temp, scratch, "grids/**/spec.toml").stdout.count("::error") == 2
    assert _act(runner_temp, scratch, "none/*.toml").returncode == 2


def test_the_action_without_a_spec_fails(runner_temp: Path, scratch: World) -> None:
    ran = _act(runner_temp, scratch, "\n\n")
    assert ran.returncode == 2
    assert ran.stdout == "::error::the input `spec` names no spec\n"


def test_the_action_runs_nothing_that_an_input_says(runner_temp: Path, scratch: World) -> None:
    ran = _act(
        runner_temp, scratch, "$(touch owned); `touch owned`; spec.toml", "--check; touch owned"
    )
    assert ran.returncode == 2
    assert not scratch.path("owned").exists()
    for step in _action()["runs"]["steps"]:
        assert "${{" not in step["run"], "inputs come as variables, never as code"
