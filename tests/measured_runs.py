"""Runs as `gen-sweeps run` leaves them on disk, with what they measured."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from random import Random

from conftest import World

from gen_sweeps.run import (
    ArmState,
    AttemptEnd,
    AttemptStart,
    Job,
    PythonVersion,
    RunFolder,
    sweep_folder,
)
from gen_sweeps.spec.loading import load
from gen_sweeps.spec.model import Arm

JOB = Job(
    sweep="",
    arm="",
    strategy=None,
    levels={},
    digest="",
    argv=("python", "train.py"),
    env={},
    workdir="frozen",
    cwd="",
    imports=(),
    modules=(),
    files={"train.py": "a" * 64},
    commit="c0ffee" * 6 + "0000",
    dirty=False,
    prepared=1_700_000_000.0,
)

START = AttemptStart(
    attempt=1,
    started=1_700_000_000.0,
    argv=JOB.argv,
    host="node1",
    system="Linux x86_64",
    cores=2,
    python=PythonVersion("/usr/bin/python", "3.11.9"),
    gpus=None,
    slurm={},
    commit=JOB.commit,
    dirty=False,
    locks={},
    retries=0,
    supervisor=1,
)

END = AttemptEnd(ArmState.DONE, 0, None, 1_700_000_010.0, 10.0)


def add_run(world: World, arm: Arm, sweep: str, job: Job = JOB) -> RunFolder:
    """Add the run of an arm, without an attempt."""
    job = replace(job, sweep=sweep, arm=arm.name, levels=dict(arm.levels))
    digest = job.digest or sha256(f"{arm.name}{job.files}".encode()).hexdigest()[:16]
    path = sweep_folder(world.path("spec.toml"), sweep) / arm.name / digest
    (path / "work").mkdir(parents=True)
    content = {"version": 1, **asdict(replace(job, digest=digest))}
    (path / "job.json").write_text(json.dumps(content))
    return RunFolder(path)


def add_attempt(
    folder: RunFolder,
    rows: Sequence[Mapping[str, object]] | None = None,
    start: AttemptStart = START,
    end: AttemptEnd | None = END,
) -> None:
    """Add an attempt, and what it logged."""
    number = len(folder.numbers()) + 1
    path = folder.path / "attempts" / str(number)
    path.mkdir(parents=True)
    (path / "stdout").touch()
    (path / "stderr").touch()
    content = {"version": 1, **asdict(replace(start, attempt=number))}
    (path / "start.json").write_text(json.dumps(content))
    if end is not None:
        (path / "end.json").write_text(json.dumps({"version": 1, **asdict(end)}))
    if rows is not None:
        (path / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def add_runs(
    world: World, *, steps: int = 5, skipped: Sequence[str] = (), unit: float = 1.0
) -> dict[str, RunFolder]:
    """Add a run that is done for each arm of the spec, with a loss that follows from its name."""
    spec = load(world.path("spec.toml"))
    found = {}
    for arm in spec.arms:
        if arm.name not in skipped:
            found[arm.name] = add_run(world, arm, spec.name)
            add_attempt(found[arm.name], losses(arm, steps, unit))
    return found


def losses(arm: Arm, steps: int = 5, unit: float = 1.0) -> list[dict[str, float]]:
    """Return losses that fall, towards what depends on the strategy and, less so, on the seed."""
    strategy = arm.levels.get("strategy", "")
    level = 1 + sum(map(ord, strategy)) % 7
    source = Random(f"{sorted(arm.levels.items())}")  # noqa: S311 - nothing secret
    final = level * (1 + source.gauss(0, 0.05))
    return [
        {"step": step, "loss": unit * final * (1 + 9 * math.exp(-5 * step / steps))}
        for step in range(1, steps + 1)
    ]
