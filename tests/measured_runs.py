"""Runs as `gen-sweeps run` leaves them on disk, with what they measured."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from conftest import World

from gen_sweeps.run import (
    ArmRun,
    ArmState,
    AttemptEnd,
    AttemptStart,
    Job,
    PythonVersion,
    RunFolder,
    plan_runs,
)
from gen_sweeps.spec.loading import load

JOB = Job(
    sweep="measured",
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


def planned(world: World) -> Mapping[str, ArmRun]:
    """Return what is to be run of each arm now."""
    spec = load(world.path("spec.toml"))
    assert spec.run is not None
    return {run.arm.name: run for run in plan_runs(spec, spec.run, spec.arms).runs}


def add_run(run: ArmRun, job: Job = JOB) -> RunFolder:
    """Add the run of an arm, without an attempt; a job with a digest of its own is stale."""
    levels = dict(run.arm.levels)
    folder = run.folder
    if job.digest:
        folder = RunFolder(folder.path.with_name(job.digest))
    job = replace(job, arm=run.arm.name, levels=levels, digest=folder.path.name)
    folder.work.mkdir(parents=True)
    content = {"version": 1, **asdict(job)}
    (folder.path / "job.json").write_text(json.dumps(content))
    return folder


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
    settings: str = 'metrics.goal = { loss = "min" }',
) -> dict[str, RunFolder]:
    """Make an experiment of strategies, each with a run per seed that measures one loss.

    Args:
        world: Where to.
        values: The losses of each strategy, the control's first; None for a run that is missing.
        axes: More of the spec: further axes.
        settings: More of `[run]`.
    """
    seeds = len(next(iter(values.values())))
    sets = "\n".join(f"[strategies.{name}]\nvars.x = {i}" for i, name in enumerate(values))
    world.write(
        "spec.toml",
        f'[sweep]\nname = "measured"\noutput = "out"\ncontrol = "{next(iter(values))}"\n'
        f'[treatment]\nvary = ["x"]\n[axes.seed]\nlevels = {list(range(seeds))}\n{axes}\n'
        f'[run]\ncommand = ["true"]\n{settings}\n{sets}\n',
    )
    spec = load(world.path("spec.toml"))
    names = "_".join(f"{{{axis}}}" for axis in spec.axis_names)
    printed = "\n".join(
        f"{axis} = {{{{ {axis} | python }}}}" for axis in ("x", *spec.axis_names[1:])
    )
    world.write(f"templates/{names}.py.jinja", f"{printed}\n")
    assert world.run("spec.toml", "-q").exit_code == 0
    found = {}
    for name, run in planned(world).items():
        value = values[run.arm.levels["strategy"]][int(run.arm.levels["seed"])]
        if value is not None:
            found[name] = add_run(run)
            add_attempt(found[name], [{"step": 1, "loss": 9.0}, {"step": 2, "loss": value}])
    return found
