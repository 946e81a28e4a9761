"""Every command and file of the pages in docs/ is what it says: run, in the order of the page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from conftest import PROJECT, World

PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]

BIN = Path(sys.executable).parent

SET_UP = ("pip install uv && uv run gen-sweeps spec.toml", "uv run pytest")
"""The README's two commands; `.ci/run` runs them."""

FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file that it is, if it names one, and its text."""

    language: str
    file: str | None
    text: str


def _blocks(page: Path) -> Iterator[Block]:
    for match in FENCE.finditer(page.read_text(encoding="utf-8")):
        yield Block(match[1], match[2], match[3])


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block, and what it is said to print."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        yield command, printed


class Reader:
    """Somebody who does what a page says, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            name: value
            for name, value in os.environ.items()
            if name != "FORCE_COLOR" and not name.startswith("GIT_")
        }
        self.env |= {"PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
        for who in ("AUTHOR", "COMMITTER"):
            self.env |= {f"GIT_{who}_NAME": "a reader", f"GIT_{who}_EMAIL": "reader@localhost"}

    def do(self, block: Block) -> None:
        """Do what a block says, and check that it is so."""
        if block.file is not None:
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        match block.language:
            case "console":
                for command, printed in _commands(block.text):
                    assert self.run(command) == printed, command
            case "python" if block.file is None:
                subprocess.run(
                    [sys.executable, "-c", block.text], cwd=self.folder, env=self.env, check=True
                )
            case "toml":
                tomllib.loads(block.text)
            case "yaml":
                self.check_yaml(block)

    def run(self, command: str) -> str:
        """Run a command and return what it prints; `cd` counts for the next one too."""
        where = self.folder.parent / "where"
        done = subprocess.run(
            ["bash", "-c", f'{command}\npwd > "{where}"'],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        self.folder = Path(where.read_text().strip())
        return done.stdout

    def check_yaml(self, block: Block) -> None:
        """Check a configuration by what reads it: pre-commit, or the action's own inputs."""
        content = yaml.safe_load(block.text)
        if block.file == ".pre-commit-config.yaml":
            subprocess.run(
                [BIN / "pre-commit", "validate-config", block.file], cwd=self.folder, check=True
            )
            (hook,) = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())
            assert [h["id"] for repo in content["repos"] for h in repo["hooks"]] == [hook["id"]]
            return
        inputs = yaml.safe_load((PROJECT / "action.yml").read_text(encoding="utf-8"))["inputs"]
        steps = [step for job in content["jobs"].values() for step in job["steps"]]
        (ours,) = (step for step in steps if "gen-sweeps@" in step["uses"])
        assert set(ours["with"]) <= set(inputs)
        shutil.copytree(self.folder, self.folder / "experiments" / "first")
        for spec in ours["with"]["spec"].split():
            assert self.run(f"gen-sweeps {spec} --check -q") == ""


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_says_is_so(tmp_path: Path, page: Path) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    if page.name == "README.md":  # it speaks of the project that it is in
        for name in ("spec.toml", "pyproject.toml"):
            shutil.copy(PROJECT / name, folder)
        for name in ("templates", "generated"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(PROJECT / name, folder / name, ignore=ignored)
    reader = Reader(folder)
    for block in _blocks(page):
        reader.do(block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_a_page_is_of_a_kind_that_is_run(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = list(_blocks(page))
    assert text.count("\n```") == 2 * len(blocks), "each fence opens or closes a block"
    for block in blocks:
        if (
            block.language == "shell"
        ):  # set up and test: what the gate does, on a machine of its own
            assert block.text.strip() in {*SET_UP}
            continue
        known = block.language in {"console", "toml", "yaml"} or (
            block.language == "python" or block.file is not None
        )
        assert known, block


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_the_reference_of_the_spec_is_current() -> None:
    printed = World(PROJECT).run("schema", "--markdown")
    assert (printed.exit_code, printed.err) == (0, "")
    assert printed.out == (PROJECT / "docs" / "spec.md").read_text(encoding="utf-8")
