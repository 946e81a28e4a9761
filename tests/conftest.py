"""The worlds that tests build: a folder with files, and the command run in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from gen_sweeps.__main__ import run

PROJECT = Path(__file__).parent.parent

# Neither a busy machine nor chance turns a test red: no time is judged, and the examples follow
# from the test's own source, so that a commit has one answer. `tests/long_fuzz.py` finds new ones.
settings.register_profile(
    "gen-sweeps",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("gen-sweeps")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background job ignores Ctrl-C, and so would all commands that are sent one here.
    signal.signal(signal.SIGINT, signal.default_int_handler)

MINIMAL_SPEC = """\
[sweep]
name = "small"
package = "out"
output = "out"
control = "plain"

[treatment]
call = "Block"
vary = ["kind", "params"]

[treatment.shared]
size = { base = "SIZE" }

[base."All"]
SIZE = 4

[strategies.plain]

[strategies.shaped.args]
kind = "shaped"
params = { gamma = 0.99 }
"""

MINIMAL_TEMPLATE = '''\
"""{{ strategy.title | docstring }}.

{{ sweep.marker | docstring }}
"""

from sdk import Block, Other
from {{ sweep.package }}._base import SIZE

config = [
    Other(temperature=0.6, steps=10),
    {{ treatment }},
]
'''

MINIMAL_BASE = '''\
"""Constants.

{{ sweep.marker | docstring }}
"""
{% for section in base %}
{% for constant in section.constants %}
{{ constant.name }} = {{ constant.value | python }}
{% endfor %}
{% endfor %}
'''


PYTHON = f"Python {sys.version_info.major}.{sys.version_info.minor}"
"""The Python that judges what is valid."""


@dataclass(frozen=True)
class Result:
    """What a person sees after a command."""

    exit_code: int
    out: str
    err: str

    def __post_init__(self) -> None:
        """Check that it is for people."""
        assert "Traceback" not in self.out + self.err


@dataclass(frozen=True)
class World:
    """A folder with files, in which commands are run."""

    folder: Path

    def run(self, *arguments: str) -> Result:
        """Run `gen-sweeps` in the folder, in this process."""
        streams = BytesIO(), BytesIO()
        out, err = (
            TextIOWrapper(stream, "utf-8", "backslashreplace", newline="", write_through=True)
            for stream in streams
        )
        with chdir(self.folder), redirect_stdout(out), redirect_stderr(err):
            exit_code = run(arguments)
        return Result(exit_code, *(stream.getvalue().decode() for stream in streams))

    def run_process(self, *arguments: str, **environment: str) -> Result:
        """Run `gen-sweeps` in the folder, in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "gen_sweeps", *arguments],
            cwd=self.folder,
            env=os.environ | environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def path(self, name: str) -> Path:
        """Return the path of a file."""
        return self.folder / name

    def write(self, name: str, text: str | bytes) -> None:
        """Write a file."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def read(self, name: str) -> str:
        """Return a file's text, its line ends as they are."""
        return self.path(name).read_bytes().decode()

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands once in a file."""
        text = self.read(name)
        assert text.count(old) == 1, (old, text.count(old))
        self.write(name, text.replace(old, new))

    def files(self, below: str = "") -> dict[str, bytes]:
        """Return what each file below a folder holds, by its path there."""
        files = (path for path in sorted(self.path(below).rglob("*")) if path.is_file())
        return {path.relative_to(self.path(below)).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A small experiment of two strategies, not yet generated."""
    world = World(tmp_path)
    world.write("spec.toml", MINIMAL_SPEC)
    world.write("templates/_base.py.jinja", MINIMAL_BASE)
    world.write("templates/run_{strategy}.py.jinja", MINIMAL_TEMPLATE)
    return world


@pytest.fixture
def empty(tmp_path: Path) -> World:
    """An empty folder."""
    return World(tmp_path)


@pytest.fixture
def sweep(empty: World) -> World:
    """An experiment as it is committed: sgd (the control), momentum, nesterov and cosine."""
    shutil.copytree(PROJECT / "tests" / "optimizers", empty.folder, dirs_exist_ok=True)
    assert empty.run("spec.toml", "--quiet").exit_code == 0
    return empty


@pytest.fixture
def project(tmp_path: Path) -> World:
    """A copy of the project's own experiment, as it is committed."""
    shutil.copy(PROJECT / "spec.toml", tmp_path)
    for folder in ("templates", "generated"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=ignore)
    return World(tmp_path)


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the terminal's wishes out of the tests."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "TERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


IN_CI = os.environ.get("CI") == "true"
"""Whether this is a run of the gate; read before a test can hide it from itself."""


def needed(program: str) -> str:
    """Return the path of a program that only some machines have; CI must have it."""
    found = shutil.which(program)
    if found is None and IN_CI:
        pytest.fail(f"{program} is not installed, and CI must run this test")
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found
