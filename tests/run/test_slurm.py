"""`gen-sweeps run --executor slurm`, on a real Slurm of one node that these tests bring up."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import PROJECT, World, needed
from run_worlds import (
    ends,
    experiment,
    folder,
    folders,
    launcher,
    quoted,
    record,
    states,
    tally,
    wait_for,
)

pytestmark = pytest.mark.slow

SLURM = PROJECT / ".ci" / "slurm"

KILLS = 8

ARRAY_SIZE = 8
"""What the cluster takes at once."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the configuration of a cluster, which is up."""
    for program in ("munged", "slurmctld", "slurmd", "sbatch"):
        needed(program)
    path = tmp_path_factory.mktemp("slurm")
    env = os.environ | {"SLURM_TEST_ARRAY": str(ARRAY_SIZE)}
    up = subprocess.run(
        [SLURM, "up", path], env=env, stdout=subprocess.PIPE, text=True, check=True, timeout=120
    )
    yield up.stdout.strip()
    subprocess.run([SLURM, "down", path], check=True, timeout=120)


@pytest.fixture(autouse=True)
def _on_cluster(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_CONF", cluster)
    for name in ("SQUEUE_STATES", "SBATCH_WAIT"):  # a user's settings, which must change nothing
        monkeypatch.setenv(name, "COMPLETED" if name == "SQUEUE_STATES" else "1")


def _asked(program: str, *arguments: str) -> str:
    env = {k: v for k, v in os.environ.items() if k != "SQUEUE_STATES"}
    return subprocess.run(
        [program, *arguments], env=env, capture_output=True, text=True, check=True, timeout=60
    ).stdout


def _jobs(world: World) -> list[str]:
    """Return Slurm's numbers of what was submitted."""
    return [path.read_text().strip() for path in world.path("runs").glob("trials/.slurm/*/id")]


def _noting(world: World, *, arms: int, then: str = "sleep 0.1", run: str = "jobs = 2") -> World:
    """Write an experiment whose arms note when they start and when they have ended."""
    started, ended = (quoted(world.path(name)) for name in ("started", "ended"))
    command = f"echo {{arm}} >> {started}; {then}; echo {{arm}} >> {ended}"
    return experiment(world, command, f'{run}\nexecutor = "slurm"', arms=arms)


def _once(arms: int) -> dict[str, int]:
    return {str(arm): 1 for arm in range(arms)}


def test_arms_run_as_arrays_that_are_cut_where_slurm_takes_no_larger_ones(empty: World) -> None:
    slurm = '[run.slurm]\ntime = "10"\ncomment = "a b; touch never"\n'
    _noting(empty, arms=ARRAY_SIZE + 3, run="jobs = 2")
    empty.write("spec.toml", f"{empty.read('spec.toml')}\n{slurm}")
    done = empty.run("run", "spec.toml")
    assert (done.exit_code, done.out) == (0, f"{ARRAY_SIZE + 3} arms: {ARRAY_SIZE + 3} done\n")
    assert f"submitted {ARRAY_SIZE} arms as " in done.err
    assert "submitted 3 arms as " in done.err
    assert tally(empty.path("started")) == tally(empty.path("ended")) == _once(ARRAY_SIZE + 3)
    told = _asked("scontrol", "show", "job", _jobs(empty)[0])
    assert "Comment=a b; touch never" in told
    assert "TimeLimit=00:10:00" in told
    start = record(folder(empty, "0") / "attempts/1/start.json")
    assert start["slurm"]["SLURM_ARRAY_JOB_ID"] in _jobs(empty)
    assert empty.run("run", "spec.toml").exit_code == 0
    assert len(_jobs(empty)) == 2, "what is done is not submitted again"


def test_what_slurm_refuses_is_one_clear_error(empty: World) -> None:
    experiment(empty, ["true"], '[run.slurm]\npartition = "nowhere"')
    refused = empty.run("run", "spec.toml", "--executor", "slurm")
    assert refused.exit_code == 2
    assert "error: sbatch failed with exit code 1, and said: sbatch: error: " in refused.err
    assert set(states(empty).values()) == {"prepared"}
    assert empty.run("run", "spec.toml").exit_code == 0, "they run here"


def test_a_launcher_that_is_killed_submits_nothing_twice(empty: World) -> None:
    chance = random.Random(19)  # noqa: S311 - nothing secret
    _noting(empty, arms=ARRAY_SIZE, then="sleep 1")
    for _ in range(KILLS):
        running = launcher(empty)
        time.sleep(chance.uniform(0.3, 1.6))
        running.kill()
        running.communicate(timeout=60)
    done = empty.run("run", "spec.toml")
    assert (done.exit_code, done.out) == (0, f"{ARRAY_SIZE} arms: {ARRAY_SIZE} done\n")
    assert tally(empty.path("started")) == tally(empty.path("ended")) == _once(ARRAY_SIZE)
    assert len(_jobs(empty)) <= 1


def test_a_submission_that_outlives_its_launcher_is_waited_for(
    empty: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _noting(empty, arms=2)
    real = needed("sbatch")
    asked = empty.path("asked")
    empty.write("bin/sbatch", f'#!/bin/sh\ntouch {quoted(asked)}\nsleep 2\nexec {real} "$@"\n')
    empty.path("bin/sbatch").chmod(0o755)
    monkeypatch.setenv("PATH", f"{empty.path('bin')}:{os.environ['PATH']}")
    first = launcher(empty)
    wait_for(asked.exists, "the submission")
    first.kill()
    first.communicate(timeout=60)
    done = empty.run("run", "spec.toml")
    assert (done.exit_code, done.out) == (0, "2 arms: 2 done\n")
    assert "submitted" not in done.err
    assert tally(empty.path("started")) == _once(2)


def test_two_launchers_at_once_submit_once(empty: World) -> None:
    _noting(empty, arms=ARRAY_SIZE)
    both = [launcher(empty) for _ in range(2)]
    for running in both:
        out, err = running.communicate(timeout=120)
        assert (running.returncode, out) == (0, f"{ARRAY_SIZE} arms: {ARRAY_SIZE} done\n"), err
    assert len(_jobs(empty)) == 1
    assert tally(empty.path("started")) == _once(ARRAY_SIZE)


def test_ctrl_c_only_stops_watching_and_what_waits_runs_with_its_frozen_bytes(
    empty: World,
) -> None:
    go = quoted(empty.path("go"))
    empty.write("code.txt", "as it was\n")
    wait = f"while ! test -e {go}; do sleep 0.1; done; cat code.txt out/arm_{{arm}}.py"
    _noting(empty, arms=4, then=wait, run='jobs = 1\nfreeze = ["code.txt"]')
    running = launcher(empty)
    wait_for(lambda: len(tally(empty.path("started"))) == 1, "the start")
    assert sorted(states(empty).values()) == ["queued", "queued", "queued", "running"]
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "note: stopped watching; the jobs go on" in err
    empty.write("code.txt", "edited\n")
    for arm in range(4):
        empty.write(f"out/arm_{arm}.py", "edited\n")
    assert empty.run("run", "spec.toml").exit_code == 1, "it refuses meanwhile"
    empty.path("go").touch()
    wait_for(lambda: len(tally(empty.path("ended"))) == 4, "the end")
    for arm in range(4):
        said = (folder(empty, str(arm)) / "attempts/1/stdout").read_text()
        assert said == f'as it was\n"""An arm."""\n\nSEED = {arm}\n'


def test_cancelled_arms_go_on_where_they_were(empty: World) -> None:
    stay = "test -e {run_dir}/up || { touch {run_dir}/up; sleep 1000; }"
    _noting(empty, arms=3, then=stay, run="jobs = 1")
    running = launcher(empty)
    wait_for(lambda: [*empty.path("runs").glob("trials/*/*/work/up")], "the start")
    said = empty.run("status", "spec.toml", "--cancel")
    assert " on Slurm: 3 arms\n" in said.err
    running.communicate(timeout=60)
    wait_for(
        lambda: sorted(states(empty).values()) == ["interrupted", "prepared", "prepared"],
        "the end of the jobs",
    )
    for path in folders(empty):
        (path / "work/up").touch()
    assert empty.run("run", "spec.toml").exit_code == 0
    assert sorted(ends(empty).values()) == [["done"], ["done"], ["interrupted", "done"]]


def test_a_requeued_task_is_the_next_attempt_in_the_same_folder(empty: World) -> None:
    stay = "test -e {run_dir}/up || { touch {run_dir}/up; sleep 1000; }"
    _noting(empty, arms=1, then=stay)
    running = launcher(empty)
    wait_for(lambda: folders(empty) and (folder(empty, "0") / "work/up").exists(), "the start")
    start = folder(empty, "0") / "attempts/1/start.json"
    wait_for(start.exists, "its record")
    _asked("scontrol", "requeue", record(start)["slurm"]["SLURM_JOB_ID"])
    # Slurm holds a requeued job back for a while, so that its node is clean by then.
    out, err = running.communicate(timeout=300)
    assert (running.returncode, out) == (0, "1 arm: 1 done\n"), err
    assert ends(empty)["0"][-1] == "done"
    assert len(ends(empty)["0"]) == 2
    assert len(_jobs(empty)) == 1


def test_a_supervisor_that_slurm_kills_loses_the_arm_and_the_next_run_submits_only_it(
    empty: World,
) -> None:
    stay = "test {arm} = 1 || test -e {run_dir}/up || { touch {run_dir}/up; sleep 1000; }"
    _noting(empty, arms=2, then=stay)
    running = launcher(empty)
    wait_for(lambda: [*empty.path("runs").glob("trials/0/*/work/up")], "the start")
    start = record(folder(empty, "0") / "attempts/1/start.json")
    os.kill(start["supervisor"], signal.SIGKILL)
    running.communicate(timeout=120)
    assert running.returncode == 1
    assert states(empty) == {"0": "lost", "1": "done"}
    again = empty.run("run", "spec.toml")
    assert again.exit_code == 0
    assert "submitted 1 arm as " in again.err
    assert ends(empty) == {"0": ["", "done"], "1": ["done"]}


def test_failed_arms_are_submitted_again_only_if_asked_for_and_once(empty: World) -> None:
    _noting(empty, arms=2, then="test -e {run_dir}/x || { touch {run_dir}/x; exit 3; }")
    assert empty.run("run", "spec.toml").exit_code == 1
    assert empty.run("run", "spec.toml").exit_code == 1
    both = [launcher(empty, "--retry-failed") for _ in range(2)]
    for running in both:
        running.communicate(timeout=120)
    assert ends(empty) == {"0": ["failed", "done"], "1": ["failed", "done"]}


def test_without_slurm_there_is_one_clear_error(
    empty: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    experiment(empty, ["true"])
    monkeypatch.setenv("PATH", str(tmp_path))
    refused = empty.run("run", "spec.toml", "--executor", "slurm")
    assert refused.exit_code == 2
    assert "error: sbatch is not installed\nhint: run it where Slurm's programs are" in refused.err
