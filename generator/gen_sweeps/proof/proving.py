"""The proof: files differ only in the treatment, and in their docstrings.

The first file of each skeleton is read whole. Files that share a skeleton have the same text around
their holes, so only what fills the holes is looked at, each distinct filling once. What can't be
accepted like that goes to LibCST, which compares whole files, node by node.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from gen_sweeps.errors import Problem, ProofError, TemplateError
from gen_sweeps.progress import Progress, silent, tracked
from gen_sweeps.proof.control import Control, examine
from gen_sweeps.proof.fillings import PlaceKind
from gen_sweeps.proof.placement import check_placements
from gen_sweeps.proof.python_syntax import code_of, docstring_end, parse
from gen_sweeps.proof.treatment import UnreadableTreatmentError, names_in, read_back
from gen_sweeps.rendering.renderer import File, Rendering
from gen_sweeps.rendering.skeleton import HoleValue
from gen_sweeps.spec.model import Call, Spec


class DisagreementError(AssertionError):
    """The two ways to see the proof disagree: a bug in one of them."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The files of a rendering, of which it is proven that only the treatment differs.

    Attributes:
        rendering: What was proven.
        digests: The sha256 of each file, in hexadecimal, by its path in the order of rendering.
    """

    rendering: Rendering
    digests: Mapping[str, str]


def digest(data: bytes) -> str:
    """Return the sha256 of a file's content, in hexadecimal."""
    return sha256(data, usedforsecurity=False).hexdigest()


def display_path(spec: Spec, path: str) -> str:
    """Return the path of a generated file as the user would name it."""
    return str(spec.output_folder / path)


def prove(rendering: Rendering, *, paranoid: bool = False, progress: Progress = silent) -> Proof:
    """Prove that the strategies' files differ only in the treatment, and return what was proven.

    Args:
        rendering: The files.
        paranoid: Whether to show every file to LibCST too, which parses it whole.
        progress: Told how many files have been looked at.

    Raises:
        DisagreementError: LibCST refuses a file that the proof by construction accepts.
        TemplateError: A file is not valid Python or breaks the form of generated files.
        ProofError: Files differ outside of the treatment, or have no single treatment; raised
            after all files have been looked at.
    """
    prover = _Prover(rendering)
    digests = {}
    for path in tracked(rendering, "proving", progress):
        prover.look_at(rendering[path])
        digests[path] = digest(rendering[path].source.encode())
    problems = prover.problems
    judged = prover.proven if paranoid else []
    if prover.unproven or judged:
        from gen_sweeps.proof.explanation import Judge  # noqa: PLC0415 - LibCST is heavy

        judge = Judge(rendering, progress)
        problems += judge.problems(prover.unproven)
        for wrong in judge.problems(judged):
            raise DisagreementError(f"LibCST refuses what is proven by construction: {wrong}")
    if problems:
        raise ProofError(*problems)
    return Proof(rendering, digests)


class _Prover:
    """Looks at one file after the other, a template's control first.

    Attributes:
        proven: The files that are proven by construction, each with its template's control.
        unproven: The files that LibCST has to judge, likewise.
        problems: What is wrong with files that need no judge.
    """

    def __init__(self, rendering: Rendering) -> None:
        self.proven: list[tuple[File, File]] = []
        self.unproven: list[tuple[File, File]] = []
        self.problems: list[Problem] = []
        self._spec = rendering.spec
        self._folder = os.path.join(rendering.spec.output_folder, "")  # noqa: PTH118 - a prefix
        self._templates: dict[str, Control] = {}
        self._skeletons: dict[tuple[str, int], Control | None] = {}
        # By the identity of places and values, which are there as long as this is.
        self._checked: dict[tuple[int, tuple[str, ...]], tuple[int, ...]] = {}

    def look_at(self, file: File) -> None:
        """Look at a file.

        Raises:
            TemplateError: It is not valid Python or breaks the form of generated files.
            ProofError: It is a template's control, and has no single treatment.
        """
        shown = f"{self._folder}{file.path}"
        if file.strategy is None:
            _check_shared(file, shown)
            return
        control = self._control(file, shown)
        if control is None:
            return
        template = self._templates.setdefault(file.template, control)
        fits = self._fits(file, control, shown)
        # Another skeleton is compared with the control's by LibCST, once.
        known = control is template or control.file is not file
        is_proven = fits and known and _is_of_its_factors(file, control)
        (self.proven if is_proven else self.unproven).append((file, template.file))

    def _control(self, file: File, shown: str) -> Control | None:
        """Return the first file with the same skeleton; None if that has been refused."""
        key = (file.template, id(file.page.skeleton))
        if key not in self._skeletons:
            self._skeletons[key] = None
            try:
                self._skeletons[key] = examine(file, self._spec.treatment, shown)
            except ProofError as error:
                if file.template not in self._templates:
                    raise
                self.problems += error.problems
        return self._skeletons[key]

    def _fits(self, file: File, control: Control, shown: str) -> bool:
        """Say whether what fills the holes changes nothing but the values there.

        Raises:
            TemplateError: The treatment is not what the spec says, or can't be evaluated.
        """
        fillings = file.page.fillings
        fits = not control.places.refusals
        for place in control.places.places:
            chosen = [fillings[hole] for hole in place.holes]
            texts = tuple(filling.text for filling in chosen)
            values = tuple(filling.value for filling in chosen)
            # Texts are mostly of one arm only, and checked as quickly as they are looked up.
            repeats = place.kind is PlaceKind.EXPRESSION
            if repeats and self._checked.get((id(place), texts)) == tuple(map(id, values)):
                continue
            if place.fault(texts, values):
                fits = False
            elif fault := _names_fault(values, control):
                raise self._treatment_error(file, shown, *fault)
            elif repeats:
                self._checked[id(place), texts] = tuple(map(id, values))
        if not fits:
            self._read_back(file, control, shown)
        return fits and control.places.names_fault([f.text for f in fillings]) is None

    def _read_back(self, file: File, control: Control, shown: str) -> None:
        """Check that the treatment is what the spec says, where its place does not tell."""
        for text, value in file.page.fillings:
            if isinstance(value, Call):
                try:
                    read_back(text, value)
                except UnreadableTreatmentError as error:
                    message = f"the treatment can't be read back: {error}"
                    raise self._treatment_error(file, shown, message) from None
                if fault := _names_fault((value,), control):
                    raise self._treatment_error(file, shown, *fault)

    def _treatment_error(
        self, file: File, shown: str, message: str, hint: str | None = None
    ) -> TemplateError:
        ((start, _),) = file.treatments
        line = file.source.count("\n", 0, start) + 1
        return TemplateError.at(message, shown, line, hint=hint)


def _is_of_its_factors(file: File, control: Control) -> bool:
    """Say whether a file's code is the same under the control's identity.

    Then it depends on nothing of the arm but its factors.
    """
    page, twin = file.page, file.under_control
    if twin is None or page is twin:
        return True
    if page.skeleton is twin.skeleton:
        return page.fillings[control.in_docstring :] == twin.fillings[control.in_docstring :]
    return code_of(page.text) == code_of(twin.text)


def _names_fault(values: tuple[HoleValue, ...], control: Control) -> tuple[str, str] | None:
    """Return which name in a treatment is not what it should be in the file, and a hint."""
    names = {name for value in values if isinstance(value, Call) for name in names_in(value)}
    if control.names is None or not names:
        return None
    template = control.file.template
    if "float" in names and "float" in control.names:
        message = "the treatment needs Python's float, which the file binds to something else"
        return message, f"use another name in {template}"
    if missing := names - control.names - {"float"}:
        name = min(missing)
        message = f"the treatment names {name}, which nothing in the file defines"
        return message, f"import {name} in {template}"
    return None


def _check_shared(file: File, shown: str) -> None:
    """Check a file that is the same for all strategies; other than Python, it is free."""
    if file.path.endswith(".py") and file.source:
        docstring_end(file, shown, parse(file, shown))
        check_placements(file, shown)
