"""A folder to write files in and resolve them, and what a reader sees of the result."""

from __future__ import annotations

import subprocess
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import World

from gen_sweeps.resolve import Resolved, ResolveError, as_text, resolve


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A fresh project; its root is the current folder too."""
    world = World(tmp_path.resolve())
    world.write("pyproject.toml", "")
    monkeypatch.chdir(world.folder)
    return world


def resolve_in(  # noqa: PLR0913 - what a run depends on, and nothing else does
    world: World,
    text: str,
    *,
    name: str = "config.py",
    root: Path | None = None,
    imports: tuple[str, ...] = (),
    stubs: tuple[str, ...] = (),
    calls: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
    timeout: float = 30.0,
    provenance: bool = False,
    history: bool = False,
) -> Resolved:
    """Write a file, resolve it, and drop what it prints."""
    world.write(name, textwrap.dedent(text))
    return resolve(
        Path(name),
        root=root,
        imports=imports,
        stubs=stubs,
        calls=calls,
        env=env,
        timeout=timeout,
        provenance=provenance,
        history=history,
        printed=subprocess.DEVNULL,
    )


def tree_in(world: World, text: str, **options: Any) -> dict[str, Any]:
    """Return the tree that a file builds."""
    tree: dict[str, Any] = resolve_in(world, text, **options).tree
    return tree


def text_in(world: World, text: str, **options: Any) -> str:
    """Return the readable tree that a file builds."""
    return as_text(resolve_in(world, text, **options))


def error_in(world: World, text: str, **options: Any) -> str:
    """Return the message with which resolving a file fails."""
    with pytest.raises(ResolveError) as raised:
        resolve_in(world, text, **options)
    return str(raised.value)
