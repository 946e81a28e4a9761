"""Annotations for GitHub: where they point to, and how many there are."""

from __future__ import annotations

import os
import subprocess

import pytest
from conftest import World

SHAPED = "out/run_shaped.py"


@pytest.fixture(autouse=True)
def _no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what git and GitHub set where the tests run."""
    for name in os.environ:
        if name.startswith(("GIT_", "GITHUB_")):
            monkeypatch.delenv(name)


def annotated(world: World, *specs: str) -> list[str]:
    """Return the lines that a check prints for GitHub."""
    return world.run(*specs, "--check", "--output-format", "github").out.splitlines()


def below(world: World, folder: str) -> World:
    """Move an experiment into a folder, edit a file of it, and return the folder."""
    assert world.run("spec.toml").exit_code == 0
    world.replace(SHAPED, "0.99", "0.98")
    world.path(folder).mkdir(parents=True)
    for name in ("spec.toml", "templates", "out"):
        world.path(name).rename(world.path(f"{folder}/{name}"))
    return World(world.path(folder))


def test_paths_are_relative_to_the_repository_from_any_folder(world: World) -> None:
    inner = below(world, "experiments/a")
    subprocess.run(["git", "init", "--quiet"], cwd=world.folder, check=True)
    start = f"::error file=experiments/a/{SHAPED},line="
    assert annotated(inner, "spec.toml")[0].startswith(start)
    assert annotated(world, "experiments/a/spec.toml")[0].startswith(start)
    assert annotated(World(inner.path("out")), "../spec.toml")[0].startswith(start)


def test_the_repository_is_that_of_the_spec_wherever_the_command_is_run(world: World) -> None:
    inner = below(world, "other/experiments")
    for name in ("", "other"):
        subprocess.run(["git", "init", "--quiet"], cwd=world.path(name), check=True)
    assert annotated(world, "other/experiments/spec.toml")[0].startswith(
        f"::error file=experiments/{SHAPED},line="
    )
    assert inner.path("spec.toml").exists()


def test_without_a_repository_they_are_relative_to_the_workspace(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = below(world, "work")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(world.folder.parent))
    assert annotated(inner, "spec.toml")[0].startswith(f"::error file={SHAPED},line=")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(world.folder))
    assert annotated(inner, "spec.toml")[0].startswith(f"::error file=work/{SHAPED},line=")


def test_output_beside_the_spec_has_no_dots_in_its_path(world: World) -> None:
    world.replace("spec.toml", 'output = "out"', 'output = "../made/x"')
    inner = World(world.path("experiments"))
    inner.folder.mkdir()
    for name in ("spec.toml", "templates"):
        world.path(name).rename(inner.path(name))
    assert inner.run("spec.toml").exit_code == 0
    world.replace("made/x/run_shaped.py", "0.99", "0.98")
    subprocess.run(["git", "init", "--quiet"], cwd=world.folder, check=True)
    assert annotated(inner, "spec.toml")[0].startswith("::error file=made/x/run_shaped.py,line=")


def test_of_more_than_ten_the_last_one_sums_up_the_rest(world: World) -> None:
    arms = "".join(f"[strategies.s{n:02}.args]\nkind = 's{n}'\n" for n in range(14))
    world.write("spec.toml", world.read("spec.toml") + arms)
    world.write("other.toml", world.read("spec.toml").replace('"out"', '"more"'))
    for spec in ("spec.toml", "other.toml"):
        assert world.run(spec).exit_code == 0
    for n in range(14):
        world.path(f"out/run_s{n:02}.py").unlink()
    world.path("more/run_s03.py").unlink()
    lines = annotated(world, "spec.toml", "other.toml")
    assert len(lines) == 10
    assert lines[8].startswith("::error file=out/run_s08.py::")
    names = ", ".join(f"out/run_s{n:02}.py" for n in range(9, 14))
    assert lines[9] == f"::error::and 6 more, in {names}, more/run_s03.py: see the log"
