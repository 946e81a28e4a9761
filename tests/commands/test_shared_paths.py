"""The warning that all arms write to one path, or run under one name."""

from __future__ import annotations

import pytest
from conftest import World


def _with(world: World, line: str) -> World:
    template = world.read("templates/run_{strategy}.py.jinja")
    world.write("templates/run_{strategy}.py.jinja", f"{template}{line}\n")
    return world


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('output_dir = "runs/a"', "output_dir"),
        ('train(run_name="a")', "run_name"),
        ('config.exp_name = "a"', "exp_name"),
        ('CONFIG = {"work_dir": "a"}', "work_dir"),
        ('SAVE_DIR: str = "a"', "SAVE_DIR"),
        ('f(wandb_run_name="{{ sweep.name }}", log_dir="b")', "wandb_run_name"),
        ('f(checkpoint_dir=({{ "a" | python }}))', "checkpoint_dir"),
        ('output_dir = Path("runs")', "output_dir"),
        ('config["output_dir"] = "runs"', "output_dir"),
    ],
)
def test_a_path_or_name_that_all_arms_share_is_a_warning(
    world: World, line: str, name: str
) -> None:
    _with(world, line)
    for options in ([], ["--check"], ["--diff"]):
        result = world.run("spec.toml", *options)
        assert result.exit_code == 0
        assert result.err.startswith(
            f"warning: out/run_plain.py:15: every arm has the same {name}, "
        )
        assert result.err.count("warning: ") == 1
        assert f"hint: write `{name.lower()} = " in result.err
    assert world.run("spec.toml", "--check", "-q").err == ""


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("a", "a_{strategy}"),
        ("runs/", "runs/{strategy}"),
        ("cartpole_plain_seed0", "cartpole_{strategy}_seed0"),
        ("plain/plain-2", "{strategy}/{strategy}-2"),
        ("explain", "explain_{strategy}"),
        ("x_{strategy}", "x_{strategy}"),
    ],
)
def test_the_hint_has_the_arms_own_name_as_a_field(world: World, text: str, pattern: str) -> None:
    err = _with(world, f'output_dir = "{text}"').run("spec.toml").err
    assert f'hint: write `output_dir = "{pattern}"` in `[vars]`, name output_dir' in err


def test_the_hint_has_the_name_of_each_axis(world: World) -> None:
    spec = world.read("spec.toml")
    world.write("spec.toml", f"{spec}[axes.seed]\nlevels = [0, 1]\n")
    name = "templates/run_{strategy}.py.jinja"
    _with(world, 'output_dir = "plain_seed0"\nx = {{ seed }}')
    world.path(name).rename(world.path("templates/run_{strategy}_{seed}.py.jinja"))
    err = world.run("spec.toml").err
    assert 'hint: write `output_dir = "{strategy}_seed{seed}"` in `[vars]`, and print' in err


@pytest.mark.parametrize(
    "line",
    [
        'output_dir = "${HOME}/runs"',
        'output_dir = "%(here)s/runs"',
        'output_dir = "runs/{{ exp }}"',
        'output_dir = f"runs/{name}"',
        "output_dir = RUNS",
        'output_dir = ""',
        'project = "a"',
        'directory = "a"',
    ],
)
def test_what_may_differ_or_is_no_such_name_is_none(world: World, line: str) -> None:
    spec = world.read("spec.toml").replace('"params"]', '"params", "exp"]')
    spec = spec.replace("[strategies.plain]", '[vars]\nexp = "{strategy}"\n\n[strategies.plain]')
    world.write("spec.toml", spec)
    world.write("templates/_base.py.jinja", 'SIZE = 4\nname = "a"\nRUNS = "b"\n')
    template = world.read("templates/run_{strategy}.py.jinja")
    world.write(
        "templates/run_{strategy}.py.jinja", template.replace("import SIZE", "import RUNS, SIZE")
    )
    result = _with(world, line).run("spec.toml")
    assert result.exit_code == 0, result.err
    assert "every arm has the same" not in result.err


def test_a_github_workflow_shows_it_at_its_line(world: World) -> None:
    _with(world, 'output_dir = "runs"').run("spec.toml")
    noted = world.run("spec.toml", "--check", "--output-format", "github")
    assert noted.out.startswith("::warning file=out/run_plain.py,line=15::every arm has the same")


def test_one_arm_shares_with_nobody(world: World) -> None:
    spec = world.read("spec.toml")
    world.write("spec.toml", spec[: spec.index("[strategies.shaped.args]")])
    assert "every arm" not in _with(world, 'output_dir = "runs"').run("spec.toml").err
