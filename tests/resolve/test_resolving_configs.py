"""Configurations in the shapes that real ones have."""

from __future__ import annotations

from conftest import World

from resolve.conftest import resolve_in, text_in, tree_in


def test_an_ml_collections_config_is_written_step_by_step(world: World) -> None:
    config = """
        import jax.numpy as jnp
        import ml_collections

        def get_config(variant="base"):
            config = ml_collections.ConfigDict()
            config.batch_size = 32
            config.model = ml_collections.ConfigDict()
            config.model.dim = config.batch_size * 4
            config.model.dtype = jnp.float32
            config.model.layers = [1, 2]
            config.model.layers.append(3)
            if config.batch_size > 16:
                config.big = True
            config.optimizer.schedule.kind = "cosine"
            config["seed"] = 0
            del config.big
            config.batch_size *= 2
            config.name = f"{variant}-{config.batch_size}"
            config.update({"a": 1}, b=2)
            config.lock()
            return config
    """
    assert text_in(world, config) == (
        "get_config(): ml_collections.ConfigDict()\n"
        "  .model = ml_collections.ConfigDict()\n"
        "    .dim = 128\n"
        "    .dtype = jax.numpy.float32\n"
        "    .layers = [1, 2, 3]\n"
        '  .optimizer.schedule.kind = "cosine"\n'
        '  ["seed"] = 0\n'
        "  del .big\n"
        "  .batch_size = 64\n"
        '  .name = "base-64"\n'
        '  .update({"a": 1}, b=2)\n'
        "  .lock()\n"
    )


def test_what_a_call_may_have_changed_is_no_longer_known(world: World) -> None:
    config = """
        import ml_collections
        config = ml_collections.ConfigDict()
        config.dim = 3
        known = config.dim
        config.update(dim=4)
        unknown = config.dim
    """
    tree = tree_in(world, config)
    assert tree["known"] == 3
    assert tree["unknown"] == {"attr": [tree["config"], "dim"]}


def test_a_value_given_to_another_call_may_have_been_changed_too(world: World) -> None:
    config = """
        import lib
        config = lib.Config()
        config.dim = 3
        lib.merge(config, "x")
        unknown = config.dim
    """
    assert tree_in(world, config)["unknown"]["attr"][1] == "dim"


def test_an_unlocked_block_is_written_at_what_is_done_in_it(world: World) -> None:
    config = """
        import ml_collections
        config = ml_collections.ConfigDict()
        with config.unlocked():
            config.extra = 1
    """
    step = tree_in(world, config)["config"]["then"][0]
    assert step["set"] == ["extra"]
    assert step["within"] == [{"call": {"attr": [{"cycle": 3}, "unlocked"]}, "kwargs": {}}]


def test_objects_made_in_a_context_name_it(world: World) -> None:
    config = """
        import strategy
        from lib import Model
        with strategy.scope("cpu") as scope:
            model = Model(3)
        other = Model(4)
    """
    tree = tree_in(world, config)
    scope = {"call": "strategy.scope", "args": ["cpu"], "kwargs": {}}
    assert tree == {
        "model": {"call": "lib.Model", "args": [3], "kwargs": {}, "within": [scope]},
        "other": {"call": "lib.Model", "args": [4], "kwargs": {}},
    }


def test_a_context_manager_alone_is_an_effect(world: World) -> None:
    resolved = resolve_in(world, "import wandb\nwith wandb.init(project='p'):\n    x = 1\n")
    run = {"call": "wandb.init", "kwargs": {"project": "p"}}
    assert resolved.effects == ({"enter": run},)


def test_dataclasses_show_their_defaults_and_their_objects(world: World) -> None:
    config = """
        from dataclasses import dataclass, field
        from torch.optim import Adam

        @dataclass
        class Optimizer:
            lr: float = 1e-3
            kind: type = Adam

        @dataclass
        class Config:
            seed: int
            layers: list[int] = field(default_factory=lambda: [64, 64])
            optimizer: Optimizer = field(default_factory=Optimizer)

        config = Config(seed=3, optimizer=Optimizer(lr=0.1))
    """
    assert text_in(world, config) == (
        "Optimizer:\n"
        "  (bases): []\n"
        "  lr: 0.001\n"
        "  kind: torch.optim.Adam\n"
        "Config:\n"
        "  (bases): []\n"
        "  layers: [64, 64]\n"
        "  optimizer: Optimizer(lr=0.001, kind=torch.optim.Adam)\n"
        "config: Config(seed=3, layers=[64, 64], "
        "optimizer=Optimizer(lr=0.1, kind=torch.optim.Adam))\n"
    )


def test_a_hydra_main_is_written_and_not_run(world: World) -> None:
    config = """
        import hydra
        from hydra.core.config_store import ConfigStore
        from omegaconf import MISSING

        class Config:
            path: str = MISSING

        cs = ConfigStore.instance()
        cs.store(name="config", node=Config)

        @hydra.main(version_base=None, config_path="conf", config_name="config")
        def main(cfg: Config) -> None:
            raise SystemExit(3)

        if __name__ == "__main__":
            main()
    """
    assert text_in(world, config) == (
        "Config:\n"
        "  (bases): []\n"
        "  path: omegaconf.MISSING\n"
        "cs: hydra.core.config_store.ConfigStore.instance()\n"
        '  .store(name="config", node=Config)\n'
        'main: hydra.main(version_base=None, config_path="conf", config_name="config")'
        "(<function main>)\n"
    )


def test_a_fiddle_config_keeps_its_calls_and_assignments(world: World) -> None:
    config = """
        import fiddle as fdl
        from models import Encoder, Model

        def get_config():
            cfg = fdl.Config(Model, dim=4)
            cfg.encoder = fdl.Config(Encoder)
            cfg.encoder.depth = 2
            return cfg
    """
    assert text_in(world, config) == (
        "get_config(): fiddle.Config(…)\n"
        "  - models.Model\n"
        "  dim: 4\n"
        "  .encoder = fiddle.Config(…)\n"
        "    - models.Encoder\n"
        "    .depth = 2\n"
    )


def test_a_script_with_an_argument_parser_shows_its_config_dict(world: World) -> None:
    config = """
        import argparse
        import torch

        parser = argparse.ArgumentParser()
        parser.add_argument("--lr", type=float, default=3e-4)
        args = parser.parse_args()
        config = dict(lr=args.lr, device=torch.device("cuda"), steps=10_000)
    """
    tree = tree_in(world, config)
    assert tree["args"] == {"call": "argparse.Namespace", "kwargs": {"lr": 3e-4}}
    assert tree["config"] == {
        "lr": 3e-4,
        "device": {"call": "torch.device", "args": ["cuda"], "kwargs": {}},
        "steps": 10_000,
    }
    assert tree["parser"] == {"object": "argparse.ArgumentParser"}


def test_gin_bindings_are_effects_in_their_order(world: World) -> None:
    config = """
        import gin
        import torch
        gin.bind_parameter("train.lr", 0.1)
        gin.parse_config(["a = 1"])
        torch.backends.cudnn.benchmark = True

        @gin.configurable
        def train(lr): ...
    """
    assert text_in(world, config) == (
        "train: gin.configurable(<function train>)\n"
        "(effects):\n"
        '  - gin.bind_parameter("train.lr", 0.1)\n'
        '  - gin.parse_config(["a = 1"])\n'
        "  - torch.backends.cudnn.benchmark = True\n"
    )


def test_training_arguments_take_paths_below_the_root(world: World) -> None:
    config = """
        import os
        from pathlib import Path
        from transformers import TrainingArguments
        HERE = Path(__file__).resolve().parent
        arguments = TrainingArguments(
            output_dir=os.path.join(os.path.dirname(__file__), "out"), learning_rate=2e-5
        )
    """
    tree = tree_in(world, config, name="runs/train.py")
    assert tree["arguments"]["kwargs"] == {"output_dir": "<root>/runs/out", "learning_rate": 2e-5}
    assert tree["HERE"] == {"call": "pathlib.Path", "args": ["<root>/runs"], "kwargs": {}}


def test_an_mmengine_config_is_its_dicts(world: World) -> None:
    config = """
        _base_ = ["../_base_/models/resnet.py"]
        model = dict(type="ResNet", depth=50, norm_cfg=dict(type="BN"))
        train = [dict(type="LoadImage"), dict(type="Resize", scale=(224, 224))]
        for stage in train:
            stage["to_rgb"] = True
    """
    assert tree_in(world, config) == {
        "_base_": ["../_base_/models/resnet.py"],
        "model": {"type": "ResNet", "depth": 50, "norm_cfg": {"type": "BN"}},
        "train": [
            {"type": "LoadImage", "to_rgb": True},
            {"type": "Resize", "scale": {"tuple": [224, 224]}, "to_rgb": True},
        ],
    }


def test_jax_and_optax_expressions_stay_expressions(world: World) -> None:
    config = """
        import flax.linen as nn
        import jax
        import jax.numpy as jnp
        import optax

        dtype = jnp.float32
        tx = optax.chain(optax.clip(1.0), optax.adam(1e-3, b1=0.9))
        dense = nn.Dense(features=64, kernel_init=nn.initializers.zeros)
        a, b = jax.random.split(jax.random.key(0))
        scaled = 2 * a[0] - -b
        shape = jnp.ones(3).shape[0] // 2
    """
    assert text_in(world, config) == (
        "dtype: jax.numpy.float32\n"
        "tx: optax.chain(optax.clip(1.0), optax.adam(0.001, b1=0.9))\n"
        "dense: flax.linen.Dense(features=64, kernel_init=flax.linen.initializers.zeros)\n"
        "a: jax.random.split(jax.random.key(0))[unpacked 0]\n"
        "b: jax.random.split(jax.random.key(0))[unpacked 1]\n"
        "scaled: … - …\n"
        "  left: 2 * jax.random.split(jax.random.key(0))[unpacked 0][0]\n"
        "  right: -jax.random.split(jax.random.key(0))[unpacked 1]\n"
        "shape: jax.numpy.ones(3).shape[0] // 2\n"
    )


def test_a_torch_module_is_built_by_its_own_constructor(world: World) -> None:
    config = """
        import torch
        from torch import nn

        class Net(nn.Module):
            depth = 2

            def __init__(self, dim):
                super().__init__()
                self.head = nn.Linear(dim, dim * self.depth)
                self.register_buffer("mask", torch.ones(dim))

            @property
            def width(self):
                return self.depth * 10

        net = Net(4)
        width = net.width
        layers = nn.Sequential(*[nn.Linear(n, n) for n in (1, 2)], nn.ReLU())
    """
    assert text_in(world, config) == (
        "Net:\n"
        "  (bases): [torch.nn.Module]\n"
        "  depth: 2\n"
        "net: Net(…)\n"
        "  - 4\n"
        "  .super().__init__()\n"
        "  .head = torch.nn.Linear(4, 8)\n"
        '  .register_buffer("mask", torch.ones(4))\n'
        "width: 20\n"
        "layers: torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Linear(2, 2), "
        "torch.nn.ReLU())\n"
    )


def test_a_field_given_to_an_unknown_constructor_is_not_its_default(world: World) -> None:
    config = """
        from pydantic import BaseModel

        class Config(BaseModel):
            lr: float = 0.1
            steps: int = 5

        config = Config(lr=1.0)
        twice = config.lr * 2
        steps = config.steps * 2
    """
    tree = tree_in(world, config)
    assert tree["twice"] == {"left": {"attr": [tree["config"], "lr"]}, "op": "*", "right": 2}
    assert tree["steps"] == 10


def test_a_dataclass_on_a_recorded_base_takes_the_bases_arguments(world: World) -> None:
    config = """
        from dataclasses import dataclass
        from transformers import TrainingArguments

        @dataclass
        class Arguments(TrainingArguments):
            group: str = "x"

        arguments = Arguments(output_dir="out", group="y")
    """
    assert tree_in(world, config) == {
        "Arguments": {"(bases)": [{"name": "transformers.TrainingArguments"}], "group": "x"},
        "arguments": {"call": "Arguments", "kwargs": {"output_dir": "out", "group": "y"}},
    }


def test_nested_classes_are_classes_of_the_tree(world: World) -> None:
    config = """
        from legged_gym import LeggedRobotCfg

        class RoughCfg(LeggedRobotCfg):
            class env(LeggedRobotCfg.env):
                num_envs = 4096

            class init_state:
                pos = [0.0, 0.0, 0.42]
    """
    assert tree_in(world, config) == {
        "RoughCfg": {
            "(bases)": [{"name": "legged_gym.LeggedRobotCfg"}],
            "env": {"(bases)": [{"name": "legged_gym.LeggedRobotCfg.env"}], "num_envs": 4096},
            "init_state": {"(bases)": [], "pos": [0.0, 0.0, 0.42]},
        }
    }


def test_attributes_inherited_from_another_file_are_shown_apart(world: World) -> None:
    world.write("base.py", "class Base:\n    dim = 3\n    lr = 0.1\n")
    tree = tree_in(world, "from base import Base\nclass Config(Base):\n    lr = 0.2\n")
    assert tree == {
        "Config": {"(bases)": [{"class": "base.Base"}], "lr": 0.2, "(inherited)": {"dim": 3}}
    }


def test_a_decorated_class_is_written_once_and_named_where_it_is_called(world: World) -> None:
    config = """
        import chex
        from registry import register

        @register("small")
        @chex.dataclass
        class Config:
            lr: float = 0.1

        config = Config(lr=2)
    """
    assert text_in(world, config) == (
        'Config: registry.register("small")(…)\n'
        "  - chex.dataclass(…)\n"
        "    -\n"
        "      (bases): []\n"
        "      lr: 0.1\n"
        "config: Config(lr=2)\n"
    )


def test_class_keywords_and_generic_bases_are_written(world: World) -> None:
    config = """
        from typing import Generic, TypeVar
        from lib import Base, Token
        T = TypeVar("T", bound=Token)
        class A(Base[int], Generic[T], key=3):
            x = 1
        class B(A[Token]):
            y = 2
    """
    tree = tree_in(world, config)
    assert tree["A"]["(bases)"][0] == {"item": [{"name": "lib.Base"}, {"class": "builtins.int"}]}
    assert tree["A"]["(keywords)"] == {"key": 3}
    assert tree["B"]["y"] == 2


def test_annotations_may_hold_anything(world: World) -> None:
    config = """
        from collections.abc import Callable, Iterator
        from typing import Annotated, Literal, NamedTuple, Optional, Union
        from lib import Field, Token

        class Point(NamedTuple):
            at: Token = Token(1)

        def read(x: Optional[Token], *, y: Annotated[int, Field(gt=0)] = 3) -> Iterator[Token]: ...

        size: Union[Token, int, None] = None
        run: Callable[[Token], Token] | None = None
        point = Point()
    """
    tree = tree_in(world, config)
    assert tree["size"] is None
    assert tree["point"] == {
        "call": "Point",
        "kwargs": {"at": {"call": "lib.Token", "args": [1], "kwargs": {}}},
    }


def test_a_file_named_by_its_date_in_a_folder_with_a_dot_has_relative_imports(world: World) -> None:
    world.write("runs/v1.2/base.py", "lr = 3\n")
    tree = tree_in(world, "from .base import lr\nrate = lr * 2\n", name="runs/v1.2/2024-01-01.py")
    assert tree == {"rate": 6}


def test_a_source_folder_is_where_packages_begin(world: World) -> None:
    world.write("src/pkg/__init__.py", "")
    world.write("src/pkg/base.py", "class Base: pass\n")
    config = "from pkg.base import Base\nfrom .base import Base as Same\nsame = Base is Same\n"
    assert tree_in(world, config, name="src/pkg/config.py") == {"same": True}


def test_a_script_imports_its_neighbours(world: World) -> None:
    world.write("scripts/common.py", "lr = 3\n")
    assert tree_in(world, "import common\nlr = common.lr\n", name="scripts/a.py") == {"lr": 3}


def test_a_file_may_be_called_like_the_package_that_it_imports(world: World) -> None:
    config = "from attrs import define\nx = define(3)\n"
    assert tree_in(world, config, name="scripts/attrs.py") == {
        "x": {"call": "attrs.define", "args": [3], "kwargs": {}}
    }


def test_a_module_of_a_package_does_not_see_its_neighbours_as_packages(world: World) -> None:
    world.write("pkg/__init__.py", "")
    world.write("pkg/attrs.py", "x = 1\n")
    assert tree_in(world, "import attrs\nx = attrs.x\n", name="pkg/a.py") == {
        "x": {"name": "attrs.x"}
    }


def test_a_script_may_add_to_the_search_path(world: World) -> None:
    world.write("lib/common.py", "lr = 3\n")
    config = """
        import os, sys
        sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(__file__)), "lib"))
        from common import lr
        rate = lr
    """
    assert tree_in(world, config, name="scripts/a.py") == {"rate": 3}


def test_a_package_comes_before_its_module_as_in_python(world: World) -> None:
    world.write("pkg/__init__.py", "from pkg.config import rate\nDEFAULT = 1\n")
    world.write("pkg/base.py", "LR = 2\n")
    assert tree_in(world, "from .base import LR\nrate = LR\n", name="pkg/config.py") == {"rate": 2}


def test_a_data_folder_does_not_hide_the_package_of_its_name(world: World) -> None:
    world.write("wandb/run-1/log.txt", "")
    tree = tree_in(world, "import wandb\nrun = wandb.init()\n")
    assert tree == {"run": {"call": "wandb.init", "kwargs": {}}}
