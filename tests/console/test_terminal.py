"""What a person sees: help, and colour where it belongs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import PROJECT, World
from pseudo_terminal import run_on_terminal

from gen_sweeps.cli.app import COMMANDS

RED_ERROR = "\x1b[1;31merror\x1b[0m: nope.toml: no such file"


def _on_terminal(folder: Path, **env: str) -> str:
    """Return what the command writes to a terminal about a spec that is not there."""
    command = [sys.executable, "-m", "gen_sweeps", "nope.toml"]
    return run_on_terminal(command, folder, **env).err


def test_errors_are_coloured_on_a_terminal_and_only_there(empty: World) -> None:
    assert RED_ERROR in _on_terminal(empty.folder)
    piped = empty.run_process("nope.toml", TERM="xterm").err
    assert piped.startswith("error: nope.toml: no such file")


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_wants_no_colour_gets_none(tmp_path: Path, env: dict[str, str]) -> None:
    assert "\x1b" not in _on_terminal(tmp_path, **env)


def test_an_empty_no_color_says_nothing(tmp_path: Path) -> None:
    assert RED_ERROR in _on_terminal(tmp_path, NO_COLOR="")


def test_force_color_colours_a_pipe_unless_no_color_is_set_too(empty: World) -> None:
    forced = empty.run_process("nope.toml", FORCE_COLOR="1")
    assert RED_ERROR in forced.err
    both = empty.run_process("nope.toml", FORCE_COLOR="1", NO_COLOR="1")
    assert "\x1b" not in both.err


def test_results_are_never_coloured(sweep: World) -> None:
    forced = sweep.run_process("spec.toml", "--check", FORCE_COLOR="1")
    assert "\x1b" not in forced.out


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_the_help_lists_options_commands_examples_and_exit_codes(option: str) -> None:
    shown = World(PROJECT).run(option)
    assert (shown.exit_code, shown.err) == (0, "")
    for part in ("--check", "--only NAME", "Examples:", "Exit codes:", "NO_COLOR", "101  a bug"):
        assert part in shown.out
    for command in COMMANDS:
        assert f"\n    {command} " in shown.out


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_has_a_page_with_examples_and_exit_codes(command: str) -> None:
    shown = World(PROJECT).run(command, "--help")
    assert (shown.exit_code, shown.err) == (0, "")
    assert shown.out.startswith(f"Usage: gen-sweeps {command} ")
    assert "Example" in shown.out
    assert "Exit codes:" in shown.out


def test_bad_usage_of_a_command_names_the_command_whose_help_to_read() -> None:
    ran = World(PROJECT).run("init", "--bogus", "x")
    assert ran.exit_code == 2
    assert ran.err.endswith("hint: see `gen-sweeps init --help`\n")


OBEYED = "\x1b[2J\x1b]0;title\x07\u202e"
ESCAPED = r"\x1b[2J\x1b]0;title\x07\u202e"


def test_a_diff_shows_what_a_terminal_would_obey(sweep: World) -> None:
    sweep.write("configs/sgd.py", sweep.read("configs/sgd.py") + f"# {OBEYED}\n")
    out = sweep.run_process("spec.toml", "--diff").out
    assert f"-# {ESCAPED}\n" in out


@pytest.mark.parametrize("options", [[], ["--diff"], ["--output-format", "github"]])
def test_a_file_name_starts_no_line_and_is_not_obeyed(empty: World, options: list[str]) -> None:
    name = f"e{OBEYED}\n::error::b.py"
    empty.write("a.py", "x = f(y=1)\n")
    empty.write(name, "x = f(y=3)\n")
    shown = empty.run_process("compare", *options, "a.py", name)
    assert ESCAPED in shown.out or options == ["--output-format", "github"]  # has no need of it
    assert not set("\x1b\x07\u202e") & set(shown.out + shown.err)
    assert "\n::error::b" not in f"\n{shown.out}\n{shown.err}"
