"""Controlled experiments as code: one spec, N files, and the proof that they compare.

The command's work is four verbs, and a program can use them too:

    import gen_sweeps

    spec = gen_sweeps.load("spec.toml")
    rendering = gen_sweeps.render(spec)
    proof = gen_sweeps.prove(rendering)
    plan = gen_sweeps.write(proof)

Each takes what the one before it returns. What goes wrong is raised as an error of
`gen_sweeps.errors`, all of which are a `GenSweepsError`. The verbs are loaded when they are first
used: importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gen_sweeps.output.writing import write as write
    from gen_sweeps.proof.proving import prove as prove
    from gen_sweeps.rendering.renderer import render as render
    from gen_sweeps.spec.loading import load as load

__all__ = ["load", "prove", "render", "write"]

_MODULES = {
    "load": "spec.loading",
    "render": "rendering.renderer",
    "prove": "proof.proving",
    "write": "output.writing",
}


if not TYPE_CHECKING:  # a type checker would take it to mean that every name is there

    def __getattr__(name: str) -> object:
        """Load a verb when it is first asked for."""
        if name not in _MODULES:
            raise AttributeError(f"module 'gen_sweeps' has no attribute {name!r}")
        return getattr(import_module(f"gen_sweeps.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """Return what there is, the verbs among it before they are loaded."""
    return sorted({*globals(), *__all__})
