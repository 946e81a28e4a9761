"""Finds the run of each arm that counts."""

from __future__ import annotations

from gen_sweeps.results.comparison import CountedRun
from gen_sweeps.run import ArmRun, ArmState, RunFolder, plan_runs, status
from gen_sweeps.spec.model import RunSettings, Spec


def counted_runs(spec: Spec, settings: RunSettings) -> list[CountedRun]:
    """Return for each arm the run that counts; changes nothing, and doesn't ask Slurm.

    That is the run of what is generated and frozen now. Where there is none yet, it is the last
    one of something else that is done, and stale.

    Args:
        spec: The experiment, whole.
        settings: Its `[run]`.

    Raises:
        GenSweepsError: What would run now can't be told.
    """
    planned = {run.arm.name: run for run in plan_runs(spec, settings, spec.arms).runs}
    found = []
    for arm in spec.arms:
        run = planned.get(arm.name)
        if run is None:
            found.append(CountedRun(arm, ArmState.ABSENT))
        elif (state := status(run).state) is ArmState.STALE and (folder := _last_done(run)):
            found.append(CountedRun(arm, ArmState.DONE, folder, is_stale=True))
        else:
            is_there = state not in (ArmState.ABSENT, ArmState.STALE)
            found.append(CountedRun(arm, state, run.folder if is_there else None))
    return found


def _last_done(run: ArmRun) -> RunFolder | None:
    """Return the folder of an arm's last run that is done, whatever ran."""
    done = []
    for folder in RunFolder.of_arm(run.folder.path.parent):
        job, attempts = folder.job(), folder.attempts()
        end = attempts[-1].end if attempts else None
        if job and end and end.state is ArmState.DONE:
            done.append((end.ended, job.digest, folder))
    return max(done, key=lambda it: it[:2])[2] if done else None
