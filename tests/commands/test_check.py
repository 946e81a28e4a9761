"""`--check` and `--diff`: what is on disk against what the spec says."""

from __future__ import annotations

import json
import subprocess

import pytest
from conftest import World


def test_a_clean_tree_passes_and_says_how_much_was_checked(world: World) -> None:
    world.run("spec.toml")
    for arguments in (["spec.toml", "--check"], ["--check", "spec.toml"]):
        result = world.run(*arguments)
        assert (result.exit_code, result.err) == (0, "")
        assert "2 strategies differ only in Block(kind, params)\n" in result.out
        assert "4 files checked: out matches spec.toml\n" in result.out


def test_drift_is_named_with_what_to_run(world: World) -> None:
    world.run("spec.toml")
    world.replace("spec.toml", "gamma = 0.99", "gamma = 0.9")
    before = world.files()

    result = world.run("spec.toml", "--check")

    assert result.exit_code == 1
    assert result.out == ""
    assert result.err == (
        "error: out/run_shaped.py does not match spec.toml\n"
        "error: out/manifest.json does not match spec.toml\n"
        "hint: run `gen-sweeps spec.toml` and commit the result\n"
    )
    assert world.files() == before


def test_nothing_generated_yet_is_drift(world: World) -> None:
    before = world.files()
    result = world.run("spec.toml", "--check")
    assert result.exit_code == 1
    assert "error: out/run_plain.py is missing\n" in result.err
    assert world.files() == before
    assert not world.path("out").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("run_plain.py", None, "out/run_plain.py is missing"),
        ("run_plain.py", b"", "out/run_plain.py does not match spec.toml"),
        ("_base.py", b"SIZE = 5\n", "out/_base.py does not match spec.toml"),
        ("manifest.json", None, "out/manifest.json is missing"),
        ("manifest.json", b"{}", "out/manifest.json does not match spec.toml"),
        ("run_stray.py", b"x = 1\n", "out/run_stray.py is extra"),
    ],
)
def test_every_kind_of_drift_fails_with_the_file(
    world: World, name: str, content: bytes | None, message: str
) -> None:
    world.run("spec.toml")
    if content is None:
        world.path(f"out/{name}").unlink()
    else:
        world.write(f"out/{name}", content)
    result = world.run("spec.toml", "--check")
    assert result.exit_code == 1
    assert f"error: {message}" in result.err
    assert "hint: " in result.err


def test_a_file_of_a_strategy_that_is_gone_is_extra(world: World) -> None:
    world.run("spec.toml")
    spec = world.read("spec.toml")
    world.write("spec.toml", spec[: spec.index("[strategies.shaped.args]")])
    result = world.run("spec.toml", "--check")
    assert result.exit_code == 1
    assert "error: out/run_shaped.py is extra: it is no longer in spec.toml\n" in result.err


def test_an_edited_file_says_that_it_was_edited(world: World) -> None:
    world.run("spec.toml")
    world.write("out/run_plain.py", world.read("out/run_plain.py").replace("0.6", "0.60"))
    result = world.run("spec.toml", "--check")
    assert result.exit_code == 1
    assert result.err.startswith("error: out/run_plain.py:10 does not match spec.toml: has `")
    assert "or undo the edit with `gen-sweeps spec.toml --force`\n" in result.err


def test_the_diff_is_a_patch_that_makes_the_tree_clean(world: World) -> None:
    world.run("spec.toml")
    spec = world.read("spec.toml")
    world.write(
        "spec.toml",
        spec.replace("gamma = 0.99", "gamma = 0.9").replace("shaped.args", "mixed.args"),
    )
    world.write("out/_base.py", world.read("out/_base.py").rstrip("\n"))

    result = world.run("spec.toml", "--diff")

    assert result.exit_code == 1
    assert "--- a/out/run_shaped.py\n+++ /dev/null\n" in result.out
    assert "\\ No newline at end of file\n" in result.out
    world.write("change.patch", result.out)
    subprocess.run(["git", "apply", "change.patch"], cwd=world.folder, check=True)
    assert world.run("spec.toml", "--check").exit_code == 0


def test_the_diff_of_a_clean_tree_is_empty(world: World) -> None:
    world.run("spec.toml")
    result = world.run("spec.toml", "--diff")
    assert (result.exit_code, result.out, result.err) == (0, "", "")


@pytest.mark.parametrize("flag", ["--check", "--diff"])
def test_what_is_said_never_changes_the_exit_code(world: World, flag: str) -> None:
    world.run("spec.toml")
    for expected in (0, 1):
        for more in (
            [],
            ["--quiet"],
            ["--output-format", "json"],
            ["--output-format", "github"],
        ):
            assert world.run("spec.toml", flag, *more).exit_code == expected
        world.write("out/run_plain.py", "")


def test_json_says_the_status_of_every_file(world: World) -> None:
    written = json.loads(world.run("spec.toml", "--output-format", "json").out)
    assert written["version"] == 1
    assert written["command"] == "write"
    assert written["exit_code"] == 0
    assert {file["path"]: file["status"] for file in written["files"]} == {
        "out/_base.py": "created",
        "out/run_plain.py": "created",
        "out/run_shaped.py": "created",
        "out/manifest.json": "created",
    }
    world.path("out/run_plain.py").unlink()
    world.write("out/run_stray.py", "")
    checked = json.loads(world.run("spec.toml", "--check", "--output-format", "json").out)
    assert checked["exit_code"] == 1
    statuses = {file["path"]: file["status"] for file in checked["files"]}
    assert statuses["out/run_plain.py"] == "missing"
    assert statuses["out/run_shaped.py"] == "unchanged"
    assert statuses["out/run_stray.py"] == "stray"
    assert {problem["path"] for problem in checked["problems"]} == {
        "out/run_plain.py",
        "out/run_stray.py",
    }


def test_json_says_what_is_wrong_with_a_spec(world: World) -> None:
    world.replace("spec.toml", 'control = "plain"', 'control = "plian"')
    result = world.run("spec.toml", "--output-format", "json")
    said = json.loads(result.out)
    assert result.exit_code == said["exit_code"] == 2
    assert said["problems"] == [
        {
            "message": "sweep.control: no strategy is called 'plian'",
            "path": "spec.toml",
            "line": 5,
            "column": 1,
            "hint": "did you mean `plain`?",
        }
    ]


def test_github_gets_an_annotation_at_the_line(world: World) -> None:
    world.replace("spec.toml", 'control = "plain"', 'control = "a,b:%"')
    result = world.run("spec.toml", "--output-format", "github")
    assert result.out == (
        "::error file=spec.toml,line=5,col=1::sweep.control: no strategy is called 'a,b:%25'"
        "%0Astrategies: plain, shaped\n"
    )
