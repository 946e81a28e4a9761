"""How resolving fails, and that it leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PYTHON, World

from gen_sweeps.commands.resolve import ResolveOptions
from gen_sweeps.commands.resolve import resolve as resolve_command
from gen_sweeps.resolve import ResolveError, resolve
from resolve.conftest import error_in, resolve_in, tree_in


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\ny = nme\n", "config.py:2:5: NameError: name 'nme' is not defined"),
        (
            "def f():\n    return 1 / 0\nx = f()\n",
            "config.py:2:12: ZeroDivisionError: division by zero",
        ),
        ("raise ValueError('two\\nlines')\n", "config.py:1:1: ValueError: two lines"),
        ("class E(Exception):\n    def __str__(self): return 1 / 0\nraise E\n", "config.py:3:1: E"),
        ("import sys\nsys.exit(3)\n", "config.py:2:1: the file ends the program: sys.exit(3)"),
        ("raise SystemExit\n", "config.py:1:1: the file ends the program: sys.exit"),
        ("x = (1,\ny = 2\n", f"config.py:1:5: not valid {PYTHON}: '(' was never closed"),
        ("return 3\n", f"config.py:1:1: not valid {PYTHON}: 'return' outside function"),
        ("x = 'a\0b'\n", "config.py"),
        ("def f(): f()\nf()\n", "config.py:1:10: RecursionError: maximum recursion depth exceeded"),
        ("from . import x\n", "config.py:1:1: ImportError: attempted relative import"),
        ("import os\nos._exit(7)\n", "config.py: the file ended its interpreter (exit code 7)"),
        ("open('out.txt', 'w')\n", "config.py:1:1: the file opens a file for writing"),
        ("import os\nos.makedirs('out')\n", "config.py:2:1: the file makes a folder"),
        (
            "import subprocess\nsubprocess.run(['git', 'status'])\n",
            "config.py:2:1: the file starts a program",
        ),
        ("import os\nos.fork()\n", "config.py:2:1: the file starts a process"),
        ("import sqlite3\nsqlite3.connect('runs.db')\n", "py:2:1: the file opens a database"),
        ("import os\nos.mkfifo('pipe')\n", "config.py:2:1: the file makes a pipe"),
        ("import os\nos.mknod('node')\n", "config.py:2:1: the file makes a file"),
        *(
            (f"import os\nos.{call}\n", "config.py:2:1: the file changes a file")
            for call in (
                "setxattr('config.py', 'user.a', b'')",
                "removexattr('config.py', 'user.a')",
            )
            if hasattr(os, "setxattr")  # Linux
        ),
        (
            "import socket\na, b = socket.socketpair()\na.sendmsg([b'x'])\n",
            "config.py:3:1: the file sends to the network",
        ),
        ("import socket\nsocket.create_connection(('x', 1))\n", "the file asks the network"),
        ("import os\nuser = os.environ['USER']\n", "config.py:2:8: KeyError: 'USER'"),
        ("x = input()\n", "config.py:1:5: EOFError"),
        (
            "x = []\nfor i in range(200): x = [x]\n",
            "config.py: the values are nested more than 150 deep",
        ),
        ("x = list(range(300_000))\n", "config.py: the tree holds more than 250,000 values"),
        (
            "import lib\nx = lib.a\nfor i in range(40): x = lib.f(x, x)\n",
            "holds more than 250,000 values",
        ),
        (
            "def get_config():\n    while True: yield 1\n",
            "a generator yields more than 100,000 values",
        ),
        (
            "import lib\nx = int(lib.a, base=2) + 'a'.center(3, lib.c)\nx.y.z = [1][x:]\n",
            "config.py:3:9",
        ),
    ],
)
def test_the_file_and_the_line_are_named(world: World, text: str, message: str) -> None:
    assert message in error_in(world, text)


def test_a_loop_without_an_end_is_ended(world: World) -> None:
    message = error_in(world, "while True: pass\n", timeout=1.0)
    assert message == "config.py: runs longer than 1 s"


@pytest.mark.parametrize("ending", ["", "while True: pass\n"], ids=["done", "timeout"])
def test_a_process_that_the_file_leaves_behind_is_ended(world: World, ending: str) -> None:
    fork = "import ctypes, time\nif ctypes.CDLL(None).fork() == 0: time.sleep(600)\n"
    world.write("config.py", f"{fork}{ending}")
    reader, writer = os.pipe()
    with contextlib.suppress(ResolveError):
        resolve(world.path("config.py"), timeout=3, printed=writer)
    os.close(writer)
    ended, _, _ = select.select([reader], [], [], 60)  # at its end once nobody can write to it
    os.close(reader)
    assert ended


def test_a_missing_variable_says_how_to_give_it(world: World) -> None:
    text = "import os\nuser = os.environ['USER']\nhome = os.path.expanduser('~/x')\n"
    with pytest.raises(ResolveError) as raised:
        resolve_in(world, text)
    assert raised.value.problems[0].hint is not None
    assert "`--env USER=…`" in raised.value.problems[0].hint
    assert tree_in(world, text, env={"USER": "me"}) == {"user": "me", "home": "~/x"}


def test_the_callers_environment_is_not_the_files(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "s")
    monkeypatch.setenv("PYTHONPATH", str(world.path("elsewhere")))
    tree = tree_in(world, "import os\nnames = sorted(os.environ)\n")
    assert tree == {"names": ["HOME"]}


def test_a_syntax_error_in_an_imported_file_names_that_file(world: World) -> None:
    world.write("base.py", "x = 1\ny = = 2\n")
    assert error_in(world, "from base import x\n") == (
        f"base.py:2:5: not valid {PYTHON}: invalid syntax"
    )


def test_a_missing_file_of_a_package_under_the_root_is_recorded_and_noted(world: World) -> None:
    world.write("pkg/__init__.py", "")
    resolved = resolve_in(world, "from pkg.bse import x\ny = x\n")
    assert resolved.tree == {"y": {"name": "pkg.bse.x"}}
    (note,) = resolved.notes
    assert (str(note.origin), note.message) == (
        "config.py:1",
        "`pkg.bse` is not under the root: it is recorded",
    )


def test_a_missing_name_of_a_file_under_the_root_is_missing(world: World) -> None:
    world.write("base.py", "x = 1\n")
    assert "config.py:1:1: ImportError: cannot import name 'y' from 'base'" in error_in(
        world, "from base import y\n"
    )


def test_files_that_import_each_other_work_as_in_python(world: World) -> None:
    world.write("a.py", "import b\nx = 1\ny = b.z\n")
    world.write("b.py", "import a\nz = 2\n")
    assert tree_in(world, "from a import x, y\ntotal = x + y\n") == {"total": 3}
    world.write("a.py", "from b import z\nx = 1\n")
    world.write("b.py", "from a import x\nz = 2\n")
    (note,) = resolve_in(world, "import a\nx = a.x\n").notes
    assert "ImportError: cannot import name 'x'" in note.message


def test_no_file_is_an_error(world: World) -> None:
    with pytest.raises(ResolveError, match=r"^none\.py: no such file$"):
        resolve(Path("none.py"))
    world.write("folder/a.py", "")
    with pytest.raises(ResolveError, match=r"^folder: is a folder$"):
        resolve(Path("folder"))


def test_a_file_that_is_not_text_is_an_error(world: World) -> None:
    world.write("binary.py", b"\x80\x81\x00")
    with pytest.raises(ResolveError, match=r"^binary\.py"):
        resolve(Path("binary.py"))


def test_a_file_outside_the_root_is_an_error(world: World) -> None:
    world.write("inside/x.py", "")
    message = error_in(world, "x = 1\n", root=Path("inside"))
    assert message == f"config.py: not under the root {world.path('inside')}"


def test_a_package_that_is_not_installed_can_not_be_real(world: World) -> None:
    message = error_in(world, "x = 1\n", imports=("no_such_package",))
    assert message == "no package `no_such_package` is installed to be made real"


def test_an_installed_package_is_real_with_what_it_requires(world: World) -> None:
    config = """
        import jinja2
        import yaml_that_is_not_there
        text = jinja2.Template("{{ x }}!").render(x=3)
        other = yaml_that_is_not_there.load(text)
    """
    assert tree_in(world, config, imports=("jinja2",)) == {
        "text": "3!",
        "other": {"call": "yaml_that_is_not_there.load", "args": ["3!"], "kwargs": {}},
    }


def test_without_being_asked_for_an_installed_package_is_recorded(world: World) -> None:
    tree = tree_in(world, "import jinja2\ntext = jinja2.Template('x').render()\n")
    assert tree["text"]["call"]["attr"][1] == "render"


def test_the_standard_librarys_optional_imports_fail(world: World) -> None:
    config = """
        import copy, pickle, sys
        data = pickle.loads(pickle.dumps(copy.deepcopy({"a": 1})))
        java = [name for name in ("java", "org") if name in sys.modules]
    """
    assert tree_in(world, config) == {"data": {"a": 1}, "java": []}


def test_calls_replace_the_usual_functions(world: World) -> None:
    config = """
        def get_config(): raise ValueError
        def small(dim, *, lr=1): return {"dim": dim, "lr": lr}
        class Sweep:
            def space(self): yield from (1, 2)
            @staticmethod
            def fixed(): return 3
    """
    assert tree_in(world, config, calls=("small(4, lr=[0.1])", "Sweep.space", "Sweep.fixed()")) == {
        "small()": {"dim": 4, "lr": [0.1]},
        "Sweep.space()": [1, 2],
        "Sweep.fixed()": 3,
    }


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("nothing", "config.py: there is no `nothing` to call"),
        ("x", "config.py: there is no `x` to call"),
        ("small()", "`small` can't be called: missing a required argument: 'dim'"),
        ("small(open)", "`small(open)` is no function to call"),
        ("1 +", "`1 +` is no function to call"),
        ("a b", "`a b` is no function to call"),
    ],
)
def test_a_call_that_can_not_be_made_is_an_error(world: World, call: str, message: str) -> None:
    assert message in error_in(world, "x = 1\ndef small(dim): ...\n", calls=(call,))


def test_functions_that_take_arguments_are_noted_and_not_called(world: World) -> None:
    config = """
        def get_config(name): ...
        class A:
            def __init__(self, dim): ...
            def get_search_space(self): return 1
        x = 1
    """
    resolved = resolve_in(world, config)
    assert resolved.tree == {"x": 1}
    assert [note.message for note in resolved.notes] == [
        "get_config() was not called: give its arguments with `--call 'get_config(name=…)'`",
        "A.get_search_space() was not called: its class takes arguments",
    ]


def test_nothing_leaks_into_the_caller(world: World) -> None:
    config = """
        import os, sys, threading, time
        os.environ["LEAK"] = "1"
        sys.path.append("/leak")
        os.chdir("/")
        threading.Thread(target=time.sleep, args=(60,)).start()
        x = 1
    """
    before = (dict(os.environ), list(sys.path), Path.cwd(), set(sys.modules), _files(world.folder))
    assert tree_in(world, config) == {"x": 1}
    world.path("config.py").unlink()
    after = (dict(os.environ), list(sys.path), Path.cwd(), set(sys.modules), _files(world.folder))
    assert after == before


def test_no_byte_code_is_written_or_read(world: World) -> None:
    world.write("pkg/__init__.py", "")
    world.write("pkg/base.py", "x = 1\n")
    stamp = world.path("pkg/base.py").stat()
    subprocess.run([sys.executable, "-c", "import pkg.base"], cwd=world.folder, check=True)
    world.write("pkg/base.py", "x = 2\n")
    os.utime(world.path("pkg/base.py"), ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert tree_in(world, "from pkg.base import x\ny = x\n") == {"y": 2}
    assert not world.path("__pycache__").exists()


def test_what_the_file_prints_is_not_in_the_result(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    text = (
        "import os, sys\nprint('said')\nsys.__stdout__.write('raw')\nos.write(1, b'lower')\nx = 1\n"
    )
    world.write("config.py", text)
    outcome = resolve_command(ResolveOptions(Path("config.py")))
    assert (outcome.exit_code, outcome.result, outcome.notes) == (0, "x: 1\n", [])
    out, err = capfd.readouterr()
    assert out == ""
    assert {"said", "raw", "lower"} <= set(
        err.replace("raw", "raw\n").replace("lower", "lower\n").split()
    )


def test_a_file_with_a_lot_to_say_is_not_stopped_by_it(world: World) -> None:
    assert tree_in(world, "for i in range(200_000): print('x' * 50)\nx = 1\n") == {"x": 1}


def test_two_runs_give_the_same_tree(world: World) -> None:
    config = """
        import lib
        names = list({"a", "b", "c", "d", lib.x, lib.y, lib.z})
        first = [hash("a") % 7, sorted(vars().keys())[0]]
    """
    assert resolve_in(world, config) == resolve_in(world, config)


def _files(root: Path) -> list[str]:
    return sorted(str(path) for path in root.rglob("*") if path.name != "config.py")
