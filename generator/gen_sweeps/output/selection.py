"""Some or all of a spec's strategies, written or checked without looking at the others.

The control is rendered with them, because they are proven against it. The files that all
strategies share belong to each selection: a strategy's file can't be run without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gen_sweeps.errors import Problem, SpecError
from gen_sweeps.output.journal import Journal
from gen_sweeps.output.manifest import (
    UnreadableManifestError,
    merged,
    read,
    spec_name,
)
from gen_sweeps.output.planning import Action, Folder, NotARegularFileError, Plan, plan
from gen_sweeps.progress import Progress, silent
from gen_sweeps.proof.proving import Proof
from gen_sweeps.rendering.outputs import MANIFEST
from gen_sweeps.spec.model import Spec
from gen_sweeps.spec.names import closest_match


@dataclass(frozen=True, slots=True)
class Selection:
    """The strategies that are asked for, out of those of a spec.

    Attributes:
        whole: The spec with all its strategies.
        names: The names of those that are asked for; empty for all.
    """

    whole: Spec
    names: frozenset[str]

    @property
    def spec(self) -> Spec:
        """The spec with no other strategies than the control and those asked for."""
        if not self.names:
            return self.whole
        names = self.names | {self.whole.control}
        kept = tuple(strategy for strategy in self.whole.strategies if strategy.name in names)
        return replace(self.whole, strategies=kept)

    def plan(self, proof: Proof, folder: Folder, progress: Progress = silent) -> Plan:
        """Return what makes `folder` hold the files that are asked for; no other is touched.

        The manifest keeps the entries of files and strategies that are not asked for.

        Args:
            proof: The proof of `spec`.
            folder: The output folder.
            progress: Is told how many files have been compared.
        """
        if not self.names:
            return plan(proof, folder, progress)
        of_strategy = dict(proof.rendering.strategies())
        scope = {path for path in proof.digests if of_strategy.get(path, "") in {"", *self.names}}
        digests = {path: digest for path, digest in proof.digests.items() if path in scope}
        visible = _Scoped(folder, frozenset(scope))
        planned = plan(replace(proof, digests=digests), visible, progress)
        content = self._manifest(planned, folder)
        *changes, manifest = planned.changes
        if manifest.action is not Action.CREATE and not manifest.obstacle:
            action = Action.KEEP if folder.read(MANIFEST) == content else Action.UPDATE
            manifest = replace(manifest, action=action)
        return replace(planned, changes=(*changes, manifest), manifest=content)

    def _manifest(self, planned: Plan, folder: Folder) -> bytes:
        """Return the manifest with the entries of the files and strategies not asked for."""
        try:
            old = folder.read(MANIFEST)
            if old is not None and read(old).spec != spec_name(self.whole):
                old = None
        except (UnreadableManifestError, NotARegularFileError):
            old = None
        order = [strategy.name for strategy in self.whole.strategies]
        return merged(old, planned.manifest, self.names, order)


def select(spec: Spec, names: Sequence[str]) -> Selection:
    """Return the strategies of `spec` that are called `names`; all of them if there are no names.

    Raises:
        SpecError: There is no such strategy.
    """
    known = [strategy.name for strategy in spec.strategies]
    problems = []
    for name in dict.fromkeys(names):
        if name not in known:
            match = closest_match(name, known)
            hint = f"did you mean `{match}`?" if match else f"strategies: {', '.join(known)}"
            problems.append(Problem(f"no strategy is called {name!r}", str(spec.path), hint=hint))
    if problems:
        raise SpecError(*problems)
    return Selection(spec, frozenset(names))


@dataclass(frozen=True, slots=True)
class _Scoped:
    """A folder in which only some files can be seen, and the manifest."""

    folder: Folder
    scope: frozenset[str]

    def read(self, path: str) -> bytes | None:
        visible = path == MANIFEST or path in self.scope
        return self.folder.read(path) if visible else None

    def matching(self, pattern: str) -> Iterator[str]:
        del pattern
        return iter(())

    def pending(self) -> Journal | None:
        return self.folder.pending()
