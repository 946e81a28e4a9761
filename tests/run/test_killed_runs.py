"""Whatever is killed, and whoever else runs: no arm is lost, and none is completed twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import World
from run_worlds import (
    ends,
    experiment,
    folder,
    folders,
    launcher,
    quoted,
    record,
    states,
    supervisors,
    tally,
    wait_for,
)

ARMS = 24

KILLS = 40


def _trial(world: World, number: int) -> World:
    """Return an experiment whose arms note when they start and when they have ended."""
    inner = World(world.path(f"trial{number}"))
    inner.folder.mkdir()
    started, ended = (quoted(inner.path(name)) for name in ("started", "ended"))
    command = f"echo {{arm}} >> {started}; sleep 0.05; echo {{arm}} >> {ended}"
    return experiment(inner, command, "jobs = 2", arms=ARMS)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _lives(pid: int) -> bool:
    """Say whether a process has not ended, reaped or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
def test_a_launcher_that_is_killed_at_any_moment_loses_no_arm_and_repeats_none(
    empty: World,
) -> None:
    chance = random.Random(17)  # noqa: S311 - nothing secret
    kills = trials = 0
    while kills < KILLS:
        world = _trial(empty, trials)
        trials += 1
        while True:
            running = launcher(world)
            time.sleep(chance.uniform(0.1, 2.5))
            if running.poll() is None:
                kills += 1
            running.kill()
            running.communicate(timeout=60)
            if running.returncode == 0:
                break
            if kills >= KILLS:
                wait_for(lambda: not supervisors(world), "the end of what was started")  # noqa: B023 - called at once
                assert world.run("run", "spec.toml").exit_code == 0
                break
        assert tally(world.path("ended")) == {str(arm): 1 for arm in range(ARMS)}
        assert tally(world.path("started")) == {str(arm): 1 for arm in range(ARMS)}
        assert ends(world) == {str(arm): ["done"] for arm in range(ARMS)}
        assert not [*world.path("runs").rglob(".new-*")], "nothing half made is left"


@pytest.mark.slow
def test_when_everything_is_killed_no_arm_is_lost(empty: World) -> None:
    chance = random.Random(18)  # noqa: S311 - nothing secret
    world = _trial(empty, 0)
    for _ in range(8):
        running = launcher(world)
        time.sleep(chance.uniform(0.2, 2.5))
        running.kill()
        for pid in supervisors(world):
            _kill(pid)
        running.communicate(timeout=60)
        wait_for(lambda: not supervisors(world), "their end")
    assert world.run("run", "spec.toml").exit_code == 0
    assert set(states(world).values()) == {"done"}
    completed, attempts = tally(world.path("ended")), ends(world)
    assert len(completed) == ARMS
    for arm, count in completed.items():
        # Killed between its end and the record of it: only then is it run again.
        assert attempts[arm].count("done") == 1
        assert count <= 1 + attempts[arm].count("")


@pytest.mark.slow
def test_two_launchers_at_once_run_nothing_twice(empty: World) -> None:
    world = _trial(empty, 0)
    both = [launcher(world) for _ in range(2)]
    for running in both:
        out, err = running.communicate(timeout=120)
        assert (running.returncode, out) == (0, f"{ARMS} arms: {ARMS} done\n"), err
    assert tally(world.path("started")) == {str(arm): 1 for arm in range(ARMS)}
    assert ends(world) == {str(arm): ["done"] for arm in range(ARMS)}


@pytest.mark.slow
def test_what_waits_runs_with_the_bytes_that_were_frozen_though_everything_is_edited(
    empty: World,
) -> None:
    go = empty.path("go")
    empty.write("code.py", "VALUE = 'as it was'\n")
    empty.write(
        "train.py",
        "import os, sys, time\nfrom code import VALUE\nfrom pathlib import Path\n"
        "Path(os.environ['GEN_SWEEPS_RUN_DIR'], 'up').touch()\n"
        f"while not Path({str(go)!r}).exists():\n    time.sleep(0.02)\n"
        "print(VALUE, Path(sys.argv[1]).read_text())\n",
    )
    experiment(
        empty, [sys.executable, "train.py", "{file}"], 'jobs = 2\nfreeze = ["*.py"]', arms=ARMS
    )
    running = launcher(empty)
    wait_for(lambda: len([*empty.path("runs").glob("trials/*/*/work/up")]) == 2, "the start")
    assert len(folders(empty)) == ARMS, "all of them are frozen before the first one starts"
    for path in ("code.py", "train.py", *(f"out/arm_{arm}.py" for arm in range(ARMS))):
        empty.write(path, "raise SystemExit('edited')\n")
    refused = empty.run("run", "spec.toml")
    assert refused.exit_code == 1
    assert "out/arm_0.py does not match spec.toml" in refused.err
    go.touch()
    out, err = running.communicate(timeout=120)
    assert (running.returncode, out) == (0, f"{ARMS} arms: {ARMS} done\n"), err
    for arm in range(ARMS):
        said = (folder(empty, str(arm)) / "attempts/1/stdout").read_text()
        assert said == f'as it was """An arm."""\n\nSEED = {arm}\n\n'


@pytest.mark.slow
def test_what_a_killed_supervisor_leaves_behind_is_ended_before_the_next_attempt(
    empty: World,
) -> None:
    worker = "import time; open('{run_dir}/up', 'w'); time.sleep(1000)"
    detached = f'setsid {sys.executable} -c "{worker}" & echo $! > {{run_dir}}/pid; wait'
    experiment(empty, f"test -e {{run_dir}}/up && exit 0; {detached}", arms=1)
    running = launcher(empty)
    wait_for(lambda: [*empty.path("runs").glob("trials/*/*/work/up")], "the start")
    running.kill()
    (supervisor,) = supervisors(empty)
    _kill(supervisor)
    running.communicate(timeout=60)
    pid = int((folder(empty, "0") / "work/pid").read_text())
    assert _lives(pid), "it has a session of its own, and holds the lock"
    wait_for(lambda: states(empty) == {"0": "lost"}, "its loss")
    assert empty.run("run", "spec.toml").exit_code == 0
    assert not _lives(pid)
    assert ends(empty) == {"0": ["", "done"]}


@pytest.mark.slow
def test_an_arm_dies_with_its_supervisor_so_that_nobody_watches_over_none(empty: World) -> None:
    experiment(empty, "echo $$ > {run_dir}/pid; exec sleep 1000", arms=1)
    running = launcher(empty)
    wait_for(lambda: [*empty.path("runs").glob("trials/*/*/work/pid")], "the start")
    wait_for((folder(empty, "0") / "work/pid").read_text, "its number")
    pid = int((folder(empty, "0") / "work/pid").read_text())
    (supervisor,) = supervisors(empty)
    _kill(supervisor)
    running.communicate(timeout=60)
    wait_for(lambda: not _lives(pid), "its end")
    assert states(empty) == {"0": "lost"}


@pytest.mark.slow
def test_an_arm_goes_on_without_its_launcher_and_is_taken_over(empty: World) -> None:
    go = empty.path("go")
    command = f"touch {{run_dir}}/up; while ! test -e {quoted(go)}; do sleep 0.02; done"
    experiment(empty, command, arms=2)
    first = launcher(empty)
    wait_for(lambda: [*empty.path("runs").glob("trials/0/*/work/up")], "the start")
    first.kill()
    first.communicate(timeout=60)
    assert states(empty) == {"0": "running", "1": "prepared"}
    second = launcher(empty)
    time.sleep(1)
    assert states(empty) == {"0": "running", "1": "prepared"}, "one at a time, whoever started it"
    go.touch()
    second.communicate(timeout=60)
    assert second.returncode == 0
    assert ends(empty) == {"0": ["done"], "1": ["done"]}


@pytest.mark.slow
def test_a_thousand_arms_have_a_status(empty: World) -> None:
    experiment(empty, ["true"], arms=1000)
    said = json.loads(empty.run("status", "spec.toml", "--output-format", "json").out)
    assert said["counts"] == {"absent": 1000}
    empty.run("run", "spec.toml", "--only", "7")
    said = json.loads(empty.run("status", "spec.toml", "--output-format", "json").out)
    assert said["counts"] == {"absent": 999, "done": 1}


@pytest.mark.slow
def test_a_supervisor_needs_no_package_and_no_new_python(empty: World) -> None:
    """It is run by itself on nodes that have no gen-sweeps."""
    experiment(empty, ["true"], arms=1)
    empty.run("run", "spec.toml", "--dry-run")
    empty.run("run", "spec.toml")
    run = folder(empty, "0")
    (run / "attempts/1/end.json").unlink()
    source = Path(sys.modules["gen_sweeps.run.supervisor"].__file__ or "")
    copy = empty.path("supervisor.py")
    copy.write_bytes(source.read_bytes())
    launch = (
        '{"timeout": null, "grace": 1, "retries": 0, "threads": null, "batch": "", "held": [], '
        '"commit": null, "dirty": false, "locks": {}}'
    )
    command = [sys.executable, "-I", "-S", str(copy), str(run), launch]
    assert subprocess.run(command, cwd="/", check=False).returncode == 0
    assert record(run / "attempts/2/end.json")["state"] == "done"
    assert subprocess.run(command, cwd="/", check=False).returncode == 0
    assert not (run / "attempts/3").exists(), "it is done"
    (run / "attempts/2/end.json").unlink()
    (run / "claim.json").write_text('{"version": 1, "batch": "later", "task": 0, "after": 2}')
    command[-1] = launch.replace('"batch": ""', '"batch": "former"')
    assert subprocess.run(command, cwd="/", check=False).returncode == 76
    assert not (run / "attempts/3").exists(), "a later submission has taken it over"
