"""Controlled experiments as code: one spec, N files, and the proof that they compare.

The command's work is four verbs, and a program can use them too:

    import generator

    spec = generator.load("spec.toml")
    files = generator.render(spec)
    proof = generator.prove(files)
    changes = generator.write(proof)

Each takes what the one before it returns. What goes wrong is raised as an error of
`generator.errors`, all of which are a `GenSweepsError`. The verbs are loaded when they are first
used: importing the package costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.load import load as load
    from generator.prove import prove as prove
    from generator.render import render as render
    from generator.write import write as write

__all__ = ["load", "prove", "render", "write"]


class _Package(ModuleType):
    """This package: `generator.load` is the verb, although a submodule has its name.

    Python binds a submodule in its package when it is imported, which would hide the verb from
    whoever asks afterwards.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if name in __all__ and isinstance(value, ModuleType):
            value = getattr(value, name)
        super().__setattr__(name, value)


if not TYPE_CHECKING:  # a type checker would take it to mean that every name is there

    def __getattr__(name: str) -> object:
        """Load a verb when it is first asked for."""
        if name not in __all__:
            raise AttributeError(f"module 'generator' has no attribute {name!r}")
        return getattr(import_module(f"generator.{name}"), name)


def __dir__() -> list[str]:
    """Return what there is, the verbs among it before they are loaded."""
    return sorted({*globals(), *__all__})


sys.modules[__name__].__class__ = _Package
