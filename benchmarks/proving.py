"""The proof by construction against the judge: LibCST's parse and deep comparison, per file."""

from __future__ import annotations

from collections.abc import Sequence

import libcst

from benchmarks.report import Comparison, Section
from benchmarks.timing import Contender, clocked, interleaved
from benchmarks.worlds import Disk, in_memory, strategies
from gen_sweeps import prove, render
from gen_sweeps.rendering.renderer import File

NOTE = (
    "Per file. By construction: all of `prove`, with the control's parse and each file's sha256. "
    "By LibCST: `parse_module` and `deep_equals` with the control's tree, of files whose docstring "
    "and treatment are taken out already, so that both compare every node to the end."
)


def measure(disks: Sequence[Disk], *, quick: bool) -> Section:
    """Measure both proofs on the same files."""
    files, compared, rounds = (20, 2, 1) if quick else (1_000, 20, 7)
    rendering = render(in_memory(disks[0].new_folder(), strategies(files)))
    skeletons = [_without_holes(file) for file in rendering.values() if file.arm]
    control = libcst.parse_module(skeletons[0])
    judged = skeletons[1 : compared + 1]

    def judge() -> None:
        for source in judged:
            if not libcst.parse_module(source).deep_equals(control):
                raise RuntimeError("LibCST and the proof by construction do not agree")

    construction = "proof by construction"
    contenders = [
        Contender(construction, clocked(lambda: prove(rendering), per=len(rendering))),
        Contender("LibCST", clocked(judge, per=len(judged))),
    ]
    series = interleaved(contenders, rounds)
    row = Comparison("LibCST", series["LibCST"], {construction: series[construction]})
    return Section("The proof, by LibCST and by construction", [row], notes=[NOTE])


def _without_holes(file: File) -> str:
    ((start, end),) = file.treatments
    docstring = file.source.index('"""', 3) + 3
    return f'""{file.source[docstring:start]}treatment(){file.source[end:]}'
