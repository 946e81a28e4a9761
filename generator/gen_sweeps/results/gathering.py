"""Gathers what arms measured from the folders of their runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gen_sweeps.errors import GenSweepsError, Problem, SpecError
from gen_sweeps.progress import Progress, silent
from gen_sweeps.results.comparison import ArmComparison, ArmResult, CountedRun, compare
from gen_sweeps.results.readers import Log
from gen_sweeps.results.series import (
    Selection,
    faults_of,
    logs_of,
    merged,
    metric_names,
    selected,
)
from gen_sweeps.run import ArmState
from gen_sweeps.spec.model import MetricSettings, Spec
from gen_sweeps.spec.names import closest_match


class NoResultsError(GenSweepsError):
    """Nothing was measured that could be compared."""


def gather(
    spec: Spec,
    runs: Sequence[CountedRun],
    metric: str | None = None,
    selection: Selection | None = None,
    progress: Progress = silent,
) -> tuple[ArmComparison, list[Problem]]:
    """Compare what arms measured, and say what could not be read.

    Args:
        spec: The experiment.
        runs: The run of each arm that counts.
        metric: What to compare; by default the first one with a goal, or the only one there is.
        selection: At which step; the last one by default.
        progress: Is told how many arms have been read.

    Raises:
        NoResultsError: No arm has measured it, or it is not clear what to compare.
        TrackerError: What reads the measurements is not installed.
        SpecError: The spec doesn't say what is better.
    """
    settings = spec.run.metrics if spec.run else MetricSettings()
    selection = selection or Selection()
    chosen = metric or next(iter(settings.goal), None) or _only_metric(spec, runs, settings)
    goal = settings.goal.get(chosen)
    if selection.kind == "best" and goal is None:
        hint = f'say so in the spec: `[run.metrics]`, `goal = {{ {_key(chosen)} = "min" }}`'
        message = f"does not say whether less or more of {chosen!r} is better"
        raise SpecError.at(message, str(spec.path), hint=hint)
    results, faults, names = list[ArmResult](), list[Problem](), dict[str, None]()
    for count, run in enumerate(runs, 1):
        result, logs = _result(run, settings)
        points = merged(logs, chosen)
        results.append(replace(result, points=points, point=selected(points, selection, goal)))
        faults += faults_of(logs)
        names |= dict.fromkeys(metric_names(logs))
        progress("reading", count, len(runs))
    if not any(result.point for result in results):
        steps = [point.step for result in results for point in result.points]
        if steps:
            message = f"no arm measured {chosen!r} at {selection}"
            hint = f"it was measured at steps {min(steps):.15g} to {max(steps):.15g}"
            raise NoResultsError.at(message, str(spec.path), hint=hint)
        raise _nothing(spec, runs, chosen, list(names), faults)
    return compare(spec, chosen, selection, goal, results), faults


def _result(run: CountedRun, settings: MetricSettings) -> tuple[ArmResult, list[Log]]:
    """Return an arm's result, without its points yet, and what it logged if it is done."""
    if run.folder is None:
        return ArmResult(run), []
    attempts = run.folder.attempts()
    start = attempts[-1].start if attempts else None
    result = ArmResult(run, job=run.folder.job(), start=start)
    is_done = run.state is ArmState.DONE
    return result, logs_of(run.folder, settings) if is_done else []


def _only_metric(spec: Spec, runs: Sequence[CountedRun], settings: MetricSettings) -> str:
    """Return the one metric that arms measure.

    Raises:
        NoResultsError: There are several, or none.
    """
    done = [run for run in runs if run.state is ArmState.DONE]
    names = dict[str, None]()
    for run in done:
        names |= dict.fromkeys(metric_names(_result(run, settings)[1]))
        if len(names) > 1:
            hint = f"choose one with `--metric`, or give it a goal: {', '.join(names)}"
            raise NoResultsError.at("several metrics are measured", str(spec.path), hint=hint)
    if not names:
        raise _nothing(spec, runs, None, [], [])
    return next(iter(names))


def _nothing(
    spec: Spec,
    runs: Sequence[CountedRun],
    metric: str | None,
    names: Sequence[str],
    faults: Sequence[Problem],
) -> NoResultsError:
    """Return the error that there is nothing to compare."""
    if names and metric:
        match = closest_match(metric, names)
        hint = f"did you mean `{match}`?" if match else f"measured: {', '.join(names)}"
        return NoResultsError.at(f"no arm measured {metric!r}", str(spec.path), hint=hint)
    done = sum(run.state is ArmState.DONE for run in runs)
    if not done:
        hint = f"run `gen-sweeps run {spec.path}`"
        return NoResultsError.at(f"none of {len(runs)} arms is done", str(spec.path), hint=hint)
    hint = "a command that only submits its work is done before that; else see `run.metrics`"
    message = f"{done} of {len(runs)} arms are done, and none has measured anything"
    return NoResultsError(*faults, Problem(message, str(spec.path), hint=hint))


def _key(name: str) -> str:
    """Return a name as a key of TOML."""
    return name if name.replace("_", "").replace("-", "").isalnum() else f'"{name}"'
