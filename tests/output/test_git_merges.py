"""The manifest and git: branches that change an experiment merge, or a plain run repairs it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import World, needed

Edit = Callable[[World], None]
"""What a branch changes of a spec or its templates."""

STRATEGIES = "abcd"
TEMPLATE = "templates/run_{strategy}.py.jinja"


def strategy(name: str) -> str:
    """Return what stands in the spec for a strategy."""
    return f'[strategies.{name}.args]\nkind = "{name}"\n'


def add(name: str, after: str) -> Edit:
    """Return the edit that adds a strategy behind another one."""

    def edit(world: World) -> None:
        start, header, rest = world.read("spec.toml").partition(f"[strategies.{after}.args]\n")
        line, _, end = rest.partition("\n")
        world.write("spec.toml", f"{start}{header}{line}\n{strategy(name)}{end}")

    return edit


def change(old: str, new: str, name: str = "spec.toml") -> Edit:
    """Return the edit that replaces a text."""
    return lambda world: world.replace(name, old, new)


def remove(name: str) -> Edit:
    """Return the edit that removes a strategy."""

    def edit(world: World) -> None:
        start, _, rest = world.read("spec.toml").partition(f"[strategies.{name}.args]\n")
        world.write("spec.toml", start + rest.partition("\n")[2])

    return edit


@dataclass(frozen=True)
class Repository:
    """A world whose files are in git."""

    world: World
    git_program: str

    def git(self, *arguments: str, fails: bool = False) -> None:
        """Run git, which knows nothing of whose machine it runs on."""
        name = {f"GIT_{who}_NAME": "A" for who in ("AUTHOR", "COMMITTER")}
        mail = {f"GIT_{who}_EMAIL": "a@example.org" for who in ("AUTHOR", "COMMITTER")}
        surroundings = {"HOME": str(self.world.folder), "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            [self.git_program, *arguments],
            cwd=self.world.folder,
            env=dict(os.environ) | surroundings | name | mail,
            capture_output=True,
            text=True,
            check=False,
        )
        assert fails or done.returncode == 0, done.stdout + done.stderr

    def commit(self, *edits: Edit) -> None:
        """Make edits, run the command, and commit everything."""
        for edit in edits:
            edit(self.world)
        result = self.world.run("spec.toml")
        assert result.exit_code == 0, result.err
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "x")

    def merge(self, ours: Edit, theirs: Edit) -> None:
        """Make two branches, merge them, and say in the spec and the templates what both say."""
        self.git("checkout", "--quiet", "-b", "theirs")
        self.commit(theirs)
        self.git("checkout", "--quiet", "main")
        sources = {name: self.world.read(name) for name in ("spec.toml", TEMPLATE)}
        self.commit(ours)
        # What conflicts in the spec is a person's to decide.
        self.git("merge", "--quiet", "--no-edit", "theirs", fails=True)
        for name, text in sources.items():
            self.world.write(name, text)
        for edit in (theirs, ours):
            edit(self.world)

    def check(self, folder: Path) -> None:
        """Check that all is as a first run in an empty folder makes it."""
        assert self.world.run("spec.toml", "--check").exit_code == 0
        clean = World(folder)
        for name, data in self.world.files().items():
            if name.startswith(("spec", "templates")):
                clean.write(name, data)
        assert clean.run("spec.toml").exit_code == 0
        for name, data in clean.files().items():
            assert self.world.path(name).read_bytes() == data, name


@pytest.fixture
def repository(world: World) -> Repository:
    """An experiment of four strategies, generated and committed."""
    git = needed("git")
    spec = world.read("spec.toml")
    start = spec[: spec.index("[strategies.plain]")].replace('"plain"', '"a"')
    world.write("spec.toml", start + "".join(map(strategy, STRATEGIES)))
    found = Repository(world, git)
    found.git("init", "--quiet", "--initial-branch", "main")
    found.commit()
    return found


MERGES: dict[str, tuple[Edit, Edit]] = {
    "arms that are no neighbours": (add("x", after="a"), add("y", after="d")),
    "arms with one between them": (add("x", after="a"), add("y", after="b")),
    "an arm and a constant": (add("x", after="d"), change("SIZE = 4", "SIZE = 5")),
    "a constant and an arm": (change("SIZE = 4", "SIZE = 5"), add("x", after="b")),
    "an arm and what all files have": (
        add("x", after="d"),
        change("steps=10", "steps=20", TEMPLATE),
    ),
    "what all files have and an arm": (
        change("steps=10", "steps=20", TEMPLATE),
        add("x", after="b"),
    ),
    "an arm and the value of the one before": (
        add("x", after="b"),
        change('kind = "b"', 'kind = "z"'),
    ),
    "the name and an arm": (change('"small"', '"large"'), add("x", after="a")),
}
"""What merges without a conflict in the manifest."""

CONFLICTS: dict[str, tuple[Edit, Edit]] = {
    "arms in the same place": (add("x", after="d"), add("y", after="d")),
    "arms in the same place inside": (add("y", after="b"), add("x", after="b")),
    "an arm and the value of the one behind": (
        add("x", after="b"),
        change('kind = "c"', 'kind = "z"'),
    ),
    "an arm and the removal of the one before": (add("x", after="b"), remove("b")),
    "an arm and the removal of the one behind": (add("x", after="b"), remove("c")),
    "a removal and a value": (remove("c"), change('kind = "c"', 'kind = "z"')),
    "removals of neighbours": (remove("b"), remove("c")),
}
"""What may leave a conflict in the manifest."""


@pytest.mark.parametrize("case", MERGES)
def test_branches_merge_into_a_manifest_that_is_json(
    repository: Repository, case: str, tmp_path: Path
) -> None:
    repository.merge(*MERGES[case])
    manifest = repository.world.read("out/manifest.json")
    assert "<<<<" not in manifest
    assert json.loads(manifest)[-1] == {"end": "manifest"}
    result = repository.world.run("spec.toml")
    assert result.exit_code == 0, result.err
    repository.check(tmp_path / "clean")


@pytest.mark.slow
@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3", "union"])
@pytest.mark.parametrize("case", [*MERGES, *CONFLICTS])
def test_whatever_git_leaves_of_the_manifest_a_plain_run_repairs(
    repository: Repository, case: str, style: str, tmp_path: Path
) -> None:
    if style == "union":
        repository.world.write(".gitattributes", "out/manifest.json merge=union\n")
        repository.commit()
    else:
        repository.git("config", "merge.conflictStyle", style)
    repository.merge(*(MERGES | CONFLICTS)[case])
    if style == "union":
        json.loads(repository.world.read("out/manifest.json"))
    result = repository.world.run("spec.toml")
    assert result.exit_code == 0, result.err
    repository.check(tmp_path / "clean")


@pytest.mark.parametrize("attribute", ["", "out/manifest.json merge=union\n"])
def test_a_generated_file_in_conflict_is_foreign_and_the_hint_says_the_way_out(
    repository: Repository, attribute: str, tmp_path: Path
) -> None:
    repository.world.write(".gitattributes", attribute)
    repository.commit()
    repository.merge(change("SIZE = 4", "SIZE = 5"), change("SIZE = ", "RATE = 1\nSIZE = "))
    repository.world.replace("spec.toml", "SIZE = 5", "SIZE = 6")
    before = repository.world.files()
    for option in ([], ["--check"]):
        result = repository.world.run("spec.toml", *option)
        assert result.exit_code == 1
        assert (
            "hint: run `git checkout --ours out/_base.py`, then `gen-sweeps spec.toml`"
            in result.err
        )
        assert repository.world.files() == before
    repository.git("checkout", "--ours", "out/_base.py")
    assert repository.world.run("spec.toml").exit_code == 0
    repository.check(tmp_path / "clean")


def test_generated_files_that_git_may_not_merge_need_no_way_out(
    repository: Repository, tmp_path: Path
) -> None:
    attributes = "out/** -merge\nout/manifest.json merge=union\n"
    repository.world.write(".gitattributes", attributes)
    repository.commit()
    repository.merge(change("SIZE = 4", "SIZE = 5"), change("steps=10", "steps=20", TEMPLATE))
    repository.world.replace("spec.toml", "SIZE = 5", "SIZE = 6")
    assert repository.world.run("spec.toml").exit_code == 0
    repository.check(tmp_path / "clean")
