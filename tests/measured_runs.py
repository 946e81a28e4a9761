"""Runs as `gen-sweeps run` leaves them on disk, with what they measured."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from hashlib import sha256

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


def measured(
    world: World,
    values: Mapping[str, Sequence[float | None]],
    axes: str = "",
    run: str = 'metrics.goal = { loss = "min" }',
) -> dict[str, RunFolder]:
    """Make an experiment of strategies, each with a run per seed that measures one loss.

    Args:
        world: Where to.
        values: The losses of each strategy, the control's first; None for a run that is missing.
        axes: More of the spec: further axes.
        run: More of `[run]`.
    """
    seeds = len(next(iter(values.values())))
    sets = "\n".join(f"[strategies.{name}]\nvars.x = {i}" for i, name in enumerate(values))
    world.write(
        "spec.toml",
        f'[sweep]\nname = "measured"\noutput = "out"\ncontrol = "{next(iter(values))}"\n'
        f'[treatment]\nvary = ["x"]\n[axes.seed]\nlevels = {list(range(seeds))}\n{axes}\n'
        f'[run]\ncommand = ["true"]\n{run}\n{sets}\n',
    )
    spec = load(world.path("spec.toml"))
    names = "_".join(f"{{{axis}}}" for axis in spec.axis_names)
    printed = "\n".join(
        f"{axis} = {{{{ {axis} | python }}}}" for axis in ("x", *spec.axis_names[1:])
    )
    world.write(f"templates/{names}.py.jinja", f"{printed}\n")
    assert world.run("spec.toml", "-q").exit_code == 0
    found = {}
    for arm in spec.arms:
        value = values[arm.levels["strategy"]][int(arm.levels["seed"])]
        if value is not None:
            found[arm.name] = add_run(world, arm, spec.name)
            add_attempt(found[arm.name], [{"step": 1, "loss": 9.0}, {"step": 2, "loss": value}])
    return found
