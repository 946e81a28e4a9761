"""What `gen-sweeps init` makes, and what it leaves alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import PROJECT, World

STRATEGIES = ["sgd", "momentum", "nesterov", "cosine"]


def _python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Python, without any package but the standard library."""
    return _run([sys.executable, "-S", *arguments], folder)


def _bash(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return _run(["bash", *arguments], folder)


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("starter", ["training", "reward-shaping"])
def test_what_init_makes_passes_the_check_at_once(empty: World, starter: str) -> None:
    made = empty.run("init", "sweep", "--from", starter)
    checked = empty.run("sweep/spec.toml", "--check")
    assert (made.exit_code, made.err) == (0, "")
    assert (checked.exit_code, checked.err) == (0, "")


def test_init_without_a_folder_writes_to_the_current_one(empty: World) -> None:
    assert empty.run("init").exit_code == 0
    arms = [f"{name}_seed{seed}" for name in STRATEGIES for seed in range(3)]
    assert sorted(empty.files()) == sorted(
        [
            "SWEEP.md",
            "configs/__init__.py",
            "configs/_base.py",
            *(f"configs/{arm}.py" for arm in arms),
            "configs/manifest.json",
            "configs/run_all.sh",
            "spec.schema.json",
            "spec.toml",
            "templates/__init__.py.jinja",
            "templates/_base.py.jinja",
            "templates/run_all.sh.jinja",
            "templates/{strategy}_seed{seed}.py.jinja",
            "train.py",
            "training.py",
        ]
    )


def test_the_steps_that_init_names_run_as_they_are(empty: World) -> None:
    said = empty.run("init", "a sweep").out
    assert said.endswith(
        """next:
  cd 'a sweep'
  bash configs/run_all.sh       # run every arm
  gen-sweeps spec.toml          # after each change of spec.toml or templates/
  gen-sweeps spec.toml --check  # in CI
"""
    )
    script = "set -e\n" + said.partition("next:\n")[2]
    done = _bash("-c", script, folder=empty.folder)
    assert (done.returncode, done.stderr) == (0, "")
    runs = [line.split()[0] for line in done.stdout.splitlines() if "squared error" in line]
    assert runs == [f"runs/{name}_seed{seed}" for name in STRATEGIES for seed in range(3)]
    losses = [float(line.split()[-1]) for line in done.stdout.splitlines() if "error" in line]
    assert len(set(losses)) > len(STRATEGIES), "the seeds make a difference"
    assert max(losses[3:]) < min(losses[:3]) < 0.1, "what the strategies set makes one, too"
    for run, loss in zip(runs, losses, strict=True):
        kept = json.loads(empty.read(f"a sweep/{run}/metrics.json"))
        assert round(kept["loss"], 4) == loss


def test_a_starter_without_a_script_names_none(empty: World) -> None:
    empty.write("train.py", "of somebody else")
    said = empty.run("init", "--from", "reward-shaping").out
    assert said.endswith(
        """next:
  gen-sweeps spec.toml          # after each change of spec.toml or templates/
  gen-sweeps spec.toml --check  # in CI
"""
    )


def test_an_arm_that_fails_stops_no_other_and_fails_the_script(empty: World) -> None:
    empty.run("init")
    empty.write("configs/sgd_seed1.py", "raise SystemExit(3)\n")
    empty.write("configs/cosine_seed2.py", "CONFIG = None\n")
    (empty.folder / "elsewhere").mkdir()
    done = _bash("../configs/run_all.sh", folder=empty.path("elsewhere"))
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 10
    assert done.stderr.endswith("failed: configs/sgd_seed1.py\nfailed: configs/cosine_seed2.py\n")


def test_one_configuration_is_trained_by_from_any_folder(empty: World) -> None:
    empty.run("init", "sweep")
    done = _python("sweep/train.py", "sweep/configs/nesterov_seed2.py", folder=empty.folder)
    assert done.returncode == 0, done.stderr
    assert sorted(empty.files("sweep/runs")) == ["nesterov_seed2/metrics.json"]


def test_a_strategy_and_a_seed_are_added_where_the_spec_says(empty: World) -> None:
    empty.run("init")
    empty.replace("spec.toml", "levels = [0, 1, 2]", "levels = [0, 1, 2, 3]")
    empty.write("spec.toml", empty.read("spec.toml") + "\n[strategies.fast]\nargs.momentum = 0.5\n")
    made = empty.run("spec.toml")
    assert (made.exit_code, made.err) == (0, "")
    assert "configs/fast_seed3.py\n" in empty.read("configs/run_all.sh")
    assert "runs/fast_seed3" in empty.read("configs/fast_seed3.py")


def test_the_files_that_init_generates_say_so(empty: World) -> None:
    empty.run("init")
    for name in ("_base.py", "sgd_seed0.py", "cosine_seed2.py", "run_all.sh"):
        assert "@generated by gen-sweeps from spec.toml" in empty.read(f"configs/{name}")


def test_the_example_is_typed_and_a_formatter_and_a_linter_have_nothing_to_say(
    empty: World,
) -> None:
    empty.run("init")
    for tool in (
        ["mypy", "--strict", "train.py", "configs"],
        ["ruff", "format", "--isolated", "--check", "."],
        ["black", "--check", "--quiet", "."],
        ["ruff", "check", "--isolated", "--select", "E,F,I,B,UP,SIM,D1", "--ignore", "D104", "."],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *tool],
            cwd=empty.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "taken", ["spec.toml", "configs/momentum_seed1.py", "templates/_base.py.jinja"]
)
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
