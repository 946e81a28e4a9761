"""The proof by construction against the judge: LibCST's parse and deep comparison, per file."""

from __future__ import annotations

import libcst

from benchmarks.report import Section, compared
from benchmarks.scale import Scale
from benchmarks.timing import Contender, clocked, interleaved
from benchmarks.worlds import experiment, scratch
from gen_sweeps.proof.proving import prove
from gen_sweeps.rendering.renderer import File, render
from gen_sweeps.spec.loading import load

NOTE = (
    "Per file. By construction: all of `prove`, with the control's parse and each file's sha256. "
    "By LibCST: `parse_module` and `deep_equals` with the control's tree, of files whose docstring "
    "and treatment are taken out already, so that both compare every node to the end."
)


def measure(scale: Scale) -> Section:
    """Measure both proofs on the same files."""
    with scratch() as folder:
        rendering = render(load(experiment(folder, scale.files)))
    prove(rendering)
    skeletons = [_without_holes(file) for file in rendering.values() if file.strategy]
    control = libcst.parse_module(skeletons[0])
    judged = skeletons[1 : scale.judged + 1]

    def judge() -> None:
        for source in judged:
            if not libcst.parse_module(source).deep_equals(control):
                raise RuntimeError("LibCST and the proof by construction do not agree")

    construction = "proof by construction"
    series = interleaved(
        [
            Contender(construction, clocked(lambda: prove(rendering), per=len(rendering))),
            Contender("LibCST", clocked(judge, per=len(judged))),
        ],
        scale.large_rounds,
    )
    row = compared(series["LibCST"], {construction: series[construction]})
    return Section("The proof, by LibCST and by construction", [row], notes=[NOTE])


def _without_holes(file: File) -> str:
    ((start, end),) = file.treatments
    docstring = file.source.index('"""', 3) + 3
    return f'""{file.source[docstring:start]}treatment(){file.source[end:]}'
