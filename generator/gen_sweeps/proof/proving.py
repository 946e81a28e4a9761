"""The proof: files of arms differ only in the factors that the spec declares.

A template that does nothing with the identity of its arm but print it in the docstring makes equal
code of equal factors. Every other file is rendered a second time, under the control's identity, and
must be the same outside of the docstring. The first file of each skeleton is read whole. Files that
share a skeleton have the same text around their holes, so only what fills the holes is looked at,
each distinct filling once. A file of which that can't be said is read whole too.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import PurePosixPath

from gen_sweeps.errors import Problem, ProofError, TemplateError
from gen_sweeps.progress import Progress, silent, tracked
from gen_sweeps.proof.control import Control, examine, names_fault
from gen_sweeps.proof.data_files import check_data
from gen_sweeps.proof.factor_places import FactorPlace, find_factor_places, unpinned
from gen_sweeps.proof.fillings import ExpressionPlace, Place, PlaceKind
from gen_sweeps.proof.operands import names_read
from gen_sweeps.proof.placement import check_placements
from gen_sweeps.proof.python_syntax import docstring_span, parse
from gen_sweeps.proof.shared_paths import shared_path
from gen_sweeps.proof.substitution import substitution_fault
from gen_sweeps.proof.treatment import UnreadableTreatmentError, names_in, read_back
from gen_sweeps.rendering.renderer import File, Rendering
from gen_sweeps.rendering.skeleton import Filling, HoleValue, Kind, Page
from gen_sweeps.spec.digests import digest
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
        digests[path] = digest(rendering[path].data)
    problems = prover.problems
    if prover.dependent:
        from gen_sweeps.proof.explanation import explain  # noqa: PLC0415 - few runs need it

        problems += explain(rendering, prover.dependent, progress)
    if problems:
        raise ProofError(*problems)
    places = find_factor_places(rendering, prover.controls)
    if problems := unpinned(places, rendering.spec, prover.folder):
        raise ProofError(*problems)
    if paranoid:
        prover.read_all(progress)
    named: dict[str, list[str]] = {}
    for place in places:
        named.setdefault(place.factor, []).append(place.name)
    of_factors = {factor: tuple(names) for factor, names in named.items()}
    return Proof(rendering, digests, of_factors, tuple(prover.warnings(places)))


class _Prover:
    """Looks at one file after the other, a template's control first.

    Attributes:
        dependent: The files that depend on which arm they are for.
        problems: What is wrong with other files.
        folder: What stands before a file's path where it is shown.
    """

    def __init__(self, rendering: Rendering) -> None:
        self.dependent: list[File] = []
        self.problems: list[Problem] = []
        self._rendering = rendering
        self._spec = rendering.spec
        self.folder = os.path.join(rendering.spec.output_folder, "")  # noqa: PTH118 - a prefix
        self._templates: set[str] = set()
        self._skeletons: dict[tuple[str, int], Control | None] = {}
        # By the identity of places and values, which are there as long as this is.
        self._checked: dict[tuple[int, tuple[str, ...]], tuple[int, ...]] = {}

    @property
    def controls(self) -> Iterator[Control]:
        """The first file of each skeleton, in the order of the files."""
        return filter(None, self._skeletons.values())

    def warnings(self, places: Iterable[FactorPlace]) -> Iterator[Problem]:
        """Yield what is probably not meant: what arms share, and what is not printed."""
        spec = self._spec
        yield from _unprinted(self._rendering, places)
        yield from _shadowing(self._rendering, self.folder)
        yield from _without_ending(self._rendering, self.folder)
        whole = (c for c in self.controls if c.file.axes == spec.axis_names)
        controls = whole if len(spec.arms) > 1 else ()
        found = (shared_path(c, spec, f"{self.folder}{c.file.path}") for c in controls)
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
            if not _is_like_twin(file, control):
                raise DisagreementError(f"{path} is refused: it depends on which arm it is for")
            end = file.source.rstrip(" \t\n") + "\n"
            if not keeps_bytes(end, path):
                raise DisagreementError(f"{path} is refused: LibCST drops bytes of it")

    def look_at(self, file: File) -> None:
        """Look at a file.

        Raises:
            TemplateError: It is not valid, or has text of the spec in its code.
            ProofError: It is a template's control, and has no single treatment.
        """
        shown = f"{self.folder}{file.path}"
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
                shown = f"{self.folder}{file.path}"
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
        shown = f"{self.folder}{file.path}"
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
        return TemplateError.at(message, f"{self.folder}{file.path}", line, hint=hint)


def _unprinted(rendering: Rendering, places: Iterable[FactorPlace]) -> Iterator[Problem]:
    """Yield a warning for each factor that is in no file, unless a companion may branch on it."""
    spec = rendering.spec
    files = {_key(file): file for file in rendering.values()}
    companions = [file.template for file in files.values() if not file.is_python]
    is_part = spec.whole is not None or len(spec.arms) == 1
    if is_part or len(set(companions)) < len(companions):
        return
    holes = (hole for file in files.values() for hole in file.page.skeleton.holes)
    printed = {name for hole in holes for name in hole.origin}
    printed |= {place.factor for place in places}
    depends = {**spec.depends, **spec.argument_depends}
    seen = printed.union(*(depends.get(name, ()) for name in printed))
    for name, axes in depends.items():
        if axes and name not in printed and name not in spec.referred:
            is_argument = name in spec.argument_depends
            what = "treatment" if is_argument else name
            yield _unprinted_problem(spec, name, f"{{{{ {what} }}}}")
    for axis in spec.axes:
        if axis.name not in seen and len(axis.levels) > 1:
            yield _unprinted_problem(spec, axis.name, f"{{{{ {axis.name} }}}}")


def _shadowing(rendering: Rendering, folder: str) -> Iterator[Problem]:
    """Yield a warning for the first arm's file that takes the name of a standard module."""
    for file in rendering.values():
        name = PurePosixPath(file.path).stem
        if file.is_python and file.arm and name in sys.stdlib_module_names and name[0] != "_":
            message = f"hides Python's own {name} from what is run as a script beside it"
            hint = f"give {file.template} a name with more in it, such as run_{{strategy}}.py.jinja"
            yield Problem(message, f"{folder}{file.path}", hint=hint)
            return


def _without_ending(rendering: Rendering, folder: str) -> Iterator[Problem]:
    """Yield a warning for the first arm's file of which its name does not say what reads it."""
    for file in rendering.values():
        name = PurePosixPath(file.path).name
        if file.arm and "." not in name and not file.source.startswith("#!"):
            stem, _, suffix = file.template.rpartition(".")
            message = "has no ending, so it is taken for a shell script"
            hint = f"call the template {stem}.py.{suffix}, or start the script with `#!`"
            yield Problem(message, f"{folder}{file.path}", hint=hint)
            return


def _unprinted_problem(spec: Spec, name: str, example: str) -> Problem:
    message = f"{name} varies, but no template prints it: arms that differ in it alone are equal"
    return Problem(
        message, str(spec.path), hint=f"print `{example}` where it belongs, or remove it"
    )


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
    """Say whether a file's code depends on nothing of its arm but the factors."""
    is_only_documented = not file.asks_identity and not control.has_identity_in_code
    return is_only_documented or _is_like_twin(file, control)


def _is_like_twin(file: File, control: Control) -> bool:
    """Say whether a file's code is the same under the control's identity."""
    page, twin = file.page, file.under_control()
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
