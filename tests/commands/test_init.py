"""What `gen-sweeps init` makes, and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import PROJECT, World


@pytest.mark.parametrize("starter", ["training", "reward-shaping"])
def test_what_init_makes_passes_the_check_at_once(empty: World, starter: str) -> None:
    made = empty.run("init", "sweep", "--from", starter)
    checked = empty.run("sweep/spec.toml", "--check")
    assert (made.exit_code, made.err) == (0, "")
    assert (checked.exit_code, checked.err) == (0, "")


def test_init_without_a_folder_writes_to_the_current_one(empty: World) -> None:
    assert empty.run("init").exit_code == 0
    assert sorted(empty.files()) == [
        "SWEEP.md",
        "configs/__init__.py",
        "configs/_base.py",
        "configs/cosine.py",
        "configs/manifest.json",
        "configs/momentum.py",
        "configs/nesterov.py",
        "configs/sgd.py",
        "spec.schema.json",
        "spec.toml",
        "templates/__init__.py.jinja",
        "templates/_base.py.jinja",
        "templates/{strategy}.py.jinja",
        "train.py",
        "training.py",
    ]


def test_the_steps_that_init_names_run_as_they_are(empty: World) -> None:
    said = empty.run("init", "sweep").out
    assert said.endswith("next:\n  cd sweep\n  python train.py\n  gen-sweeps spec.toml --check\n")
    trained = subprocess.run(
        [sys.executable, "train.py"],
        cwd=empty.path("sweep"),
        capture_output=True,
        text=True,
        check=True,
    )
    names = [line.split()[0] for line in trained.stdout.splitlines()]
    losses = [float(line.split()[-1]) for line in trained.stdout.splitlines()]
    assert names == ["sgd", "momentum", "nesterov", "cosine"]
    assert len(set(losses)) == len(losses), "the arguments that vary make a difference"
    assert max(losses) < 0.1, "training works"


def test_the_example_is_typed_and_a_formatter_and_a_linter_have_nothing_to_say(
    sweep: World,
) -> None:
    for tool in (
        ["mypy", "--strict", "train.py", "configs"],
        ["ruff", "format", "--isolated", "--check", "."],
        ["ruff", "check", "--isolated", "--select", "E,F,I,B,UP,SIM,D1", "--ignore", "D104", "."],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *tool],
            cwd=sweep.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("taken", ["spec.toml", "configs/momentum.py", "templates/_base.py.jinja"])
def test_init_writes_nothing_where_a_file_of_its_own_would_go(empty: World, taken: str) -> None:
    empty.write(taken, "mine")
    refused = empty.run("init")
    assert refused.exit_code == 1
    assert refused.err == (
        f"error: {taken}: already exists; nothing was written\n"
        "hint: name a folder without such files, as in `gen-sweeps init my_sweep`\n"
    )
    assert empty.files() == {taken: b"mine"}


def test_init_does_not_write_through_a_link_that_leads_nowhere(empty: World) -> None:
    empty.path("spec.toml").symlink_to("elsewhere.toml")
    assert empty.run("init").exit_code == 1
    assert not empty.path("elsewhere.toml").exists()


def test_init_leaves_other_files_of_the_folder_alone(empty: World) -> None:
    empty.write("README.md", "ours")
    assert empty.run("init").exit_code == 0
    assert empty.read("README.md") == "ours"


def test_init_into_what_is_a_file_says_so(empty: World) -> None:
    empty.write("sweep", "")
    failed = empty.run("init", "sweep")
    assert failed.exit_code == 2
    assert failed.err.startswith("error: sweep/")


def test_the_reward_shaping_starter_makes_the_files_of_this_repository(empty: World) -> None:
    empty.run("init", "--from", "reward-shaping")
    assert empty.files("generated") == {
        path: data
        for path, data in World(PROJECT).files("generated").items()
        if "__pycache__" not in path
    }
    assert empty.path("spec.toml").read_bytes() == (PROJECT / "spec.toml").read_bytes()


@pytest.mark.slow
def test_the_wheel_has_both_starters_and_the_report(tmp_path: Path) -> None:
    subprocess.run(
        ["uv", "build", "--wheel", "--quiet", "--out-dir", tmp_path, PROJECT],
        check=True,
        timeout=300,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    for starter in ("training", "reward-shaping"):
        for arguments in (
            ["init", starter, "--from", starter],
            ["report", f"{starter}/spec.toml", "-o", f"{starter}.html"],
        ):
            done = subprocess.run(
                [sys.executable, "-P", "-m", "gen_sweeps", *arguments],
                cwd=tmp_path,
                env={"PYTHONPATH": str(tmp_path / "site"), "PATH": ""},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
        assert (tmp_path / starter / "spec.toml").exists()
