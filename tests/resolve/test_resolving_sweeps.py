"""Sweep files in the shape of the reward-shaping experiment, written here in small."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import World

from gen_sweeps.resolve import comparable
from resolve.conftest import resolve_in, tree_in

_BASE = '''
"""Constants that every sweep shares."""

NUM_TRAINING_GPUS = 1
NUM_SAMPLING_GPUS = 1
LEARNING_RATE = 3e-6
GENERATIONS_PER_PROMPT = 4
PRIORITY_CLASS = "dev-low"
WANDB_PROJECT = "multiagent-debate-rl"
_VLLM_SIDECAR = "vllm"
_VLLM_PORT = 8000
_VLLM_EXPORT_DIR = "/data/1d/post-training/${USER}/${SWEEP_NAME}/${TRIAL_IDX}"
'''

_SWEEP = '''
    """One strategy."""

    from __future__ import annotations

    from typing import TYPE_CHECKING

    import configs._image_reuse  # noqa: F401
    import sweep
    from post_training.canonicals.sweep_base import (
        PostTraining,
        Sweep,
        get_current_repo_directory,
    )
    from post_training.flink import flink_zord
    from post_training.flink.components import flink_reward_model
    from post_training.flink.components.debate_enrichment import DebateMetricStreamerConfig
    from post_training.flink.components.flink_learning_filter import (
        FilterMode,
        FilterMultiplexerConfig,
    )

    from generated._base import (
        _VLLM_EXPORT_DIR,
        _VLLM_PORT,
        _VLLM_SIDECAR,
        GENERATIONS_PER_PROMPT,
        LEARNING_RATE,
        NUM_SAMPLING_GPUS,
        NUM_TRAINING_GPUS,
        PRIORITY_CLASS,
        WANDB_PROJECT,
    )

    if TYPE_CHECKING:
        from collections.abc import Generator


    class RewardShapingSweep(Sweep):
        """The sweep."""

        settings = sweep.SweepSettings(
            sweep_output_path="${HOME}/sweep_jobs/reward_shaping_comparison/",
            cluster=sweep.Cluster.cw_us_east_04_prod,
        )
        fax = PostTraining(
            partition=f"gpu_{NUM_TRAINING_GPUS}",
            priority_class=PRIORITY_CLASS,
            queue=sweep.Queue.post_training_cohere_labs_queue,
            wandb_project=WANDB_PROJECT,
            retries=0,
            patch_run_config={
                "lr_schedule": {"kwargs": {"peak_lr": LEARNING_RATE, "end_lr": LEARNING_RATE}},
                "likelihood_evals": None,
                "minizord": flink_zord.FlinkZordConfig(
                    reward_models={
                        "key": flink_reward_model.FlinkWrapRewardModelEndpointConfig(),
                    },
                    actor_outputs_streamers=[
                        FilterMultiplexerConfig(filter_mode=FilterMode.ALL),
                        DebateMetricStreamerConfig(
                            n_rollouts_per_prompt=GENERATIONS_PER_PROMPT,
                            @@ARGS@@
                        ),
                    ],
                ).model_dump(),
            },
            sidecars=[
                sweep.SidecarConfig(
                    name=_VLLM_SIDECAR,
                    command=" ".join(
                        [
                            "python -m vinfer.main",
                            f"--exports-glob-pattern={_VLLM_EXPORT_DIR}/*/_HF_EXPORT_IS_COMPLETE",
                            f"--port {_VLLM_PORT}",
                        ]
                    ),
                    partition=f"gpu_{NUM_SAMPLING_GPUS}",
                    ports={"web": _VLLM_PORT},
                    repo=sweep.RepoConfig(
                        directory=get_current_repo_directory() + "/vinfer",
                        kind=sweep.RepoKinds.vllm,
                    ),
                ),
            ],
        )

        def get_search_space(self) -> Generator[sweep.ParamOverrides, None, None]:
            yield {}


    if __name__ == "__main__":
        sweep.cli.run_sweep_with_flags(RewardShapingSweep(), debugging_artefacts=[__file__])
'''

_FLINK = "post_training.flink.components"

# The streamer block of each strategy, as it is written and as it must come out.
_STRATEGIES: dict[str, tuple[str, dict[str, Any]]] = {
    "identity": ("", {}),
    "difference_rewards": (
        'reward_shaping_strategy="difference_rewards", reward_shaping_params={},',
        {"reward_shaping_strategy": "difference_rewards", "reward_shaping_params": {}},
    ),
    "potential_based": (
        (
            'reward_shaping_strategy="potential_based",'
            'reward_shaping_params={"gamma": 0.99, "potential_type": "debate_length"},'
        ),
        {
            "reward_shaping_strategy": "potential_based",
            "reward_shaping_params": {"gamma": 0.99, "potential_type": "debate_length"},
        },
    ),
    "coma_advantage": (
        (
            'reward_shaping_strategy="coma_advantage",'
            'reward_shaping_params={"n_rollouts_per_prompt": GENERATIONS_PER_PROMPT},'
        ),
        {
            "reward_shaping_strategy": "coma_advantage",
            "reward_shaping_params": {"n_rollouts_per_prompt": 4},
        },
    ),
    "reward_mixing": (
        'reward_shaping_strategy="reward_mixing", reward_shaping_params={"alpha": 0.5},',
        {"reward_shaping_strategy": "reward_mixing", "reward_shaping_params": {"alpha": 0.5}},
    ),
}


def _expected(streamer: dict[str, Any]) -> dict[str, Any]:
    zord = {
        "call": "post_training.flink.flink_zord.FlinkZordConfig",
        "kwargs": {
            "reward_models": {
                "key": {
                    "call": f"{_FLINK}.flink_reward_model.FlinkWrapRewardModelEndpointConfig",
                    "kwargs": {},
                }
            },
            "actor_outputs_streamers": [
                {
                    "call": f"{_FLINK}.flink_learning_filter.FilterMultiplexerConfig",
                    "kwargs": {
                        "filter_mode": {"name": f"{_FLINK}.flink_learning_filter.FilterMode.ALL"}
                    },
                },
                {
                    "call": f"{_FLINK}.debate_enrichment.DebateMetricStreamerConfig",
                    "kwargs": {"n_rollouts_per_prompt": 4, **streamer},
                },
            ],
        },
    }
    repo = {
        "directory": {
            "left": {
                "call": "post_training.canonicals.sweep_base.get_current_repo_directory",
                "kwargs": {},
            },
            "op": "+",
            "right": "/vinfer",
        },
        "kind": {"name": "sweep.RepoKinds.vllm"},
    }
    sidecar = {
        "name": "vllm",
        "command": (
            "python -m vinfer.main --exports-glob-pattern=/data/1d/post-training/${USER}/"
            "${SWEEP_NAME}/${TRIAL_IDX}/*/_HF_EXPORT_IS_COMPLETE --port 8000"
        ),
        "partition": "gpu_1",
        "ports": {"web": 8000},
        "repo": {"call": "sweep.RepoConfig", "kwargs": repo},
    }
    fax = {
        "partition": "gpu_1",
        "priority_class": "dev-low",
        "queue": {"name": "sweep.Queue.post_training_cohere_labs_queue"},
        "wandb_project": "multiagent-debate-rl",
        "retries": 0,
        "patch_run_config": {
            "lr_schedule": {"kwargs": {"peak_lr": 3e-6, "end_lr": 3e-6}},
            "likelihood_evals": None,
            "minizord": {"call": {"attr": [zord, "model_dump"]}, "kwargs": {}},
        },
        "sidecars": [{"call": "sweep.SidecarConfig", "kwargs": sidecar}],
    }
    return {
        "RewardShapingSweep": {
            "(bases)": [{"name": "post_training.canonicals.sweep_base.Sweep"}],
            "settings": {
                "call": "sweep.SweepSettings",
                "kwargs": {
                    "cluster": {"name": "sweep.Cluster.cw_us_east_04_prod"},
                    "sweep_output_path": "${HOME}/sweep_jobs/reward_shaping_comparison/",
                },
            },
            "fax": {"call": "post_training.canonicals.sweep_base.PostTraining", "kwargs": fax},
            "get_search_space()": [{}],
        }
    }


@pytest.mark.parametrize("strategy", _STRATEGIES)
def test_a_sweep_file_builds_the_tree_of_its_facts(world: World, strategy: str) -> None:
    written, expected = _STRATEGIES[strategy]
    world.write("generated/__init__.py", "")
    world.write("generated/_base.py", _BASE)
    sweep = _SWEEP.replace("@@ARGS@@", written)
    assert tree_in(world, sweep, name=f"generated/sweep_{strategy}.py") == _expected(expected)


def test_the_folder_of_the_sweeps_needs_no_init(world: World) -> None:
    world.write("generated/_base.py", _BASE)
    sweep = _SWEEP.replace("@@ARGS@@", "")
    assert tree_in(world, sweep, name="generated/sweep_identity.py") == _expected({})


def test_two_strategies_compare_equal_but_for_the_treatment(world: World) -> None:
    world.write("generated/_base.py", _BASE)
    trees = [
        comparable(
            resolve_in(
                world, _SWEEP.replace("@@ARGS@@", _STRATEGIES[name][0]), name=f"generated/{name}.py"
            )
        )
        for name in ("identity", "reward_mixing")
    ]
    texts = [json.dumps(tree, indent=1).splitlines() for tree in trees]
    missing = [line.strip() for line in texts[1] if line not in texts[0]]
    assert missing == [
        '"n_rollouts_per_prompt": 4,',
        '"reward_shaping_strategy": "reward_mixing",',
        '"reward_shaping_params": {',
        '"alpha": 0.5',
    ]


def test_a_constant_behind_a_name_equals_the_constant_written_out(world: World) -> None:
    world.write("generated/_base.py", _BASE)
    named = resolve_in(world, _SWEEP.replace("@@ARGS@@", ""), name="generated/a.py")
    written = _SWEEP.replace(
        "n_rollouts_per_prompt=GENERATIONS_PER_PROMPT", "n_rollouts_per_prompt=4"
    )
    literal = resolve_in(world, written.replace("@@ARGS@@", ""), name="generated/b.py")
    assert comparable(named) == comparable(literal)


def test_a_changed_constant_of_the_base_is_seen(world: World) -> None:
    world.write("generated/_base.py", _BASE)
    before = tree_in(world, _SWEEP.replace("@@ARGS@@", ""), name="generated/a.py")
    world.write("generated/_base.py", _BASE.replace("3e-6", "5e-6"))
    after = tree_in(world, _SWEEP.replace("@@ARGS@@", ""), name="generated/a.py")
    schedules = [
        tree["RewardShapingSweep"]["fax"]["kwargs"]["patch_run_config"]["lr_schedule"]["kwargs"]
        for tree in (before, after)
    ]
    assert schedules == [
        {"peak_lr": 3e-6, "end_lr": 3e-6},
        {"peak_lr": 5e-6, "end_lr": 5e-6},
    ]


def test_provenance_names_the_line_of_the_base_for_its_constants(world: World) -> None:
    world.write("generated/_base.py", _BASE)
    sweep = _SWEEP.replace("@@ARGS@@", "")
    resolved = resolve_in(world, sweep, name="generated/a.py", provenance=True)
    fax = "/RewardShapingSweep/fax/kwargs"
    lines = {key: str(origin) for key, origin in resolved.provenance.items()}
    assert lines[f"{fax}/priority_class"] == "generated/_base.py:8"
    assert lines[f"{fax}/patch_run_config/lr_schedule/kwargs/peak_lr"] == "generated/_base.py:6"
    partition = sweep.splitlines().index('            partition=f"gpu_{NUM_TRAINING_GPUS}",') + 1
    assert lines[f"{fax}/partition"] == f"generated/a.py:{partition}"
