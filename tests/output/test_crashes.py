"""Wherever a run is killed, fails or is interrupted, nothing is torn, lost or left behind."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from conftest import World
from disturbances import (
    FOREIGN,
    at_operation,
    copy_of,
    experiment,
    failing,
    generate_in,
    interrupt,
    killed_at,
    spec,
    visible,
)

from gen_sweeps.__main__ import run
from gen_sweeps.errors import FileError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and signals of POSIX")

SCENARIOS = {
    "the first run": (None, spec("a", "b")),
    "an update": (spec("a", "b"), spec("a", "b", rate="2e-3", lr=2)),
    "a strategy less": (spec("a", "b", "c"), spec("a")),
    "a strategy more": (spec("a"), spec("a", "b", "c", title="New")),
    "a change of the manifest only": (spec("a", "b"), spec("a", "b", name="other")),
    "another case of a name": (spec("a", "arm_b"), spec("a", "arm_B")),
}

THIRD = spec("a", "d", rate="3", lr=3, title="Third")


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test takes the power away: what is synced is as good as what is not."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


SOME = ["the first run", "a strategy less"]


@pytest.fixture(params=list(SCENARIOS))
def scenario(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[World, str]:
    """A world before a run, with a foreign file in it, and the spec that the run is of."""
    before, after = SCENARIOS[request.param]
    world = experiment(tmp_path / "world", before or after)
    if before:
        generate_in(world)
    world.path("generated").mkdir(exist_ok=True)
    world.write("generated/foreign.py", FOREIGN)
    world.write("spec.toml", after)
    return world, after


def undisturbed(folder: Path, text: str) -> dict[str, bytes]:
    """Return what a run of a spec makes in an empty folder, and a foreign file with it."""
    world = experiment(folder, text)
    generate_in(world)
    return world.files("generated") | {"foreign.py": FOREIGN}


def check_nothing_torn(after: World, old: dict[str, bytes], new: dict[str, bytes]) -> None:
    """Check that each file is as it was before or as it is to be."""
    for path, data in visible(after.files("generated")).items():
        assert data in (old.get(path), new.get(path)), f"{path} is torn"
    assert after.path("generated/foreign.py").read_bytes() == FOREIGN


@pytest.mark.slow
def test_a_run_killed_at_any_operation_tears_nothing_and_the_next_one_completes_it(
    scenario: tuple[World, str], tmp_path: Path
) -> None:
    world, after = scenario
    old, new = world.files("generated"), undisturbed(tmp_path / "new", after)
    for number in count(1):
        twin = copy_of(world, tmp_path / f"killed_{number}")
        if not killed_at(number, partial(generate_in, twin)):
            break
        check_nothing_torn(twin, old, new)
        generate_in(twin)
        assert twin.files("generated") == new
    assert number > 20


@pytest.mark.slow
def test_a_run_of_another_spec_knows_what_a_killed_one_left(
    scenario: tuple[World, str], tmp_path: Path
) -> None:
    world, _ = scenario
    third = undisturbed(tmp_path / "third", THIRD)
    for number in count(1, 5):
        twin = copy_of(world, tmp_path / f"killed_{number}")
        if not killed_at(number, partial(generate_in, twin)):
            break
        twin.write("spec.toml", THIRD)
        # It may be killed as well, at any place, and the one after it too.
        killed_at(number * 7 % 60 + 1, partial(generate_in, twin))
        killed_at(number * 13 % 60 + 1, partial(generate_in, twin))
        generate_in(twin)
        assert twin.files("generated") == third
    assert number > 20


def check_wherever_it_stops(
    world: World, after: str, stop: Callable[[str, tuple[Any, ...]], None], by: type[BaseException]
) -> None:
    """Check that a run that stops at any operation leaves whole files for the next to complete."""
    beside = world.folder.parent
    old, new = world.files("generated"), undisturbed(beside / "new", after)
    for number in count(1):
        twin = copy_of(world, beside / f"stopped_{number}")
        with at_operation(number, stop) as seen, suppress(by):
            generate_in(twin)
        if len(seen) < number:
            break
        check_nothing_torn(twin, old, new)
        assert not [path for path in twin.files("generated") if path.endswith(".tmp")]
        generate_in(twin)
        assert twin.files("generated") == new
    assert number > 20


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_an_operation_that_fails_tears_nothing_and_leaves_no_half_written_file(
    tmp_path: Path, code: int
) -> None:
    before, after = SCENARIOS["a strategy less"]
    world = experiment(tmp_path / "world", before or "")
    generate_in(world)
    world.write("generated/foreign.py", FOREIGN)
    world.write("spec.toml", after)
    check_wherever_it_stops(world, after, failing(code), FileError)


def test_a_full_disk_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    world = experiment(tmp_path / "world", spec("a"))
    twin = copy_of(world, tmp_path / "twin")
    with at_operation(0, failing(errno.ENOSPC)) as seen:
        generate_in(twin)
    first = seen.index("write") + 1
    with at_operation(first, failing(errno.ENOSPC)), pytest.raises(FileError) as raised:
        generate_in(world)
    (problem,) = raised.value.problems
    assert "No space left on device" in problem.message
    assert problem.hint == "no file is damaged: free some space and run the command again"


@pytest.mark.parametrize("scenario", SOME, indirect=True)
def test_an_interrupt_at_any_operation_leaves_no_half_written_file(
    scenario: tuple[World, str],
) -> None:
    world, after = scenario
    check_wherever_it_stops(world, after, interrupt, KeyboardInterrupt)


def test_an_interrupt_says_so_in_one_line_and_exits_with_130(tmp_path: Path) -> None:
    world = experiment(tmp_path / "world", spec("a"))
    os.mkfifo(world.folder / "pipe.toml")  # what is read from it never comes
    command = [sys.executable, "-m", "gen_sweeps", str(world.folder / "pipe.toml")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with (world.folder / "pipe.toml").open("w"):  # from now on it waits for the spec
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("", "error: interrupted\n", 130)


def test_a_folder_that_vanishes_during_a_run_is_an_error_and_is_not_made_again(
    tmp_path: Path,
) -> None:
    before, after = SCENARIOS["an update"]
    world = experiment(tmp_path / "world", before or "")
    generate_in(world)
    world.write("spec.toml", after)
    new = undisturbed(tmp_path / "new", after)
    for number in count(1):
        twin = copy_of(world, tmp_path / f"vanished_{number}")
        elsewhere = tmp_path / f"elsewhere_{number}"

        def vanish(_name: str, _args: tuple[Any, ...], moved: Path = elsewhere) -> None:
            (moved.parent / moved.name.replace("elsewhere", "vanished") / "generated").rename(moved)

        with at_operation(number, vanish) as seen, suppress(FileError):
            generate_in(twin)
        if len(seen) < number:
            break
        made_again = visible(twin.files("generated"))
        assert len(made_again) in (0, len(new) - 1), "a part of the files is where all should be"
        generate_in(twin)
        assert visible(twin.files("generated")) | {"foreign.py": FOREIGN} == new
    assert number > 20


def _as_nobody(job: Callable[[], int]) -> int:
    """Return what `job` returns for a user whom permissions hold for."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            code = job()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.parametrize(
    ("path", "mode"), [("", 0o555), ("", 0o000), ("each/a.py", 0o000), ("manifest.json", 0o000)]
)
def test_what_may_not_be_read_or_written_is_an_error_and_stays_as_it_is(
    open_folder: Path, path: str, mode: int
) -> None:
    world = experiment(open_folder / "world", spec("a"))
    generate_in(world)
    old = world.files("generated")
    world.write("spec.toml", spec("a", rate="7"))
    for folder, _, files in os.walk(world.folder):
        for name in (".", *files):
            os.chown(Path(folder, name), 65534, 65534)
    world.path(f"generated/{path}").chmod(mode)
    assert _as_nobody(lambda: run([str(world.path("spec.toml"))])) == 2
    world.path(f"generated/{path}").chmod(0o755)
    assert world.files("generated") == old


def test_a_read_only_file_of_ours_is_replaced_and_stays_read_only(tmp_path: Path) -> None:
    world = experiment(tmp_path / "world", spec("a"))
    generate_in(world)
    world.path("generated/_base.py").chmod(0o444)
    world.path("generated/each/a.py").chmod(0o755)
    world.write("spec.toml", spec("a", rate="7", title="New"))
    generate_in(world)
    assert "RATE = 7" in world.read("generated/_base.py")
    assert world.path("generated/_base.py").stat().st_mode & 0o777 == 0o444
    assert "New" in world.read("generated/each/a.py")
    assert world.path("generated/each/a.py").stat().st_mode & 0o777 == 0o755
