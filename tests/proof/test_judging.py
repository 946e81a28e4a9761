"""LibCST looks at what construction does not prove, and at all files on request."""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import World

PROGRAM = """
import sys
from gen_sweeps.__main__ import main
from gen_sweeps.compare.difference import Difference, Site
from gen_sweeps.proof.explanation import Judge

def differences(self, file, control):
    with open("judged", "a") as log:
        log.write(f"{{file.path}} by {{control.path}}\\n")
    return {found}

Judge.differences = differences
sys.argv = ["gen-sweeps", "spec.toml", *{arguments}]
main()
"""

NOTHING = "()"
SOMETHING = "(Difference('code', 'changed', (), Site(1, 1, 'a'), Site(1, 1, 'b')),)"


def judged(
    world: World, *arguments: str, found: str = NOTHING
) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run the command with a judge who finds always the same; return whom he was shown."""
    log = world.path("judged")
    log.unlink(missing_ok=True)
    text = PROGRAM.format(found=found, arguments=list(arguments))
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=world.folder, capture_output=True, text=True, check=False
    )
    return done, sorted(log.read_text().splitlines()) if log.exists() else []


def shown(*names: str) -> list[str]:
    """Return what the judge notes of strategies' files."""
    return [f"run_{name}.py by run_plain.py" for name in names]


@pytest.mark.parametrize("check", [[], ["--check"]])
def test_what_is_proven_by_construction_is_not_judged(world: World, check: list[str]) -> None:
    assert world.run("spec.toml").exit_code == 0
    done, files = judged(world, *check)
    assert done.returncode == 0, done.stderr
    assert files == []


def test_one_file_of_each_further_skeleton_is_judged(world: World) -> None:
    strategies = "".join(f"[strategies.s{n}]\ntitle = 'T{n}'\n" for n in range(4))
    world.write("spec.toml", world.read("spec.toml") + strategies)
    world.replace(
        "templates/run_{strategy}.py.jinja",
        "docstring }}.",
        "docstring }}.\n{% if strategy.title %}\nIt has a title.\n{% endif %}",
    )
    done, files = judged(world)
    assert done.returncode == 0, done.stderr
    assert files == shown("s0")


@pytest.mark.parametrize("check", [[], ["--check"]])
def test_all_are_judged_on_request(world: World, check: list[str]) -> None:
    assert world.run("spec.toml").exit_code == 0
    done, files = judged(world, "--paranoid", *check)
    assert done.returncode == 0, done.stderr
    assert files == shown("plain", "shaped")


def test_all_of_many_are_judged_on_request(world: World) -> None:
    strategies = "".join(f"[strategies.s{number:02}]\n" for number in range(60))
    world.write("spec.toml", world.read("spec.toml") + strategies)
    done, files = judged(world, "--paranoid")
    assert done.returncode == 0, done.stderr
    assert files == shown("plain", *(f"s{number:02}" for number in range(60)), "shaped")


def test_nothing_is_written_if_the_judge_disagrees(world: World) -> None:
    done, files = judged(world, "--paranoid", found=SOMETHING)
    assert done.returncode == 101
    assert "LibCST refuses what is proven by construction: out/run_plain.py" in done.stderr
    assert "error: this is a bug in gen-sweeps" in done.stderr
    assert files
    assert not world.path("out").exists()
