"""The places of each factor, and a spec that pins them."""

from __future__ import annotations

import json

import pytest
from conftest import World

SPEC = """\
[sweep]
name = "small"
output = "out"
control = "adam"

[treatment]
vary = ["lr", "warmup", "note"]

[vars]
note = "run of {strategy}"
warmup = 0

[axes.model.small]
[axes.model.large]

[strategies.adam.vars]
lr = 1e-3

[strategies.sgd.vars]
lr = 2e-2
warmup = 10
"""

TEMPLATE = "templates/run_{strategy}_{model}.py.jinja"
SOURCE = '''\
"""A run."""

optimizer = dict(
    lr={{ lr }},
{% if warmup %}
    schedule=dict(
        warmup={{ warmup }},
    ),
{% endif %}
)
net = [64, 64{% if model == "large" %}, 64{% endif %}]


class Run:
    """{{ note | docstring }}"""

    size = {{ model | python }}
'''


@pytest.fixture
def branching(tmp_path: pytest.TempPathFactory) -> World:
    """An experiment whose template has two branches."""
    world = World(tmp_path)  # type: ignore[arg-type]
    world.write("spec.toml", SPEC)
    world.write(TEMPLATE, SOURCE)
    return world


def places(world: World) -> dict[str, list[str]]:
    """Return the places of each factor, as the manifest has them."""
    result = world.run("spec.toml")
    assert result.exit_code == 0, result.err
    records = json.loads(world.read("out/manifest.json"))
    return {record["factor"]: record["places"] for record in records if "factor" in record}


def test_what_a_branch_changes_is_a_place_of_the_factor_it_asks(branching: World) -> None:
    assert places(branching) == {
        "lr": ["optimizer.lr"],
        "note": ["Run docstring"],
        "model": ["Run.size", "net[2]"],
        "warmup": ["optimizer.schedule.warmup", "optimizer.schedule"],
    }


def test_what_is_left_out_is_named_as_the_control_has_it(branching: World) -> None:
    branching.replace("spec.toml", "warmup = 0", "warmup = 5")
    branching.replace("spec.toml", "warmup = 10", "warmup = 0")
    assert places(branching)["warmup"] == ["optimizer.schedule.warmup", "optimizer.schedule"]


def test_what_takes_two_factors_is_a_place_of_both(branching: World) -> None:
    branching.replace(TEMPLATE, "{% if warmup %}", "{% if warmup and model == 'large' %}")
    found = places(branching)
    assert found["warmup"] == ["optimizer.schedule.warmup", "optimizer.schedule"]
    assert "optimizer.schedule" in found["model"]
    assert "optimizer.schedule" not in found["lr"]


def test_a_combination_that_no_arm_has_may_fail_in_the_template(branching: World) -> None:
    branching.replace("spec.toml", "warmup = 0\n", "")
    branching.replace(TEMPLATE, "{% if warmup %}", "{% if lr > 0.01 %}")
    assert "optimizer.schedule.warmup" in places(branching)["warmup"]


def test_a_factor_that_only_a_branch_asks_is_no_unused_one(branching: World) -> None:
    branching.replace(TEMPLATE, "warmup={{ warmup }}", "warmup=10")
    branching.replace(TEMPLATE, "lr={{ lr }}", "lr=1e-3")
    result = branching.run("spec.toml")
    assert result.exit_code == 0
    assert "lr varies, but no template prints it" in result.err
    assert "warmup varies" not in result.err


PINS = '["optimizer", "docstring", "net[2]", "size"]'


def test_factors_stay_in_the_places_that_are_pinned(branching: World) -> None:
    branching.replace("spec.toml", "[vars]", f"places = {PINS}\n\n[vars]")
    result = branching.run("spec.toml")
    assert result.exit_code == 0, result.err


@pytest.mark.parametrize(
    ("pins", "place", "line", "pin"),
    [
        (PINS.replace('"optimizer", ', ""), "lr is at optimizer.lr", 4, "optimizer.lr"),
        (
            PINS.replace("optimizer", "optimizer.lr"),
            "warmup is at optimizer.schedule.warmup",
            6,
            "optimizer.schedule.warmup",
        ),
        (PINS.replace('"docstring", ', ""), "note is at Run docstring", 10, "docstring"),
        (PINS.replace('"net[2]", ', ""), "model is at net[2]", 6, "net[2]"),
    ],
)
def test_a_factor_in_another_place_is_refused(
    branching: World, pins: str, place: str, line: int, pin: str
) -> None:
    branching.replace("spec.toml", "[vars]", f"places = {pins}\n\n[vars]")
    result = branching.run("spec.toml")
    assert result.exit_code == 1
    message = f":{line}: {place}, which `treatment.places` does not have\n"
    assert message in result.err
    assert f'hint: add "{pin}" to it in spec.toml, or mend {TEMPLATE}\n' in result.err
    assert not branching.path("out").exists()


def test_arguments_of_the_call_are_pinned_by_its_name(world: World) -> None:
    world.replace("spec.toml", "[treatment.shared]", 'places = ["Block(*)"]\n[treatment.shared]')
    assert world.run("spec.toml").exit_code == 0
    world.replace("spec.toml", "Block(*)", "Block(kind)")
    result = world.run("spec.toml")
    assert result.exit_code == 1
    assert "params is at config[1].params, which `treatment.places` does not have" in result.err
    assert 'hint: add "Block(params)" to it' in result.err


def test_what_is_no_place_is_an_error_of_the_spec(branching: World) -> None:
    branching.replace("spec.toml", "[vars]", 'places = ["a b"]\n\n[vars]')
    result = branching.run("spec.toml")
    assert result.exit_code == 2
    assert "error: spec.toml: `treatment.places` names 'a b', which is no place\n" in result.err
    assert "hint: write " in result.err
