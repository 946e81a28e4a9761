"""A folder to write files in and resolve them, and what a reader sees of the result."""

from __future__ import annotations

import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gen_sweeps.resolve import Resolved, ResolveError, as_text, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class World:
    """A project's root folder, which is the current folder too."""

    root: Path

    def write(self, name: str, text: str) -> Path:
        """Write a file and return its path relative to the root."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return Path(name)

    def resolve(  # noqa: PLR0913 - what a run depends on, and nothing else does
        self,
        text: str,
        *,
        name: str = "config.py",
        root: Path | None = None,
        imports: tuple[str, ...] = (),
        calls: tuple[str, ...] = (),
        env: Mapping[str, str] | None = None,
        timeout: float = 30.0,
        provenance: bool = False,
    ) -> Resolved:
        """Write a file, resolve it, and drop what it prints."""
        return resolve(
            self.write(name, text),
            root=root,
            imports=imports,
            calls=calls,
            env=env,
            timeout=timeout,
            provenance=provenance,
            printed=subprocess.DEVNULL,
        )

    def tree(self, text: str, **options: Any) -> dict[str, Any]:
        """Return the tree that a file builds."""
        tree: dict[str, Any] = self.resolve(text, **options).tree
        return tree

    def text(self, text: str, **options: Any) -> str:
        """Return the readable tree that a file builds."""
        return as_text(self.resolve(text, **options))

    def error(self, text: str, **options: Any) -> str:
        """Return the message with which resolving a file fails."""
        with pytest.raises(ResolveError) as raised:
            self.resolve(text, **options)
        return str(raised.value)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A fresh project."""
    root = tmp_path.resolve()
    (root / "pyproject.toml").touch()
    monkeypatch.chdir(root)
    return World(root)
