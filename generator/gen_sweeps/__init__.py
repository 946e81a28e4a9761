"""Controlled experiments as code: one spec, N files, and the proof that they compare.

The command's work is four verbs, and a program can use them too:

    import gen_sweeps

    spec = gen_sweeps.load("spec.toml")
    rendering = gen_sweeps.render(spec)
    proof = gen_sweeps.prove(rendering)
    plan = gen_sweeps.write(proof)

Each takes what the one before it returns. What goes wrong is raised as an error of
`gen_sweeps.errors`, all of which are a `GenSweepsError`.
"""

from gen_sweeps.output.writing import write
from gen_sweeps.proof.proving import prove
from gen_sweeps.rendering.renderer import render
from gen_sweeps.spec.loading import load

__all__ = ["load", "prove", "render", "write"]
