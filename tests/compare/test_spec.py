"""What a spec declares may differ, without saying it again."""

from __future__ import annotations

import json

import pytest
from conftest import World

FILES = ("out/run_plain.py", "out/run_shaped.py")


@pytest.fixture
def generated(world: World) -> World:
    """Return a folder in which the spec's files have been written."""
    assert world.run("spec.toml").exit_code == 0
    return world


def test_files_of_a_spec_differ_in_nothing_else(generated: World) -> None:
    assert generated.run("compare", *FILES).exit_code == 1
    result = generated.run("compare", *FILES, "--spec", "spec.toml")
    assert result.exit_code == 0, result.out
    assert "no difference in code but what may vary" in result.out


def test_an_edit_by_hand_is_the_only_difference(generated: World) -> None:
    generated.replace(FILES[1], "steps=10", "steps=20")
    result = generated.run("compare", *FILES, "--spec", "spec.toml", "--output-format", "json")
    assert result.exit_code == 1
    counted = [place for place in json.loads(result.out)["differences"] if not place["allowed"]]
    assert [place["path"] for place in counted] == ["config[0].steps"]


def test_what_a_variable_prints_is_declared_by_its_place(world: World) -> None:
    world.replace("spec.toml", '"params"]', '"params", "steps"]\n[vars]\nsteps = 10\n')
    world.replace("spec.toml", "[strategies.plain]", "[strategies.plain]\nvars.steps = 20")
    world.replace("templates/run_{strategy}.py.jinja", "steps=10", "steps={{ steps }}")
    assert world.run("spec.toml").exit_code == 0
    assert world.run("compare", *FILES, "--vary", "Block(*)", "--vary", "docstring").exit_code == 1
    result = world.run("compare", *FILES, "--spec", "spec.toml")
    assert result.exit_code == 0, result.out
    world.replace(FILES[1], "temperature=0.6", "temperature=0.7")
    assert world.run("compare", *FILES, "--spec", "spec.toml").exit_code == 1


def test_patterns_and_a_spec_add_up(generated: World) -> None:
    generated.replace(FILES[1], "steps=10", "steps=20")
    result = generated.run("compare", *FILES, "--spec", "spec.toml", "--vary", "Other(steps)")
    assert result.exit_code == 0, result.out


def test_before_it_has_been_generated_a_spec_declares_its_treatment(generated: World) -> None:
    for path in generated.path("out").iterdir():
        if path.suffix != ".py":
            path.unlink()
    assert generated.run("compare", *FILES, "--spec", "spec.toml").exit_code == 0


def test_a_spec_that_is_not_there_is_an_error(generated: World) -> None:
    result = generated.run("compare", *FILES, "--spec", "none.toml")
    assert result.exit_code == 2
    assert "none.toml" in result.err
