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

from generator.control import Skeleton, examine
from generator.errors import TemplateError
from generator.placement import check_placements
from generator.render import File, Rendering
from generator.shapes import TreatmentReader
from generator.spec import Spec, Treatment, Value
from generator.syntax import check_characters, docstring_end, parse
from generator.treatment import UnreadableTreatmentError


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


def prove(rendering: Rendering, *, judge_every: int | None = None) -> Proof:
    """Prove that the strategies' files differ only in the treatment, and return what was proven.

    Args:
        rendering: The files.
        judge_every: Show one in so many files to LibCST too, which parses it whole; None for
            none of them.

    Raises:
        DisagreementError: LibCST refuses a file that the proof by construction accepts.
        TemplateError: A file is not valid Python or breaks the form of generated files.
        ProofError: Files differ outside of the treatment, or have no single treatment; raised
            after all files have been looked at.
    """
    spec = rendering.spec
    strategies = {strategy.name: strategy for strategy in spec.strategies}
    reader = TreatmentReader(spec.treatment.call)
    skeletons: dict[str, Skeleton] = {}
    digests: dict[str, str] = {}
    failed: list[tuple[File, str, Skeleton]] = []
    folder = str(spec.output_folder)
    for file in rendering.values():
        shown = os.path.join(folder, file.path)  # noqa: PTH118 - 15 times as fast as pathlib
        if file.strategy is None:
            _check_shared(file, shown)
        else:
            skeleton = skeletons.get(file.template)
            if skeleton is None:
                skeleton = skeletons[file.template] = examine(file, spec.treatment, shown)
            arguments = {**spec.treatment.shared, **strategies[file.strategy].args}
            check_treatment(file, arguments, skeleton, reader, shown)
            if not fits(file, skeleton, shown):
                failed.append((file, shown, skeleton))
            elif judge_every and len(digests) % judge_every == judge_every - 1:
                _ask_the_judge(file, skeleton, spec.treatment, shown)
        digests[file.path] = digest(file.source.encode())
    if failed:
        from generator.explain import explain  # noqa: PLC0415 - LibCST is heavy

        raise explain(failed, spec.treatment, spec.control)
    return Proof(rendering, digests)


def _ask_the_judge(file: File, skeleton: Skeleton, treatment: Treatment, shown: str) -> None:
    from generator.explain import judged  # noqa: PLC0415 - LibCST is heavy

    if found := judged(file, skeleton.file, treatment):
        raise DisagreementError(f"LibCST refuses {shown}, at {found[0].path}")


def shown_path(spec: Spec, path: str) -> str:
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
    if file is skeleton.file:
        return True
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
