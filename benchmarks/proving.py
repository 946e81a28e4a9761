"""The proof by construction against the judge: LibCST's parse and deep comparison, per file."""

from __future__ import annotations

from pathlib import Path

import libcst

from benchmarks.report import Section, compared
from benchmarks.scale import Scale
from benchmarks.timing import Contender, clocked, interleaved
from benchmarks.worlds import experiment, scratch
from gen_sweeps.proof.proving import prove
from gen_sweeps.rendering.renderer import File, Rendering
from gen_sweeps.spec.loading import load

NOTE = (
    "Per file. By construction: all of `prove`, with the control's parse and each file's sha256. "
    "By LibCST: `parse_module` and `deep_equals` with the control's tree, of files whose docstring "
    "and treatment are taken out already, so that both compare every node to the end."
)


class Held(Rendering):
    """A rendering whose files are rendered once and kept, so that only the proof is measured."""

    def __init__(self, spec_file: Path) -> None:
        super().__init__(load(spec_file))
        self._files = {path: super(Held, self).__getitem__(path) for path in self}

    def __getitem__(self, path: str) -> File:
        """Return the file that was rendered at the start."""
        return self._files[path]


def measure(scale: Scale) -> Section:
    """Measure both proofs on the same files."""
    with scratch() as folder:
        rendering = Held(experiment(folder, scale.files))
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
