"""Runs the command as a user would, for the tests beside this file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

_DECIDED_HERE = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS")


@dataclass(frozen=True)
class Ran:
    """What a command said and how it ended."""

    exit_code: int
    stdout: str
    stderr: str


def run_command(*arguments: str | Path, cwd: Path, env: dict[str, str] | None = None) -> Ran:
    """Run `gen-sweeps` in a folder, in an environment that says nothing of terminals."""
    inherited = {name: value for name, value in os.environ.items() if name not in _DECIDED_HERE}
    done = subprocess.run(
        [sys.executable, "-m", "gen_sweeps", *map(str, arguments)],
        cwd=cwd,
        env=inherited | (env or {}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def contents(folder: Path) -> dict[str, bytes]:
    """Return what each file below a folder holds, by its path there."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


IN_CI = os.environ.get("CI") == "true"
"""Whether this is a run of the gate; read before a test can hide it from itself."""


def needed(program: str) -> str:
    """Return the path of a program that only some machines have; CI must have it."""
    found = shutil.which(program)
    if found is None and IN_CI:
        pytest.fail(f"{program} is not installed, and CI must run this test")
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found
