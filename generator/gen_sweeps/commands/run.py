"""`gen-sweeps run`: runs the arms that are not done, with frozen bytes, here or on Slurm."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gen_sweeps.commands.outcome import INTERRUPTED, Outcome
from gen_sweeps.console import summary
from gen_sweeps.console.arms import ArmProgress, counted, total
from gen_sweeps.errors import GenSweepsError, Problem, SpecError
from gen_sweeps.output.folder import OutputFolder
from gen_sweeps.output.selection import select
from gen_sweeps.progress import Progress, silent
from gen_sweeps.proof.proving import Proof, prove
from gen_sweeps.rendering.renderer import render
from gen_sweeps.run import (
    ArmState,
    ArmStatus,
    CodeProvenance,
    LaunchOptions,
    LocalLauncher,
    RunPlan,
    SlurmWatcher,
    is_to_start,
    known_gpus,
    plan_runs,
    prepare,
    sole_launcher,
    statuses,
    submit,
    sweep_folder,
    unsubmitted,
)
from gen_sweeps.spec.loading import load
from gen_sweeps.spec.model import RunSettings, Spec

MAX_NAMED = 10
"""Arms that are named where the rest is summed up."""


class NotRunnableError(GenSweepsError):
    """Nothing can be run: the spec doesn't say how, or this machine can't."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What `gen-sweeps run` was asked.

    Attributes:
        spec: The spec.
        only: Names of the arms and levels to run; if empty, all.
        jobs: How many arms run at a time; None if the spec says.
        executor: "local" or "slurm"; None if the spec says.
        gpus: The GPUs to hand out, with commas between them; None if the machine says.
        dry_run: Whether to say what would be run, and do nothing.
        retry_failed: Whether to run arms again that have failed.
    """

    spec: Path
    only: tuple[str, ...] = ()
    jobs: int | None = None
    executor: str | None = None
    gpus: str | None = None
    dry_run: bool = False
    retry_failed: bool = False


def run(options: RunOptions, progress: Progress = silent) -> Outcome:
    """Run the arms of a sweep that are not done.

    Args:
        options: What to run, and where.
        progress: Is told how far the proof is.

    Raises:
        GenSweepsError: The spec, a template or the proof fails, or what is needed is not there;
            nothing was started.
    """
    spec = load(options.spec)
    settings = run_settings(spec)
    if sys.platform == "win32":
        hint = "run it on Linux or macOS, or in the Windows Subsystem for Linux"
        raise NotRunnableError.at("arms can't be run on Windows", hint=hint)
    selection = select(spec, options.only)
    proof = prove(render(selection.spec, progress=progress), progress=progress)
    folder = OutputFolder(spec)
    with folder.locked(exclusive=False):
        plan = selection.plan(proof, folder, progress)
        if problems := summary.drift_problems(plan):
            return Outcome(1, "", problems)
        planned = plan_runs(spec, settings, selection.arms or spec.arms)
    if options.dry_run:
        return _dry_run(planned, options)
    return _Launch(spec, settings, options, proof, planned).outcome()


def run_settings(spec: Spec) -> RunSettings:
    """Return how the arms of a spec are run.

    Raises:
        SpecError: It doesn't say.
    """
    if spec.run is None:
        hint = 'add a table `[run]`, as in `command = ["python", "train.py", "{file}"]`'
        raise SpecError.at("run: is missing", str(spec.path), hint=hint)
    return spec.run


def _dry_run(planned: RunPlan, options: RunOptions) -> Outcome:
    """Say what would be run."""
    found = statuses(planned.runs)
    starts = partial(is_to_start, retry_failed=options.retry_failed)
    lines = [
        f"would run {it.run.arm.name}: {shlex.join(map(it.run.folder.filled, it.run.argv))}\n"
        for it in filter(starts, found)
    ]
    counts = Counter(str(it.state) for it in found if not starts(it))
    rest = f", {counted(counts)}" if counts else ""
    return Outcome(0, "".join([*lines, f"{len(lines)} to run{rest}\n"]))


class _Launch:
    """Freezes, starts and watches arms."""

    def __init__(
        self,
        spec: Spec,
        settings: RunSettings,
        options: RunOptions,
        proof: Proof,
        planned: RunPlan,
    ) -> None:
        self._spec = spec
        self._settings = settings
        self._options = options
        self._proof = proof
        self._planned = planned
        self._home = sweep_folder(spec.path, spec.name)
        self._progress = ArmProgress()
        self._is_on_slurm = (options.executor or settings.executor) == "slurm"

    def outcome(self) -> Outcome:
        """Run the arms, and return what has become of them."""
        starts = partial(is_to_start, retry_failed=self._options.retry_failed)
        found = statuses(self._planned.runs)
        if not any(starts(it) or it.state in (ArmState.RUNNING, ArmState.QUEUED) for it in found):
            return self._told(found)
        launch = LaunchOptions(
            self._settings,
            self._home,
            CodeProvenance.of(self._spec),
            self._options.jobs or self._settings.jobs,
            self._gpus(),
            self._options.retry_failed,
        )
        try:
            with sole_launcher(self._home) as lock:
                found = statuses(self._planned.runs)
                missing = [it.run for it in found if starts(it)]
                self._announce(len(missing), launch)
                prepare(
                    self._spec, missing, self._generated, self._planned.sources, launch.provenance
                )
                found = statuses(self._planned.runs)
                if self._is_on_slurm and (left := unsubmitted(found, launch)):
                    for made in submit(found, left, launch, lock):
                        self._progress.show([f"submitted {total(made.size)} as {made.number}"], {})
                    found = statuses(self._planned.runs)
            if self._is_on_slurm:
                found, was_stopped = SlurmWatcher(found, launch, self._report).watch()
            else:
                found, was_stopped = LocalLauncher(found, launch, self._report).run()
        finally:
            self._progress.close()
        return self._told(found, was_stopped=was_stopped)

    def _gpus(self) -> tuple[str, ...]:
        if self._is_on_slurm:
            return ()
        if self._options.gpus is None:
            return known_gpus() if self._settings.gpus else ()
        names = tuple(filter(None, (name.strip() for name in self._options.gpus.split(","))))
        for name in names:
            if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9:._-]*", name, re.ASCII):
                message = f"{name!r} is no GPU"
                raise NotRunnableError.at(message, hint="name GPUs by number: `--gpus 0,1`")
        return tuple(dict.fromkeys(names))

    def _announce(self, count: int, launch: LaunchOptions) -> None:
        """Print the command before it runs."""
        if not count:
            return
        env = [f"{name}={value}" for name, value in self._settings.env.items()]
        where = "on Slurm" if self._is_on_slurm else f"in {self._settings.workdir} files"
        if self._settings.workdir == "project":
            where += ", with the project's code as it is then"
        command = shlex.join([*env, *self._settings.command])
        times = total(count) if count == 1 else f"{total(count)}, {launch.jobs} at a time"
        self._progress.show([f"running {command}", f"for {times}, {where}"], {})

    def _generated(self, path: str) -> bytes:
        """Return the proven content of a generated file, by its path from the spec."""
        inside = os.path.relpath(path, self._spec.output).replace(os.sep, "/")
        return self._proof.rendering[inside].source.encode()

    def _report(self, found: Sequence[ArmStatus], changed: Sequence[ArmStatus]) -> None:
        counts = Counter(str(it.state) for it in found)
        lines = [] if changed is found else [arm_line(it) for it in changed]
        self._progress.show(lines, counts)

    def _told(self, found: Sequence[ArmStatus], *, was_stopped: bool = False) -> Outcome:
        """Return the outcome of arms."""
        counts = Counter(str(it.state) for it in found)
        result = f"{total(len(found))}: {counted(counts)}\n"
        problems = failures(found, f"gen-sweeps run {self._spec.path} --retry-failed")
        again = f"`gen-sweeps run {self._spec.path}` goes on"
        if was_stopped:
            said = "stopped watching; the jobs go on" if self._is_on_slurm else f"stopped; {again}"
            return Outcome(INTERRUPTED, result, problems, notes=[said])
        open_ones = [it for it in found if it.state not in _SETTLED]
        if open_ones:
            names = ", ".join(it.run.arm.name for it in open_ones[:MAX_NAMED])
            more = f" and {len(open_ones) - MAX_NAMED} more" if len(open_ones) > MAX_NAMED else ""
            states = counted(Counter(str(it.state) for it in open_ones))
            problems.append(Problem(f"not done ({states}): {names}{more}", hint=again))
        return Outcome(1 if problems else 0, result, problems)


_SETTLED = (ArmState.DONE, ArmState.FAILED, ArmState.TIMEOUT)


def failures(found: Sequence[ArmStatus], command: str) -> list[Problem]:
    """Return a problem for each arm that has failed, with its log; of many, the first ones.

    Args:
        found: What has become of the arms.
        command: What runs them again.
    """
    failed = [it for it in found if it.state in (ArmState.FAILED, ArmState.TIMEOUT)]
    hint = f"mend what made it fail; `{command}` runs what has failed again"
    problems = [Problem(arm_line(it), hint=hint) for it in failed[:MAX_NAMED]]
    if len(failed) > MAX_NAMED:
        problems.append(Problem(f"and {len(failed) - MAX_NAMED} more have failed", hint=hint))
    return problems


def arm_line(it: ArmStatus) -> str:
    """Return what has become of an arm, in one line; that of a failure names the log."""
    said = f"{it.run.arm.name}: {it.state}"
    if it.code is not None and it.state is ArmState.FAILED:
        how = f"exit code {it.code}" if it.code >= 0 else f"signal {-it.code}"
        said += f" with {how}"
    if it.seconds is not None:
        said += f" {'in' if it.state is ArmState.DONE else 'after'} {duration(it.seconds)}"
    if it.reason:
        said += f": {it.reason}"
    elif it.attempt and it.state not in (ArmState.DONE, ArmState.RUNNING, ArmState.QUEUED):
        said += f"; see {it.log}"
    return said


def duration(seconds: float) -> str:
    """Return a duration for people: `0.3 s`, `4 min 10 s`, `2 h 5 min`."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
