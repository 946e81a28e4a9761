"""What a check remembers: it saves work, and never changes an answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import blake2b, sha256
from pathlib import Path

import pytest
from conftest import PROJECT, World


class Checks:
    """Checks in processes of their own, as hooks run them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cache = world.path("cache")
        self.state = world.path("state")

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, bool]:
        """Return the exit code, what was said, and whether it was known already."""
        code = (
            "import sys, atexit\n"
            "atexit.register(lambda: print('jinja2' not in sys.modules, file=sys.stderr))\n"
            "from gen_sweeps.__main__ import main\n"
            "main()\n"
        )
        env = os.environ | {
            "PYTHONPATH": str(PROJECT),
            "XDG_CACHE_HOME": str(self.cache),
            "XDG_STATE_HOME": str(self.state),
            **environment,
        }
        result = subprocess.run(
            [sys.executable, "-c", code, *(arguments or ("spec.toml", "--check"))],
            cwd=self.world.folder,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in result.stderr
        known = result.stderr.splitlines()[-1] == "True"
        return result.returncode, result.stdout, known

    def entry(self) -> Path:
        """Return the only entry."""
        (entry,) = self.cache.glob("gen-sweeps/*.known")
        return entry


@pytest.fixture
def checks(world: World) -> Checks:
    """A generated experiment that has been checked once."""
    world.run("spec.toml")
    checks = Checks(world)
    assert checks.run()[::2] == (0, False)
    return checks


def test_the_same_question_gets_the_same_answer_without_work(checks: Checks) -> None:
    _, first, _ = checks.run("spec.toml", "--check", "--no-cache")
    assert checks.run() == (0, first, True)
    assert checks.run("--check", "--quiet", "spec.toml") == (0, "", True)
    assert "4 files checked: out is what spec.toml says" in first


def link_output(world: World) -> None:
    world.path("out/run_plain.py").rename(world.path("x.py"))
    world.path("out/run_plain.py").symlink_to(world.path("x.py"))


CHANGES: dict[str, tuple[Callable[[World], None], int]] = {
    "a value": (lambda w: w.replace("spec.toml", "0.99", "0.9"), 1),
    "a comment in the spec": (lambda w: w.write("spec.toml", w.read("spec.toml") + "# x\n"), 0),
    "a broken spec": (lambda w: w.write("spec.toml", "x"), 2),
    "no spec": (lambda w: w.path("spec.toml").unlink(), 2),
    "a template": (lambda w: w.replace("templates/_base.py.jinja", "Constants", "C"), 1),
    "a template more": (lambda w: w.write("templates/x.txt.jinja", "x"), 1),
    "a template in a new folder": (lambda w: w.write("templates/a/x.txt.jinja", "x"), 1),
    "a template less": (lambda w: w.path("templates/_base.py.jinja").unlink(), 1),
    "an edited output": (lambda w: w.replace("out/run_plain.py", "0.6", "0.60"), 1),
    "an output of the same length": (lambda w: w.replace("out/run_plain.py", "0.6", "0.7"), 1),
    "a missing output": (lambda w: w.path("out/run_plain.py").unlink(), 1),
    "an output behind a link": (link_output, 1),
    "a stray file": (lambda w: w.write("out/run_more.py", "x = 1"), 1),
    "an edited manifest": (lambda w: w.write("out/manifest.json", "{}"), 1),
    "a file that does not matter": (lambda w: w.write("out/notes.txt", "x"), 0),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_is_worked_out_again(checks: Checks, change: str) -> None:
    act, exit_code = CHANGES[change]
    assert checks.run()[2]
    act(checks.world)
    assert checks.run()[::2] == (exit_code, False)
    assert checks.run()[0] == exit_code


def test_a_run_of_a_generated_file_leaves_the_answer_known(checks: Checks) -> None:
    checks.world.write("out/__pycache__/run_plain.pyc", b"")
    assert checks.run()[::2] == (0, True)


def test_the_cache_is_not_used_where_it_is_not_wanted(checks: Checks) -> None:
    assert not checks.run("spec.toml", "--check", "--no-cache")[2]
    assert not checks.run(CI="true")[2]
    checks.entry().unlink()
    checks.run("spec.toml", "--check", "--no-cache")
    checks.run(CI="true")
    assert not list(checks.cache.rglob("*.known"))


def forge(checks: Checks, key: bytes) -> None:
    """Write an entry that says that the drifted file is right."""
    body = checks.entry().read_bytes()[64:]
    known = json.loads(body)
    for path in known["outputs"]:
        known["outputs"][path] = sha256(Path(path).read_bytes()).hexdigest()
    body = json.dumps(known).encode()
    checks.entry().write_bytes(blake2b(body, key=key, digest_size=32).hexdigest().encode() + body)


def test_a_forged_entry_does_not_change_the_answer(checks: Checks) -> None:
    checks.world.replace("out/run_plain.py", "0.6", "0.7")
    for key in (b"", b"\0" * 32, b"k" * 32):
        forge(checks, key)
        assert checks.run()[::2] == (1, False)


def test_an_entry_of_this_very_user_would_be_believed(checks: Checks) -> None:
    # Without this, the test above could pass because nothing is ever believed.
    checks.world.replace("out/run_plain.py", "0.6", "0.7")
    forge(checks, (checks.state / "gen-sweeps/key").read_bytes())
    assert checks.run()[::2] == (0, True)


def test_a_key_that_others_can_read_seals_nothing(checks: Checks) -> None:
    (checks.state / "gen-sweeps/key").chmod(0o644)
    assert checks.run()[::2] == (0, False)
    assert checks.run()[::2] == (0, False)


@pytest.mark.parametrize("entry", [b"", b"x", b"\xff" * 200, b"0" * 64 + b"{}", b"0" * 64 + b"["])
def test_a_damaged_entry_is_no_entry(checks: Checks, entry: bytes) -> None:
    checks.entry().write_bytes(entry)
    assert checks.run()[::2] == (0, False)
    assert checks.run()[::2] == (0, True)


def test_a_cache_that_cannot_be_written_is_no_error(checks: Checks) -> None:
    checks.world.write("file", "")
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        code, said, known = checks.run(**{name: str(checks.world.path("file"))})
        assert (code, known) == (0, False)
        assert "4 files checked" in said


def test_another_release_of_a_dependency_is_worked_out_again(checks: Checks) -> None:
    assert checks.run()[2]
    checks.world.path("site/jinja2-9.9.dist-info").mkdir(parents=True)
    path = os.pathsep.join([str(PROJECT), str(checks.world.path("site"))])
    assert checks.run(PYTHONPATH=path)[::2] == (0, False)
