"""How far a run is: shown on a terminal only, and only if the run takes long."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Result, World
from pseudo_terminal import run_on_terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")

RUN = """
import sys
from gen_sweeps.console import terminal as console
from gen_sweeps.__main__ import main

console.PATIENCE = {patience}
sys.argv = ["gen-sweeps", *{arguments}]
main()
"""


def run(folder: Path, *arguments: str, patience: float = 0, **environment: str) -> Result:
    """Run the command with a terminal as stderr."""
    command = [sys.executable, "-c", RUN.format(patience=patience, arguments=list(arguments))]
    return run_on_terminal(command, folder, **environment)


def test_a_long_run_shows_how_far_it_is(world: World) -> None:
    strategies = "".join(f"[strategies.s{number}]\n" for number in range(1_000))
    world.write("spec.toml", world.read("spec.toml") + strategies)
    written = run(world.folder, "spec.toml")
    assert written.exit_code == 0
    assert "1002 strategies differ only in Block" in written.out
    for what in ("proving", "writing"):
        steps = re.findall(rf"{what}  \[#*-*\] +([0-9]+)%", written.err)
        assert len(set(steps)) > 1, written.err
        assert steps[-1] == "100"
    assert "proving  [" in run(world.folder, "spec.toml", "--check").err
    again = run(world.folder, "spec.toml").err
    steps = re.findall(r"comparing  \[#*-*\] +([0-9]+)%", again)
    assert len(set(steps)) > 1, again
    assert steps[0] != "100"
    assert steps[-1] == "100"
    assert "writing" not in again


def test_a_short_run_shows_nothing(world: World) -> None:
    assert run(world.folder, "spec.toml", patience=60).err == ""


def test_a_terminal_that_can_not_go_back_is_shown_nothing(world: World) -> None:
    assert run(world.folder, "spec.toml", TERM="dumb").err == ""


def test_a_file_is_shown_nothing(world: World) -> None:
    found = subprocess.run(
        [sys.executable, "-c", RUN.format(patience=0, arguments=["spec.toml"])],
        cwd=world.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stderr == ""


def test_an_error_stands_on_a_line_of_its_own_below(world: World) -> None:
    world.replace(
        "templates/run_{strategy}.py.jinja", "steps=10", "steps={{ strategy.name | python }}"
    )
    shown = run(world.folder, "spec.toml", "--paranoid")
    assert shown.exit_code == 1
    lines = re.split("[\r\n]+", shown.err)
    assert any(re.sub(r"\x1b\[[0-9;]*m", "", line).startswith("error: out/") for line in lines)
