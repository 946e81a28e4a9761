"""Finds the run of each arm that counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gen_sweeps.results.comparison import CountedRun
from gen_sweeps.run import ArmState, RunFolder, sweep_folder
from gen_sweeps.spec.model import Spec


def latest_runs(spec: Spec) -> Iterator[CountedRun]:
    """Yield for each arm the run that was prepared last."""
    sweep = sweep_folder(spec.path, spec.name)
    for arm in spec.arms:
        folders = map(RunFolder, _folders(sweep / arm.name))
        found = [(job.prepared, job.digest, it) for it in folders if (job := it.job())]
        if not found:
            yield CountedRun(arm, ArmState.ABSENT)
            continue
        folder = max(found, key=lambda it: it[:2])[2]
        attempts = folder.attempts()
        end = attempts[-1].end if attempts else None
        state = end.state if end else ArmState.LOST if attempts else ArmState.PREPARED
        yield CountedRun(arm, state, folder)


def _folders(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if not path.name.startswith(".")]
    except (FileNotFoundError, NotADirectoryError):
        return []
