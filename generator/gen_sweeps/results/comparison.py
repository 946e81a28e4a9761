"""The comparison: arms paired with the control's at equal levels, averaged over replicates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gen_sweeps.results.inference import Estimate, estimate, holm, sign_flip_p
from gen_sweeps.results.series import Point, Selection
from gen_sweeps.run import ArmState, AttemptStart, Job, RunFolder
from gen_sweeps.spec.model import Arm, Spec


@dataclass(frozen=True, slots=True)
class CountedRun:
    """The run of an arm that counts.

    Attributes:
        arm: The arm.
        state: What has become of it.
        folder: Its folder; None if it has never been prepared.
        is_stale: Whether other bytes or another command ran than the spec says now.
    """

    arm: Arm
    state: ArmState
    folder: RunFolder | None = None
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class ArmResult:
    """What an arm measured.

    Attributes:
        run: Its run.
        points: The course of the metric; empty unless the run is done.
        point: The point of it that counts; None if there is none.
        job: What was run; None if nothing was.
        start: How its last attempt was started; None if that is not known.
    """

    run: CountedRun
    points: tuple[Point, ...] = ()
    point: Point | None = None
    job: Job | None = None
    start: AttemptStart | None = None

    @property
    def arm(self) -> Arm:
        """The arm."""
        return self.run.arm

    @property
    def value(self) -> float | None:
        """The value that counts; None if there is none."""
        return None if self.point is None else self.point.value

    @property
    def is_finite(self) -> bool:
        """Whether there is a value, and it is a finite number."""
        return self.point is not None and math.isfinite(self.point.value)


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """How much a group differs from the control's.

    Attributes:
        estimate: The mean of the pairs' differences.
        pairs: How many there are.
        better: How many are better than the control, or, without a goal, lower; None if that of
            one is not known.
        p: The p of the sign-flip test; None without two finite differences.
        adjusted: It, adjusted for the number of comparisons.
    """

    estimate: Estimate
    pairs: int
    better: int | None
    p: float | None
    adjusted: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Arms that are equal but for the levels of replicates: a row of the table.

    Attributes:
        levels: Their level of each other axis.
        is_control: Whether others are compared with it.
        results: What each of them measured, in the spec's order.
        estimate: The mean of their values; None if there are none.
        difference: How they differ from the control's; None of the control itself, or if no arm
            of both measured anything at the same replicate.
    """

    levels: Mapping[str, str]
    is_control: bool
    results: tuple[ArmResult, ...]
    estimate: Estimate | None
    difference: PairedDifference | None = None

    @property
    def measured(self) -> list[ArmResult]:
        """Those that have a value."""
        return [result for result in self.results if result.point is not None]


@dataclass(frozen=True, slots=True)
class Block:
    """Groups that are compared with the same control.

    Attributes:
        levels: Their level of each axis that is neither under study nor a replicate.
        groups: The groups, the control's first.
    """

    levels: Mapping[str, str]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class ArmComparison:
    """All arms of an experiment, compared.

    Attributes:
        spec: The experiment.
        metric: What is compared.
        selection: At which step.
        goal: "min" or "max"; None if the spec doesn't say.
        replicates: The axes whose levels repeat the experiment.
        blocks: The groups, by the levels at which they are compared.
    """

    spec: Spec
    metric: str
    selection: Selection
    goal: str | None
    replicates: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def groups(self) -> list[Group]:
        """All groups."""
        return [group for block in self.blocks for group in block.groups]

    @property
    def results(self) -> list[ArmResult]:
        """What each arm measured."""
        return [result for group in self.groups for result in group.results]

    @property
    def named_axes(self) -> list[str]:
        """The axes that tell groups apart: those of the blocks, then those under study."""
        axes = [axis for axis in self.spec.axis_names if axis not in self.replicates]
        return sorted(axes, key=lambda axis: axis in self.spec.control)

    @property
    def control(self) -> Mapping[str, str]:
        """The levels of the control on the axes under study; empty if nothing is compared."""
        control = self.spec.control.items()
        return {axis: level for axis, level in control if axis not in self.replicates}


def compare(
    spec: Spec,
    metric: str,
    selection: Selection,
    goal: str | None,
    results: Sequence[ArmResult],
) -> ArmComparison:
    """Compare what arms measured.

    Args:
        spec: The experiment; it says how arms are run.
        metric: What was measured.
        selection: At which step.
        goal: "min" or "max"; None if it is not known.
        results: What each arm measured.
    """
    replicates = spec.run.replicates if spec.run else ()
    comparison = ArmComparison(spec, metric, selection, goal, replicates, ())
    under_study = comparison.control
    blocks: dict[tuple[str, ...], dict[tuple[str, ...], list[ArmResult]]] = {}
    for result in results:
        levels = {axis: result.arm.levels[axis] for axis in comparison.named_axes}
        at = tuple(level for axis, level in levels.items() if axis not in under_study)
        blocks.setdefault(at, {}).setdefault(tuple(levels.values()), []).append(result)
    made = (_block(comparison, list(groups.values())) for groups in blocks.values())
    return replace(comparison, blocks=tuple(_adjusted(list(made))))


def _block(comparison: ArmComparison, members: Sequence[Sequence[ArmResult]]) -> Block:
    groups = [_group(comparison, results) for results in members]
    control = next((group for group in groups if group.is_control), None)
    if control is not None:
        groups = [
            control,
            *(_against(comparison, it, control) for it in groups if it is not control),
        ]
    levels = {
        axis: level for axis, level in groups[0].levels.items() if axis not in comparison.control
    }
    return Block(levels, tuple(groups))


def _group(comparison: ArmComparison, results: Sequence[ArmResult]) -> Group:
    levels = {axis: results[0].arm.levels[axis] for axis in comparison.named_axes}
    control = comparison.control
    values = [result.value for result in results if result.value is not None]
    return Group(
        levels,
        bool(control) and control.items() <= levels.items(),
        tuple(results),
        estimate(values) if values else None,
    )


def _against(comparison: ArmComparison, group: Group, control: Group) -> Group:
    """Return a group with how it differs from the control's, replicate by replicate."""

    def by_replicate(group: Group) -> dict[tuple[str, ...], float]:
        return {
            tuple(result.arm.levels[axis] for axis in comparison.replicates): result.value
            for result in group.results
            if result.value is not None
        }

    here, there = by_replicate(group), by_replicate(control)
    differences = [value - there[at] for at, value in here.items() if at in there]
    if not differences:
        return group
    all_finite = all(map(math.isfinite, differences))
    sign = 1 if comparison.goal == "max" else -1
    difference = PairedDifference(
        estimate(differences),
        len(differences),
        sum(sign * it > 0 for it in differences) if all_finite else None,
        sign_flip_p(differences) if all_finite and len(differences) > 1 else None,
    )
    return replace(group, difference=difference)


def _adjusted(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks with p values that are adjusted for the number of all comparisons."""
    found = [it.difference for block in blocks for it in block.groups if it.difference]
    adjusted = iter(holm([it.p for it in found if it.p is not None]))
    for block in blocks:
        groups = []
        for group in block.groups:
            difference = group.difference
            if difference is not None and difference.p is not None:
                difference = replace(difference, adjusted=next(adjusted))
            groups.append(replace(group, difference=difference))
        yield replace(block, groups=tuple(groups))
