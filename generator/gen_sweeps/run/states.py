"""What has become of each arm: computed from what is on disk, and from Slurm's queue."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.run import supervisor
from gen_sweeps.run.freezing import ArmRun
from gen_sweeps.run.records import JOB, ArmState, RunFolder
from gen_sweeps.run.slurm_queue import Queue

UNFINISHED = frozenset(
    {ArmState.ABSENT, ArmState.STALE, ArmState.PREPARED, ArmState.INTERRUPTED, ArmState.LOST}
)
"""The states in which an arm is to be started."""

FAILURES = frozenset({ArmState.FAILED, ArmState.TIMEOUT})
"""The states in which it is only started if that is asked for."""

UNDER_WAY = frozenset({ArmState.QUEUED, ArmState.RUNNING})
"""The states in which it goes on by itself."""


@dataclass(frozen=True, slots=True)
class ArmStatus:
    """What has become of an arm.

    Attributes:
        run: What is to be run of it.
        state: What has become of it.
        attempt: The number of the last attempt; 0 if there is none.
        code: The exit code of the last attempt, if it has ended with one.
        reason: Why it could not be started, if that is so.
        seconds: How long the last attempt took, or is taking.
    """

    run: ArmRun
    state: ArmState
    attempt: int = 0
    code: int | None = None
    reason: str | None = None
    seconds: float | None = None

    @property
    def log(self) -> Path:
        """What the last attempt printed to stderr."""
        return self.run.folder.attempt_folder(self.attempt) / "stderr"


def statuses(runs: Sequence[ArmRun]) -> list[ArmStatus]:
    """Return what has become of arms; Slurm is asked if one was submitted and has not ended.

    Raises:
        SlurmError: Slurm doesn't answer.
    """
    found = [status(run) for run in runs]
    claims = {i: claim for i, it in enumerate(found) if (claim := open_claim(it))}
    queue = Queue.asked({claim.batch for claim in claims.values()})
    for index, claim in claims.items():
        if queue and (state := queue.state(claim.batch, claim.task)):
            found[index] = ArmStatus(found[index].run, state, found[index].attempt)
    return found


def status(run: ArmRun) -> ArmStatus:
    """Return what has become of an arm, whatever Slurm says."""
    folder = os.fspath(run.folder.path)
    if not (run.folder.path / JOB).exists():
        others = any(RunFolder.of_arm(run.folder.path.parent))
        return ArmStatus(run, ArmState.STALE if others else ArmState.ABSENT)
    numbers = supervisor.attempts(folder)
    if not numbers:
        state = ArmState.RUNNING if supervisor.is_held(folder) else ArmState.PREPARED
        return ArmStatus(run, state)
    last = f"{folder}/attempts/{numbers[-1]}"
    end = supervisor.read(f"{last}/end.json")
    if end.get("state") == "done":
        return _ended(run, numbers[-1], end)
    is_held = supervisor.is_held(folder)
    start = supervisor.read(f"{last}/start.json")
    if is_held and not supervisor.is_orphaned(start):
        return ArmStatus(run, ArmState.RUNNING, numbers[-1])
    end = supervisor.read(f"{last}/end.json")  # it may have ended between the two looks
    if not end:
        return ArmStatus(run, ArmState.LOST, numbers[-1])
    if end.get("state") in ("failed", "timeout") and start.get("retries"):
        end["state"] = "lost"  # it had attempts left when its supervisor died
    return _ended(run, numbers[-1], end)


def _ended(run: ArmRun, number: int, end: Mapping[str, object]) -> ArmStatus:
    code, reason, seconds = end.get("code"), end.get("reason"), end.get("seconds")
    return ArmStatus(
        run,
        ArmState(str(end["state"])),
        number,
        code if isinstance(code, int) else None,
        reason if isinstance(reason, str) else None,
        seconds if isinstance(seconds, float | int) else None,
    )


@dataclass(frozen=True, slots=True)
class ArmClaim:
    """Which task of which submission to Slurm is to run an arm.

    Attributes:
        batch: The submission.
        task: The number of the task in its array.
        after: The number of the last attempt when it was submitted.
    """

    batch: str
    task: int
    after: int


def claim_of(folder: RunFolder) -> ArmClaim | None:
    """Return which task is to run an arm; None if it was never submitted."""
    found = supervisor.read(os.fspath(folder.path / "claim.json"))
    batch, task, after = found.get("batch"), found.get("task"), found.get("after")
    if isinstance(batch, str) and isinstance(task, int) and isinstance(after, int):
        return ArmClaim(batch, task, after)
    return None


def open_claim(it: ArmStatus) -> ArmClaim | None:
    """Return which task may still run an arm, if Slurm has it in its queue; None if none may."""
    if it.state not in UNFINISHED and it.state not in FAILURES:
        return None
    claim = claim_of(it.run.folder)
    if claim and it.state in FAILURES and claim.after < it.attempt:
        return None  # that is the attempt that has failed
    return claim


def running_elsewhere(home: Path, known: Iterable[ArmRun]) -> list[RunFolder]:
    """Return the folders of a sweep in which something runs.

    Args:
        home: The folder with the sweep's runs.
        known: Runs that are left out.
    """
    left_out = {run.folder.path for run in known}
    try:
        arms = sorted(path for path in home.iterdir() if path.name[:1] != ".")
    except OSError:
        return []
    folders = [folder for arm in arms for folder in RunFolder.of_arm(arm)]
    return [
        folder
        for folder in folders
        if folder.path not in left_out and supervisor.is_held(os.fspath(folder.path))
    ]
