"""What the generated files build, evaluated without their SDK, is the experiment of the facts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TypeAlias

import pytest
from conftest import PROJECT, World
from syrupy.assertion import SnapshotAssertion

from gen_sweeps.resolve import as_text, resolve

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

FACTS = Path(__file__).parent / "facts"
CONSTANTS: dict[str, Json] = json.loads((FACTS / "constants.json").read_text())
TREATMENTS: dict[str, dict[str, Json]] = {
    "identity": {},
    "difference_rewards": {
        "reward_shaping_strategy": "difference_rewards",
        "reward_shaping_params": {},
    },
    "potential_based": {
        "reward_shaping_strategy": "potential_based",
        "reward_shaping_params": {"gamma": 0.99, "potential_type": "debate_length"},
    },
    "coma_advantage": {
        "reward_shaping_strategy": "coma_advantage",
        "reward_shaping_params": {"n_rollouts_per_prompt": 4},
    },
    "reward_mixing": {
        "reward_shaping_strategy": "reward_mixing",
        "reward_shaping_params": {"alpha": 0.5},
    },
}


def expected(strategy: str) -> Json:
    """Return the configuration of the facts, its constants filled in, with the treatment."""
    tree = filled(json.loads((FACTS / "config_tree.json").read_text()))
    (block,) = calls(tree, "post_training.flink.components.debate_enrichment")
    kwargs = block["kwargs"]
    assert isinstance(kwargs, dict)
    kwargs |= TREATMENTS[strategy]
    return tree


def filled(tree: Json) -> Json:
    if isinstance(tree, dict):
        if tree.keys() == {"base"}:
            return CONSTANTS[str(tree["base"])]
        return {key: filled(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [filled(item) for item in tree]
    if isinstance(tree, str):
        return re.sub(r"\{base:(\w+)\}", lambda match: str(CONSTANTS[match[1]]), tree)
    return tree


def calls(tree: Json, module: str) -> list[dict[str, Json]]:
    """Return the recorded calls of what a module has, wherever they are."""
    found = []
    if isinstance(tree, dict):
        if str(tree.get("call")).startswith(f"{module}."):
            found.append(tree)
        tree = list(tree.values())
    for item in tree if isinstance(tree, list) else ():
        found += calls(item, module)
    return found


def typed(tree: Json) -> Json:
    """Return a tree in which numbers carry their types: 1 and 1.0 and True are not the same."""
    if isinstance(tree, dict):
        return {key: typed(value) for key, value in sorted(tree.items())}
    if isinstance(tree, list):
        return [typed(item) for item in tree]
    return f"{type(tree).__name__} {tree!r}"


@pytest.mark.parametrize("strategy", TREATMENTS)
def test_each_file_builds_exactly_the_configuration_of_the_facts(strategy: str) -> None:
    tree: Json = dict(resolve(PROJECT / f"generated/sweep_{strategy}.py").tree)
    assert typed(tree) == typed(expected(strategy))


@pytest.mark.parametrize("strategy", TREATMENTS)
def test_under_another_package_and_folder_each_builds_the_same(
    project: World, strategy: str
) -> None:
    project.replace("spec.toml", 'package = "generated" ', 'package = "configs.rl.shaping" ')
    project.replace("spec.toml", 'output = "generated" ', 'output = "src/configs/rl/shaping" ')
    assert project.run("spec.toml").exit_code == 0
    file = project.path(f"src/configs/rl/shaping/sweep_{strategy}.py")
    tree: Json = dict(resolve(file, root=project.path("src")).tree)
    assert typed(tree) == typed(expected(strategy))


@pytest.mark.parametrize("strategy", TREATMENTS)
def test_what_each_file_builds_is_as_it_was(strategy: str, snapshot: SnapshotAssertion) -> None:
    assert as_text(resolve(PROJECT / f"generated/sweep_{strategy}.py")) == snapshot
