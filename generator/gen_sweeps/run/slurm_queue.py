"""Slurm's queue, asked by the names of jobs: a launcher that was killed left no number."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from gen_sweeps.errors import GenSweepsError
from gen_sweeps.run.records import ArmState

PREFIX = "gs-"
"""The start of the names of jobs; what follows is the batch."""

_OURS = ("ARRAY_INX", "ERROR", "EXPORT", "JOB_NAME", "OUTPUT", "WAIT", "CLUSTERS")
"""Variables by which sbatch would take other options than it is given."""


class SlurmError(GenSweepsError):
    """Slurm is not there, or refuses."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What Slurm has in its queue of some batches.

    Attributes:
        states: What Slurm calls the state of each task, by batch and task.
    """

    states: Mapping[tuple[str, int], str]

    @classmethod
    def asked(cls, batches: Collection[str]) -> Queue | None:
        """Ask Slurm; return None if it is not on this machine.

        Raises:
            SlurmError: It doesn't answer.
        """
        if not batches or shutil.which("squeue") is None:
            return None
        names = ",".join(f"{PREFIX}{batch}" for batch in sorted(batches))
        said = slurm("squeue", ["--noheader", "--array", "--format=%j %K %T", f"--name={names}"])
        states = {}
        for line in said.splitlines():
            name, task, state = line.split()
            if task.isdecimal():
                states[name.removeprefix(PREFIX), int(task)] = state
        return cls(states)

    def state(self, batch: str, task: int) -> ArmState | None:
        """Return whether a task waits or runs; None if it is not in the queue."""
        said = self.states.get((batch, task))
        if said is None:
            return None
        waits = said in {"PENDING", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT", "CONFIGURING"}
        return ArmState.QUEUED if waits else ArmState.RUNNING


def slurm(program: str, arguments: Sequence[str], *, held: Collection[int] = ()) -> str:
    """Run a program of Slurm and return what it prints.

    Variables that change what the programs do are kept from them, apart from the defaults that a
    user may have for sbatch.

    Args:
        program: Its name.
        arguments: Its arguments.
        held: Descriptors that it holds too, so that a lock lasts as long as it does.

    Raises:
        SlurmError: It is not there, or fails.
    """
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SLURM_", "SQUEUE_", "SCANCEL_", "SBATCH_"))
        or name == "SLURM_CONF"
        or (name.startswith("SBATCH_") and name.removeprefix("SBATCH_") not in _OURS)
    }
    try:
        done = subprocess.run(  # noqa: S603 - Slurm's own, its arguments no shell reads
            [program, *arguments],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            pass_fds=held,
        )
    except FileNotFoundError:
        hint = "run it where Slurm's programs are, or with `--executor local`"
        raise SlurmError.at(f"{program} is not installed", hint=hint) from None
    if done.returncode:
        said = next(iter(done.stderr.strip().splitlines()), "nothing")
        raise SlurmError.at(f"{program} failed with exit code {done.returncode}, and said: {said}")
    return done.stdout
