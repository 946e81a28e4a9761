"""`--check --git`: what is on disk must also be what a commit takes; with real git."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import World

SHAPED = "out/run_shaped.py"
TEMPLATE = "templates/run_{strategy}.py.jinja"


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder."""
    identity = ["-c", "user.name=a test", "-c", "user.email=test@localhost"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture(autouse=True)
def _no_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what git sets for a hook that runs the tests."""
    for name in os.environ:
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)


@pytest.fixture
def staged(world: World) -> World:
    """The small experiment, generated, and all of it staged in a repository."""
    assert world.run("spec.toml").exit_code == 0
    git(world.folder, "init", "--quiet", "--initial-branch=master")
    git(world.folder, "add", "--all")
    return world


def check(world: World, *further: str) -> str:
    """Return what `--check --git` has against a sweep; nothing if all is well."""
    result = world.run("spec.toml", "--check", "--git", *further)
    assert result.exit_code == (1 if result.err else 0), result
    return result.err


def test_what_is_staged_as_it_is_passes(staged: World) -> None:
    assert not check(staged)
    git(staged.folder, "commit", "--quiet", "--message=all")
    assert not check(staged)


@pytest.mark.parametrize(
    "name", [SHAPED, "out/manifest.json", "out/_base.py", "spec.toml", TEMPLATE]
)
def test_a_file_that_is_not_staged_is_named_with_what_to_do(staged: World, name: str) -> None:
    git(staged.folder, "rm", "--quiet", "--cached", name)
    quoted = f"'{name}'" if "{" in name else name
    assert check(staged) == (
        f"error: {name} is not in git's index, so that the commit lacks it\n"
        f"hint: run `git add {quoted}`\n"
    )


def test_a_file_that_git_ignores_is_named(staged: World) -> None:
    git(staged.folder, "rm", "--quiet", "--cached", SHAPED)
    staged.write(".gitignore", "run_*\n")
    err = check(staged)
    assert f"error: {SHAPED} is ignored by git, so that no commit has it\n" in err
    assert f"hint: mend .gitignore, or run `git add --force {SHAPED}`\n" in err
    git(staged.folder, "add", "--force", SHAPED)
    assert not check(staged)


def test_a_file_in_conflict_is_named_even_if_the_disk_has_the_right_one(staged: World) -> None:
    git(staged.folder, "commit", "--quiet", "--message=all")
    right = staged.read(SHAPED)
    for branch in ("one", "two"):
        git(staged.folder, "checkout", "--quiet", "-b", branch, "master")
        staged.write(SHAPED, branch)
        git(staged.folder, "commit", "--quiet", "--all", "--message=edit")
    subprocess.run(["git", "merge", "--quiet", "one"], cwd=staged.folder, check=False)
    staged.write(SHAPED, right)
    assert f"error: {SHAPED} is not as git's index has it" in check(staged)


@pytest.mark.parametrize("flag", ["assume-unchanged", "skip-worktree"])
def test_a_file_in_which_git_sees_no_changes_is_named(staged: World, flag: str) -> None:
    git(staged.folder, "update-index", f"--{flag}", SHAPED)
    staged.replace("spec.toml", "0.99", "0.95")
    assert staged.run("spec.toml").exit_code == 0
    git(staged.folder, "add", "--all")
    assert check(staged) == (
        f"error: {SHAPED} is marked {flag}: git does not see what changes in it\n"
        f"hint: run `git update-index --no-{flag} {SHAPED}`\n"
    )


def test_what_was_regenerated_and_not_staged_is_named(staged: World) -> None:
    staged.replace("spec.toml", "0.99", "0.95")
    assert staged.run("spec.toml").exit_code == 0
    err = check(staged)
    for name in ("spec.toml", SHAPED, "out/manifest.json"):
        assert (
            f"error: {name} is not as git's index has it, so that the commit has another\n" in err
        )
    assert err.count("error:") == 3
    assert f"hint: run `git add spec.toml {SHAPED} out/manifest.json`\n" in err


def test_a_folder_of_files_that_are_not_staged_is_staged_by_its_name(staged: World) -> None:
    git(staged.folder, "rm", "-r", "--quiet", "--cached", "out", "spec.toml")
    assert check(staged).endswith("hint: run `git add spec.toml out`\n")


def test_a_template_that_others_include_counts(staged: World) -> None:
    staged.write("templates/head", "import os\n")
    staged.replace(TEMPLATE, "config =", '{% include "head" %}\nconfig =')
    staged.run("spec.toml")
    git(staged.folder, "add", "out", TEMPLATE)
    assert "error: templates/head is not in git's index" in check(staged)


def test_what_is_no_longer_generated_must_not_stay_in_the_index(staged: World) -> None:
    text = staged.read("spec.toml")
    staged.write("spec.toml", text[: text.index("[strategies.shaped")])
    assert staged.run("spec.toml").exit_code == 0
    git(staged.folder, "add", "spec.toml", "out/manifest.json")
    assert check(staged, "-q") == (
        f"error: {SHAPED} is gone, but still in git's index\nhint: run `git rm --cached {SHAPED}`\n"
    )


def test_nobody_is_told_to_stage_what_is_wrong(staged: World) -> None:
    staged.write(SHAPED, "")
    staged.path("out/_base.py").unlink()
    err = check(staged)
    assert f"error: {SHAPED} does not match spec.toml" in err
    assert "error: out/_base.py is missing" in err
    assert "git" not in err


def test_the_spec_may_stand_anywhere_in_the_repository(tmp_path: Path, world: World) -> None:
    assert world.run("spec.toml").exit_code == 0
    folder = world.folder / "deep er" / "sub"
    folder.mkdir(parents=True)
    for name in ("spec.toml", "templates", "out"):
        (world.folder / name).rename(folder / name)
    git(world.folder, "init", "--quiet")
    git(world.folder, "add", "--all")
    assert world.run("deep er/sub/spec.toml", "--check", "--git").exit_code == 0
    git(world.folder, "rm", "--quiet", "--cached", f"deep er/sub/{SHAPED}")
    result = world.run("deep er/sub/spec.toml", "--check", "--git")
    assert f"hint: run `git add 'deep er/sub/{SHAPED}'`\n" in result.err
    assert World(folder).run("spec.toml", "--check", "--git").err.startswith(f"error: {SHAPED} is")
    linked = tmp_path / "link"
    linked.symlink_to(folder)
    assert World(linked).run("spec.toml", "--check", "--git").err.startswith(f"error: {SHAPED} is")


def test_output_outside_of_the_repository_is_in_no_commit(staged: World) -> None:
    inner = staged.folder / "inner"
    inner.mkdir()
    staged.replace("spec.toml", 'output = "out"', 'output = "../out"')
    for name in ("spec.toml", "templates"):
        (staged.folder / name).rename(inner / name)
    git(inner, "init", "--quiet")
    git(inner, "add", "--all")
    World(inner).run("spec.toml", "--force")
    result = World(inner).run("spec.toml", "--check", "--git")
    assert result.exit_code == 1
    assert "error: ../out/run_shaped.py is outside of the repository " in result.err


def test_what_a_repository_inside_has_is_in_no_commit_either(staged: World) -> None:
    git(staged.folder, "rm", "-r", "--quiet", "--cached", "out")
    git(staged.path("out"), "init", "--quiet")
    git(staged.path("out"), "add", "--all")
    err = check(staged)
    assert f"error: {SHAPED} is outside of the repository {staged.folder}, so that" in err
    assert "git add" not in err


def hook(world: World, name: str, *arguments: str) -> str:
    """Commit with a hook that checks the spec in `sub`, and return what it says."""
    path = world.path(name)
    path.parent.mkdir(exist_ok=True)
    command = f"{shlex.quote(sys.executable)} -m gen_sweeps sub/spec.toml --check --git -q"
    path.write_text(f"#!/bin/sh\nexec {command}\n", encoding="utf-8")
    path.chmod(0o755)
    identity = ["-c", "user.name=a test", "-c", "user.email=test@localhost"]
    done = subprocess.run(
        ["git", *identity, "commit", "--quiet", *arguments],
        cwd=world.folder,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == (1 if done.stderr else 0)
    return done.stderr


@pytest.fixture
def below(world: World) -> World:
    """The small experiment in a folder of a repository, all of it staged."""
    assert world.run("spec.toml").exit_code == 0
    world.path("sub").mkdir()
    for name in ("spec.toml", "templates", "out"):
        world.path(name).rename(world.path(f"sub/{name}"))
    git(world.folder, "init", "--quiet")
    git(world.folder, "add", "--all")
    return world


def test_a_hook_looks_at_what_its_commit_takes(below: World) -> None:
    assert not hook(below, ".git/hooks/pre-commit", "--message=all")
    below.replace("sub/spec.toml", "0.99", "0.95")
    assert below.run("sub/spec.toml").exit_code == 0
    git(below.folder, "add", "--all")
    some = hook(below, ".git/hooks/pre-commit", "--message=some", "sub/spec.toml")
    assert f"error: sub/{SHAPED} is not as git's index has it" in some
    assert "sub/spec.toml is not" not in some
    assert not hook(below, ".git/hooks/pre-commit", "--message=all", "sub")


def test_a_hook_in_a_linked_work_tree_knows_its_top(below: World, tmp_path: Path) -> None:
    assert not hook(below, ".git/hooks/pre-commit", "--message=all")
    git(below.folder, "worktree", "add", "--quiet", str(tmp_path / "linked"))
    linked = World(tmp_path / "linked")
    linked.write("further", "")
    git(linked.folder, "add", "further")
    hooks = str(below.path(".git/hooks/pre-commit"))
    assert not hook(linked, hooks, "--message=further")
    linked.replace("sub/spec.toml", "0.99", "0.95")
    assert linked.run("sub/spec.toml").exit_code == 0
    git(linked.folder, "add", "sub/spec.toml")
    assert f"error: sub/{SHAPED} is not as git's index has it" in hook(linked, hooks, "-m", "some")


def test_the_index_of_another_repository_does_not_count(
    staged: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    git(tmp_path, "init", "--quiet", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert not check(staged)


def test_git_is_not_made_to_write(staged: World) -> None:
    before = staged.path(".git/index").read_bytes()
    for name in ("spec.toml", SHAPED):
        os.utime(staged.path(name), (0, 0))
    assert not check(staged)
    assert staged.path(".git/index").read_bytes() == before


def test_a_repository_of_another_user_is_answered_with_gits_own_advice(
    staged: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    result = staged.run("spec.toml", "--check", "--git")
    assert result.exit_code == 2
    assert "detected dubious ownership" in result.err
    advice = f"git config --global --add safe.directory {staged.folder}"
    assert f"hint: run `{advice}`\n" in result.err


def test_without_a_repository_or_git_there_is_no_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.run("spec.toml")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(world.folder.parent))
    result = world.run("spec.toml", "--check", "--git")
    assert result.exit_code == 2
    assert result.err.startswith("error: .: --git needs to know what git has staged, but git ")
    assert "not a git repository" in result.err
    monkeypatch.setenv("PATH", str(world.folder))
    result = world.run("spec.toml", "--check", "--git")
    assert result.exit_code == 2
    assert "error: .: --git needs git, which is not installed\nhint: install git" in result.err


def test_no_command_of_the_repository_is_run(staged: World) -> None:
    git(staged.folder, "config", "core.fsmonitor", f"touch {staged.folder}/ran; false")
    assert not check(staged)
    assert not staged.path("ran").exists()


def test_git_is_asked_by_a_check_only(staged: World) -> None:
    result = staged.run("spec.toml", "--git")
    assert result.exit_code == 2
    assert result.err.startswith("error: --git goes with --check\n")
