"""A little experiment in a folder of its own, and ways to disturb a run of it."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

TEMPLATE = '''\
"""{{ strategy.title | docstring }}

{{ sweep.marker }}
"""

streamer = {{ treatment }}
'''

BASE = '''\
"""Constants.

{{ sweep.marker }}
"""
{% for section in base %}
{% for constant in section.constants %}
{{ constant.name }} = {{ constant.value | python }}
{% endfor %}
{% endfor %}
'''

FOREIGN = b"# mine, and nobody else's\r\n"

CHANGING = ("open", "write", "replace", "unlink", "mkdir", "rmdir", "chmod", "fsync", "close")
"""The functions of `os` through which everything goes that a run does to files."""


def spec(
    *strategies: str, rate: str = "1e-3", title: str = "Arm", name: str = "sweep", lr: int = 1
) -> str:
    """Return a spec; the first strategy is the control."""
    lines = [
        f'[sweep]\nname = "{name}"\npackage = "generated"\noutput = "generated"',
        f'control = "{strategies[0]}"\n[treatment]\ncall = "Streamer"\nvary = ["lr", "name"]',
        f'[base."Training"]\nRATE = {rate}',
    ]
    for strategy in strategies:
        lines.append(f'[strategies.{strategy}]\ntitle = "{title} {strategy.lower()}"')
        lines.append(f"args = {{ lr = {lr} }}")
    return "\n".join(lines) + "\n"


class World:
    """A folder with a spec and templates, and with a foreign file among the generated ones."""

    def __init__(self, folder: Path, text: str) -> None:
        self.folder = folder
        self.spec = folder / "spec.toml"
        self.output = folder / "generated"
        templates = folder / "templates"
        (templates / "each").mkdir(parents=True)
        (templates / "_base.py.jinja").write_text(BASE)
        (templates / "each" / "{strategy}.py.jinja").write_text(TEMPLATE)
        self.change(text)

    def change(self, text: str) -> None:
        """Replace the spec."""
        self.spec.write_text(text)

    def write(self) -> None:
        """Run the main job."""
        from gen_sweeps.commands.generate import (  # noqa: PLC0415 - the world does without it until then
            GenerateOptions,
            generate,
        )

        generate(GenerateOptions(self.spec))

    def copy(self, folder: Path) -> World:
        """Return the world as it is now, in another folder."""
        shutil.copytree(self.folder, folder, symlinks=True)
        twin = object.__new__(World)
        twin.folder, twin.spec = folder, folder / "spec.toml"
        twin.output = folder / "generated"
        return twin

    def files(self) -> dict[str, bytes]:
        """Return the content of all files in the output folder, and None for nothing else."""
        paths = sorted(path for path in self.output.rglob("*") if path.is_file())
        return {path.relative_to(self.output).as_posix(): path.read_bytes() for path in paths}


def visible(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files without those that gen-sweeps has for itself during a run."""
    return {p: data for p, data in files.items() if not p.split("/")[-1].startswith(".gen-sweeps-")}


@contextmanager
def at_operation(number: int, do: Callable[[str, tuple[Any, ...]], None]) -> Iterator[list[str]]:
    """Call `do` instead of the operation of that number (from 1); yield the names of all so far."""
    seen: list[str] = []

    def disturbed(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def operation(*args: Any, **kwargs: Any) -> Any:
            seen.append(name)
            if len(seen) == number:
                do(name, args)
            return real(*args, **kwargs)

        return operation

    with ExitStack() as patches:
        for name in CHANGING:
            patches.enter_context(mock.patch.object(os, name, disturbed(name)))
        yield seen


def killed_at(number: int, job: Callable[[], object]) -> bool:
    """Run `job` in a process that SIGKILL ends at an operation; say whether it got so far.

    A write is killed half-way: the first half of its data is written.
    """
    really_write = os.write

    def kill(name: str, args: tuple[Any, ...]) -> None:
        if name == "write":
            really_write(args[0], bytes(args[1])[: len(args[1]) // 2])
        os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        code = 1
        try:
            with at_operation(number, kill):
                job()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False
