"""A small experiment to disturb, and what disturbs a run of it."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from conftest import MINIMAL_BASE, World

from gen_sweeps.commands.generate import GenerateOptions, generate

T = TypeVar("T")

TEMPLATE = '''\
"""{{ strategy.title | docstring }}

{{ sweep.marker }}
"""

streamer = {{ treatment }}
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


def experiment(folder: Path, text: str) -> World:
    """Return a world with a spec and two templates, not yet generated."""
    world = World(folder)
    world.write("spec.toml", text)
    world.write("templates/_base.py.jinja", MINIMAL_BASE)
    world.write("templates/each/{strategy}.py.jinja", TEMPLATE)
    return world


def generate_in(world: World) -> None:
    """Generate the files of a world; what is wrong is raised."""
    generate(GenerateOptions((world.path("spec.toml"),)))


def copy_of(world: World, folder: Path) -> World:
    """Return the world as it is now, in another folder."""
    return World(shutil.copytree(world.folder, folder, symlinks=True))


def visible(files: Mapping[str, T]) -> dict[str, T]:
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


def failing(code: int) -> Callable[[str, tuple[Any, ...]], None]:
    """Return what lets an operation fail with an `errno`; a write has half of its data written."""
    really_write = os.write

    def fail(name: str, args: tuple[Any, ...]) -> None:
        if name == "write":
            really_write(args[0], bytes(args[1])[: len(args[1]) // 2])
        if name != "close":
            raise OSError(code, os.strerror(code))

    return fail


_really_close = os.close


def interrupt(name: str, args: tuple[Any, ...]) -> None:
    """Interrupt an operation, as Ctrl-C does."""
    if name == "close":  # what holds the folder would hold it for as long as the tests run
        _really_close(args[0])
    raise KeyboardInterrupt


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
