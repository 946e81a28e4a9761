"""What both executors share: the options of a launch, and whom they tell what becomes of arms."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from gen_sweeps.run.preparing import CodeProvenance
from gen_sweeps.run.states import FAILURES, UNFINISHED, ArmStatus
from gen_sweeps.spec.model import RunSettings

Report: TypeAlias = Callable[[Sequence[ArmStatus], Sequence[ArmStatus]], None]
"""Called with what has become of all arms, and with those of them that have changed."""

_CANCEL = ".cancel"
"""The file whose change stops every launcher of a sweep."""


@dataclass(frozen=True, slots=True)
class LaunchOptions:
    """How arms are launched.

    Attributes:
        settings: The spec's `[run]`.
        home: The folder with the sweep's runs.
        provenance: What the code is.
        jobs: How many arms run at a time.
        gpus: The GPUs to hand out; empty if arms get none.
        retry_failed: Whether arms that have failed are started again.
    """

    settings: RunSettings
    home: Path
    provenance: CodeProvenance
    jobs: int
    gpus: tuple[str, ...] = ()
    retry_failed: bool = False

    def is_to_start(self, it: ArmStatus) -> bool:
        """Say whether an arm is to be started."""
        return is_to_start(it, retry_failed=self.retry_failed)

    def launch(self, *, threads: int | None, batch: str, held: Sequence[int]) -> dict[str, object]:
        """Return what the supervisor of an arm is told."""
        return {
            "timeout": self.settings.timeout,
            "grace": self.settings.grace,
            "retries": self.settings.retries,
            "threads": threads,
            "batch": batch,
            "held": list(held),
            "commit": self.provenance.commit,
            "dirty": self.provenance.dirty,
            "locks": dict(self.provenance.locks),
        }


def is_to_start(it: ArmStatus, *, retry_failed: bool) -> bool:
    """Say whether an arm is to be started, by what has become of it."""
    return it.state in UNFINISHED or (retry_failed and it.state in FAILURES)


class Cancellation:
    """Tells the launchers of a sweep, on whatever machine they are, to start no more arms."""

    def __init__(self, home: Path) -> None:
        self._path = home / _CANCEL
        self._before = self._changed()

    @property
    def is_asked_for(self) -> bool:
        """Whether somebody has asked for it since this was made."""
        return self._changed() != self._before

    def ask(self) -> None:
        """Ask for it."""
        self._path.write_text(f"{os.getpid()}\n", encoding="utf-8")

    def _changed(self) -> int:
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return 0
