"""The worlds that tests build: a folder with files, and the command run in it."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Result:
    """What a person sees after a command."""

    exit_code: int
    out: str
    err: str


@dataclass(frozen=True)
class World:
    """A folder in which commands are run."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> Result:
        """Run `gen-sweeps` in the folder."""
        here = Path.cwd()
        os.chdir(self.folder)
        try:
            self.capture.readouterr()
            exit_code = run(list(arguments))
            out, err = self.capture.readouterr()
        finally:
            os.chdir(here)
        assert "Traceback" not in out + err
        return Result(exit_code, out, err)

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

    def files(self) -> Mapping[str, bytes]:
        """Return all files and what stands in them."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> World:
    """A small experiment of two strategies, not yet generated."""
    world = World(tmp_path, capsys)
    world.write("spec.toml", MINIMAL_SPEC)
    world.write("templates/_base.py.jinja", MINIMAL_BASE)
    world.write("templates/run_{strategy}.py.jinja", MINIMAL_TEMPLATE)
    return world


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> World:
    """A copy of the project's own experiment, as it is committed."""
    shutil.copy(PROJECT / "spec.toml", tmp_path)
    for folder in ("templates", "generated"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=ignore)
    return World(tmp_path, capsys)


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the terminal's wishes out of the tests."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CI"):
        monkeypatch.delenv(name, raising=False)
