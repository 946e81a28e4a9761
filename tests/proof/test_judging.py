"""Files are read whole where construction proves nothing, and all of them on request."""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import World

TEMPLATE = "templates/run_{strategy}.py.jinja"

PROGRAM = """
import sys
from gen_sweeps.__main__ import main
from gen_sweeps.proof import proving

def substitution_fault(page, control):
    with open("read", "a") as log:
        log.write(".")
    return {found}

proving.substitution_fault = substitution_fault
sys.argv = ["gen-sweeps", "spec.toml", *{arguments}]
main()
"""


def read_whole(
    world: World, *arguments: str, found: str | None = None
) -> tuple[subprocess.CompletedProcess[str], int]:
    """Run the command with a reading that finds always the same; return how many files it saw."""
    log = world.path("read")
    log.unlink(missing_ok=True)
    text = PROGRAM.format(found=repr(found), arguments=list(arguments))
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=world.folder, capture_output=True, text=True, check=False
    )
    return done, len(log.read_text()) if log.exists() else 0


@pytest.mark.parametrize("check", [[], ["--check"]])
def test_what_is_proven_by_construction_is_not_read_whole(world: World, check: list[str]) -> None:
    assert world.run("spec.toml").exit_code == 0
    done, files = read_whole(world, *check)
    assert done.returncode == 0, done.stderr
    assert files == 0


def test_what_is_not_proven_by_construction_is_read_whole(world: World) -> None:
    world.replace("spec.toml", "[treatment]", "[vars]\nkey = 'a'\n\n[treatment]")
    world.replace("spec.toml", '"kind", ', '"kind", "key", ')
    world.write("spec.toml", world.read("spec.toml") + "[strategies.shaped.vars]\nkey = 'b'\n")
    world.replace(TEMPLATE, "Other(", "Other({{ key | name }}=1, ")
    done, files = read_whole(world)
    assert done.returncode == 0, done.stderr
    assert files == 2


@pytest.mark.parametrize("check", [[], ["--check"]])
def test_all_are_read_on_request(world: World, check: list[str]) -> None:
    assert world.run("spec.toml").exit_code == 0
    done, files = read_whole(world, "--paranoid", *check)
    assert done.returncode == 0, done.stderr
    assert files == 2


def test_all_of_many_are_read_on_request(world: World) -> None:
    strategies = "".join(f"[strategies.s{number:02}]\n" for number in range(60))
    world.write("spec.toml", world.read("spec.toml") + strategies)
    done, files = read_whole(world, "--paranoid")
    assert done.returncode == 0, done.stderr
    assert files == 62


def test_nothing_is_written_if_the_two_ways_disagree(world: World) -> None:
    done, files = read_whole(world, "--paranoid", found="it is wrong")
    assert done.returncode == 101
    assert "run_plain.py is refused: it is wrong" in done.stderr
    assert "error: this is a bug in gen-sweeps" in done.stderr
    assert files
    assert not world.path("out").exists()
