"""`gen-sweeps compare` and `gen-sweeps resolve`, as they are called."""

from __future__ import annotations

import json

import pytest
from conftest import World

FILE = """\
from sdk import Model, Run

WIDTH = 4
run = Run(model=Model(width=WIDTH, lr=0.1), name="{name}")
"""


@pytest.fixture
def files(world: World) -> World:
    """Three siblings, one of which has another learning rate."""
    world.write("pyproject.toml", "")
    for name in ("a", "b", "c"):
        world.write(f"runs/{name}.py", FILE.format(name=name))
    world.replace("runs/c.py", "lr=0.1", "lr=0.2")
    world.write("empty/notes.txt", "")
    return world


NAMES = ("runs/a.py", "runs/b.py", "runs/c.py")


def test_compare_names_the_place_and_the_outlier(files: World) -> None:
    result = files.run("compare", *NAMES, "--vary", "name")
    assert result.exit_code == 1
    assert result.out == (
        "3 files: 1 undeclared place differs\n"
        "\n"
        "only c: 1 place\n"
        "  run.model.lr  0.2 | 0.1\n"
        "\n"
        "may vary: 1 place: run.name\n"
    )
    assert result.err == ""


def test_compare_passes_when_only_what_may_vary_differs(files: World) -> None:
    vary = ["--vary", "Run(name)", "--vary", "Model(lr)"]
    assert files.run("compare", *NAMES, *vary).exit_code == 0


def test_a_folder_means_its_python_files(files: World) -> None:
    files.write("runs/__init__.py", "")
    files.write("runs/README.md", "")
    assert files.run("compare", "runs") == files.run("compare", *NAMES)


def test_compare_prints_json_annotations_and_a_diff(files: World) -> None:
    said = json.loads(files.run("compare", *NAMES, "--output-format", "json").out)
    assert said["version"] == 1
    annotations = files.run("compare", *NAMES, "--output-format", "github").out
    assert "::error file=runs/c.py,line=4," in annotations
    diff = files.run("compare", "--diff", "runs/a.py", "runs/c.py")
    assert diff.exit_code == 1
    assert "--- runs/a.py\n+++ runs/c.py\n" in diff.out


def test_compare_names_a_file_that_is_not_python_and_compares_the_others(files: World) -> None:
    files.write("runs/d.py", "x = (\n")
    result = files.run("compare", *NAMES, "runs/d.py")
    assert result.exit_code == 2
    assert "error: runs/d.py:1:5: " in result.err
    assert "run.model.lr" in result.out


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "there is nothing to compare: no file was given"),
        (["runs/a.py"], "there is nothing to compare: only runs/a.py was given"),
        (["empty", "runs/a.py"], "empty: is a folder without Python files"),
        (["runs/a.py", "nope.py"], "nope.py"),
        (["runs/a.py", "runs/b.py", "--vary", "Run("], "can't understand --vary 'Run('"),
        (["--resolved", "--diff", "runs/a.py", "runs/b.py"], "which --resolved does not compare"),
        (["--resolved", "runs/a.py", "runs/nope.py"], "runs/nope.py: "),
    ],
)
def test_compare_without_an_answer_says_why(files: World, arguments: list[str], error: str) -> None:
    result = files.run("compare", *arguments)
    assert result.exit_code == 2
    assert error in result.err


def test_compare_resolved_sees_through_constants(files: World) -> None:
    files.replace("runs/b.py", "width=WIDTH", "width=4")
    result = files.run("compare", "--resolved", "runs/a.py", "runs/b.py", "--vary", "name")
    assert result.exit_code == 0
    files.replace("runs/b.py", "WIDTH = 4", "WIDTH = 5")
    assert files.run("compare", "runs/a.py", "runs/b.py", "--vary", "name").exit_code == 1
    files.replace("runs/b.py", "width=4", "width=WIDTH")
    changed = files.run("compare", "--resolved", "runs/a.py", "runs/b.py", "--vary", "name")
    assert changed.exit_code == 1
    assert "run.model.width" in changed.out


def test_compare_resolved_has_paths_as_a_reader_writes_them(files: World) -> None:
    for name, fir, beta in (("d", 1, 0.9), ("e", 2, 0.8)):
        files.write(
            f"runs/{name}.py",
            "from sdk import Config\ndef get_config():\n    config = Config()\n"
            f"    config.model.fir = {fir}\n    return config\nbetas = (0.5, {beta})\n",
        )
    out = files.run("compare", "--resolved", "runs/d.py", "runs/e.py").out
    assert "get_config().model.fir" in out
    assert "betas[1]" in out


def test_compare_resolved_names_a_file_that_can_not_be_run(files: World) -> None:
    files.write("runs/d.py", "from sdk import x\nif x:\n    y = 1\n")
    result = files.run("compare", "--resolved", *NAMES, "runs/d.py")
    assert result.exit_code == 2
    assert "error: runs/d.py:2:4: " in result.err
    assert "run.model.lr" in result.out


def test_resolve_prints_what_a_file_builds(files: World) -> None:
    result = files.run("resolve", "runs/a.py")
    assert (result.exit_code, result.err) == (0, "")
    assert result.out == ('WIDTH: 4\nrun: sdk.Run(model=sdk.Model(width=4, lr=0.1), name="a")\n')
    tree = json.loads(files.run("resolve", "runs/a.py", "--output-format", "json").out)
    assert tree["version"] == 1
    assert tree["tree"]["run"]["kwargs"]["name"] == "a"


def test_resolve_says_what_it_took_for_granted(files: World) -> None:
    files.write(
        "runs/d.py",
        "try:\n    import flash\n    FAST = True\nexcept ImportError:\n    FAST = False\n",
    )
    result = files.run("resolve", "runs/d.py")
    assert result.exit_code == 0
    assert result.out == "FAST: True\n"
    assert "note: runs/d.py:2: `flash` is taken as installed" in result.err


def test_resolve_without_an_answer_names_the_line(files: World) -> None:
    files.write("runs/d.py", "from sdk import x\nif x:\n    y = 1\n")
    result = files.run("resolve", "runs/d.py")
    assert (result.exit_code, result.out) == (2, "")
    assert "error: runs/d.py:2:4: a branch on a recorded value" in result.err


@pytest.mark.parametrize("command", ["resolve", "compare"])
def test_without_an_answer_json_has_the_problems_in_the_shape_of_all_commands(
    files: World, command: str
) -> None:
    result = files.run(command, "runs/nope.py", "--output-format", "json")
    assert result.exit_code == 2
    said = json.loads(result.out)
    assert (said["version"], said["command"], said["exit_code"]) == (1, command, 2)
    (problem,) = said["problems"]
    assert problem.keys() == {"message", "path", "line", "column", "hint"}


def test_without_an_answer_github_has_an_annotation_for_each_problem(files: World) -> None:
    result = files.run("compare", "runs/nope.py", "nope.py", "--output-format", "github")
    assert result.out == (
        "::error file=runs/nope.py::can't be read: No such file or directory\n"
        "::error file=nope.py::can't be read: No such file or directory\n"
    )
