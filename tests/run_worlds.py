"""Experiments whose arms are small programs, and what is on disk of their runs."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conftest import World

SPEC = """\
[sweep]
name = "trials"
output = "out"
[axes.seed]
levels = {levels}
[run]
command = {command}
{run}
"""


def experiment(
    world: World,
    command: Sequence[str] | str,
    run: str = "",
    *,
    arms: int = 3,
    generate: bool = True,
) -> World:
    """Write an experiment with an arm for each seed, and generate its files.

    Args:
        world: The folder.
        command: The command, or a line for a shell.
        run: Further lines of `[run]`.
        arms: How many there are.
        generate: Whether to generate the files.
    """
    words = ["sh", "-c", command] if isinstance(command, str) else command
    text = SPEC.format(levels=list(range(arms)), command=json.dumps(list(words)), run=run)
    world.write("spec.toml", text)
    world.write("templates/arm_{seed}.py.jinja", '"""An arm."""\n\nSEED = {{ seed }}\n')
    if generate:
        assert world.run("spec.toml", "-q").exit_code == 0
    return world


def folders(world: World, arm: str = "*") -> list[Path]:
    """Return the folders of runs, one for each arm and digest."""
    return sorted(path.parent for path in world.path("runs/trials").glob(f"{arm}/*/job.json"))


def folder(world: World, arm: str) -> Path:
    """Return the only folder of an arm."""
    (found,) = folders(world, arm)
    return found


def record(path: Path) -> dict[str, Any]:
    """Return a record."""
    content = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def ends(world: World) -> Mapping[str, list[str]]:
    """Return how each attempt of each arm ended, by the arm; "" if it has no end."""
    found: dict[str, list[str]] = {}
    for path in folders(world):
        attempts = sorted((path / "attempts").glob("*"), key=lambda it: int(it.name))
        found.setdefault(path.parent.name, []).extend(
            record(it / "end.json")["state"] if (it / "end.json").exists() else ""
            for it in attempts
        )
    return found


def states(world: World) -> Mapping[str, str]:
    """Return the state of each arm, as `status` has it."""
    said = world.run("status", "spec.toml", "--output-format", "json").out
    return {it["arm"]: it["state"] for it in json.loads(said)["arms"]}


def launcher(world: World, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start `gen-sweeps run` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "gen_sweeps", "run", "spec.toml", *arguments],
        cwd=world.folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(condition: Any, what: str = "it") -> None:
    """Wait until something is so; a machine that is too slow for a minute fails the test."""
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, f"{what} did not happen"
        time.sleep(0.02)


def tally(path: Path) -> Counter[str]:
    """Return how often each line stands in a file."""
    return Counter(path.read_text().split()) if path.exists() else Counter()


def supervisors(world: World) -> list[int]:
    """Return the processes that run or supervise arms of a world."""
    found = []
    for pid in (it.name for it in Path("/proc").iterdir() if it.name.isdecimal()):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if any("supervisor" in part for part in command) and any(
            part.startswith(str(world.folder)) for part in command
        ):
            found.append(int(pid))
    return found


def quoted(path: Path) -> str:
    """Return a path as a shell takes it."""
    return shlex.quote(str(path))
