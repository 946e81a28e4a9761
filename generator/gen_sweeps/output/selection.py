"""Some of a spec's strategies, to be made or checked without looking at the others.

The control is rendered with them, because it is what they are proven against. What all
strategies share belongs to each of them: a strategy's file can't be run without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gen_sweeps.errors import Problem, SpecError
from gen_sweeps.output.journal import Note
from gen_sweeps.output.manifest import (
    MANIFEST,
    Text,
    UnreadableManifestError,
    merged,
    read,
    spec_name,
)
from gen_sweeps.output.planning import Action, Folder, NotARegularFileError, Plan, plan
from gen_sweeps.proof.proving import Proof
from gen_sweeps.spec.model import Spec
from gen_sweeps.spec.names import closest_match


@dataclass(frozen=True, slots=True)
class Selection:
    """The strategies of `spec` that are asked for, by their names."""

    spec: Spec
    names: frozenset[str]

    @property
    def narrowed(self) -> Spec:
        """The spec with no other strategies than the control and those asked for."""
        names = self.names | {self.spec.control}
        kept = tuple(strategy for strategy in self.spec.strategies if strategy.name in names)
        return replace(self.spec, strategies=kept)

    def plan(self, proof: Proof, folder: Folder) -> Plan:
        """Return what makes `folder` hold the files that are asked for; no other is touched.

        The manifest keeps the entries of files and strategies that are not asked for.

        Args:
            proof: The proof of `narrowed`.
            folder: The output folder.
        """
        of_strategy = dict(proof.rendering.strategies())
        scope = {path for path in proof.digests if of_strategy.get(path, "") in {"", *self.names}}
        digests = {path: digest for path, digest in proof.digests.items() if path in scope}
        planned = plan(replace(proof, digests=digests), _Scoped(folder, frozenset(scope)))
        content = self._manifest(planned, folder)
        *changes, manifest = planned.changes
        if manifest.action is not Action.CREATE and not manifest.obstacle:
            same = folder.digest(MANIFEST) == content.digest
            action = Action.KEEP if same else Action.UPDATE
            manifest = replace(manifest, action=action)
        return replace(planned, changes=(*changes, manifest), manifest=content)

    def _manifest(self, planned: Plan, folder: Folder) -> Text:
        """Return the manifest with the entries of the files and strategies not asked for."""
        try:
            old = folder.read(MANIFEST)
            if old is not None and read(old).spec != spec_name(self.spec):
                old = None
        except (UnreadableManifestError, NotARegularFileError):
            old = None
        order = [strategy.name for strategy in self.spec.strategies]
        return merged(old, planned.manifest, self.names, order)


def select(spec: Spec, names: Sequence[str]) -> Selection:
    """Return the strategies of `spec` that are called `names`.

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
    """A folder in which only some files are there to be seen, and the manifest."""

    folder: Folder
    scope: frozenset[str]

    def read(self, path: str) -> bytes | None:
        visible = path == MANIFEST or path in self.scope
        return self.folder.read(path) if visible else None

    def digest(self, path: str) -> str | None:
        return self.folder.digest(path)

    def digests(self, paths: Sequence[str]) -> list[str | None]:
        return self.folder.digests(paths)

    def matching(self, pattern: str) -> Iterator[str]:
        del pattern
        return iter(())

    @property
    def listed(self) -> Mapping[str, Sequence[str]]:
        return {}

    def pending(self) -> Note | None:
        return self.folder.pending()
