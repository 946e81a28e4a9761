"""A comparison for programs: JSON, with everything, and CSV, with a line for each arm."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping

from gen_sweeps.results.caveats import caveats_of, log_of, outcome_of, spelled
from gen_sweeps.results.comparison import ArmComparison, ArmResult, Group
from gen_sweeps.results.inference import Estimate


def content(comparison: ArmComparison) -> Mapping[str, object]:
    """Return what the JSON of a comparison has besides what that of all commands has.

    - `spec`, `metric`, `at` ("last", "best" or the step), `goal`, `control` (the level of each
      axis under study) and `replicates`;
    - `groups`: objects with `levels`, `control` (whether it is one), `runs`, `measured`, `mean`,
      `low`, `high`, and `difference`: null or an object with `mean`, `low`, `high`, `pairs`,
      `better`, `p` and `p_holm`;
    - `arms`: objects with `arm`, `levels`, `outcome` ("measured", "NaN", "failed" …), `stale`,
      `step`, `value`, `log`, `digest`, `commit`, `dirty`, `python` and `host`;
    - `notes`: what to know, in sentences.

    What is not known, or no finite number, is null.
    """
    selection = comparison.selection
    return {
        "spec": str(comparison.spec.path),
        "metric": comparison.metric,
        "at": selection.step if selection.kind == "step" else selection.kind,
        "goal": comparison.goal,
        "control": dict(comparison.control),
        "replicates": list(comparison.replicates),
        "groups": [_group_content(group) for group in comparison.groups],
        "arms": [_arm_content(result, comparison.metric) for result in comparison.results],
        "notes": caveats_of(comparison),
    }


def csv_text(comparison: ArmComparison) -> str:
    """Return a line for each arm: its name and levels, what came of it, the step and the value."""
    axes = comparison.spec.axis_names
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["arm", *axes, "outcome", "step", comparison.metric])
    for result in comparison.results:
        step, value = (
            ("", "")
            if result.point is None
            else (
                f"{result.point.step:.17g}",
                _csv_number(result.point.value),
            )
        )
        levels = (result.arm.levels[axis] for axis in axes)
        outcome = outcome_of(result, comparison.metric)
        writer.writerow([result.arm.name, *levels, outcome, step, value])
    return stream.getvalue()


def _csv_number(value: float) -> str:
    return repr(value) if math.isfinite(value) else spelled(value)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _interval(estimate: Estimate | None) -> dict[str, object]:
    if estimate is None:
        return {"mean": None, "low": None, "high": None}
    return {
        "mean": _finite(estimate.mean),
        "low": _finite(estimate.low),
        "high": _finite(estimate.high),
    }


def _group_content(group: Group) -> dict[str, object]:
    difference = group.difference
    return {
        "levels": dict(group.levels),
        "control": group.is_control,
        "runs": len(group.results),
        "measured": len(group.measured),
        **_interval(group.estimate),
        "difference": None
        if difference is None
        else {
            **_interval(difference.estimate),
            "pairs": difference.pairs,
            "better": difference.better,
            "p": difference.p,
            "p_holm": difference.adjusted,
        },
    }


def _arm_content(result: ArmResult, metric: str) -> dict[str, object]:
    start = result.start
    return {
        "arm": result.arm.name,
        "levels": dict(result.arm.levels),
        "outcome": outcome_of(result, metric),
        "stale": result.run.is_stale,
        "step": result.point.step if result.point else None,
        "value": _finite(result.value),
        "log": log_of(result) if result.run.folder else None,
        "digest": result.job.digest if result.job else None,
        "commit": start.commit if start else None,
        "dirty": start.dirty if start else None,
        "python": start.python.version if start and start.python else None,
        "host": start.host if start else None,
    }
