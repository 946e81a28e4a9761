"""Same spec, same bytes: whatever the machine, the environment and the order of things."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import World


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "0"},
        {"PYTHONHASHSEED": "4294967295"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
        {"TZ": "Pacific/Kiritimati"},
        {"HOME": "/nonexistent", "USER": "somebody", "COLUMNS": "20"},
        {"PYTHONOPTIMIZE": "2"},
    ],
    ids=lambda environment: ",".join(f"{k}={v}" for k, v in environment.items()),
)
def test_the_environment_changes_no_byte(project: World, environment: dict[str, str]) -> None:
    expected = project.files("generated")
    for path in project.path("generated").iterdir():
        path.unlink()
    assert project.run_process("spec.toml", **environment).exit_code == 0
    assert project.files("generated") == expected


def test_the_order_of_files_in_folders_changes_no_byte(project: World) -> None:
    expected = project.files("generated")
    templates = project.files("templates")
    for order in (sorted(templates), sorted(templates, reverse=True)):
        for folder in ("templates", "generated"):
            for path in project.path(folder).iterdir():
                path.unlink()
        for name in order:
            project.write(f"templates/{name}", templates[name])
        assert World(Path("/")).run_process(str(project.path("spec.toml"))).exit_code == 0
        assert project.files("generated") == expected


def test_line_ends_and_a_byte_order_mark_in_sources_change_no_byte(project: World) -> None:
    before = project.files("generated")
    for name in ("spec.toml", *(f"templates/{name}" for name in project.files("templates"))):
        text = project.read(name).replace("\n", "\r\n")
        project.write(name, b"\xef\xbb\xbf" + text.encode() if text else b"")
    assert project.run("spec.toml", "--check").exit_code == 0
    assert project.files("generated") == before


def test_nothing_of_the_machine_is_in_the_files(project: World, tmp_path: Path) -> None:
    project.path("generated/manifest.json").unlink()
    project.run("spec.toml")
    everything = b"".join(project.files("generated").values())
    for trace in (str(tmp_path), os.uname().nodename, str(Path.home())):
        assert trace.encode() not in everything


def test_the_files_are_as_ruff_formats_them(project: World) -> None:
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "100"]
    subprocess.run([*command, "--check", str(project.path("generated"))], check=True)
