"""The proof: files of arms differ only in the factors that the spec declares.

Each file is rendered twice: as it is, and under the control's identity. If both are the same
outside of the docstring, it depends on nothing of its arm but its factors. The first file of each
skeleton is read whole. Files that share a skeleton have the same text around their holes, so only
what fills the holes is looked at, each distinct filling once. A file of which that can't be said
is read whole too.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice

from gen_sweeps.errors import Problem, ProofError, TemplateError
from gen_sweeps.progress import Progress, silent, tracked
from gen_sweeps.proof.control import Control, examine, names_fault
from gen_sweeps.proof.data_files import check_data
from gen_sweeps.proof.fillings import ExpressionPlace, Place, PlaceKind
from gen_sweeps.proof.naming import place_names
from gen_sweeps.proof.operands import names_read
from gen_sweeps.proof.placement import check_placements
from gen_sweeps.proof.python_syntax import docstring_span, parse
from gen_sweeps.proof.shared_paths import shared_path
from gen_sweeps.proof.substitution import substitution_fault
from gen_sweeps.proof.treatment import UnreadableTreatmentError, names_in, read_back
from gen_sweeps.rendering.renderer import File, Rendering
from gen_sweeps.rendering.skeleton import Filling, HoleValue, Kind, Page
from gen_sweeps.spec.model import Call, Reference, Spec


class DisagreementError(AssertionError):
    """The two ways to see the proof disagree: a bug in one of them."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The files of a rendering, of which it is proven that only declared factors differ.

    Attributes:
        rendering: What was proven.
        digests: The sha256 of each file, in hexadecimal, by its path in the order of rendering.
        places: Where each factor is printed, in a reader's terms, by the factor.
        warnings: What is proven, and probably not meant.
    """

    rendering: Rendering
    digests: Mapping[str, str]
    places: Mapping[str, tuple[str, ...]]
    warnings: tuple[Problem, ...] = ()


def digest(data: bytes) -> str:
    """Return the sha256 of a file's content, in hexadecimal."""
    return sha256(data, usedforsecurity=False).hexdigest()


def display_path(spec: Spec, path: str) -> str:
    """Return the path of a generated file as the user would name it."""
    return str(spec.output_folder / path)


def prove(rendering: Rendering, *, paranoid: bool = False, progress: Progress = silent) -> Proof:
    """Prove that the arms' files differ only in declared factors, and return what was proven.

    Args:
        rendering: The files.
        paranoid: Whether to read every file whole, by Python and by LibCST.
        progress: Told how many files have been looked at.

    Raises:
        DisagreementError: A file that is proven by construction is refused when it is read whole.
        TemplateError: A file is not valid, or has text of the spec in its code.
        ProofError: Files differ in more than declared factors; raised after all files have been
            looked at.
    """
    prover = _Prover(rendering)
    digests = {}
    for path in tracked(rendering, "proving", progress):
        prover.look_at(rendering[path])
        digests[path] = digest(rendering[path].source.encode())
    problems = prover.problems
    if prover.dependent:
        from gen_sweeps.proof.explanation import explain  # noqa: PLC0415 - few runs need it

        problems += explain(rendering, prover.dependent, progress)
    if problems:
        raise ProofError(*problems)
    if paranoid:
        prover.read_all(progress)
    return Proof(rendering, digests, prover.places(), tuple(prover.warnings()))


class _Prover:
    """Looks at one file after the other, a template's control first.

    Attributes:
        dependent: The files that depend on which arm they are for.
        problems: What is wrong with other files.
    """

    def __init__(self, rendering: Rendering) -> None:
        self.dependent: list[File] = []
        self.problems: list[Problem] = []
        self._rendering = rendering
        self._spec = rendering.spec
        self._folder = os.path.join(rendering.spec.output_folder, "")  # noqa: PTH118 - a prefix
        self._templates: set[str] = set()
        self._skeletons: dict[tuple[str, int], Control | None] = {}
        # By the identity of places and values, which are there as long as this is.
        self._checked: dict[tuple[int, tuple[str, ...]], tuple[int, ...]] = {}

    def places(self) -> Mapping[str, tuple[str, ...]]:
        """Return the names of the places that print each factor, in the order of the files."""
        found: dict[str, dict[str, None]] = {}
        for control in filter(None, self._skeletons.values()):
            file = control.file
            names = place_names(file.source, control.tree, file.page.spans)
            for hole, filling, name in zip(
                file.page.skeleton.holes, file.page.fillings, names, strict=True
            ):
                for factor in filter(None, sorted(hole.origin)):
                    argument = f".{factor}" if isinstance(filling.value, Call) else ""
                    found.setdefault(factor, {})[f"{name}{argument}"] = None
        return {factor: tuple(names) for factor, names in found.items()}

    def warnings(self) -> Iterator[Problem]:
        """Yield the first path or name of results that all arms share, if there is one."""
        spec = self._spec
        whole = (c for c in self._skeletons.values() if c and c.file.axes == spec.axis_names)
        controls = whole if len(spec.arms) > 1 else ()
        found = (shared_path(c, spec, f"{self._folder}{c.file.path}") for c in controls)
        yield from islice(filter(None, found), 1)

    def read_all(self, progress: Progress) -> None:
        """Read every arm's file whole, when all of them are proven.

        Raises:
            DisagreementError: One is refused.
        """
        from gen_sweeps.proof.judge import keeps_bytes  # noqa: PLC0415 - LibCST is heavy

        for path in tracked(self._rendering, "judging", progress):
            file = self._rendering[path]
            control = self._skeletons.get(_key(file))
            if control is None:
                continue
            if fault := substitution_fault(file.page, control.file.page):
                raise DisagreementError(f"{path} is refused: {fault}")
            end = file.source.rstrip(" \t\n") + "\n"
            if not keeps_bytes(end, path):
                raise DisagreementError(f"{path} is refused: LibCST drops bytes of it")

    def look_at(self, file: File) -> None:
        """Look at a file.

        Raises:
            TemplateError: It is not valid, or has text of the spec in its code.
            ProofError: It is a template's control, and has no single treatment.
        """
        shown = f"{self._folder}{file.path}"
        if not file.is_python:
            check_data(file, shown)
        elif file.arm is None:
            if file.source:
                parse(file, shown)
                check_placements(file, shown)
        elif control := self._control(file, shown):
            if not _is_of_its_factors(file, control):
                self.dependent.append(file)
            elif fault := self._fault(file, control):
                self.problems.append(fault)

    def _control(self, file: File, shown: str) -> Control | None:
        """Return the first file with the same skeleton; None if that has been refused."""
        key = _key(file)
        if key not in self._skeletons:
            self._skeletons[key] = None
            try:
                self._skeletons[key] = examine(file, self._spec.treatment, shown)
            except ProofError as error:
                if file.template not in self._templates:
                    raise
                self.problems += error.problems
            self._templates.add(file.template)
        return self._skeletons[key]

    def _fault(self, file: File, control: Control) -> Problem | None:
        """Return what is wrong with what fills a file's holes, or None.

        Raises:
            TemplateError: A value is not what the spec says, or can't be evaluated.
        """
        fillings = file.page.fillings
        kinds = file.page.skeleton.holes
        reasons = dict(control.places.refusals)
        for place in control.places.places:
            chosen = [fillings[hole] for hole in place.holes]
            texts = tuple(filling.text for filling in chosen)
            values = tuple(
                _value_in(place, kinds[hole].kind, fillings[hole]) for hole in place.holes
            )
            # Texts are mostly of one arm only, and checked as quickly as they are looked up.
            repeats = place.kind is PlaceKind.EXPRESSION
            if repeats and self._checked.get((id(place), texts)) == tuple(map(id, values)):
                continue
            if reason := place.fault(texts, values):
                reasons[place.holes[0]] = reason
                continue
            if isinstance(place, ExpressionPlace):
                read = values if place.is_whole else (Reference(place.joined(texts)),)
                for value in read if not control.places.bind_names else ():
                    if fault := names_fault(value, control):
                        raise self._error(file, place.holes[0], *fault)
            if repeats:
                self._checked[id(place), texts] = tuple(map(id, values))
        if not reasons and control.places.names_fault([it.text for it in fillings]) is None:
            if control.places.bind_names:
                shown = f"{self._folder}{file.path}"
                self._check_names(file, examine(file, self._spec.treatment, shown), control)
            return None
        return self._read_whole(file, control, reasons)

    def _read_whole(self, file: File, control: Control, refused: Iterable[int]) -> Problem | None:
        """Read a file whole of which construction can't say that it is right.

        Args:
            file: The file.
            control: The first one with its skeleton.
            refused: The holes that construction doesn't prove; none if it is their names.

        Raises:
            TemplateError: A value is not what the spec says, or can't be evaluated.
        """
        shown = f"{self._folder}{file.path}"
        for hole, (text, value) in enumerate(file.page.fillings):
            if isinstance(value, Call):
                try:
                    read_back(text, value)
                except UnreadableTreatmentError as error:
                    message = f"the treatment can't be read back: {error}"
                    raise self._error(file, hole, message) from None
        whole = examine(file, self._spec.treatment, shown)
        reason = substitution_fault(file.page, control.file.page)
        if reason is None:
            self._check_names(file, whole, control)
            return None
        hole, reason = _culprit(file.page, control.file.page, sorted(refused), reason)
        line = file.source.count("\n", 0, file.page.spans[hole][0]) + 1
        what = ", ".join(sorted(filter(None, file.page.skeleton.holes[hole].origin)))
        message = f"prints {what or 'a value'} where it can't be proven: {reason}"
        hint = f"let {file.template} print a whole value, name or text there"
        return Problem(message, shown, line, hint=hint)

    def _check_names(self, file: File, whole: Control, control: Control) -> None:
        """Check that something in a file binds the names that its values read.

        Args:
            file: The file.
            whole: What it says, read whole.
            control: The first one with its skeleton.

        Raises:
            TemplateError: Nothing does.
        """
        read = names_read(whole.tree)
        for number, (hole, (text, value)) in enumerate(
            zip(file.page.skeleton.holes, file.page.fillings, strict=True)
        ):
            says = Reference(text) if hole.kind is Kind.NAME else value
            if read.isdisjoint(names_in(says)):
                continue
            if fault := names_fault(says, whole):
                raise self._error(file, number, *fault)
        for name in sorted(whole.unbound - control.unbound):  # made of parts
            if fault := names_fault(Reference(name), whole):
                raise self._error(file, 0, *fault)

    def _error(self, file: File, hole: int, message: str, hint: str | None = None) -> TemplateError:
        start, _ = file.page.spans[hole]
        line = file.source.count("\n", 0, start) + 1
        return TemplateError.at(message, f"{self._folder}{file.path}", line, hint=hint)


def _key(file: File) -> tuple[str, int]:
    """Return what the files of one template that share a skeleton have in common."""
    return file.template, id(file.page.skeleton)


def _culprit(page: Page, control: Page, refused: Sequence[int], reason: str) -> tuple[int, str]:
    """Return the hole that makes a file one that can't be proven, and why.

    It is the first one that does so alone, all others filled as in the control.
    """
    for hole in refused:
        fillings = [*control.fillings]
        fillings[hole] = page.fillings[hole]
        if alone := substitution_fault(replace(page, fillings=tuple(fillings)), control):
            return hole, alone
    return min(refused, default=0), reason


def _value_in(place: Place, kind: Kind, filling: Filling) -> HoleValue:
    """Return what a filling must say in the kind of place that it stands in."""
    if place.kind is PlaceKind.EXPRESSION:
        is_name = kind is Kind.NAME and place.is_whole
        return Reference(filling.text) if is_name else filling.value
    is_text = isinstance(filling.value, str) and kind is not Kind.VALUE
    return filling.value if is_text else filling.text


def _is_of_its_factors(file: File, control: Control) -> bool:
    """Say whether a file's code is the same under the control's identity.

    Then it depends on nothing of the arm but its factors.
    """
    page, twin = file.page, file.under_control
    if twin is None or page is twin:
        return True
    if page.skeleton is twin.skeleton:
        pairs = zip(page.fillings, twin.fillings, strict=True)
        return all(
            own == seen or number in control.in_docstring
            for number, (own, seen) in enumerate(pairs)
        )
    return tuple(_code(page)) == tuple(_code(twin))


def _code(page: Page) -> Iterator[str]:
    """Yield what stands around the docstring of a page."""
    source = page.text
    try:
        start, end = docstring_span(source, ast.parse(source))
    except (SyntaxError, ValueError):
        start = end = 0
    yield source[:start]
    yield source[end:]
