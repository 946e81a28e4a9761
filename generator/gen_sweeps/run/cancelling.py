"""Stops the arms of a sweep: those of this machine and those that Slurm has."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.run import supervisor
from gen_sweeps.run.launching import Cancellation
from gen_sweeps.run.records import RunFolder
from gen_sweeps.run.slurm import cancel_batches
from gen_sweeps.run.states import UNDER_WAY, ArmStatus, claim_of, running_elsewhere


@dataclass(frozen=True, slots=True)
class Stopped:
    """What was asked to stop, and what could not be.

    Attributes:
        here: The folders of arms that run on this machine.
        batches: Submissions to Slurm, each with how many arms it has in the queue.
        elsewhere: The folders of arms that run on another machine, and which machine that is.
    """

    here: tuple[RunFolder, ...]
    batches: tuple[tuple[str, int], ...]
    elsewhere: tuple[tuple[RunFolder, str], ...]


def cancel(home: Path, statuses: Sequence[ArmStatus]) -> Stopped:
    """Stop what runs and waits of a sweep, and its launchers.

    Raises:
        SlurmError: Slurm refuses.
    """
    if not home.is_dir():
        return Stopped((), (), ())
    Cancellation(home).ask()
    folders = [it.run.folder for it in statuses if it.state in UNDER_WAY]
    folders += running_elsewhere(home, [it.run for it in statuses])
    batches: dict[str, int] = {}
    here, elsewhere = [], []
    for folder in folders:
        start = _last_start(folder)
        if claim := claim_of(folder):
            batches[claim.batch] = batches.get(claim.batch, 0) + 1
        elif start and _is_here(start):
            here.append(folder)
            with suppress(ProcessLookupError):
                os.kill(int(str(start["supervisor"])), signal.SIGTERM)
        else:
            elsewhere.append((folder, str(start.get("host", "another machine"))))
    cancel_batches([*batches])
    return Stopped(tuple(here), tuple(batches.items()), tuple(elsewhere))


def _last_start(folder: RunFolder) -> dict[str, object]:
    numbers = folder.numbers()
    return supervisor.read(f"{folder.attempt_folder(numbers[-1])}/start.json") if numbers else {}


def _is_here(start: dict[str, object]) -> bool:
    own = start.get("identity")
    return bool(own) and supervisor.identity(int(str(start["supervisor"]))) == own
