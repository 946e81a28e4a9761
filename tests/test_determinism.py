"""Same spec, same bytes: whatever the machine, the environment and the order of things."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT, World


def generate(folder: Path, cwd: Path, **environment: str) -> dict[str, bytes]:
    """Generate in a process of its own and return the files."""
    command = [sys.executable, "-m", "gen_sweeps", str(folder / "spec.toml")]
    env = os.environ | {"PYTHONPATH": str(PROJECT)} | environment
    subprocess.run(command, cwd=cwd, env=env, check=True, capture_output=True)
    return {path.name: path.read_bytes() for path in (folder / "generated").iterdir()}


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
def test_the_environment_changes_no_byte(
    project: World, tmp_path: Path, environment: dict[str, str]
) -> None:
    expected = {path.name: path.read_bytes() for path in project.path("generated").iterdir()}
    for path in project.path("generated").iterdir():
        path.unlink()
    assert generate(tmp_path, tmp_path, **environment) == expected


def test_the_order_of_files_in_folders_changes_no_byte(project: World, tmp_path: Path) -> None:
    expected = {path.name: path.read_bytes() for path in project.path("generated").iterdir()}
    templates = {path.name: path.read_bytes() for path in project.path("templates").iterdir()}
    for order in (sorted(templates), sorted(templates, reverse=True)):
        for folder in ("templates", "generated"):
            for path in project.path(folder).iterdir():
                path.unlink()
        for name in order:
            project.write(f"templates/{name}", templates[name])
        assert generate(tmp_path, Path("/")) == expected


def test_line_ends_and_a_byte_order_mark_in_sources_change_no_byte(project: World) -> None:
    before = project.files()
    for name in (
        "spec.toml",
        *(f"templates/{p.name}" for p in project.path("templates").iterdir()),
    ):
        text = project.read(name).replace("\n", "\r\n")
        project.write(name, b"\xef\xbb\xbf" + text.encode() if text else b"")
    assert project.run("spec.toml", "--check").exit_code == 0
    after = project.files()
    assert {n: after[n] for n in after if n.startswith("generated/")} == {
        n: before[n] for n in before if n.startswith("generated/")
    }


def test_nothing_of_the_machine_is_in_the_files(project: World, tmp_path: Path) -> None:
    project.path("generated/manifest.json").unlink()
    project.run("spec.toml")
    everything = b"".join(path.read_bytes() for path in project.path("generated").iterdir())
    for trace in (str(tmp_path), os.uname().nodename, str(Path.home())):
        assert trace.encode() not in everything


def test_the_files_are_as_ruff_formats_them(project: World) -> None:
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "100"]
    subprocess.run([*command, "--check", str(project.path("generated"))], check=True)
