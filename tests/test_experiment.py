"""The project's own experiment: its requirements one by one, on the generated text and tree."""

from __future__ import annotations

import ast
import itertools
import json
import re
from pathlib import Path

import libcst as cst
import pytest
from conftest import PROJECT, World
from libcst import matchers as m

STRATEGIES = (
    "identity",
    "difference_rewards",
    "potential_based",
    "coma_advantage",
    "reward_mixing",
)
CALL = "DebateMetricStreamerConfig"
VARY = ("reward_shaping_strategy", "reward_shaping_params")


def source(strategy: str) -> str:
    return (PROJECT / f"generated/sweep_{strategy}.py").read_bytes().decode()


def block(strategy: str) -> ast.Call:
    """Return the streamer block of a strategy's file."""
    calls = [
        node
        for node in ast.walk(ast.parse(source(strategy)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == CALL
    ]
    (call,) = calls
    return call


def arguments(strategy: str) -> dict[str, str]:
    """Return the streamer block's arguments as source."""
    return {str(keyword.arg): ast.unparse(keyword.value) for keyword in block(strategy).keywords}


def constants() -> dict[str, object]:
    namespace: dict[str, object] = {}
    exec((PROJECT / "generated/_base.py").read_text(), namespace)  # noqa: S102 - literals only
    return namespace


def test_ecfg_01_the_identity_baseline_has_no_reward_shaping_argument() -> None:
    assert arguments("identity") == {"n_rollouts_per_prompt": "GENERATIONS_PER_PROMPT"}
    assert not re.search("reward_shaping_(strategy|params)", source("identity"))
    assert "smollm-135M" in str(constants()["CKPT_PATH"])
    assert constants()["PRIORITY_CLASS"] == "dev-low"


def test_ecfg_02_difference_rewards_writes_its_empty_parameters_out() -> None:
    assert '                        reward_shaping_strategy="difference_rewards",\n' in source(
        "difference_rewards"
    )
    assert "                        reward_shaping_params={},\n" in source("difference_rewards")
    assert "D_i = G - G_{-i}" in source("difference_rewards")


def test_ecfg_03_potential_based_has_gamma_and_its_potential_on_one_line() -> None:
    assert (
        '                        reward_shaping_params={"gamma": 0.99, '
        '"potential_type": "debate_length"},\n'
    ) in source("potential_based")
    assert arguments("potential_based")["reward_shaping_strategy"] == "'potential_based'"
    assert "r' = r + gamma * Phi(s') - Phi(s)" in source("potential_based")


def test_ecfg_04_coma_names_the_rollouts_in_the_block_and_in_the_parameters() -> None:
    assert arguments("coma_advantage") == {
        "n_rollouts_per_prompt": "GENERATIONS_PER_PROMPT",
        "reward_shaping_strategy": "'coma_advantage'",
        "reward_shaping_params": "{'n_rollouts_per_prompt': GENERATIONS_PER_PROMPT}",
    }
    assert constants()["GENERATIONS_PER_PROMPT"] == 4
    assert "A_i = r_i - baseline_i" in source("coma_advantage")


def test_ecfg_05_reward_mixing_mixes_by_a_half() -> None:
    assert arguments("reward_mixing")["reward_shaping_params"] == "{'alpha': 0.5}"
    assert "alpha * G + (1 - alpha) * local" in source("reward_mixing")


class _Skeleton(m.MatcherDecoratableTransformer):
    """Takes the module docstring and the varying arguments of the treatment out."""

    def leave_Module(  # noqa: N802 - LibCST names the visitor
        self, original_node: cst.Module, updated_node: cst.Module
    ) -> cst.Module:
        assert original_node.get_docstring() is not None
        return updated_node.with_changes(body=updated_node.body[1:])

    @m.leave(m.Call(func=m.Name(CALL)))
    def take_out(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        del original_node
        kept = [a for a in updated_node.args if a.keyword and a.keyword.value not in VARY]
        # The last argument's comma stands before the closing parenthesis, not a next argument.
        return updated_node.with_changes(args=[a.with_changes(comma=cst.Comma()) for a in kept])


@pytest.mark.parametrize(("one", "other"), [*itertools.combinations(STRATEGIES, 2)])
def test_ecfg_06_all_pairs_are_equal_in_everything_else(one: str, other: str) -> None:
    trees = [cst.parse_module(source(name)).visit(_Skeleton()) for name in (one, other)]
    assert trees[0].deep_equals(trees[1])
    assert trees[0].code == trees[1].code
    assert len(trees[0].code.splitlines()) > 200


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_ecfg_07_the_queue_and_the_priority_are_the_teams(strategy: str) -> None:
    text = source(strategy)
    assert "        queue=sweep.Queue.post_training_cohere_labs_queue,\n" in text
    assert "        priority_class=PRIORITY_CLASS,\n" in text
    assert constants()["PRIORITY_CLASS"] == "dev-low"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_ecfg_08_the_data_is_math_500_in_a_debate(strategy: str) -> None:
    text = source(strategy)
    assert 'env_name_remap={"math": "math_debate"},\n' in text
    assert '"reasoning_effort": "ON",\n' in text
    assert '"grounding_style": "SPAN",\n' in text
    assert constants()["MATH_500_DATA_PATH"] == (
        "gs://cohere-dev-central-2/comb/data/math_500/2025_05_15/scenarios_train.jsonl"
    )


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_each_file_starts_with_what_a_person_needs_to_run_it(strategy: str) -> None:
    text = source(strategy)
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring is not None
    assert text.startswith('"""')
    assert f"uv run python generated/sweep_{strategy}.py start\n" in docstring
    assert f"uv run python generated/sweep_{strategy}.py --submit start\n" in docstring
    assert docstring.endswith(
        "@generated by gen-sweeps from spec.toml: edit the spec, not this file."
    )


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_nothing_of_the_larger_setup_is_in_the_files(strategy: str) -> None:
    unwanted = "advanced_logging|MODEL_TO_QUERY|IS_STAGING|override_mesh_for_local_gathering"
    assert not re.search(unwanted, source(strategy))


def test_constants_have_the_values_of_the_experiment() -> None:
    expected = json.loads((Path(__file__).parent / "facts/constants.json").read_text())
    actual = {name: value for name, value in constants().items() if name in expected}
    assert actual == expected
    assert list(map(type, actual.values())) == list(map(type, expected.values()))


@pytest.mark.parametrize(
    ("old", "new", "file", "text"),
    [
        (
            'queue = "post_training_cohere_labs_queue"',
            'queue = "another_queue"',
            "sweep_identity.py",
            "queue=sweep.Queue.another_queue,",
        ),
        ("SEED = 42", "SEED = 43", "_base.py", "SEED = 43\n"),
        (
            'package = "generated" ',
            'package = "configs.reward_shaping_sweep" ',
            "sweep_coma_advantage.py",
            "from configs.reward_shaping_sweep._base import (",
        ),
        (
            "gamma = 0.99",
            "gamma = 0.9",
            "sweep_potential_based.py",
            'reward_shaping_params={"gamma": 0.9, "potential_type": "debate_length"},',
        ),
    ],
)
def test_what_people_change_is_one_line_of_the_spec(
    project: World, old: str, new: str, file: str, text: str
) -> None:
    project.replace("spec.toml", old, new)
    assert project.run("spec.toml").exit_code == 0
    assert text in project.read(f"generated/{file}")
