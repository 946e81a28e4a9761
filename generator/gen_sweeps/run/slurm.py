"""Runs arms on Slurm: one job array, whose tasks are the same supervisors as on this machine."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from gen_sweeps.run import supervisor
from gen_sweeps.run.launching import Cancellation, LaunchOptions, Report
from gen_sweeps.run.slurm_queue import PREFIX, Queue, SlurmError, slurm
from gen_sweeps.run.states import (
    UNDER_WAY,
    ArmStatus,
    claim_of,
    open_claim,
    status,
)

BATCHES = ".slurm"
"""The folder, beside those of the arms, that has a folder for each submission."""

DEFAULT_ARRAY_SIZE = 1001
"""Slurm's own MaxArraySize."""

SETTLING = 60.0
"""Seconds after which a network disk shows what another machine has written."""

_NETWORK_DISKS = re.compile(
    "(nfs|lustre|gpfs|beegfs|ceph|cifs|smb|9p|gluster|panfs|pvfs|orangefs|afs|weka|fuse)", re.ASCII
)

_LONGEST_WAIT = 30.0
"""Seconds between two questions to Slurm, if nothing happens."""

_TICK = 0.5
"""Seconds between two looks at the disk."""

JOB_SCRIPT = """\
#!/bin/sh
# Runs one arm of a sweep: the one on the line of this task.
here={folder}
arm=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" "$here/arms")
python={python}
[ -x "$python" ] || python=python3
exec "$python" -I -S "$here/supervisor.py" "$arm" "$(cat "$here/launch.json")"
"""


@dataclass(frozen=True, slots=True)
class Submission:
    """A job array that was submitted: its batch, Slurm's number of it, and how many arms it has."""

    batch: str
    number: str
    size: int


def settle(home: Path) -> float:
    """Return the seconds after which a disk shows what another machine has written to it."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return SETTLING
    lines = [line.split() for line in mounts.splitlines()]
    real = os.path.realpath(home)
    kinds = {fields[4]: fields[fields.index("-") + 1] for fields in lines if "-" in fields}
    above = [place for place in kinds if f"{real}/".startswith(f"{place.rstrip('/')}/")]
    kind = kinds[max(above, key=len)] if above else ""
    return SETTLING if _NETWORK_DISKS.match(kind) else 0.0


def unsubmitted(statuses: Sequence[ArmStatus], options: LaunchOptions) -> list[int]:
    """Return which arms are to be submitted: those that no task in Slurm's queue is to run.

    An arm whose task is gone without an end is looked at again after a while, if its disk may show
    the end late.

    Raises:
        SlurmError: Slurm doesn't answer.
    """
    found = [i for i, it in enumerate(statuses) if options.is_to_start(it)]
    gone = [i for i in found if open_claim(statuses[i])]
    if gone and (seconds := settle(options.home)):
        time.sleep(seconds)
        ended = {i for i in gone if not options.is_to_start(status(statuses[i].run))}
        found = [i for i in found if i not in ended]
    return found


def submit(
    statuses: Sequence[ArmStatus], indexes: Sequence[int], options: LaunchOptions, lock: int
) -> list[Submission]:
    """Submit arms as one job array, or as several if Slurm takes no array of that size.

    The caller is the sole launcher: what is claimed by a launcher that was killed is found again by
    the name of its jobs.

    Args:
        statuses: What has become of the arms.
        indexes: Those to submit.
        options: How they are launched.
        lock: The sole launcher's descriptor; sbatch holds it too, as it may outlive the launcher.

    Raises:
        SlurmError: Slurm refuses.
    """
    size = max_array_size()
    made: list[Submission] = []
    for start in range(0, len(indexes), size):
        arms = [statuses[index] for index in indexes[start : start + size]]
        after = made[-1].number if made else None  # so that no more run at a time
        made.append(_submit(arms, options, lock, after))
    return made


def _submit(
    arms: Sequence[ArmStatus], options: LaunchOptions, lock: int, after: str | None
) -> Submission:
    batch = os.urandom(6).hex()
    folder = Path(os.path.abspath(options.home / BATCHES / batch))  # noqa: PTH100 - links stay
    folder.mkdir(parents=True)
    source = Path(supervisor.__file__).read_bytes()
    (folder / "supervisor.py").write_bytes(source)
    (folder / "supervisor.py").chmod(0o444)
    paths = [os.path.abspath(it.run.folder.path) for it in arms]  # noqa: PTH100 - likewise
    (folder / "arms").write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
    launch = options.launch(threads=None, batch=batch, held=())
    (folder / "launch.json").write_text(json.dumps(launch), encoding="utf-8")
    script = JOB_SCRIPT.format(folder=quote(str(folder)), python=quote(sys.executable))
    (folder / "job.sh").write_text(script, encoding="utf-8")
    for task, it in enumerate(arms):  # first: what happens from here on is found by the name
        claim = {"batch": batch, "task": task, "after": it.attempt}
        supervisor.write(f"{paths[task]}/claim.json", claim, sync=True)
    arguments = [
        "--requeue",
        "--open-mode=append",
        "--signal=B:TERM@30",
        *_own_options(options.settings.slurm, after),
        "--parsable",
        "--export=ALL",
        f"--job-name={PREFIX}{batch}",
        f"--array=0-{len(arms) - 1}%{options.jobs}",
        f"--chdir={folder}",
        f"--output={str(folder).replace('%', '%%')}/%a.log",
        str(folder / "job.sh"),
    ]
    said = slurm("sbatch", arguments, held=(lock,))
    number = said.strip().partition(";")[0]
    (folder / "id").write_text(f"{number}\n", encoding="utf-8")
    return Submission(batch, number, len(arms))


def _own_options(given: Mapping[str, str | bool], after: str | None) -> Iterator[str]:
    dependency = f"afterany:{after}" if after else ""
    for name, value in given.items():
        if name == "dependency" and dependency:
            dependency = f"{value},{dependency}"
        else:
            yield f"--{name}" if value is True else f"--{name}={value}"
    if dependency:
        yield f"--dependency={dependency}"


def max_array_size() -> int:
    """Return how many tasks Slurm lets an array have."""
    try:
        said = slurm("scontrol", ["show", "config"])
    except SlurmError:
        return DEFAULT_ARRAY_SIZE
    found = re.search(r"^MaxArraySize\s*=\s*(\d+)", said, re.MULTILINE)
    return max(1, int(found[1])) if found else DEFAULT_ARRAY_SIZE


class SlurmWatcher:
    """Watches arms until nothing of them runs or waits any more."""

    def __init__(
        self, statuses: Sequence[ArmStatus], options: LaunchOptions, report: Report
    ) -> None:
        self._statuses = [*statuses]
        self._report = report
        self._cancellation = Cancellation(options.home)
        self._settling = settle(options.home)
        self._is_stopped = False

    def watch(self) -> tuple[list[ArmStatus], bool]:
        """Watch; return what has become of the arms, and whether the watch was stopped."""
        self._report(self._statuses, self._statuses)
        wait, asked, seen = 1.0, 0.0, time.monotonic()
        queue: Queue | None = None
        with self._interruptible():
            while not self._is_stopped:
                open_ones = [i for i, it in enumerate(self._statuses) if _is_open(it)]
                if not open_ones or self._cancellation.is_asked_for:
                    break
                if time.monotonic() >= asked + wait or queue is None:
                    queue = self._asked(open_ones) or queue
                    asked, wait = time.monotonic(), min(_LONGEST_WAIT, wait * 1.5)
                changed = self._looked(open_ones, queue)
                if changed:
                    wait = 1.0
                    self._report(self._statuses, changed)
                if any(self._statuses[i].state in UNDER_WAY for i in open_ones):
                    seen = time.monotonic()
                elif queue is not None and time.monotonic() > seen + self._settling:
                    break
                time.sleep(_TICK)
        return self._statuses, self._is_stopped

    def _asked(self, indexes: Sequence[int]) -> Queue | None:
        claims = (claim_of(self._statuses[index].run.folder) for index in indexes)
        try:
            return Queue.asked({claim.batch for claim in claims if claim})
        except SlurmError:  # it is busy, or restarted: nothing is known of what it has
            return None

    def _looked(self, indexes: Sequence[int], queue: Queue | None) -> list[ArmStatus]:
        """Look at arms; return those that have changed."""
        changed = []
        for index in indexes:
            before = self._statuses[index]
            now = status(before.run)
            if claim := open_claim(now):
                state = queue.state(claim.batch, claim.task) if queue else before.state
                now = ArmStatus(now.run, state, now.attempt) if state else now
            if (now.state, now.attempt) != (before.state, before.attempt):
                self._statuses[index] = now
                changed.append(now)
        return changed

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        def stop(number: int, frame: object) -> None:
            del number, frame
            self._is_stopped = True

        told = (signal.SIGINT, signal.SIGTERM)
        before = {it: signal.signal(it, stop) for it in told}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _is_open(it: ArmStatus) -> bool:
    return it.state in UNDER_WAY or open_claim(it) is not None


def cancel_batches(batches: Sequence[str]) -> None:
    """Cancel all jobs of batches.

    Raises:
        SlurmError: Slurm refuses.
    """
    for batch in batches:
        slurm("scancel", [f"--name={PREFIX}{batch}"])
