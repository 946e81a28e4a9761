"""Runs the stages, from siblings to a proven spec; coarser where the proof objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.adopt.alignment import AlignedLine, align
from gen_sweeps.adopt.cutting import Cutter, text_of_file
from gen_sweeps.adopt.deriving import Derivations
from gen_sweeps.adopt.file_names import read_names
from gen_sweeps.adopt.naming import NamedFamily, named
from gen_sweeps.adopt.placing import PlacedVariables, place
from gen_sweeps.adopt.siblings import AdoptionError, Sibling
from gen_sweeps.adopt.spec_text import SpecDraft, experiment_name, spec_text, template_text
from gen_sweeps.adopt.surroundings import surroundings
from gen_sweeps.adopt.verifying import Objection, verify
from gen_sweeps.progress import Progress, silent
from gen_sweeps.proof.proving import Proof

_MOST_TURNS = 8
"""How often a family is cut anew, coarser where the proof objected."""


@dataclass(frozen=True, slots=True)
class AdoptionRequest:
    """What to adopt, and where to.

    Attributes:
        siblings: The files of the family.
        shown: Their paths as the user named them, by their names.
        spec: Where the spec is to be.
        output: The family's folder, relative to the spec's.
        folder: What the family's folder is called.
        name: What the experiment is to be called; empty to have it called like the files.
    """

    siblings: tuple[Sibling, ...]
    shown: Mapping[str, str]
    spec: Path
    output: str
    folder: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Adoption:
    """A spec and its template, proven to make the files of a family.

    Attributes:
        request: What was asked for.
        spec: The text of the spec.
        template_name: The template's path in the template folder.
        template: Its text.
        family: What differs, with names.
        placed: Where the spec sets it.
        proof: The proof.
    """

    request: AdoptionRequest
    spec: str
    template_name: str
    template: str
    family: NamedFamily
    placed: PlacedVariables
    proof: Proof

    @property
    def ratio(self) -> float:
        """The bytes of spec and template, of those of the family."""
        own = len(self.spec.encode()) + len(self.template.encode())
        return own / sum(len(sibling.data) for sibling in self.request.siblings)


def adopt_family(request: AdoptionRequest, progress: Progress = silent) -> Adoption:
    """Return a spec and a template that make the files of a family, byte for byte.

    Raises:
        AdoptionError: There are none: names or texts of the files are in the way.
    """
    siblings = request.siblings
    grid = read_names(
        [sibling.name for sibling in siblings], [request.shown[it.name] for it in siblings]
    )
    lines = align([sibling.text for sibling in siblings], progress)
    places = [surroundings(sibling.name, sibling.text) for sibling in siblings]
    whole = frozenset[tuple[int, int]]()
    objections: tuple[Objection, ...] = ()
    for turn in range(_MOST_TURNS):
        progress("writing", turn, _MOST_TURNS)
        pieces = Cutter(siblings, places, Derivations(grid), whole).cut(lines)
        _check_texts(pieces, siblings)
        family = named(pieces, siblings, places, grid)
        placed = place(family)
        template, delimiters = template_text(family)
        template_name = f"{family.grid.pattern()}.jinja"
        name = request.name or experiment_name(family.grid, request.folder)
        draft = SpecDraft(name, request.output)
        spec = spec_text(draft, family, placed, siblings, delimiters, {})
        found = verify(spec, request.spec, {template_name: template}, siblings)
        if isinstance(found, Proof):
            progress("writing", _MOST_TURNS, _MOST_TURNS)
            return Adoption(request, spec, template_name, template, family, placed, found)
        objections = found
        coarser = _objected(objections, lines, siblings)
        if turn == _MOST_TURNS - 2 or coarser <= whole:
            coarser = frozenset(it for line in lines for it in line.starts.items())
        whole |= coarser
    raise AdoptionError.at(
        f"can't be adopted: {objections[0].message}",
        request.shown[siblings[objections[0].file or 0].name],
        objections[0].line,
        hint="leave the file out, or change that line",
    )


def _check_texts(pieces: Sequence[object], siblings: Sequence[Sibling]) -> None:
    for number, sibling in enumerate(siblings):
        assert text_of_file(pieces, number) == sibling.text, sibling.name  # type: ignore[arg-type]  # noqa: S101 - a bug else


def _objected(
    objections: Sequence[Objection], lines: Sequence[AlignedLine], siblings: Sequence[Sibling]
) -> frozenset[tuple[int, int]]:
    """Return the lines that are not to be cut again, in all files that have them."""
    found = set()
    for objection in objections:
        if objection.file is None or objection.line is None:
            continue
        text = siblings[objection.file].text
        offset = sum(len(line) + 1 for line in text.split("\n")[: objection.line - 1])
        for line in lines:
            if line.starts.get(objection.file) == offset:
                found |= set(line.starts.items())
    return frozenset(found)
