"""Runs the stages, from siblings to a proven spec; coarser where the proof objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from shlex import quote

from gen_sweeps.adopt.accidents import (
    Accident,
    Answers,
    check_answers,
    find_accidents,
    mended,
)
from gen_sweeps.adopt.alignment import AlignedLine, align
from gen_sweeps.adopt.cutting import Cutter
from gen_sweeps.adopt.deriving import Derivations
from gen_sweeps.adopt.file_names import read_names
from gen_sweeps.adopt.grouping import ONE_FAMILY, groups, mean_likeness
from gen_sweeps.adopt.named_family import NamedFamily, conditions_of
from gen_sweeps.adopt.naming import named
from gen_sweeps.adopt.placing import place
from gen_sweeps.adopt.siblings import AdoptionError, Sibling, read_siblings, surroundings_of
from gen_sweeps.adopt.spec_writing import SpecDraft, experiment_name, spec_text, template_text
from gen_sweeps.adopt.treatment_call import TreatmentCall, find_treatment_call
from gen_sweeps.adopt.verifying import Objection, verify
from gen_sweeps.errors import Problem
from gen_sweeps.progress import Progress, silent
from gen_sweeps.proof.proving import Proof

_MOST_TURNS = 8
"""How often a family is cut anew, coarser where the proof objected."""

_FEW_FILES = 5
"""Below this, a template says little less than the files, however alike they are."""

_MOST_RATIO = 0.5
"""Of the bytes of a family, those of a spec and template that are worth having."""

_ALIKE = 0.75
"""The share of lines that small files have alike if they are of one family."""

_MOST_CONDITIONS = 40
"""Conditions that a person can read in a template."""


class NotOneFamilyError(AdoptionError):
    """Files are of several families.

    Args:
        groups: The paths of the files that belong together, as the user named them.
    """

    exit_code = 1

    def __init__(self, *groups: tuple[str, ...]) -> None:
        problems = []
        alone = [group[0] for group in groups if len(group) == 1]
        for number, group in enumerate(group for group in groups if len(group) > 1):
            command = f"gen-sweeps adopt {' '.join(map(quote, group))}"
            what = "are not one family" if number == 0 else "are another family"
            more = f" and {len(group) - 1} more" if len(group) > 1 else ""
            problems.append(Problem(f"{group[0]}{more} {what}", hint=f"run `{command}`"))
        if alone:
            what = "is like no other file" if len(alone) == 1 else "are like no other file"
            problems.append(Problem(f"{', '.join(alone)} {what}", hint="leave it out"))
        super().__init__(*problems)
        self.groups = groups


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
        answers: What is known about accidents.
    """

    siblings: tuple[Sibling, ...]
    shown: Mapping[str, str]
    spec: Path
    output: str
    folder: str
    name: str = ""
    answers: Answers = field(default_factory=lambda: Answers({}))


@dataclass(frozen=True, slots=True)
class UnprovenAdoption:
    """A spec and its template, as they were written from the files of a family.

    Attributes:
        request: What was asked for.
        spec: The text of the spec.
        template_name: The template's path in the template folder.
        template: Its text.
        family: What differs, with names.
        all_accidents: What looks like an accident.
        accidents: Those of them that nobody has said to be meant.
    """

    request: AdoptionRequest
    spec: str
    template_name: str
    template: str
    family: NamedFamily
    all_accidents: tuple[Accident, ...]
    accidents: tuple[Accident, ...]

    @property
    def is_one_family(self) -> bool:
        """Whether the files have so much in common that a template says more than they do."""
        if sum(1 for _ in conditions_of(self.family.nodes)) > _MOST_CONDITIONS:
            return False
        if len(self.request.siblings) < _FEW_FILES:
            return True
        # Of small files, the spec is large because it has to name each.
        texts = [sibling.text for sibling in self.request.siblings]
        return self.ratio <= _MOST_RATIO or mean_likeness(texts) >= _ALIKE

    @property
    def ratio(self) -> float:
        """The bytes of spec and template, of those of the family."""
        own = len(self.spec.encode()) + len(self.template.encode())
        return own / sum(len(sibling.data) for sibling in self.request.siblings)


@dataclass(frozen=True, slots=True)
class Adoption(UnprovenAdoption):
    """A spec and its template, proven to make the files of a family.

    Attributes:
        proof: The proof.
    """

    proof: Proof


def adopt_family(request: AdoptionRequest, progress: Progress = silent) -> Adoption:
    """Return a spec and a template that make the files of a family, byte for byte.

    Raises:
        NotOneFamilyError: The files are of several families.
        AdoptionError: Their names or texts are in the way, or an answer has no question.
    """
    answers = request.answers
    check_one_family(request.siblings, request.shown)
    adoption = _adopted(request, progress)
    check_answers(answers, adoption.all_accidents, adoption.family)
    if answers.fix:
        fixed = mended(request.siblings, adoption.family, adoption.all_accidents, answers)
        _check_python(fixed, request.shown)
        adoption = _adopted(replace(request, siblings=fixed), progress)
    return adoption


def _adopted(request: AdoptionRequest, progress: Progress) -> Adoption:
    """Run the stages, again and coarser where the proof objects."""
    siblings = request.siblings
    names = [sibling.name for sibling in siblings]
    grid = read_names(names, [request.shown[name] for name in names])
    call = find_treatment_call(siblings) if grid.strategies else None
    objections: tuple[Objection, ...] = ()
    for wanted in (call, None) if call else (None,):
        cut = wanted.without(siblings) if wanted else siblings
        lines = align([sibling.text for sibling in cut], progress)
        places = [surroundings_of(sibling) for sibling in cut]
        whole = frozenset[tuple[int, int]]()
        for turn in range(_MOST_TURNS):
            progress("writing", turn, _MOST_TURNS)
            pieces = Cutter(cut, places, Derivations(grid), whole).cut(lines)
            draft = _draft(request, named(pieces, cut, places, grid, whole), wanted)
            found = _proven(draft) if isinstance(draft, UnprovenAdoption) else (draft,)
            if isinstance(found, Adoption):
                progress("writing", _MOST_TURNS, _MOST_TURNS)
                return found
            objections = found
            coarser = _objected(objections, lines, siblings)
            if wanted and (turn == 1 or coarser <= whole):
                break
            if turn == _MOST_TURNS - 2 or coarser <= whole:
                coarser = frozenset(it for line in lines for it in line.starts.items())
            whole |= coarser
    raise AdoptionError.at(
        f"can't be adopted: {objections[0].message}",
        request.shown[siblings[objections[0].file or 0].name],
        objections[0].line,
        hint="leave the file out, or change that line",
    )


def _draft(
    request: AdoptionRequest, family: NamedFamily, call: TreatmentCall | None
) -> UnprovenAdoption | Objection:
    """Write the spec and the template of a family; return what is against it, if anything is."""
    siblings = request.siblings
    placed = place(family)
    if call:
        names = {variable.name for variable in family.variables}
        if not names.isdisjoint((*call.vary, *call.shared)):
            return Objection("an argument has the name of a variable")
        every = (*call.arguments(), *call.restored(family.variables))
        family = replace(family.with_treatment(call.placeholder), variables=every)
    accidents = find_accidents(family, siblings)
    open_ones = tuple(it for it in accidents if it.variable not in request.answers.keep)
    template, delimiters = template_text(family)
    draft = SpecDraft(request.name or experiment_name(family.grid, request.folder), request.output)
    questions = {it.variable: it.files for it in open_ones}
    spec = spec_text(draft, family, placed, siblings, delimiters, questions, call)
    name = f"{family.grid.pattern()}.jinja"
    return UnprovenAdoption(request, spec, name, template, family, accidents, open_ones)


def _proven(draft: UnprovenAdoption) -> Adoption | tuple[Objection, ...]:
    """Prove what a draft makes; return what is against it, if anything is.

    Raises:
        NotOneFamilyError: It is not worth proving, because the files are of several families.
    """
    request = draft.request
    if not draft.is_one_family:
        check_one_family(request.siblings, request.shown, is_split=True)
    templates = {draft.template_name: draft.template}
    found = verify(draft.spec, request.spec, templates, request.siblings)
    if not isinstance(found, Proof):
        return found
    return Adoption(
        request,
        draft.spec,
        draft.template_name,
        draft.template,
        draft.family,
        draft.all_accidents,
        draft.accidents,
        found,
    )


def _check_python(siblings: Sequence[Sibling], shown: Mapping[str, str]) -> None:
    """Check that Python still accepts files that were mended."""
    read_siblings({it.name: it.data for it in siblings}, shown)


def check_one_family(
    siblings: Sequence[Sibling], shown: Mapping[str, str], *, is_split: bool = False
) -> None:
    """Check that files are of one family.

    Args:
        siblings: The files.
        shown: Their paths as the user named them.
        is_split: Whether they are known to be of several, and only which is to be found out.

    Raises:
        NotOneFamilyError: They are of several.
    """
    texts = [sibling.text for sibling in siblings]
    found: list[list[int]] = []
    for least in (0.7, 0.8, 0.9) if is_split else (ONE_FAMILY,):
        found = groups(texts, least)
        if len(found) > 1:
            break
    if len(found) == 1 or (is_split and all(len(group) == 1 for group in found)):
        return
    raise NotOneFamilyError(
        *(tuple(shown[siblings[number].name] for number in group) for group in found)
    )


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
