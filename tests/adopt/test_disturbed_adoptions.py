"""Wherever `gen-sweeps adopt` fails, is interrupted or killed, nothing is half done or lost."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from adopted_families import optimizers
from conftest import World
from disturbances import at_operation, copy_of, failing, interrupt, killed_at, visible

from gen_sweeps.adopt import adopt_family
from gen_sweeps.commands.adopt import AdoptOptions, adopt
from gen_sweeps.errors import FileError, ForeignFileError, GenSweepsError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and signals of POSIX")


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test takes the power away: what is synced is as good as what is not."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


@pytest.fixture
def drifted(tmp_path: Path) -> World:
    """A family of which two files are to be mended."""
    world = World(tmp_path / "world")
    for name, text in optimizers().items():
        world.write(f"configs/{name}", text)
    world.replace("configs/hopper_lion.py", "decay=0.0", "decay=0.")
    world.replace("configs/hopper_sgd.py", "batch_size=64", "batch_size=32")
    world.path("configs/hopper_sgd.py").chmod(0o640)
    return world


def _adopt(world: World) -> None:
    """Adopt the files of a world, and mend two of them; what is wrong is raised."""
    files = tuple(world.path(f"configs/{name}") for name in sorted(optimizers()))
    adopt(AdoptOptions(files, world.path("sweep/made"), fix=("batch_size", "weight_decay")))


def _everything(world: World) -> dict[str, tuple[int, bytes]]:
    """Return the permissions and the content of all that is in a world; folders have none."""
    return {
        path.relative_to(world.folder).as_posix(): (
            path.lstat().st_mode,
            b"" if path.is_dir() else path.read_bytes(),
        )
        for path in world.folder.rglob("*")
    }


def _undisturbed(world: World) -> dict[str, tuple[int, bytes]]:
    """Return what there is in a world after an adoption that nothing disturbs."""
    twin = copy_of(world, world.folder.parent / "undisturbed")
    _adopt(twin)
    return _everything(twin)


def _check_wherever_it_stops(
    world: World, stop: Callable[[str, tuple[Any, ...]], None], by: type[BaseException]
) -> None:
    """Check that an adoption that stops at any operation takes back all that it did."""
    before, after = _everything(world), _undisturbed(world)
    for number in count(1):
        twin = copy_of(world, world.folder.parent / f"stopped_{number}")
        expected = after
        with at_operation(number, stop) as seen:
            try:
                _adopt(twin)
            except by:
                expected = before
        if len(seen) < number:
            break
        assert _everything(twin) == expected, seen
    assert number > 30


@pytest.mark.slow
def test_an_adoption_that_fails_anywhere_takes_back_all_that_it_did(drifted: World) -> None:
    _check_wherever_it_stops(drifted, failing(errno.ENOSPC), GenSweepsError)


@pytest.mark.slow
def test_an_adoption_that_is_interrupted_anywhere_takes_back_all_that_it_did(
    drifted: World,
) -> None:
    _check_wherever_it_stops(drifted, interrupt, KeyboardInterrupt)


@pytest.mark.slow
def test_an_adoption_that_is_killed_anywhere_tears_nothing_and_can_be_completed(
    drifted: World,
) -> None:
    before, after = _everything(drifted), _undisturbed(drifted)
    for number in count(1):
        twin = copy_of(drifted, drifted.folder.parent / f"killed_{number}")
        if not killed_at(number, partial(_adopt, twin)):
            break
        left = _everything(twin)
        for name, (_, data) in visible(left).items():
            is_placeholder = name.startswith("sweep/") and not data
            assert is_placeholder or data in [it[name][1] for it in (before, after) if name in it]
        assert before.keys() <= left.keys()
        if "configs/.gen-sweeps-pending.json" in left or "configs/manifest.json" in left:
            assert twin.run("sweep/made/spec.toml").exit_code == 0
        else:
            assert {name: left[name] for name in before} == before
            shutil.rmtree(twin.path("sweep"), ignore_errors=True)
            _adopt(twin)
        assert visible(_everything(twin)) == after
    assert number > 30


def test_what_can_not_be_taken_back_is_named(
    drifted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_replace, really_unlink = os.replace, os.unlink
    written: list[str] = []

    def replace(source: str, target: str) -> None:
        if written[-1:] == ["hopper_sgd.py"]:  # the disk is full for good once both are mended
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        written.append(Path(target).name)
        really_replace(source, target)

    def unlink(path: str, *rest: Any, **more: Any) -> None:
        is_temporary = str(path).endswith(".tmp")
        if written[-1:] == ["hopper_sgd.py"] and Path(path).exists() and not is_temporary:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        really_unlink(path, *rest, **more)

    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(os, "unlink", unlink)
    with pytest.raises(FileError) as raised:
        _adopt(drifted)
    monkeypatch.undo()
    named = {
        Path(problem.path or "").relative_to(drifted.folder).as_posix(): problem.message
        for problem in raised.value.problems[1:]
    }
    assert named == {
        "configs/.gen-sweeps-pending.json": "was left there: it can't be removed: "
        "Read-only file system",
        "configs/hopper_lion.py": "is mended: it can't be written back: Read-only file system",
        "configs/hopper_sgd.py": "is mended: it can't be written back: Read-only file system",
        "sweep/made/spec.toml": "was left there: it can't be removed: Read-only file system",
        "sweep/made/templates/hopper_{strategy}.py.jinja": "was left there: it can't be removed: "
        "Read-only file system",
    }


def test_a_file_that_is_edited_in_the_meantime_keeps_the_edit(
    drifted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = drifted.path("configs/hopper_muon.py")

    def adopt_slowly(*arguments: Any) -> Any:
        adoption = adopt_family(*arguments)
        edited.write_text("mine = 1\n")
        return adoption

    monkeypatch.setattr("gen_sweeps.commands.adopt.adopt_family", adopt_slowly)
    before = _everything(drifted)
    with pytest.raises(ForeignFileError, match="was edited in the meantime"):
        _adopt(drifted)
    assert edited.read_text() == "mine = 1\n"
    before["configs/hopper_muon.py"] = (edited.stat().st_mode, b"mine = 1\n")
    assert _everything(drifted) == before


def test_a_link_that_takes_the_place_of_a_file_is_not_followed(
    drifted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    drifted.write("elsewhere.py", drifted.read("configs/hopper_sgd.py"))

    def adopt_slowly(*arguments: Any) -> Any:
        adoption = adopt_family(*arguments)
        drifted.path("configs/hopper_sgd.py").unlink()
        drifted.path("configs/hopper_sgd.py").symlink_to("../elsewhere.py")
        return adoption

    monkeypatch.setattr("gen_sweeps.commands.adopt.adopt_family", adopt_slowly)
    with pytest.raises(ForeignFileError, match="was edited in the meantime"):
        _adopt(drifted)
    assert drifted.path("configs/hopper_sgd.py").is_symlink()
    assert "batch_size=32" in drifted.read("elsewhere.py")
