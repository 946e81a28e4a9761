"""What can't be known is an error that names the line and the expression."""

from __future__ import annotations

import pytest
from conftest import World

from gen_sweeps.resolve import ResolveError
from resolve.conftest import error_in, resolve_in, text_in, tree_in

_BRANCH = "a branch on a recorded value: whether"


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("if cfg.x > 3: pass", f"config.py:3:4: {_BRANCH} `cfg.x > 3` is true is not known"),
        ("y = cfg.a or 3", f"config.py:3:5: {_BRANCH} `cfg.a or 3` is true is not known"),
        ("y = [].pop() if cfg.a else 2", f"config.py:3:17: {_BRANCH} `cfg.a` is true is not known"),
        ("assert cfg.a", f"config.py:3:8: {_BRANCH} `cfg.a` is true is not known"),
        (
            "while not cfg.done(): pass",
            f"config.py:3:11: {_BRANCH} `cfg.done()` is true is not known",
        ),
        ("if 1 < cfg.a < 3: pass", f"{_BRANCH}"),
        (
            "if cfg.a is None: pass",
            f"config.py:3:4: {_BRANCH} `cfg.a is None` is true is not known",
        ),
        ("if cfg.a == 'x': pass", f"config.py:3:4: {_BRANCH} `cfg.a == 'x'` is true is not known"),
        ("if 'x' in cfg.names: pass", f"{_BRANCH} `'x' in cfg.names` is true is not known"),
        ("if cfg.a in ('x', 'y'): pass", f"{_BRANCH} `cfg.a in ('x', 'y')` is true is not known"),
        ("if isinstance(cfg.a, int): pass", f"{_BRANCH} `isinstance(cfg.a, int)` is true"),
        ("if hasattr(cfg, 'a'): pass", f"{_BRANCH} `hasattr(cfg, 'a')` is true is not known"),
        ("if len(cfg.a): pass", f"{_BRANCH} `len(cfg.a)` is true is not known"),
        ("if isinstance(3, cfg.T): pass", f"{_BRANCH} `isinstance(3, cfg.T)` is true is not known"),
        ("y = [1, 2].index(cfg.a)", f"{_BRANCH} `[1, 2].index(cfg.a)` is true is not known"),
        ("for x in cfg.layers: pass", "config.py:3:10: iteration over a recorded value: how many"),
        ("y = [x for x in cfg.layers]", "how many there are in `cfg.layers` is not known"),
        ("y = [i for i in (1, 2) if cfg.a]", f"{_BRANCH} `cfg.a` is true is not known"),
        ("y = [i for i in range(cfg.n)]", "how many there are in `range(cfg.n)` is not known"),
        ("a, *b = cfg.pair", "how many there are in `cfg.pair` is not known"),
        ("print(*cfg.layers)", "how many there are in `print(*cfg.layers)` is not known"),
        ("y = [1, 2][cfg.i]", "which number `[1, 2][cfg.i]` is is not known"),
        ("match cfg.kind:\n    case 'a': pass", "which pattern `cfg.kind` matches is not known"),
        ("raise cfg.Error('x')", "the file raises `cfg.Error('x')`"),
        ("y = f'{[cfg.a]}'.upper() == 'A' or 3", f"{_BRANCH}"),
        ("y = 'a'.join(map(str, [cfg.a]))", "the text of a recorded value is not known"),
        ("import pickle; pickle.dumps(cfg)", "can't be pickled: it is only recorded"),
        ("y = {1: 2}.pop(cfg.a, None)", "finds its key is not known"),
        ("if cfg.a.__name__ == 'x': pass", f"{_BRANCH} `cfg.a.__name__ == 'x'` is true"),
    ],
)
def test_the_line_and_the_expression_are_named(world: World, statement: str, message: str) -> None:
    assert message in error_in(world, f"import lib\ncfg = lib.load()\n{statement}\n")


def test_the_hint_names_the_package_that_would_have_to_be_real(world: World) -> None:
    with pytest.raises(ResolveError) as raised:
        resolve_in(world, "from a.b import load\nif load().x + 1: pass\n")
    hint = raised.value.problems[0].hint
    assert hint == "make the package real with `--import a` if it is installed"


def test_a_star_import_of_a_recorded_module_brings_what_the_file_has_from_nowhere_else(
    world: World,
) -> None:
    text = "from lib.types import *\nimport os\nx = Kind(len(os.sep))\n"
    resolved = resolve_in(world, text)
    assert resolved.tree == {"x": {"call": "lib.types.Kind", "args": [1], "kwargs": {}}}
    assert [note.message for note in resolved.notes] == [
        "`from lib.types import *` is taken to bring Kind"
    ]
    two = error_in(world, f"from other import *\n{text}")
    assert two == "config.py:1:1: which names `from other import *` brings is not known"


def test_catching_everything_does_not_make_it_known(world: World) -> None:
    config = """
        import lib
        try:
            fast = bool(lib.fast) and 3
        except Exception:
            fast = False
        try:
            if lib.fast:
                fast = 1
        except:
            fast = 2
    """
    assert "config.py:4:" in error_in(world, config)


def test_a_constructed_object_is_not_none_and_a_note_says_so(world: World) -> None:
    config = """
        import lib
        def make(optimizer=None):
            return lib.Adam() if optimizer is None else optimizer
        optimizer = make(lib.Sgd(0.1))
    """
    resolved = resolve_in(world, config)
    assert resolved.tree == {"optimizer": {"call": "lib.Sgd", "args": [0.1], "kwargs": {}}}
    note = resolved.notes[0]
    assert (str(note.origin), note.message) == (
        "config.py:4",
        "took what `Sgd(…)` makes as an object, not None: its name is a class's",
    )


def test_a_package_that_the_file_can_do_without_is_taken_as_installed(world: World) -> None:
    config = """
        try:
            import flash_attn
            kind = "flash"
        except ImportError:
            kind = "plain"
    """
    resolved = resolve_in(world, config)
    assert resolved.tree == {"kind": "flash"}
    note = resolved.notes[0]
    assert (str(note.origin), note.message) == (
        "config.py:3",
        "`flash_attn` is taken as installed, though the file is ready for its absence",
    )


def test_a_package_that_is_looked_for_is_taken_as_installed(world: World) -> None:
    config = "from importlib.util import find_spec\nfast = find_spec('triton') is not None\n"
    resolved = resolve_in(world, config)
    assert resolved.tree == {"fast": True}
    assert "find_spec" in resolved.notes[0].message


def test_an_argument_that_changes_after_the_call_is_shown_as_it_was(world: World) -> None:
    config = """
        import lib
        layers = [1]
        model = lib.Model(layers)
        layers.append(2)
    """
    resolved = resolve_in(world, config)
    assert resolved.tree == {
        "layers": [1, 2],
        "model": {"call": "lib.Model", "args": [[1]], "kwargs": {}},
    }
    note = resolved.notes[0]
    assert (str(note.origin), note.message) == (
        "config.py:4",
        "an argument was changed after the call: it is shown as it was then",
    )


def test_a_recorded_argument_is_shown_as_it_was_too(world: World) -> None:
    config = """
        import lib
        cfg = lib.Config()
        cfg.lr = 1
        first = lib.run(cfg)
        cfg.wd = 2
        second = lib.run(cfg)
    """
    tree = tree_in(world, config)
    steps = [len(tree[name]["args"][0]["then"]) for name in ("first", "second")]
    assert steps == [1, 2]


def test_a_deep_copy_has_its_own_history(world: World) -> None:
    config = """
        import copy
        import lib
        base = lib.Config()
        base.layers = [1]
        other = copy.deepcopy(base)
        other.layers.append(2)
        other.name = "other"
        base.name = "base"
        default = copy.deepcopy(lib.DEFAULT)
        default.lr = 3
        dtypes = copy.deepcopy({"a": lib.float32})
    """
    assert text_in(world, config) == (
        "base: lib.Config()\n"
        "  .layers = [1]\n"
        '  .name = "base"\n'
        "other: lib.Config()\n"
        "  .layers = [1, 2]\n"
        '  .name = "other"\n'
        "default: lib.DEFAULT\n"
        "  .lr = 3\n"
        'dtypes: {"a": lib.float32}\n'
    )


def test_the_moment_and_the_machine_are_recorded_and_not_asked(world: World) -> None:
    config = """
        import os, random, socket, time, uuid
        from datetime import datetime
        name = f"run-{datetime.now():%Y%m%d}"
        started = time.time()
        host = socket.gethostname()
        job = uuid.uuid4().hex
        dice = random.random()
        cpus = os.cpu_count() // 2
        random.seed(0)
        seeded = random.random()
    """
    assert text_in(world, config) == (
        'name: f"run-{datetime.datetime.now():%Y%m%d}"\n'
        "started: time.time()\n"
        "host: socket.gethostname()\n"
        "job: uuid.uuid4().hex\n"
        "dice: random.random()\n"
        "cpus: os.cpu_count() // 2\n"
        "seeded: 0.8444218515250481\n"
    )


def test_functions_that_only_compute_are_recorded_of_recorded_values(world: World) -> None:
    config = """
        import json, math, os.path
        from pathlib import Path
        import lib
        out = os.path.join(lib.OUT, "x")
        root = Path(lib.OUT) / "x"
        below = Path("a") / lib.NAME
        depth = math.log2(lib.WIDTH) + int(lib.n) + len(lib.names)
        text = "%s-%d" % (lib.NAME, 3)
        line = "{}-{}".format(lib.NAME, 3)
        joined = ", ".join(["a", lib.NAME])
        dump = json.dumps({"a": [lib.NAME]})
        merged = {**lib.DEFAULTS, "lr": 3}
        listed = [1, *lib.MORE]
        starred = lib.run(*lib.args, **lib.options)
        found = {"a": 1}.get(lib.NAME)
        asked = getattr(lib.cfg, "lr", 0.1)
        large = max(lib.a, 3)
    """
    assert text_in(world, config) == (
        'out: os.path.join(lib.OUT, "x")\n'
        'root: pathlib.Path(lib.OUT) / "x"\n'
        'below: pathlib.Path("a") / lib.NAME\n'
        "depth: (math.log2(lib.WIDTH) + int(lib.n)) + len(lib.names)\n"
        'text: "%s-%d" % (lib.NAME, 3)\n'
        'line: "{}-{}".format(lib.NAME, 3)\n'
        'joined: ", ".join(["a", lib.NAME])\n'
        'dump: json.dumps({"a": [lib.NAME]})\n'
        'merged: {**lib.DEFAULTS, "lr": 3}\n'
        "listed: [1, *lib.MORE]\n"
        "starred: lib.run(*lib.args, **lib.options)\n"
        'found: {"a": 1}.get(lib.NAME)\n'
        'asked: getattr(lib.cfg, "lr", 0.1)\n'
        "large: max(lib.a, 3)\n"
    )


def test_every_operator_is_written_on_either_side(world: World) -> None:
    operators = ("+", "-", "*", "@", "/", "//", "%", "**", "<<", ">>", "&", "^", "|")
    lines = ["import lib", "a = lib.a"]
    for index, op in enumerate(operators):
        lines += [f"l{index} = a {op} 2", f"r{index} = 2 {op} a", f"i{index} = lib.b"]
        lines += [f"i{index} {op}= 2"]
    lines += ["n = -a", "p = +a", "v = ~a"]
    lines += [f"c{index} = a {op} 2" for index, op in enumerate(("<", "<=", ">", ">=", "==", "!="))]
    tree = tree_in(world, "\n".join(lines))
    a, b = {"name": "lib.a"}, {"name": "lib.b"}
    for index, op in enumerate(operators):
        assert tree[f"l{index}"] == {"left": a, "op": op, "right": 2}
        assert tree[f"r{index}"] == {"left": 2, "op": op, "right": a}
        assert tree[f"i{index}"] == {"left": b, "op": f"{op}=", "right": 2}
    assert [tree[name] for name in "npv"] == [{"op": op, "operand": a} for op in "-+~"]
    assert [tree[f"c{i}"]["op"] for i in range(6)] == ["<", "<=", ">", ">=", "==", "!="]


def test_what_is_printed_of_a_recorded_value_does_no_harm(world: World) -> None:
    config = """
        import logging, warnings
        import lib
        cfg = lib.Config(lib.x)
        print(cfg, [cfg], f"{cfg}", cfg.a + 1)
        logging.getLogger("x").warning("made %s", cfg)
        warnings.warn("old")
    """
    assert tree_in(world, config) == {
        "cfg": {"call": "lib.Config", "args": [{"name": "lib.x"}], "kwargs": {}}
    }


def test_members_are_keys_of_dicts_and_sets(world: World) -> None:
    config = """
        from lib import Mode
        rates = {Mode.A: 1, Mode.B: 2}
        modes = {Mode.B, Mode.A}
        rate = rates[Mode.B]
        known = Mode.A in (Mode.A, Mode.B)
        same = Mode.A is Mode.A
    """
    assert text_in(world, config) == (
        "rates: {lib.Mode.A: 1, lib.Mode.B: 2}\n"
        "modes: {lib.Mode.A, lib.Mode.B}\n"
        "rate: 2\n"
        "known: True\n"
        "same: True\n"
    )


def test_code_in_texts_is_recorded_too(world: World) -> None:
    config = """
        import lib
        exec("name = f'{lib.x}'")
        value = eval("lib.f(3) + 1")
        if eval("lib.x is None"):
            pass
    """
    assert '`eval("lib.x is None")`' in error_in(world, config)
    shorter = config.replace('if eval("lib.x is None"):\n            pass', "")
    assert text_in(world, shorter) == 'name: f"{lib.x}"\nvalue: lib.f(3) + 1\n'
