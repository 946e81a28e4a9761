"""`[run]` in the spec: what is read of it, and what is refused with its place."""

from __future__ import annotations

import pytest
from conftest import World

import gen_sweeps
from gen_sweeps.spec.model import RunSettings

RUN = """
[axes.seed]
levels = [0, 1]
[run]
command = ["python", "train.py", "{file}", "--seed={seed}"]
"""


def _load(world: World, text: str) -> RunSettings:
    world.write("spec.toml", world.read("spec.toml") + text)
    run = gen_sweeps.load(world.path("spec.toml")).run
    assert run is not None
    return run


def test_a_spec_without_the_table_says_nothing_of_runs(world: World) -> None:
    assert gen_sweeps.load(world.path("spec.toml")).run is None


def test_all_keys_become_typed_values(world: World) -> None:
    run = _load(
        world,
        RUN
        + """
freeze = ["train.py", "src/**/*.py"]
jobs = 3
gpus = 2
env = { HF_HUB_OFFLINE = "1" }
timeout = "1d2h3m4.5s"
grace = "2s"
retries = 4
executor = "slurm"
[run.metrics]
stdout = 'loss (?P<loss>\\S+)'
goal = { loss = "min" }
[run.slurm]
time = "2:00:00"
nodes = 1
exclusive = true
requeue = false
mem-per-cpu = 1.50
""",
    )
    assert run.command == ("python", "train.py", "{file}", "--seed={seed}")
    assert run.freeze == ("train.py", "src/**/*.py")
    assert (run.workdir, run.jobs, run.gpus, run.retries) == ("frozen", 3, 2, 4)
    assert (run.timeout, run.grace, run.executor) == (93784.5, 2.0, "slurm")
    assert run.env == {"HF_HUB_OFFLINE": "1"}
    assert (run.metrics.stdout, run.metrics.goal) == (r"loss (?P<loss>\S+)", {"loss": "min"})
    assert run.replicates == ("seed",)
    slurm = {"time": "2:00:00", "nodes": "1", "exclusive": True, "mem-per-cpu": "1.50"}
    assert run.slurm == slurm


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("command = []", "25:11: run.command: is empty"),
        ('command = "python x.py"', "25:11: run.command: must be an array, not a string"),
        ('command = [""]', "25:12: run.command.0: names no program"),
        ('comand = ["x"]', "25:1: run.comand: unknown key"),
        ('freeze = ["/etc/passwd"]', "25:11: run.freeze.0: '/etc/passwd' is absolute"),
        ('freeze = ["~/x"]', "25:11: run.freeze.0: '~/x' `~` is not filled in"),
        ('workdir = "project"\nfreeze = ["a"]', "26:1: run.freeze: has no effect with"),
        ('workdir = "here"', "25:11: run.workdir: must be `frozen` or `project`, not 'here'"),
        ("jobs = 0", "25:8: run.jobs: must be from 1 to 10000"),
        ('timeout = "2 hours"', "25:11: run.timeout: '2 hours' is no duration"),
        ("timeout = 90", "25:11: run.timeout: must be a string, not an integer"),
        ('grace = "0s"', "25:9: run.grace: '0s' is no duration longer than nothing"),
        ('executor = "k8s"', "25:12: run.executor: must be `local` or `slurm`, not 'k8s'"),
        ('env = { GEN_SWEEPS_ARM = "x" }', "25:9: run.env.GEN_SWEEPS_ARM: names that start with"),
        ('env = { "A B" = "x" }', "25:9: run.env.\"A B\": 'A B' is not a valid name"),
        ('env = { A = "x\\u0000" }', "25:13: run.env.A: has a NUL"),
        ('metrics = { stdout = "(" }', "25:22: run.metrics.stdout: is no regular expression"),
        ('metrics = { stdout = "(?P<step>x)" }', "25:13: run.metrics.stdout: has no group"),
        ('metrics = { file = "a", mlflow = "b" }', "25:25: run.metrics.mlflow: is a second place"),
        ('metrics = { file = "/a" }', "25:20: run.metrics.file: '/a' is absolute"),
        ('metrics = { goal = { loss = "low" } }', "must be `min` or `max`, not 'low'"),
        ('replicates = ["sed"]', "25:15: run.replicates.0: 'sed' is no axis"),
        ('replicates = ["strategy"]', "25:15: run.replicates.0: 'strategy' is no axis"),
        ('slurm = { array = "0-9" }', "25:11: run.slurm.array: `--array` of sbatch is set"),
        ('slurm = { out = "x" }', "25:11: run.slurm.out: `--output` of sbatch is set"),
        ('slurm = { job = "x" }', "25:11: run.slurm.job: `--job-name` of sbatch is set"),
        ('slurm = { Time = "1" }', "25:11: run.slurm.Time: is no long option of sbatch"),
        ('slurm = { "--time" = "1" }', "25:11: run.slurm.--time: is no long option of sbatch"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(world: World, text: str, said: str) -> None:
    start = (
        "\n\n[run]\n" if text.startswith(("command", "comand")) else '\n[run]\ncommand = ["x"]\n'
    )
    world.write("spec.toml", world.read("spec.toml") + start + text + "\n")
    result = world.run("spec.toml")
    assert result.exit_code == 2
    assert said in result.err
    assert not world.path("out").exists()


def test_a_name_in_braces_that_nothing_fills_in_is_a_warning(world: World) -> None:
    world.write(
        "spec.toml", world.read("spec.toml") + '[run]\ncommand = ["a", "{fiel}", "{{x}}"]\n'
    )
    result = world.run("spec.toml")
    assert result.exit_code == 0
    assert "run.command.1: nothing fills in `{fiel}`\nhint: did you mean `{file}`?" in result.err


def test_an_axis_cannot_be_called_like_what_a_command_names(world: World) -> None:
    world.write(
        "spec.toml", world.read("spec.toml") + '[axes.file]\nlevels = [1]\n[run]\ncommand = ["x"]\n'
    )
    assert "axes.file: has the name that stands for something else" in world.run("spec.toml").err


def test_no_generated_byte_depends_on_it(world: World) -> None:
    world.run("spec.toml")
    before = world.files("out")
    _load(world, '[run]\ncommand = ["x"]\nenv = { A = "b" }\n')
    checked = world.run("spec.toml", "--check")
    assert (checked.exit_code, checked.err) == (0, "")
    assert world.files("out") == before
