"""The course of one metric over a run, put together from the logs of its attempts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from gen_sweeps.errors import GenSweepsError, Problem
from gen_sweeps.results.readers import (
    Log,
    Measurement,
    read_csv,
    read_json_lines,
    read_mlflow,
    read_printed,
    read_tensorboard,
)
from gen_sweeps.run import RunFolder
from gen_sweeps.spec.model import MetricSettings


class SelectionError(GenSweepsError):
    """A step can't be understood."""


@dataclass(frozen=True, slots=True)
class Point:
    """A metric's value at a step."""

    step: float
    value: float


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of a run's values counts: the `last`, the `best`, or that of the `step` given.

    Attributes:
        kind: "last", "best" or "step".
        step: The step, of "step".
    """

    kind: str = "last"
    step: float = 0.0

    def __str__(self) -> str:
        """Return where it is, as in "loss at the last step"."""
        return f"step {self.step:.15g}" if self.kind == "step" else f"the {self.kind} step"


def parse_selection(text: str) -> Selection:
    """Return which step a text asks for: `last`, `best` or `step=N`.

    Raises:
        SelectionError: It can't be understood.
    """
    kind, _, number = text.partition("=")
    if text in ("last", "best"):
        return Selection(text)
    with suppress(ValueError):
        if kind == "step" and math.isfinite(step := float(number)):
            return Selection(kind, step)
    hint = "write `--at last`, `--at best` or `--at step=100`"
    raise SelectionError.at(f"there is no step {text!r}", hint=hint)


def logs_of(run: RunFolder, settings: MetricSettings) -> list[Log]:
    """Return what a run logged, a log for each of its attempts, in their order.

    Raises:
        TrackerError: What reads them is not installed.
    """
    attempts = run.attempts()
    if settings.file:
        path = run.work / settings.file
        log = read_csv(path) if path.suffix == ".csv" else read_json_lines(path)
        return [*restarts(log)] if len(attempts) > 1 else [log]
    if settings.mlflow:
        return read_mlflow(run.work / settings.mlflow)
    if settings.tensorboard:
        return read_tensorboard(run.work / settings.tensorboard)
    if settings.stdout:
        pattern = re.compile(settings.stdout)
        return [read_printed(attempt.stdout, pattern) for attempt in attempts]
    return [read_json_lines(attempt.metrics) for attempt in attempts]


def restarts(log: Log) -> Iterator[Log]:
    """Yield the parts of a log that attempts share, one each: steps that go back start one."""
    part: list[Measurement] = []
    for measurement in log.measurements:
        if part and measurement.step < part[-1].step:
            yield Log(log.path, tuple(part))
            part = []
        part.append(measurement)
    yield Log(log.path, tuple(part), log.faults)


def merged(logs: Sequence[Log], metric: str) -> tuple[Point, ...]:
    """Return the course of a metric, by step.

    A later attempt starts at the step of its checkpoint: whatever earlier ones measured from there
    on is not part of the run that went on. At equal steps, what was written last counts.
    """
    points: dict[float, float] = {}
    for log in logs:
        start = min((it.step for it in log.measurements), default=math.inf)
        points = {step: value for step, value in points.items() if step < start}
        for it in log.measurements:
            if metric in it.values:
                points[it.step] = it.values[metric]
    return tuple(Point(step, points[step]) for step in sorted(points))


def metric_names(logs: Iterable[Log]) -> list[str]:
    """Return the names of all metrics in logs, in the order in which they first appear."""
    return list(
        dict.fromkeys(name for log in logs for it in log.measurements for name in it.values)
    )


def selected(points: Sequence[Point], selection: Selection, goal: str | None) -> Point | None:
    """Return the point that counts; None if nothing was measured there.

    Args:
        points: The course of the metric.
        selection: Which point that is.
        goal: "min" or "max"; needed for the best one.
    """
    if selection.kind == "step":
        return next((point for point in points if point.step == selection.step), None)
    if selection.kind == "last":
        return points[-1] if points else None
    finite = [point for point in points if math.isfinite(point.value)]
    if not finite:
        return points[-1] if points else None
    choose = min if goal == "min" else max
    return choose(finite, key=lambda point: point.value)


def faults_of(logs: Iterable[Log]) -> list[Problem]:
    """Return what in logs can't be read."""
    return [fault for log in logs for fault in log.faults]
