"""The command as a process: streams, exit codes, help."""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import World

from gen_sweeps.cli.app import COMMANDS


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "error: Missing argument 'SPEC'"),
        (["--bogus", "spec.toml"], "error: No such option: --bogus"),
        (["spec.toml", "more.toml", "--watch"], "error: --watch takes one SPEC"),
        (["spec.toml", "--output-format", "xml"], "'--output-format': 'xml' is not one of 'text',"),
    ],
)
def test_bad_usage_is_one_line_and_a_hint(world: World, arguments: list[str], error: str) -> None:
    result = world.run(*arguments)
    assert result.exit_code == 2
    assert result.out == ""
    assert error in result.err
    assert result.err.endswith("hint: see `gen-sweeps --help`\n")
    assert not world.path("out").exists()


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["spec.toml", "--chek"], "--check"),
        (["compare", "a.py", "b.py", "--layot"], "--layout"),
        (["init", "--form", "x"], "--from"),
    ],
)
def test_a_misspelt_option_is_answered_with_the_one_that_was_meant(
    world: World, arguments: list[str], meant: str
) -> None:
    assert world.run(*arguments).err.endswith(f"\nhint: did you mean `{meant}`?\n")


def test_help_shows_the_options_examples_and_exit_codes(world: World) -> None:
    result = world.run("--help")
    assert result.exit_code == 0
    for text in ("--check", "--diff", "--force", "--output-format", "Examples:", "Exit codes:"):
        assert text in result.out


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["check", "spec.toml"], "write `gen-sweeps spec.toml --check`"),
        (["spec.toml", "diff"], "write `gen-sweeps spec.toml --diff`"),
        (["compar", "spec.toml"], "did you mean `gen-sweeps compare`?"),
        (["build", "spec.toml"], "see `gen-sweeps --help`"),
        (["spec.toml", "--no-cache"], "leave it out: every run looks at every file"),
    ],
)
def test_a_word_that_is_no_spec_has_a_hint_and_nothing_is_written(
    world: World, arguments: list[str], hint: str
) -> None:
    result = world.run(*arguments)
    assert result.exit_code == 2
    assert result.err.count("error:") == 1
    assert result.err.endswith(f"\nhint: {hint}\n")
    assert not world.path("out").exists()


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_fits_on_a_terminal_of_80_columns(empty: World, command: list[str]) -> None:
    result = empty.run_process(*command, "--help", COLUMNS="80")
    assert result.exit_code == 0
    assert [line for line in result.out.splitlines() if len(line) > 80] == []


def test_the_version_is_the_installed_one(empty: World) -> None:
    result = empty.run_process("--version")
    assert (result.exit_code, result.out) == (0, "gen-sweeps 0.1.0\n")


def test_results_go_to_stdout_and_errors_to_stderr(project: World) -> None:
    clean = project.run_process("spec.toml", "--check")
    assert (clean.exit_code, clean.err) == (0, "")
    assert clean.out.startswith("5 strategies differ only in DebateMetricStreamerConfig(")
    project.write("generated/_base.py", "")
    drifted = project.run_process("spec.toml", "--check")
    assert (drifted.exit_code, drifted.out) == (1, "")
    assert drifted.err.startswith("error: generated/_base.py does not match spec.toml\n")


def test_colour_is_for_terminals_and_those_who_force_it(empty: World) -> None:
    assert "\x1b" not in empty.run_process("nope.toml").err
    assert "\x1b[1;31merror\x1b[0m" in empty.run_process("nope.toml", FORCE_COLOR="1").err
    both = empty.run_process("nope.toml", FORCE_COLOR="1", NO_COLOR="1").err
    assert "\x1b" not in both


def test_a_reader_that_has_enough_is_no_error(project: World) -> None:
    project.write("generated/sweep_identity.py", "")
    command = ["bash", "-c", f"{sys.executable} -m gen_sweeps spec.toml --diff | head -n 1"]
    result = subprocess.run(
        command,
        cwd=project.folder,
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


def test_a_check_of_a_clean_tree_imports_neither_libcst_nor_rich(project: World) -> None:
    code = (
        "import sys\n"
        "from gen_sweeps.__main__ import run\n"
        "assert run(['spec.toml', '--check', '--quiet']) == 0\n"
        "heavy = {'libcst', 'rich', 'tree_sitter'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == "[]\n"
