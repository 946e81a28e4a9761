"""Idioms of configuration libraries that a plain reading of Python would refuse or misread."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import World

from gen_sweeps.commands.resolve import ResolveOptions
from gen_sweeps.commands.resolve import resolve as resolve_command
from gen_sweeps.resolve import ResolveError
from resolve.conftest import error_in, resolve_in, text_in, tree_in

TWICE = """
    import ml_collections
    def base():
        config = ml_collections.ConfigDict()
        config.optim = ml_collections.ConfigDict()
        config.optim.lr = 0.1
        config.optim.eps = 1e-8
        return config
    def get_config():
        config = base()
        config.optim.lr = 0.001
        return config
"""


def test_only_the_last_value_is_shown(world: World) -> None:
    text = text_in(world, TWICE)
    assert "0.1\n" not in text
    assert text.count(".lr = 0.001") == 1


def test_the_history_shows_every_value(world: World) -> None:
    text = text_in(world, TWICE, history=True)
    assert text.index(".lr = 0.1\n") < text.index(".lr = 0.001")


def test_a_value_that_a_call_may_have_used_is_kept(world: World) -> None:
    config = "import lib\nx = lib.X()\nx.lr = 1\nx.step()\nx.lr = 2\nx['a'] = 3\nx['a'] = 4\n"
    assert text_in(world, config) == ('x: lib.X()\n  .lr = 1\n  .step()\n  .lr = 2\n  ["a"] = 4\n')


def test_slices_and_other_keys_that_nothing_can_look_up_are_written(world: World) -> None:
    config = """
        import numpy as np
        a = np.zeros((10, 3))
        a[0] = 5
        a[:2, :] = [[0, 0, 0], [1, 1, 1]]
        a[[1, 2]] = 0
        a[{3}] = 1
        first = a[0]
    """
    text = text_in(world, config)
    for shown in ("[:2, :] = [[0, 0, 0], [1, 1, 1]]", "[[1, 2]] = 0", "[{3}] = 1"):
        assert shown in text
    assert "first: 5" not in text  # a slice may have changed it


def test_a_dict_that_is_set_on_a_configuration_has_attributes(world: World) -> None:
    config = """
        import ml_collections
        def get_config():
            config = ml_collections.ConfigDict()
            config.input = {}
            config.input.data = dict(name="coco", split="train")
            config.name = config.input.data.name
            return config
    """
    assert text_in(world, config) == (
        "get_config(): ml_collections.ConfigDict()\n"
        '  .input = {"data": {"name": "coco", "split": "train"}}\n'
        '  .name = "coco"\n'
    )


def test_a_choice_by_a_recorded_value_shows_both_sides(world: World) -> None:
    config = "import torch\ndevice = 'cuda' if torch.cuda.is_available() else 'cpu'\n"
    shown = "device: 'cuda' if torch.cuda.is_available() else 'cpu'\n".replace("'", '"')
    assert text_in(world, config) == shown
    assert tree_in(world, "x = [1 if y else 2 for y in (0, 1)]\n")["x"] == [2, 1]


def test_a_choice_that_would_change_something_is_refused(world: World) -> None:
    config = "import torch\nd = [1]\nx = d.pop() if torch.ok else 2\n"
    assert "config.py:3:16: a branch on a recorded value" in error_in(world, config)


def test_a_lazy_call_has_its_arguments_and_a_neighbours_dict_its_entries(world: World) -> None:
    world.write("configs/train.py", "train = dict(max_iter=10)\n")
    config = """
        from detectron2.config import LazyCall as L
        from fvcore import Step
        from .train import train
        train.max_iter = 20
        lr = L(Step)(milestones=[1, 2])
        lr.milestones = [2 * m for m in lr.milestones]
    """
    text = text_in(world, config, name="configs/f.py")
    assert ".milestones = [2, 4]" in text


def test_a_class_is_made_to_see_what_its_constructor_sets(world: World) -> None:
    world.write("base.py", "class Base:\n    def __init__(self):\n        self.depth = 1.0\n")
    config = """
        from base import Base
        class Exp(Base):
            def __init__(self):
                super().__init__()
                self.width = 0.5
        class Other:
            def __init__(self, lr):
                self.lr = lr
        class Broken:
            def __init__(self):
                open("log.txt", "w")
    """
    resolved = resolve_in(world, config)
    held = {"object": "Exp", "attributes": {"depth": 1.0, "width": 0.5}}
    assert resolved.tree == {"Exp()": held}
    assert [note.message for note in resolved.notes] == [
        "Broken() was not made: the file opens a file for writing, which resolve does not do",
        "a class takes arguments: give some with `--call 'Other(lr=…)'`",
    ]
    made = tree_in(world, config, calls=("Other(0.1)",))
    assert made == {"Other()": {"object": "Other", "attributes": {"lr": 0.1}}}


def test_a_class_on_a_recorded_base_is_made_too(world: World) -> None:
    config = """
        from yolox.exp import Exp as Base
        class Exp(Base):
            def __init__(self):
                super().__init__()
                self.width = 0.5
    """
    assert "self.width" not in text_in(world, config)
    made = text_in(world, config).partition("Exp():")[2]
    assert ".width = 0.5" in made


@pytest.mark.parametrize("call", ["int(numba.__version__) < 53", "len([numba.x]) and numba.y"])
def test_the_hint_names_the_package_behind_a_built_in_function(world: World, call: str) -> None:
    with pytest.raises(ResolveError) as raised:
        resolve_in(world, f"import numba\nif {call}:\n    x = 1\n")
    assert "`--import numba`" in str(raised.value.problems[0].hint)


def test_the_bases_of_an_mmengine_configuration_are_merged(world: World) -> None:
    world.write("_base_/run.py", "max_epochs = 3\nhooks = dict(a=1, b=dict(c=2))\n")
    world.write("mid.py", "_base_ = './_base_/run.py'\nscale = (640, 640)\n")
    config = """
        _base_ = ["./mid.py"]
        hooks = dict(b=dict(_delete_=True, d=4))
        scale = _base_.scale
        epochs = {{_base_.max_epochs}} * 2
        b = _base_.hooks.b.c
    """
    resolved = resolve_in(world, config)
    assert (resolved.notes, resolved.tree) == (
        (),
        {
            "hooks": {"a": 1, "b": {"d": 4}},
            "scale": {"tuple": [640, 640]},
            "epochs": 6,
            "b": 2,
            "max_epochs": 3,
        },
    )


def test_a_base_that_is_not_there_is_named(world: World) -> None:
    resolved = resolve_in(world, "_base_ = ['mmdet::x.py']\nscale = _base_.scale\n")
    assert resolved.tree == {"_base_": ["mmdet::x.py"], "scale": {"name": "_base_.scale"}}
    assert resolved.notes[0].message == "`_base_` is not followed to mmdet::x.py"


def test_what_a_file_changes_of_another_is_part_of_what_it_builds(world: World) -> None:
    world.write("base.py", "import sdk\ntrain = sdk.Train(steps=3)\nother = {'a': 1}\nmore = [1]\n")
    config = "from base import train, other, more\ntrain.steps = 6\nother['b'] = 2\n"
    assert text_in(world, config) == (
        'train: sdk.Train(…)\n  steps: 3\n  .steps = 6\nother: {"a": 1, "b": 2}\n'
    )


KNOWN = """
    import ml_collections
    def parsed(**options):
        config = ml_collections.ConfigDict(type_safe=False)
        for name, value in options.items():
            config[name] = value
        return config
    def get_config():
        config = parsed(mode="short", size=8)
        other = ml_collections.ConfigDict({"a": {"b": 3}}).lock()
        config.steps = 1 if config.mode == "short" else 2
        if "size" in config and config.get("size") == 8 and other.a.b == 3 and other["a"]["b"]:
            config.seen = True
        return config
"""


def test_the_entries_of_a_configuration_are_known_by_either_name(world: World) -> None:
    text = text_in(world, KNOWN)
    assert ".steps = 1\n" in text
    assert ".seen = True\n" in text


@pytest.mark.parametrize("call", ["change(config)", "config.update(new)", "config.a.update(new)"])
def test_an_entry_that_a_call_may_have_changed_is_not_known(world: World, call: str) -> None:
    config = f"""
        from ml_collections import ConfigDict
        from lib import change, new
        config = ConfigDict({{"a": {{"b": 3}}}})
        config.c.d.e = 3
        {call}
        x, y = config.a.b, config.c.d.e
    """
    tree = tree_in(world, config)
    assert tree["x"] != 3
    assert tree["y"] != 3


def test_a_file_of_functions_alone_names_the_calls_that_would_show_something(world: World) -> None:
    world.write("config.py", "def base(): ...\ndef sized(width, *, depth, rate=1): ...\n")
    with pytest.raises(ResolveError) as raised:
        resolve_command(ResolveOptions(Path("config.py")))
    hint = str(raised.value.problems[0].hint)
    assert "`--call 'base()'`, `--call 'sized(width=…, depth=…)'`" in hint


def test_a_branch_that_only_imports_is_taken_and_noted(world: World) -> None:
    config = "from lib.utils import has\nif has('wandb'):\n    import wandb\nx = wandb.init\n"
    resolved = resolve_in(world, config)
    assert resolved.tree == {"x": {"name": "wandb.init"}}
    assert [str(note.origin) for note in resolved.notes] == ["config.py:2"]
    assert "config.py:5:4" in error_in(world, f"{config}if has('wandb'):\n    x = 1\n")


def test_what_a_recorded_class_made_is_an_instance_of_it(world: World) -> None:
    config = (
        "from lib import A, B\na = A()\nx = 1 if isinstance(a, A) else 2\ny = isinstance(a, B)\n"
    )
    tree = tree_in(world, config)
    assert tree["x"] == 1
    assert tree["y"] is not True
