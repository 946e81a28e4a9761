"""Some or all of a spec's arms, written or checked without looking at the others.

Each arm's control is rendered with it, because it is proven against that. The files that all arms
share belong to each selection: an arm's file can't be run without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gen_sweeps.errors import Problem, SpecError
from gen_sweeps.output.journal import Journal
from gen_sweeps.output.manifest import Owner, UnreadableManifestError, merged, read, spec_name
from gen_sweeps.output.planning import Action, Folder, Plan, owners, plan
from gen_sweeps.output.single_files import NotARegularFileError
from gen_sweeps.progress import Progress, silent
from gen_sweeps.proof.proving import Proof
from gen_sweeps.rendering.outputs import MANIFEST
from gen_sweeps.spec.model import Arm, Spec
from gen_sweeps.spec.names import closest_match


@dataclass(frozen=True, slots=True)
class ArmSelection:
    """The arms that are asked for, out of those of a spec.

    Attributes:
        whole: The spec with all its arms.
        arms: Those that are asked for; empty for all.
    """

    whole: Spec
    arms: tuple[Arm, ...]

    @property
    def spec(self) -> Spec:
        """The spec with no other arms than those asked for and their controls."""
        if not self.arms:
            return self.whole
        axes = self.whole.axis_names
        asked = [(arm.levels, {**arm.levels, **self.whole.control}) for arm in self.arms]
        needed = {tuple(map(levels.get, axes)) for pair in asked for levels in pair}
        kept = tuple(a for a in self.whole.arms if tuple(map(a.levels.get, axes)) in needed)
        used = {arm.strategy.name for arm in kept if arm.strategy}
        strategies = tuple(strategy for strategy in self.whole.strategies if strategy.name in used)
        levels = {level for arm in kept for level in arm.levels.items()}
        axes_of_kept = tuple(
            replace(axis, levels=tuple(x for x in axis.levels if (axis.name, x.name) in levels))
            for axis in self.whole.axes
        )
        return replace(
            self.whole, strategies=strategies, axes=axes_of_kept, arms=kept, whole=self.whole
        )

    def plan(self, proof: Proof, folder: Folder, progress: Progress = silent) -> Plan:
        """Return what makes `folder` hold the files that are asked for; no other is touched.

        The manifest keeps the records of arms and files that are not asked for.

        Args:
            proof: The proof of `spec`.
            folder: The output folder.
            progress: Is told how many files have been compared.
        """
        if not self.arms:
            return plan(proof, folder, progress)
        owned = owners(proof.rendering)
        names = {arm.name for arm in self.arms}

        def is_asked_for(owner: Owner) -> bool:
            """Say whether a file is of an arm that is asked for, or shared by one."""
            if isinstance(owner, str):
                return owner in names
            return not owner or any(owner.items() <= arm.levels.items() for arm in self.arms)

        digests = {p: found for p, found in proof.digests.items() if is_asked_for(owned.get(p))}
        visible = _Scoped(folder, frozenset(digests))
        planned = plan(replace(proof, digests=digests), visible, progress)
        content = self._manifest(planned, folder)
        *changes, manifest = planned.changes
        if manifest.action is not Action.CREATE and not manifest.obstacle:
            action = Action.KEEP if folder.read(MANIFEST) == content else Action.UPDATE
            manifest = replace(manifest, action=action)
        return replace(planned, changes=(*changes, manifest), manifest=content)

    def _manifest(self, planned: Plan, folder: Folder) -> bytes:
        """Return the manifest with the records of the arms and files not asked for."""
        names = {arm.name for arm in self.arms}
        order = [arm.name for arm in self.whole.arms]
        try:
            old = folder.read(MANIFEST)
            own = spec_name(self.whole)
            if old is not None and not any(
                name != own and folder.has_spec(name) for name in read(old).specs
            ):
                return merged(old, planned.manifest, names, order)
        except (UnreadableManifestError, NotARegularFileError):
            pass  # it is an obstacle, or is replaced by force
        return merged(None, planned.manifest, names, order)


def select(spec: Spec, names: Sequence[str]) -> ArmSelection:
    """Return the arms of `spec` that have one of `names`, or a level of that name.

    Args:
        spec: The spec.
        names: Names of arms, strategies and levels, or `AXIS=LEVEL`; if there are none, all arms
            are selected.

    Raises:
        SpecError: Nothing is called like that.
    """
    if not names:
        return ArmSelection(spec, ())
    levels = list(dict.fromkeys(arm.levels[axis] for axis in spec.axis_names for arm in spec.arms))
    names_of = {arm.name: _names(arm) for arm in spec.arms}
    known = frozenset().union(*names_of.values())
    what, title = ("arm or level", "levels") if spec.axes else ("strategy", "strategies")
    problems = []
    for name in dict.fromkeys(names):
        if name not in known:
            match = closest_match(name, [*levels, *sorted(known.difference(levels))])
            hint = f"did you mean `{match}`?" if match else f"{title}: {', '.join(levels)}"
            problems.append(Problem(f"no {what} is called {name!r}", str(spec.path), hint=hint))
    if problems:
        raise SpecError(*problems)
    asked = set(names)
    arms = tuple(arm for arm in spec.arms if not asked.isdisjoint(names_of[arm.name]))
    return ArmSelection(spec, arms)


def _names(arm: Arm) -> set[str]:
    """Return what asks for an arm."""
    return {arm.name, *arm.levels.values(), *map("=".join, arm.levels.items())}


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

    def has_spec(self, name: str) -> bool:
        """Say whether there is a spec of that name."""
        return self.folder.has_spec(name)
