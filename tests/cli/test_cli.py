"""The command as a process: streams, exit codes, help."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT, World

COMMAND = [sys.executable, "-m", "gen_sweeps"]


def process(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(PROJECT)} | environment
    return subprocess.run(
        [*COMMAND, *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "error: Missing "),
        (["--chek", "spec.toml"], "error: No such option: --chek"),
        (["spec.toml", "more.toml"], "error: Got unexpected extra argument"),
        (["spec.toml", "--output-format", "xml"], "'xml' is not one of 'text', 'json', 'github'"),
    ],
)
def test_bad_usage_is_one_line_and_a_hint(world: World, arguments: list[str], error: str) -> None:
    result = world.run(*arguments)
    assert result.exit_code == 2
    assert result.out == ""
    assert error in result.err
    assert result.err.endswith("hint: see `gen-sweeps --help`\n")
    assert not world.path("out").exists()


def test_help_shows_the_options_examples_and_exit_codes(world: World) -> None:
    result = world.run("--help")
    assert result.exit_code == 0
    for text in ("--check", "--diff", "--force", "--output-format", "Examples:", "Exit codes:"):
        assert text in result.out


def test_the_version_is_the_installed_one(tmp_path: Path) -> None:
    result = process("--version", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (0, "gen-sweeps 0.1.0\n")


def test_results_go_to_stdout_and_errors_to_stderr(project: World, tmp_path: Path) -> None:
    clean = process("spec.toml", "--check", cwd=tmp_path)
    assert (clean.returncode, clean.stderr) == (0, "")
    assert clean.stdout.startswith("5 strategies differ only in DebateMetricStreamerConfig(")
    project.write("generated/_base.py", "")
    drifted = process("spec.toml", "--check", cwd=tmp_path)
    assert (drifted.returncode, drifted.stdout) == (1, "")
    assert drifted.stderr.startswith("error: generated/_base.py does not match spec.toml\n")


def test_colour_is_for_terminals_and_those_who_force_it(tmp_path: Path) -> None:
    assert "\x1b" not in process("nope.toml", cwd=tmp_path).stderr
    assert "\x1b[1;31merror\x1b[0m" in process("nope.toml", cwd=tmp_path, FORCE_COLOR="1").stderr
    both = process("nope.toml", cwd=tmp_path, FORCE_COLOR="1", NO_COLOR="1").stderr
    assert "\x1b" not in both


def test_a_reader_that_has_enough_is_no_error(project: World, tmp_path: Path) -> None:
    project.write("generated/sweep_identity.py", "")
    command = ["bash", "-c", f"{sys.executable} -m gen_sweeps spec.toml --diff | head -n 1"]
    env = os.environ | {"PYTHONPATH": str(PROJECT)}
    result = subprocess.run(
        command,
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Traceback" not in result.stderr
    assert "Exception ignored" not in result.stderr


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("out", b"a file", "error: out: is a file, not a folder"),
        ("templates/run_{strategy}.py.jinja", b"\xe9", "run_{strategy}.py.jinja: is not UTF-8"),
    ],
)
def test_bad_input_is_exit_2_with_one_clear_error(
    world: World, name: str, content: bytes, error: str
) -> None:
    world.write(name, content)
    before = world.files()
    result = world.run("spec.toml")
    assert result.exit_code == 2
    assert error in result.err
    assert world.files() == before


def test_a_check_of_a_clean_tree_imports_neither_libcst_nor_rich(
    project: World, tmp_path: Path
) -> None:
    del project
    code = (
        "import sys\n"
        "from gen_sweeps.__main__ import run\n"
        "assert run(['spec.toml', '--check', '--quiet']) == 0\n"
        "heavy = {'libcst', 'rich', 'tree_sitter'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    env = os.environ | {"PYTHONPATH": str(PROJECT)}
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == "[]\n"
