"""Specs that share tables of other files."""

from __future__ import annotations

from pathlib import Path

import pytest

from gen_sweeps.errors import SpecError
from gen_sweeps.spec.loading import load
from gen_sweeps.spec.model import Spec

SPEC = """\
[sweep]
extends = "../common.toml"
name = "near"
output = "out"
control = "a"

[vars]
queue = { x = 1 }

[strategies.b]
vars.lr = 0.1
"""

COMMON = """\
[sweep]
name = "far"
templates = "shared"
control = { strategy = "b" }

[treatment]
vary = ["lr"]

[vars]
lr = 1e-3
queue = { y = 2 }

[strategies.a]
title = "A"
[strategies.b]
title = "B"
vars.lr = 0.2

[axes.seed]
levels = [1, 2]
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a spec in a folder and a file that it extends."""
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    folder = tmp_path / "repository"
    (folder / "sweep").mkdir()
    (folder / "sweep" / "spec.toml").write_text(SPEC)
    (folder / "common.toml").write_text(COMMON)
    return folder


def _load(repository: Path) -> Spec:
    return load(repository / "sweep" / "spec.toml")


def _problems(repository: Path) -> list[str]:
    with pytest.raises(SpecError) as raised:
        _load(repository)
    return [str(problem).replace(f"{repository}/", "") for problem in raised.value.problems]


def test_tables_are_merged_and_the_nearer_value_wins(repository: Path) -> None:
    spec = _load(repository)
    assert (spec.name, str(spec.output), str(spec.templates)) == ("near", "out", "shared")
    assert spec.control == {"strategy": "a"}
    assert {strategy.name: strategy.title for strategy in spec.strategies} == {"b": "B", "a": "A"}
    assert [arm.name for arm in spec.arms] == ["a-1", "a-2", "b-1", "b-2"]
    assert [arm.vars["lr"] for arm in spec.arms] == [0.001, 0.001, 0.1, 0.1]
    assert spec.arms[0].vars["queue"] == {"x": 1}
    assert spec.sources == (repository / "sweep" / "spec.toml", repository / "common.toml")


def test_levels_are_replaced_as_a_whole_by_tables_of_levels(repository: Path) -> None:
    with (repository / "sweep" / "spec.toml").open("a") as file:
        file.write("[axes.seed]\nnear = {}\n")
    assert [arm.name for arm in _load(repository).arms] == ["a-near", "b-near"]


def test_the_digest_is_that_of_all_files(repository: Path) -> None:
    before = _load(repository).digest
    with (repository / "common.toml").open("a") as file:
        file.write("# more\n")
    assert _load(repository).digest != before


def test_several_levels_of_files_each_relative_to_itself(repository: Path) -> None:
    (repository / "deep").mkdir()
    (repository / "deep" / "all.toml").write_text("[vars]\nlr = 5\nfar = 6\n")
    common = COMMON.replace("[sweep]", '[sweep]\nextends = "deep/all.toml"')
    (repository / "common.toml").write_text(common)
    variables = _load(repository).arms[0].vars
    assert (variables["lr"], variables["far"]) == (0.001, 6)


def test_problems_name_the_file_that_they_are_in(repository: Path) -> None:
    common = COMMON.replace('title = "A"', "titel = 3").replace("lr = 1e-3", "loop = 1")
    (repository / "common.toml").write_text(common)
    (repository / "sweep" / "spec.toml").write_text(SPEC.replace("name =", "nam ="))
    assert _problems(repository) == [
        "sweep/spec.toml:3:1: sweep.nam: unknown key",
        "common.toml:10:1: vars.loop: 'loop' has a meaning of its own in Jinja",
        "common.toml:14:1: strategies.a.titel: unknown key",
    ]


@pytest.mark.parametrize(
    ("extends", "problem"),
    [
        ("../nope.toml", "nope.toml: no such file"),
        ("/etc/hosts.toml", "must be relative to this file, with `/`"),
        ("../../outside.toml", "outside.toml: leads outside of the repository"),
        ("../link.toml", "link.toml: leads outside of the repository"),
        ("../folder.toml", "folder.toml: is no file"),
        ("../secret.env", "must be a TOML file"),
        ("../other.toml", "other.toml: is no part of a spec: it has other tables"),
        ("spec.toml", "extends itself"),
        ("../around.toml", "extends itself"),
        ("../broken.toml", "broken.toml:1:7: is not TOML"),
    ],
)
def test_only_toml_files_of_the_repository_are_read_and_nothing_else_is_quoted(
    repository: Path, extends: str, problem: str
) -> None:
    foreign = '[registry]\nkey = "s3cret"\n'
    (repository.parent / "outside.toml").write_text(COMMON)
    (repository / "link.toml").symlink_to(repository.parent / "outside.toml")
    (repository / "folder.toml").mkdir()
    (repository / "other.toml").write_text(foreign)
    (repository / "secret.env").write_text(foreign)
    (repository / "broken.toml").write_text("key = s3cret\n")
    (repository / "around.toml").write_text('[sweep]\nextends = "sweep/spec.toml"\n')
    spec = SPEC.replace("../common.toml", extends)
    (repository / "sweep" / "spec.toml").write_text(spec)
    (found,) = _problems(repository)  # and nothing of what the file would have brought
    assert problem in found
    assert "s3cret" not in found


def test_without_a_repository_only_files_below_the_spec_are_read(repository: Path) -> None:
    (repository / ".git").rmdir()
    (found,) = _problems(repository)
    assert "leads outside of this file's folder, as there is no repository" in found
    (repository / "sweep" / "common.toml").write_text(COMMON)
    spec = SPEC.replace("../common.toml", "common.toml")
    (repository / "sweep" / "spec.toml").write_text(spec)
    assert len(_load(repository).arms) == 4
