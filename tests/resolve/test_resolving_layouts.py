"""Files resolve wherever they stand, and the repository's own library needs not be able to run."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from pathlib import Path

import pytest
from conftest import World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gen_sweeps.resolve import ResolveError, resolve
from resolve.conftest import error_in, resolve_in, tree_in

IMPORTS = "import sdk\nfrom pkg.data import SIZE\nfrom .near import LR\nfrom ..up import UP\n"
BUILDS = "run = sdk.Run(size=SIZE, lr=LR, up=UP)\n"
RUN = {"run": {"call": "sdk.Run", "kwargs": {"size": 4, "lr": 0.1, "up": 7}}}


@pytest.mark.parametrize("inits", [(), ("pkg",), ("pkg/configs",), ("pkg", "pkg/configs")])
@pytest.mark.parametrize("base", ["", "src/"])
def test_folders_need_no_init(world: World, inits: tuple[str, ...], base: str) -> None:
    for folder in inits:
        world.write(f"{base}{folder}/__init__.py", "")
    world.write(f"{base}pkg/data.py", "SIZE = 4\n")
    world.write(f"{base}pkg/up.py", "UP = 7\n")
    world.write(f"{base}pkg/configs/near.py", "LR = 0.1\n")
    assert tree_in(world, IMPORTS + BUILDS, name=f"{base}pkg/configs/f.py") == RUN


@pytest.mark.parametrize("folder", ["json", "types", "v1.0", "2024-01-02", "class", "my configs"])
def test_a_folder_may_have_any_name(world: World, folder: str) -> None:
    world.write(f"{folder}/near.py", "LR = 0.1\n")
    text = (
        "import json, types\nfrom .near import LR\nfrom . import near\nlr = json.loads(str(LR))\n"
    )
    assert tree_in(world, text, name=f"{folder}/a-b 1.py") == {"lr": 0.1}


def test_a_file_of_no_project_finds_its_packages_and_neighbours(world: World) -> None:
    world.path("pyproject.toml").unlink()
    world.write("top/up.py", "UP = 7\n")
    world.write("top/pkg/near.py", "LR = 0.1\n")
    text = "from .near import LR\nfrom ..up import UP\nx = (LR, UP)\n"
    assert tree_in(world, text, name="top/pkg/f.py") == {"x": {"tuple": [0.1, 7]}}
    world.write("deep/__init__.py", "D = 1\n")
    world.write("deep/er/__init__.py", "")
    assert tree_in(world, "from deep import D\nx = D\n", name="deep/er/f.py") == {"x": 1}


def test_a_relative_import_beyond_the_root_asks_for_another_root(world: World) -> None:
    with pytest.raises(ResolveError) as raised:
        resolve_in(world, "from ..up import UP\n", name="a/f.py", root=world.path("a"))
    assert "`--root`" in str(raised.value.problems[0].hint)


def test_a_module_beside_a_folder_of_its_name_does_not_hide_the_file_in_it(world: World) -> None:
    world.write("pkg.py", "X = 1\n")
    world.write("pkg/near.py", "LR = 0.1\n")
    assert tree_in(world, "from .near import LR\nlr = LR\n", name="pkg/f.py") == {"lr": 0.1}


def test_a_module_of_a_folder_is_imported_from_it_by_name(world: World) -> None:
    world.write("configs/base.py", "LR = 0.1\n")
    text = "from configs import base\nfrom configs import missing\nlr = base.LR\nm = missing\n"
    assert tree_in(world, text, name="run.py") == {"lr": 0.1, "m": {"name": "configs.missing"}}


PARTS = ("a", "b", "json", "x.y", "class", "src", "1", "ä", "g.py", "torch")
STEMS = ("f", "a", "__init__", "__main__", "torch", "f-1", "x.y", "json")
STATEMENTS = (
    "import a",
    "import a.b",
    "import src.a as v",
    "from a import b",
    "from a import *",
    "from a.b import v",
    "from a.f import v",
    "from b import a as v",
    "import json",
    "import torch",
    "from torch import nn",
    "from . import v",
    "from . import a",
    "from . import *",
    "from .a import v",
    "from .a import *",
    "from .f import v",
    "from ..b import v",
    "from ..f import v",
    "from ... import v",
    "from .missing.one import v",
    "try:\n    from .f import w\nexcept ImportError:\n    w = 2",
    "import importlib; v = importlib.import_module('.a', __package__)",
    "import importlib; v = importlib.import_module('a.b')",
    "import importlib.util as u; v = u.find_spec('a.b')",
    "import importlib.machinery as m; v = m.SourceFileLoader('k', 'a/f.py').load_module()",
    "import runpy; runpy.run_path('a/f.py')",
    "import sys; sys.path.insert(0, 'a')",
    "import sys; del sys.modules[__name__]",
    "import os; w = sorted(os.listdir(os.path.dirname(__file__)))",
    "import pkgutil; w = [m.name for m in pkgutil.iter_modules(['a', '.'])]",
    "_base_ = ['../f.py', './a.py']",
    "if __name__ == '__main__':\n    raise SystemExit(3)",
    "class C:\n    from .a import v\n    w = v",
    "def get_config():\n    from . import a\n    return a",
    "def broken(",
    "\ufeffw = 1",
    "import torch as w\nif w.x:\n    pass",
    "v = 1",
)
FILES = st.dictionaries(
    st.tuples(st.lists(st.sampled_from(PARTS), max_size=3), st.sampled_from(STEMS)).map(
        lambda way: "/".join([*way[0], f"{way[1]}.py"])
    ),
    st.lists(st.sampled_from(STATEMENTS), max_size=3).map("\n".join),
    min_size=1,
    max_size=7,
)
LINKS = st.dictionaries(
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=2).map("/".join),
    st.sampled_from(("a", "b", ".", "src", "missing", "a/f.py")),
    max_size=2,
)
LAYOUTS = 60


@pytest.mark.slow
@settings(max_examples=LAYOUTS, deadline=None, suppress_health_check=list(HealthCheck))
@given(FILES, LINKS, st.data())
def test_no_layout_makes_resolve_fail_itself(
    files: dict[str, str], links: dict[str, str], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder).resolve())
        world.write("pyproject.toml", "")
        for name, text in files.items():
            world.write(name, f"{text}\nv = 1\n")
        for name, target in links.items():
            link = world.path(name)
            with contextlib.suppress(OSError):  # something else is there
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(world.path(target))
        folders = [world.folder, *map(world.path, links)]
        found = {path for way in folders for path in way.rglob("*.py") if path.is_file()}
        chosen = data.draw(st.sampled_from(sorted(found)))
        root = data.draw(st.sampled_from((None, world.folder, chosen.parent.resolve())))
        stubs = data.draw(st.sampled_from(((), ("a",), ("b.a", "json"))))
        outcome = ""
        try:
            tree = resolve(chosen, root=root, stubs=stubs, printed=subprocess.DEVNULL).tree
            outcome = str(tree["v"])
        except ResolveError as error:
            outcome = str(error)
        # What Python finds nowhere is an error of the file's, which names its line.
        assert outcome == "1" or ".py:" in outcome


COMPAT = "import torch\nNEW = tuple(int(x) for x in torch.__version__.split('.')) >= (1, 10)\n"


def test_a_library_that_can_not_run_is_a_stand_in_and_one_note_says_why(world: World) -> None:
    world.write("lib/__init__.py", "from lib.compat import NEW\nfrom lib.model import Model\n")
    world.write("lib/compat.py", COMPAT)
    world.write("lib/model.py", "from lib import compat\nclass Model:\n    width = 3\n")
    text = "from lib import NEW, Model\nfrom sdk import Run\nrun = Run(NEW, width=Model.width)\n"
    resolved = resolve_in(world, text)
    args = {"args": [{"name": "lib.compat.NEW"}], "kwargs": {"width": 3}}
    assert resolved.tree == {"run": {"call": "sdk.Run", **args}}
    (note,) = resolved.notes
    assert str(note.origin) == "lib/compat.py:2"
    assert note.message.startswith("`lib/compat.py` is a stand-in, as it can't run: iteration over")
    assert "`--import torch`" in note.message
    assert "`--stub lib`" in note.message


@pytest.mark.parametrize(
    "body",
    [
        "KINDS = {}\ndef register(c): KINDS[c.__name__] = 1 / 0; return c\n@register\nclass M: ...",
        "TEXT = open('missing.txt').read()",
        "from lib import _compiled",
        "from . import _compiled",
        "import os\nos.makedirs('out')",
        "import sys\nsys.exit(2)",
    ],
)
def test_whatever_stops_a_library_the_file_is_followed(world: World, body: str) -> None:
    world.write("lib/__init__.py", "")
    world.write("lib/models.py", f"{body}\ndef make(): ...\n")
    resolved = resolve_in(world, "from lib.models import make\nmodel = make(3)\n")
    assert resolved.tree == {"model": {"call": "lib.models.make", "args": [3], "kwargs": {}}}
    assert len(resolved.notes) == 1


def test_a_function_of_the_library_that_can_not_be_followed_is_recorded(world: World) -> None:
    world.write("lib.py", "import torch\ndef device():\n    if torch.ok():\n        return 1\n")
    resolved = resolve_in(world, "import lib\ndevice = lib.device()\n")
    assert resolved.tree == {"device": {"call": "lib.device", "kwargs": {}}}


def test_what_the_file_can_not_do_with_a_stand_in_names_the_reason(world: World) -> None:
    world.write("lib.py", f"{COMPAT}SIZES = [1, 2]\n")
    with pytest.raises(ResolveError) as raised:
        resolve_in(world, "import lib\nsizes = [2 * size for size in lib.SIZES]\n")
    (problem,) = raised.value.problems
    assert problem.location == "config.py:2:31"
    assert problem.hint is not None
    assert "lib.py:2:" in problem.hint


def test_many_files_that_can_not_run_are_found_in_one_run(world: World) -> None:
    world.write("lib/__init__.py", "".join(f"from lib import m{n}\n" for n in range(40)))
    for number in range(40):
        world.write(f"lib/m{number}.py", f"import torch\nif torch.x{number}:\n    pass\n")
    world.write("config.py", "print('ran')\nfrom lib import m7\nx = m7.size\n")
    with world.path("printed.txt").open("wb") as printed:
        resolved = resolve(world.path("config.py"), printed=printed)
    assert world.read("printed.txt") == "ran\n" * 2
    assert resolved.tree == {"x": {"name": "lib.m7.size"}}
    (note,) = resolved.notes
    assert "and 37 more are stand-ins" in note.message


def test_what_a_star_brought_from_a_stand_in_is_imported_from_there(world: World) -> None:
    world.write("lib/__init__.py", "from .log import *\n")
    world.write("lib/log.py", "import torch\nif torch.x:\n    pass\n")
    resolved = resolve_in(world, "from lib import get_logger\nlog = get_logger()\n")
    assert resolved.tree == {"log": {"call": "lib.log.get_logger", "kwargs": {}}}


def test_a_stub_is_a_stand_in_with_all_below_it(world: World) -> None:
    world.write("lib/__init__.py", "raise RuntimeError\n")
    world.write("lib/model.py", "SIZE = 3\n")
    text = "from lib.model import SIZE\nsize = SIZE\n"
    resolved = resolve_in(world, text, stubs=("lib",))
    assert (resolved.tree, resolved.notes) == ({"size": {"name": "lib.model.SIZE"}}, ())


def test_an_import_that_is_ready_for_absence_is_still_ready(world: World) -> None:
    world.write("lib/__init__.py", "")
    text = "try:\n    from lib._fast import f\nexcept ImportError:\n    f = None\ng = f\n"
    assert tree_in(world, text)["g"] is None
    world.write("lib/fast.py", "import lib._fast\nf = 1\n")
    assert tree_in(world, text.replace("_fast", "fast"))["g"] is None
    find = "from importlib.util import find_spec\nfound = find_spec('lib._fast') is not None\n"
    assert tree_in(world, find) == {"found": False}


def test_a_module_that_is_built_or_left_out_is_recorded_and_noted(world: World) -> None:
    world.write("lib/__init__.py", "from lib._built.ops import nms\nSIZE = 3\n")
    resolved = resolve_in(world, "from lib import SIZE, nms\nx = nms(SIZE)\n")
    assert resolved.tree == {"x": {"call": "lib._built.ops.nms", "args": [3], "kwargs": {}}}
    assert [str(note) for note in (n.origin for n in resolved.notes)] == ["lib/__init__.py:1"]
    missing = error_in(world, "from lib import nothing\n")
    assert "ImportError: cannot import name 'nothing'" in missing


LOADED = """
import importlib.util, os
spec = importlib.util.spec_from_file_location("b", os.path.join(os.path.dirname(__file__), "b.py"))
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
run = module.get()
"""


def test_a_file_that_is_loaded_by_its_path_is_recorded_like_any_other(world: World) -> None:
    world.write("runs/b.py", "import sdk\ndef get():\n    return sdk.Run(f'{sdk.x}')\n")
    run = tree_in(world, LOADED, name="runs/a.py")["run"]
    assert run["args"] == [{"text": [{"value": {"name": "sdk.x"}}]}]
