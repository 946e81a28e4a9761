"""The proof by construction: the files differ only in the treatment.

The control's file is parsed whole, once. Of every other file the text outside of the docstring
and the treatment is compared with the control's as text, and only the treatment is parsed. That
accepts nothing which parsing everything would refuse, because the text around is the same.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from gen_sweeps.errors import TemplateError
from gen_sweeps.progress import Progress, silent, tracked
from gen_sweeps.proof.control import Skeleton, examine
from gen_sweeps.proof.placement import check_placements
from gen_sweeps.proof.python_syntax import check_characters, docstring_end, parse
from gen_sweeps.proof.shapes import TreatmentReader
from gen_sweeps.proof.treatment import UnreadableTreatmentError
from gen_sweeps.rendering.renderer import File, Rendering
from gen_sweeps.spec.model import Spec, Value


@dataclass(frozen=True, slots=True)
class Proof:
    """The files of a rendering, of which it is proven that only the treatment differs.

    Attributes:
        rendering: What was proven; it renders the same again.
        digests: The sha256 of each file, in hexadecimal, by its path in the order of rendering.
    """

    rendering: Rendering
    digests: Mapping[str, str]


def digest(data: bytes) -> str:
    """Return the sha256 of a file's content, in hexadecimal."""
    return sha256(data, usedforsecurity=False).hexdigest()


class DisagreementError(AssertionError):
    """The two ways to see the proof disagree: a bug in one of them."""


def prove(rendering: Rendering, *, paranoid: bool = False, progress: Progress = silent) -> Proof:
    """Prove that the strategies' files differ only in the treatment, and return what was proven.

    Args:
        rendering: The files.
        paranoid: Whether to show every file to LibCST too, which parses it whole.
        progress: Is told how many files have been proven.

    Raises:
        DisagreementError: LibCST refuses a file that the proof by construction accepts.
        TemplateError: A file is not valid Python or breaks the form of generated files.
        ProofError: Files differ outside of the treatment, or have no single treatment; raised
            after all files have been looked at.
    """
    prover = _Prover(rendering)
    digests = {path: prover.proven(path) for path in tracked(rendering, "proving", progress)}
    if failed := [path for path, found in digests.items() if found is None]:
        from gen_sweeps.proof.explanation import explain  # noqa: PLC0415 - LibCST is heavy

        spec = rendering.spec
        raise explain([prover.seen(path) for path in failed], spec.treatment, spec.control)
    if paranoid:
        prover.judge(progress)
    return Proof(rendering, {path: found for path, found in digests.items() if found})


class _Prover:
    """Proves the files of a rendering, one at a time."""

    def __init__(self, rendering: Rendering) -> None:
        self._rendering = rendering
        self._treatment = rendering.spec.treatment
        self._arms = {strategy.name: strategy for strategy in rendering.spec.strategies}
        self._reader = TreatmentReader(self._treatment.call)
        self._folder = os.path.join(rendering.spec.output_folder, "")  # noqa: PTH118 - a prefix
        self._skeletons = {
            template: examine(rendering[path], self._treatment, self._shown(path))
            for template, path in rendering.controls().items()
        }

    def proven(self, path: str) -> str | None:
        """Return the digest of a file that is proven, None for one that differs.

        Raises:
            TemplateError: It is not valid Python or breaks the form of generated files.
        """
        file, shown = self._rendering[path], self._shown(path)
        if file.strategy is None:
            _check_shared(file, shown)
        else:
            skeleton = self._skeletons[file.template]
            arguments = {**self._treatment.shared, **self._arms[file.strategy].args}
            check_treatment(file, arguments, skeleton, self._reader, shown)
            if not fits(file, skeleton, shown):
                return None
        return digest(file.source.encode())

    def judge(self, progress: Progress) -> None:
        """Show every file of a strategy to LibCST.

        Raises:
            DisagreementError: It refuses one.
        """
        from gen_sweeps.proof.explanation import Judge  # noqa: PLC0415 - LibCST is heavy

        judge = Judge(replace(self._treatment, shared={}))
        paths = [path for path, _ in self._rendering.strategies()]
        for file, shown, skeleton in map(self.seen, tracked(paths, "judging", progress)):
            if found := judge.differences(replace(file, path=shown), skeleton.file):
                raise DisagreementError(f"LibCST refuses {shown}, at {found[0].path}")

    def seen(self, path: str) -> tuple[File, str, Skeleton]:
        """Return a strategy's file, its path as the user would name it, and its skeleton."""
        file = self._rendering[path]
        return file, self._shown(path), self._skeletons[file.template]

    def _shown(self, path: str) -> str:
        return f"{self._folder}{path}"


def display_path(spec: Spec, path: str) -> str:
    """Return the path of a generated file as the user would name it."""
    return str(spec.output_folder / path)


def _check_shared(file: File, shown: str) -> None:
    """Check a file that is the same for all strategies; other than Python, it is free."""
    if file.path.endswith(".py") and file.source:
        docstring_end(file, shown, parse(file, shown))
        check_placements(file, shown)


def check_treatment(
    file: File,
    arguments: Mapping[str, Value],
    skeleton: Skeleton,
    reader: TreatmentReader,
    shown: str,
) -> None:
    """Check that the treatment in the file is what the spec says, and that it can be evaluated."""
    for start, end in file.treatments:
        try:
            names = reader.names(file.source[start:end], arguments)
        except UnreadableTreatmentError as error:
            message = f"the treatment can't be read back: {error}"
            raise TemplateError.at(message, shown, _line(file, start)) from None
        if skeleton.names is not None and not names <= skeleton.names:
            name = min(names - skeleton.names)
            message = f"the treatment names {name}, which nothing in the file defines"
            hint = f"import {name} in {file.template}"
            raise TemplateError.at(message, shown, _line(file, start), hint=hint)


def _line(file: File, offset: int) -> int:
    return file.source.count("\n", 0, offset) + 1


def fits(file: File, skeleton: Skeleton, shown: str) -> bool:
    """Say whether a file is the skeleton with a docstring and a treatment put in."""
    control = skeleton.file
    if file.path == control.path and file.source == control.source:
        return True  # it is the control's, which has been examined
    if len(file.treatments) != 1:
        return False
    source = file.source
    start, end = file.treatments[0]
    body = start - len(skeleton.before)
    if len(source) - end != len(skeleton.after) or not source.endswith(skeleton.after):
        return False
    if body < 0 or not source.startswith(skeleton.before, body):
        return False
    if docstring_end(file, shown) != body:
        return False
    check_characters(file, shown, 0, body)
    check_characters(file, shown, start, end)
    if "\\" in source[:body]:
        parse(replace(file, source=source[:body]), shown)
    return skeleton.takes_deep_values
