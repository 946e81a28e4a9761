"""The proof by construction: the files differ only in the treatment.

The control's file is parsed whole, once. Of every other file the text outside of the docstring
and the treatment is compared with the control's as text, and only the treatment is parsed. That
accepts nothing which parsing everything would refuse, because the text around is the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from itertools import islice

from gen_sweeps.errors import TemplateError
from gen_sweeps.proof.control import Skeleton, examine
from gen_sweeps.proof.cores import shared_out
from gen_sweeps.proof.placement import check_placements
from gen_sweeps.proof.python_syntax import check_characters, docstring_end, parse
from gen_sweeps.proof.shapes import TreatmentReader
from gen_sweeps.proof.treatment import UnreadableTreatmentError
from gen_sweeps.rendering.renderer import File, Rendering
from gen_sweeps.spec.model import Spec, Treatment, Value


@dataclass(frozen=True, slots=True)
class Proof:
    """The files of a rendering, of which it is proven that only the treatment differs.

    Attributes:
        rendering: What was proven; it renders the same again.
        digests: The sha256 of each file, in hexadecimal, by its path in the order of rendering.
        displaced: Files that were seen not to be in their place; None if nobody looked.
    """

    rendering: Rendering
    digests: Mapping[str, str]
    displaced: AbstractSet[str] | None = None


def digest(data: bytes) -> str:
    """Return the sha256 of a file's content, in hexadecimal."""
    return sha256(data, usedforsecurity=False).hexdigest()


_DISPLACED = "!"
"""What stands before the digest of a file that is not in its place, as processes send it."""

MANY_TO_JUDGE = 20
"""Files that are worth a second process when LibCST judges them, which takes long to load."""


class DisagreementError(AssertionError):
    """The two ways to see the proof disagree: a bug in one of them."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Files to be shown to LibCST, each with the control's file of its template.

    Attributes:
        treatment: What they may differ in; without what is shared.
        files: The files; the path of each is as the user would name it.
    """

    treatment: Treatment
    files: tuple[tuple[File, File], ...]


def judge(sample: Sample) -> None:
    """Show files to LibCST.

    Raises:
        DisagreementError: It refuses one.
    """
    from gen_sweeps.proof.explanation import Judge  # noqa: PLC0415 - LibCST is heavy

    judge = Judge(sample.treatment)
    for file, control in sample.files:
        if found := judge.differences(file, control):
            raise DisagreementError(f"LibCST refuses {file.path}, at {found[0].path}")


def prove(
    rendering: Rendering,
    *,
    judge_every: int | None = None,
    ask_judge: Callable[[Sample], Callable[[], None]] = lambda sample: partial(judge, sample),
    is_in_place: Callable[[str, bytes], bool] | None = None,
) -> Proof:
    """Prove that the strategies' files differ only in the treatment, and return what was proven.

    Args:
        rendering: The files.
        judge_every: Show one in so many files to LibCST too, which parses it whole; None for
            none of them.
        ask_judge: Has a few files shown to LibCST, and returns what waits for the end of that.
        is_in_place: Says of a path and what belongs there whether it is there. It is asked
            while that is at hand, which spares a later stage to look at the file.

    Raises:
        DisagreementError: LibCST refuses a file that the proof by construction accepts.
        TemplateError: A file is not valid Python or breaks the form of generated files.
        ProofError: Files differ outside of the treatment, or have no single treatment; raised
            after all files have been looked at.
    """
    prover = _Prover(rendering, is_in_place)
    paths = list(rendering)
    of_strategies = (path for path, _ in rendering.strategies())
    judged = list(islice(of_strategies, judge_every - 1, None, judge_every)) if judge_every else []
    finish_judging = None
    if 0 < len(judged) < MANY_TO_JUDGE:
        finish_judging = ask_judge(prover.sample(judged))
    proven = shared_out(prover.proven, paths, "proving")
    if None in proven:
        from gen_sweeps.proof.explanation import explain  # noqa: PLC0415 - LibCST is heavy

        failed = (path for path, found in zip(paths, proven, strict=True) if found is None)
        spec = rendering.spec
        raise explain([prover.seen(path) for path in failed], spec.treatment, spec.control)
    if finish_judging:
        finish_judging()
    else:
        shared_out(prover.judged, judged, "judging", enough=MANY_TO_JUDGE)
    digests = dict(zip(paths, filter(None, proven), strict=True))
    if is_in_place is None:
        return Proof(rendering, digests)
    displaced = frozenset(path for path, found in digests.items() if found[0] == _DISPLACED)
    digests |= {path: digests[path].removeprefix(_DISPLACED) for path in displaced}
    return Proof(rendering, digests, displaced)


class _Prover:
    """Proves the files of a rendering, a share of them at a time."""

    def __init__(
        self, rendering: Rendering, is_in_place: Callable[[str, bytes], bool] | None
    ) -> None:
        self._rendering = rendering
        self._is_in_place = is_in_place
        self._treatment = rendering.spec.treatment
        self._arms = {strategy.name: strategy for strategy in rendering.spec.strategies}
        self._reader = TreatmentReader(self._treatment.call)
        self._folder = os.path.join(rendering.spec.output_folder, "")  # noqa: PTH118 - a prefix
        # Before the work is shared out: all other files are measured by these.
        self._skeletons = {
            template: examine(rendering[path], self._treatment, self._shown(path))
            for template, path in rendering.controls().items()
        }

    def proven(self, paths: Sequence[str]) -> list[str | None]:
        """Return the digest of each file that is proven, None for those that differ.

        Before the digest of a file that is not in its place stands `_DISPLACED`.

        Raises:
            TemplateError: A file is not valid Python or breaks the form of generated files.
        """
        return [self._proven(self._rendering[path]) for path in paths]

    def _proven(self, file: File) -> str | None:
        shown = self._shown(file.path)
        if file.strategy is None:
            _check_shared(file, shown)
        else:
            skeleton = self._skeletons[file.template]
            arguments = {**self._treatment.shared, **self._arms[file.strategy].args}
            check_treatment(file, arguments, skeleton, self._reader, shown)
            if not fits(file, skeleton, shown):
                return None
        data = file.source.encode()
        moved = self._is_in_place is not None and not self._is_in_place(file.path, data)
        return _DISPLACED + digest(data) if moved else digest(data)

    def judged(self, paths: Sequence[str]) -> list[None]:
        """Show files to LibCST."""
        judge(self.sample(paths))
        return [None] * len(paths)

    def sample(self, paths: Sequence[str]) -> Sample:
        """Return files to be shown to LibCST."""
        seen = map(self.seen, paths)
        files = ((replace(file, path=shown), skeleton.file) for file, shown, skeleton in seen)
        return Sample(replace(self._treatment, shared={}), tuple(files))

    def seen(self, path: str) -> tuple[File, str, Skeleton]:
        """Return a strategy's file, its path as the user would name it, and its skeleton."""
        file = self._rendering[path]
        return file, self._shown(path), self._skeletons[file.template]

    def _shown(self, path: str) -> str:
        return f"{self._folder}{path}"


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
