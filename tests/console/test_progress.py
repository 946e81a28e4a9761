"""How far a run is: shown on a terminal only, and only if the run takes long."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import World

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")

RUN = """
import sys
from gen_sweeps.console import terminal as console
from gen_sweeps.__main__ import main

console.PATIENCE = {patience}
sys.argv = ["gen-sweeps", *{arguments}]
main()
"""


@dataclass(frozen=True)
class Shown:
    """A run of the command: its exit code, its stdout, and what a terminal got on stderr."""

    code: int
    out: str
    terminal: str


def run(
    folder: Path, *arguments: str, patience: float = 0, environment: dict[str, str] | None = None
) -> Shown:
    """Run the command with a terminal as stderr."""
    import pty  # noqa: PLC0415 - not on Windows

    main, other = pty.openpty()
    command = [sys.executable, "-c", RUN.format(patience=patience, arguments=list(arguments))]
    variables = {**os.environ, "TERM": "xterm", "COLUMNS": "80", **(environment or {})}
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=other, text=True, env=variables
    ) as process:
        os.close(other)
        terminal = b""
        while True:
            try:
                piece = os.read(main, 4096)
            except OSError:  # nobody has it open any more
                break
            if not piece:
                break
            terminal += piece
        out, _ = process.communicate(timeout=60)
    os.close(main)
    return Shown(process.returncode, out, terminal.decode())


def test_a_long_run_shows_how_far_it_is(world: World) -> None:
    strategies = "".join(f"[strategies.s{number}]\n" for number in range(1_000))
    world.write("spec.toml", world.read("spec.toml") + strategies)
    written = run(world.folder, "spec.toml")
    assert written.code == 0
    assert "1002 strategies differ only in Block" in written.out
    for what in ("proving", "writing"):
        steps = re.findall(rf"{what}  \[#*-*\] +([0-9]+)%", written.terminal)
        assert len(set(steps)) > 1, written.terminal
        assert steps[-1] == "100"
    assert "proving  [" in run(world.folder, "spec.toml", "--check").terminal
    again = run(world.folder, "spec.toml").terminal
    steps = re.findall(r"comparing  \[#*-*\] +([0-9]+)%", again)
    assert len(set(steps)) > 1, again
    assert steps[0] != "100"
    assert steps[-1] == "100"
    assert "writing" not in again


def test_a_short_run_shows_nothing(world: World) -> None:
    assert run(world.folder, "spec.toml", patience=60).terminal == ""


def test_a_terminal_that_can_not_go_back_is_shown_nothing(world: World) -> None:
    assert run(world.folder, "spec.toml", environment={"TERM": "dumb"}).terminal == ""


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
    assert shown.code == 1
    lines = re.split("[\r\n]+", shown.terminal)
    assert any(re.sub(r"\x1b\[[0-9;]*m", "", line).startswith("error: out/") for line in lines)
