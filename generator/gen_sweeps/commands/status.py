"""`gen-sweeps status`: what has run, has failed, runs or waits; starts and freezes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.commands.outcome import Outcome
from gen_sweeps.commands.run import duration, failures, run_settings
from gen_sweeps.console.arms import counted, total
from gen_sweeps.console.formats import json_text
from gen_sweeps.errors import Problem
from gen_sweeps.progress import Progress, silent
from gen_sweeps.run import (
    ArmStatus,
    RunPlan,
    SlurmError,
    Stopped,
    cancel,
    plan_runs,
    statuses,
    sweep_folder,
)
from gen_sweeps.run import (
    status as status_on_disk,
)
from gen_sweeps.spec.loading import load
from gen_sweeps.spec.model import Spec


@dataclass(frozen=True, slots=True)
class StatusOptions:
    """What `gen-sweeps status` was asked.

    Attributes:
        spec: The spec.
        cancel: Whether to stop what runs and waits.
        output_format: "text" or "json".
    """

    spec: Path
    cancel: bool = False
    output_format: str = "text"


def status(options: StatusOptions, progress: Progress = silent) -> Outcome:
    """Say what has become of the arms of a sweep; with `cancel`, stop them.

    Raises:
        GenSweepsError: The spec fails, nothing is generated, or Slurm can't be asked to stop arms.
    """
    del progress  # it is soon done
    spec = load(options.spec)
    planned = plan_runs(spec, run_settings(spec), spec.arms)
    warnings = [*_warnings(spec, planned)]
    try:
        found = statuses(planned.runs)
    except SlurmError as error:
        found = [status_on_disk(run) for run in planned.runs]
        warnings += [Problem(f"{it.message}: what Slurm has is not known") for it in error.problems]
    problems = failures(found, f"gen-sweeps run {spec.path} --retry-failed")
    notes: list[str] = []
    stopped = None
    if options.cancel:
        stopped = cancel(sweep_folder(spec.path, spec.name), found)
        notes = [*_told(stopped)] or ["nothing runs or waits"]
        problems = [
            Problem(f"{folder.path} runs on {host}", hint=f"cancel it on {host}")
            for folder, host in stopped.elsewhere
        ]
    code = 1 if problems else 0
    if options.output_format == "json":
        content = _content(found, stopped)
        return Outcome(code, json_text("status", code, problems, content), problems, warnings)
    return Outcome(code, "".join(_table(found)), problems, warnings, notes)


def _warnings(spec: Spec, planned: RunPlan) -> Iterator[Problem]:
    if planned.ungenerated:
        names = [arm.name for arm in planned.ungenerated]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""  # noqa: PLR2004 - some
        message = f"no file is generated of {', '.join(names[:3])}{more}"
        yield Problem(message, hint=f"run `gen-sweeps {spec.path}`")


def _told(stopped: Stopped) -> Iterator[str]:
    for folder in stopped.here:
        yield f"stopped {folder.path}"
    for batch, arms in stopped.batches:
        yield f"cancelled gs-{batch} on Slurm: {arms} arms"


def _table(found: Sequence[ArmStatus]) -> Iterator[str]:
    rows = [("arm", "state", "attempts", "time", "folder")]
    for it in found:
        time = "" if it.seconds is None else duration(it.seconds)
        rows.append(
            (it.run.arm.name, it.state, str(it.attempt or ""), time, str(it.run.folder.path))
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        yield f"{'  '.join(cells).rstrip()}\n"
    yield f"\n{total(len(found))}: {counted(Counter(str(it.state) for it in found))}\n"


def _content(found: Sequence[ArmStatus], stopped: Stopped | None) -> Mapping[str, object]:
    """Return what the JSON has besides what that of all commands has.

    It has `arms`, each with `arm`, `strategy`, `levels`, `state`, `attempts`, `code`, `reason`,
    `seconds`, `folder` and `log` (null where unknown); `counts`, by the state; and after a
    cancellation `stopped`.
    """
    content: dict[str, object] = {
        "arms": [
            {
                "arm": it.run.arm.name,
                "strategy": it.run.arm.strategy.name if it.run.arm.strategy else None,
                "levels": dict(it.run.arm.levels),
                "state": it.state,
                "attempts": it.attempt,
                "code": it.code,
                "reason": it.reason,
                "seconds": it.seconds,
                "folder": str(it.run.folder.path),
                "log": str(it.log) if it.attempt else None,
            }
            for it in found
        ],
        "counts": Counter(str(it.state) for it in found),
    }
    if stopped:
        content["stopped"] = {
            "folders": [str(folder.path) for folder in stopped.here],
            "batches": [batch for batch, _ in stopped.batches],
        }
    return content
