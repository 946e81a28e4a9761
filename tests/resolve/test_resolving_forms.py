"""The forms of values, and what is printed of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import World

from gen_sweeps.commands.resolve import ResolveOptions
from gen_sweeps.commands.resolve import resolve as resolve_command
from gen_sweeps.resolve import (
    ResolveError,
    as_json,
    as_text,
    comparable,
)
from resolve.conftest import resolve_in, tree_in


@pytest.mark.parametrize(
    ("expression", "form", "line"),
    [
        ("None", None, "None"),
        ("-0.0", -0.0, "-0.0"),
        ("1e-5", 1e-05, "1e-05"),
        ("2**70", 2**70, "1180591620717411303424"),
        ("1 << 20_000", {"int": hex(1 << 20_000)}, None),
        ("float('inf')", {"float": "inf"}, "inf"),
        ("-float('inf')", {"float": "-inf"}, "-inf"),
        ("float('nan')", {"float": "nan"}, "nan"),
        ("'é \\n \\ud800 \"'", 'é \n \ud800 "', '"é \\n \\ud800 \\""'),
        ("b'\\x00a'", {"bytes": "0061"}, "b'\\x00a'"),
        ("(1,)", {"tuple": [1]}, "(1,)"),
        ("{3, 1}", {"set": [1, 3]}, "{1, 3}"),
        ("set()", {"set": []}, "set()"),
        ("frozenset([2])", {"frozenset": [2]}, "frozenset([2])"),
        ("{'a': {}}", {"a": {}}, '{"a": {}}'),
        ("{1: 2, None: 3}", {"dict": [[1, 2], [None, 3]]}, "{1: 2, None: 3}"),
        ("{'name': 'x'}", {"dict": [["name", "x"]]}, '{"name": "x"}'),
        ("{'call': 1, 'kwargs': {}}", {"dict": [["call", 1], ["kwargs", {}]]}, None),
        ("{'name': 'x', 'lr': 1}", {"name": "x", "lr": 1}, '{"name": "x", "lr": 1}'),
        ("{'(bases)': []}", {"dict": [["(bases)", []]]}, '{"(bases)": []}'),
        (
            "3 + 4j",
            {"call": "builtins.complex", "args": [3.0, 4.0], "kwargs": {}},
            "complex(3.0, 4.0)",
        ),
        ("range(3)", {"call": "builtins.range", "args": [0, 3, 1], "kwargs": {}}, "range(0, 3, 1)"),
        ("int", {"class": "builtins.int"}, "int"),
        ("len", {"function": "builtins.len"}, "<function builtins.len>"),
        ("lambda x, y=1: x * (y + 1)", {"lambda": "lambda x, y=1: x * (y + 1)"}, None),
        ("[lambda: 1, lambda: 2][1]", {"lambda": "lambda: 2"}, "lambda: 2"),
        ("(lambda a: lambda b: a + b)(1)", {"lambda": "lambda b: a + b"}, None),
        ("functools.partial(len, [1])", None, "functools.partial(<function builtins.len>, [1])"),
        ("pathlib.PurePosixPath('a/b')", None, 'pathlib.PurePosixPath("a/b")'),
        ("pathlib.Path('a')", None, 'pathlib.Path("a")'),
        ("datetime.date(2026, 1, 2)", None, 'datetime.date.fromisoformat("2026-01-02")'),
        ("datetime.timedelta(hours=1)", None, "datetime.timedelta(0, 3600, 0)"),
        ("decimal.Decimal('0.10')", None, 'decimal.Decimal("0.10")'),
        ("fractions.Fraction(1, 3)", None, "fractions.Fraction(1, 3)"),
        ("re.compile('a+')", None, 're.compile("a+", 32)'),
        ("collections.OrderedDict(a=1)", None, 'collections.OrderedDict({"a": 1})'),
        ("collections.Counter('aab')", None, 'collections.Counter({"a": 2, "b": 1})'),
        ("types.SimpleNamespace(a=1)", None, "types.SimpleNamespace(a=1)"),
        ("itertools.count()", {"object": "itertools.count"}, "<itertools.count>"),
        ("Color.RED", {"enum": "Color.RED", "value": 1}, "Color.RED (1)"),
        ("Point(1, 2)", {"call": "Point", "kwargs": {"x": 1, "y": 2}}, "Point(x=1, y=2)"),
        ("Text('a')", {"call": "Text", "args": ["a"], "kwargs": {}}, 'Text("a")'),
        ("Plain(3)", {"object": "Plain", "attributes": {"a": 3}}, '<Plain {"a": 3}>'),
        ("Plain.method", {"function": "Plain.method"}, "<function Plain.method>"),
        ("lib", {"name": "lib"}, "lib"),
        ("lib.a.b", {"name": "lib.a.b"}, "lib.a.b"),
        ("lib.f()[0].x", None, "lib.f()[0].x"),
        ("lib.f(**{'a-b': 1})", {"call": "lib.f", "kwargs": {"a-b": 1}}, "lib.f(a-b=1)"),
        ("f'{lib.x!r:>{lib.w}}{{'", None, 'f"{lib.x!r:>{lib.w}}{{"'),
        ("lib.__version__", {"name": "lib.__version__"}, "lib.__version__"),
    ],
)
def test_every_kind_of_value_has_its_form_and_its_line(
    world: World, expression: str, form: Any, line: str | None
) -> None:
    prelude = (
        "import collections, datetime, decimal, enum, fractions, functools, itertools\n"
        "import pathlib, re, types, lib\n"
        "class Color(enum.Enum):\n    RED = 1\n"
        "Point = collections.namedtuple('Point', 'x y')\n"
        "class Text(str): pass\n"
        "class Plain:\n"
        "    def __init__(self, a): self.a = a\n"
        "    def method(self): ...\n"
    )
    resolved = resolve_in(world, f"{prelude}value = {expression}\n")
    value = resolved.tree["value"]
    if form is not None:
        assert json.dumps(value) == json.dumps(form)
    if line is not None:
        assert as_text(resolved).splitlines()[-1] == f"value: {line}"


def test_a_cycle_is_written_as_so_many_levels_up(world: World) -> None:
    config = """
        import lib
        a = {"b": []}
        a["b"].append(a)
        c = lib.C()
        c.me = c
        class Node:
            def __init__(self): self.me = self
        n = [Node()] * 2
    """
    assert tree_in(world, config) == {
        "a": {"b": [{"cycle": 2}]},
        "c": {"call": "lib.C", "kwargs": {}, "then": [{"set": ["me"], "to": {"cycle": 1}}]},
        "n": [{"object": "Node", "attributes": {"me": {"cycle": 1}}}, {"see": "/n/0"}],
    }


def test_only_values_of_the_module_are_in_the_tree(world: World) -> None:
    world.write("base.py", "LR = 1\n")
    config = """
        import os
        from base import LR
        from base import *
        from lib import thing
        __all__ = ["x"]
        _private = 1
        def function(): ...
        class Empty: ...
        for i in range(3): pass
        with open(__file__) as f: text = f.read(7)
        x = y = thing
        if (n := 3) > 2: z = n
    """
    assert tree_in(world, config) == {
        "_private": 1,
        "text": "\n" + config.strip("\n").splitlines()[0].strip()[:6],
        "x": {"name": "lib.thing"},
        "y": {"name": "lib.thing"},
        "n": 3,
        "z": 3,
    }


def test_the_json_is_the_documented_one(world: World) -> None:
    config = "import lib\nlib.setup(3)\nx = lib.f(\n    a=[1, 2],\n)\n"
    document = json.loads(as_json(resolve_in(world, config, provenance=True)))
    assert document == {
        "version": 1,
        "file": "config.py",
        "module": "config",
        "tree": {"x": {"call": "lib.f", "kwargs": {"a": [1, 2]}}},
        "effects": [{"call": "lib.setup", "args": [3], "kwargs": {}}],
        "notes": [],
        "provenance": {
            "/x": {"path": "config.py", "line": 3},
            "/x/kwargs/a": {"path": "config.py", "line": 4},
            "/x/kwargs/a/0": {"path": "config.py", "line": 4},
            "/x/kwargs/a/1": {"path": "config.py", "line": 4},
            "/(effects)/0": {"path": "config.py", "line": 2},
            "/(effects)/0/args/0": {"path": "config.py", "line": 2},
        },
    }


def test_without_being_asked_the_json_has_no_provenance(world: World) -> None:
    assert "provenance" not in json.loads(as_json(resolve_in(world, "x = 1\n")))


def test_provenance_follows_a_name_through_the_files(world: World) -> None:
    world.write("deep.py", "\n\nLR = 3\n")
    world.write("base.py", "from deep import LR as RATE\nOTHER = {\n  'a': RATE,\n}\n")
    config = """
        import lib
        from base import OTHER, RATE
        local = 3
        class A:
            rate = RATE
        def get_config():
            cfg = lib.C()
            cfg.rate = RATE
            return cfg
        x = lib.f(RATE, [RATE, local], other=OTHER, d=dict(b=RATE))
    """
    resolved = resolve_in(world, config, provenance=True)
    assert as_text(resolved) == (
        "local: 3  # config.py:4\n"
        "A:\n"
        "  (bases): []\n"
        "  rate: 3  # deep.py:3\n"
        'x: lib.f(3, [3, 3], other={"a": 3}, d={"b": 3})  # config.py:11\n'
        "get_config(): lib.C()  # config.py:8\n"
        "  .rate = 3  # config.py:9\n"
    )
    origins = {key: str(origin) for key, origin in resolved.provenance.items()}
    assert origins["/x/args/0"] == "deep.py:3"
    assert origins["/x/args/1"] == "config.py:11"
    assert origins["/x/args/1/1"] == "config.py:4"
    assert origins["/x/kwargs/other/a"] == "deep.py:3"
    assert origins["/x/kwargs/d/b"] == "deep.py:3"
    assert origins["/get_config()/then/0/to"] == "deep.py:3"


def test_every_pointer_of_the_provenance_leads_to_a_value(world: World) -> None:
    config = """
        import lib
        x = lib.f({"a/b": 1, "c~d": [lib.g(2)]}, k=(1, 2))
        x.y = {1: lib.h()}
        x.run(3, z=4)
        class A(lib.B):
            q = {"name": 1}
    """
    resolved = resolve_in(world, config, provenance=True)
    assert len(resolved.provenance) > 10
    for pointer in resolved.provenance:
        value: Any = resolved.tree
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            value = value[int(key)] if isinstance(value, list) else value[key]


def test_comparable_trees_have_readable_paths(world: World) -> None:
    config = """
        import lib
        class Sweep(lib.Base):
            fax = lib.Fax(3, lr=1, nested=lib.Cfg(x=[lib.q]).dump(), t=(1,))
        cfg = lib.Cfg()
        cfg.lr = 1
        cfg.model.dim = 3
        cfg.lr = 2
        cfg.lock()
        lib.setup()
        d = {"(call)": 1, "plain": 2}
    """
    assert comparable(resolve_in(world, config)) == {
        "Sweep": {
            "(bases)": [{"(expression)": "lib.Base"}],
            "fax": {
                "(call)": "lib.Fax",
                "[0]": 3,
                "lr": 1,
                "nested": {
                    "(call)": ".dump",
                    "(of)": {"(call)": "lib.Cfg", "x": [{"(expression)": "lib.q"}]},
                },
                "t": (1,),
            },
        },
        "cfg": {"(call)": "lib.Cfg", ".lr": 2, ".model.dim": 3, "(then)": [{"(call)": ".lock"}]},
        "d": {'"(call)"': 1, "plain": 2},
        "(effects)": [{"(call)": "lib.setup"}],
    }


def test_the_command_prints_the_tree_and_notes_beside_it(world: World) -> None:
    text = "try:\n    import fast\nexcept ImportError:\n    pass\nx = fast.x\n"
    world.write("config.py", text)
    outcome = resolve_command(ResolveOptions(Path("config.py")))
    assert outcome.exit_code == 0
    assert outcome.result == "x: fast.x\n"
    assert outcome.notes == [
        "config.py:2: `fast` is taken as installed, though the file is ready for its absence"
    ]


def test_the_command_prints_json_for_programs(world: World) -> None:
    world.write("config.py", "x = 1\n")
    outcome = resolve_command(ResolveOptions(Path("config.py"), output_format="json"))
    assert json.loads(str(outcome.result))["tree"] == {"x": 1}


def test_a_file_that_builds_nothing_is_an_error(world: World) -> None:
    world.write("config.py", "import os\ndef f(): ...\n")
    with pytest.raises(ResolveError, match=r"^config\.py: builds nothing"):
        resolve_command(ResolveOptions(Path("config.py")))


def test_a_variable_without_a_value_is_an_error(world: World) -> None:
    world.write("config.py", "x = 1\n")
    with pytest.raises(ResolveError, match="`USER` sets no variable"):
        resolve_command(ResolveOptions(Path("config.py"), env=("USER",)))


def test_a_variable_reaches_the_file(world: World) -> None:
    world.write("config.py", "import os\nx = os.environ['A']\n")
    assert resolve_command(ResolveOptions(Path("config.py"), env=("A=b=c",))).result == 'x: "b=c"\n'
