"""What is on disk of an arm that was prepared or run: the layout of its folder, and its records.

    runs/<sweep>/<arm>/<digest>/       beside the spec; made elsewhere and renamed: it is whole
      job.json                         what is run: `Job`
      files/                           the frozen files, read-only; `workdir = "frozen"` runs here
      work/                            `{run_dir}`: the arm's own folder, kept between attempts
      lock                             held as long as a process of the arm lives
      claim.json                       Slurm: which batch is to run it
      attempts/N/                      from 1
        start.json                     where and how it was started: `AttemptStart`
        end.json                       how it ended: `AttemptEnd`; missing if nobody saw the end
        stdout, stderr                 what it printed
        metrics.jsonl                  what GEN_SWEEPS_METRICS names

The digest is of what runs: the command, its environment, and the path and content of every frozen
file. Whatever of these changes makes another folder, and the former one stays. No state is stored:
it follows from these files and the lock.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from gen_sweeps.spec.digests import digest
from gen_sweeps.spec.names import level_fault

RUNS = "runs"
"""The folder beside the spec that has all runs."""

JOB, START, END = "job.json", "start.json", "end.json"
STDOUT, STDERR, METRICS = "stdout", "stderr", "metrics.jsonl"
FILES, WORK, ATTEMPTS = "files", "work", "attempts"

VERSION = 1
"""The version of the records; it changes when old readers would misunderstand new ones."""

RecordT = TypeVar("RecordT")

_Content: TypeAlias = "Mapping[str, Any]"
"""What JSON is in a record: gen-sweeps wrote it, and whatever else is there can't be understood."""


class ArmState(StrEnum):
    """What has become of an arm."""

    ABSENT = "absent"
    """Never prepared."""
    PREPARED = "prepared"
    """Frozen, and not started yet."""
    QUEUED = "queued"
    """Waiting in Slurm's queue."""
    RUNNING = "running"
    DONE = "done"
    """The command ended with exit code 0."""
    FAILED = "failed"
    """It ended otherwise, or could not be started."""
    TIMEOUT = "timeout"
    """It took too long, and was stopped."""
    INTERRUPTED = "interrupted"
    """It was stopped, by Ctrl-C, `--cancel` or Slurm."""
    LOST = "lost"
    """Nobody saw the end: the machine or the supervisor died."""
    STALE = "stale"
    """It has only runs of other frozen bytes or another command."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is run of an arm.

    Attributes:
        sweep: The experiment's name.
        arm: The arm's name.
        strategy: Its strategy; None if the spec has none.
        levels: Its level of each axis; of the axis `strategy` too, if there are strategies.
        digest: The digest of what runs, the folder's name.
        argv: The command; `{run_dir}` and `{frozen}` in it are folders below this one.
        env: Environment variables that the spec sets.
        workdir: "frozen", or "project": then only the generated files are frozen, the code is not.
        cwd: Where the command runs: below `files/`, or in the project as an absolute path.
        imports: The folders below `files/` that come first where Python looks for modules.
        modules: The modules that have to be imported from there.
        files: The sha256 of each frozen file by its path below `files/`.
        commit: The commit that was checked out when the files were frozen; None without git.
        dirty: Whether tracked files differed from it.
        prepared: When that was, in seconds since 1970.
    """

    sweep: str
    arm: str
    strategy: str | None
    levels: Mapping[str, str]
    digest: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    workdir: str
    cwd: str
    imports: tuple[str, ...]
    modules: tuple[str, ...]
    files: Mapping[str, str]
    commit: str | None
    dirty: bool
    prepared: float


@dataclass(frozen=True, slots=True)
class PythonVersion:
    """The interpreter that a command runs: its path, and the version as it says it."""

    executable: str
    version: str


@dataclass(frozen=True, slots=True)
class AttemptStart:
    """How an attempt was started.

    Attributes:
        attempt: Its number, from 1.
        started: When, in seconds since 1970.
        argv: The command as it was run, nothing left to fill in.
        host: The machine.
        system: Its operating system and architecture.
        cores: Processor cores that it might use.
        python: The interpreter of the command; None if the command names none.
        gpus: What CUDA_VISIBLE_DEVICES said; None if it was not set.
        slurm: Slurm's own variables, by name; empty elsewhere.
        commit: The commit that was checked out when it was launched; None without git.
        dirty: Whether tracked files differed from it.
        locks: The sha256 of the lock files of environments (`uv.lock` …) by their names.
        retries: How often it may still be started again if it fails.
        supervisor: The process that watches it.
    """

    attempt: int
    started: float
    argv: tuple[str, ...]
    host: str
    system: str
    cores: int
    python: PythonVersion | None
    gpus: str | None
    slurm: Mapping[str, str]
    commit: str | None
    dirty: bool
    locks: Mapping[str, str]
    retries: int
    supervisor: int


@dataclass(frozen=True, slots=True)
class AttemptEnd:
    """How an attempt ended.

    Attributes:
        state: `DONE`, `FAILED`, `TIMEOUT` or `INTERRUPTED`.
        code: The exit code; the negative number of a signal; None if it never started.
        reason: Why it could not be started; None otherwise.
        ended: When, in seconds since 1970.
        seconds: How long it took.
    """

    state: ArmState
    code: int | None
    reason: str | None
    ended: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at running an arm.

    Attributes:
        folder: Its folder.
        number: Its number, from 1.
        start: How it was started; None if its supervisor died while it wrote that down.
        end: How it ended; None if that is not known, or not yet.
    """

    folder: Path
    number: int
    start: AttemptStart | None
    end: AttemptEnd | None

    @property
    def stdout(self) -> Path:
        """What it printed."""
        return self.folder / STDOUT

    @property
    def stderr(self) -> Path:
        """What it printed to stderr."""
        return self.folder / STDERR

    @property
    def metrics(self) -> Path:
        """The file that GEN_SWEEPS_METRICS named; the arm need not have written it."""
        return self.folder / METRICS


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of one arm and one digest.

    Attributes:
        path: The folder, as the user would name it; it need not be there.
    """

    path: Path

    @property
    def work(self) -> Path:
        """The arm's own folder, `{run_dir}`, which all attempts share."""
        return self.path / WORK

    @classmethod
    def of_arm(cls, arm: Path) -> Iterator[RunFolder]:
        """Yield the folders of an arm, one for each digest; `arm` is the folder that has them."""
        try:
            names = sorted(path.name for path in arm.iterdir())
        except OSError:
            return
        for name in names:
            if not name.startswith(".") and (arm / name / JOB).exists():
                yield cls(arm / name)

    def attempt_folder(self, number: int) -> Path:
        """Return the folder of an attempt."""
        return self.path / ATTEMPTS / str(number)

    @property
    def files(self) -> Path:
        """The frozen files, read-only."""
        return self.path / FILES

    def filled(self, word: str) -> str:
        """Return a word of a command with the folders below this one that it names."""
        return word.replace("{run_dir}", str(self.work)).replace("{frozen}", str(self.files))

    def job(self) -> Job | None:
        """Return what is run; None if it is not prepared."""
        return _read(self.path / JOB, _job)

    def attempts(self) -> tuple[Attempt, ...]:
        """Return all attempts, the first one first."""
        return tuple(map(self.attempt, self.numbers()))

    def numbers(self) -> list[int]:
        """Return the numbers of the attempts, in order."""
        try:
            names = [folder.name for folder in (self.path / ATTEMPTS).iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(int(name) for name in names if name.isdecimal())

    def attempt(self, number: int) -> Attempt:
        """Return an attempt by its number."""
        folder = self.attempt_folder(number)
        return Attempt(folder, number, _read(folder / START, _start), _read(folder / END, _end))


def sweep_folder(spec: Path, sweep: str) -> Path:
    """Return the folder that has the runs of a sweep: `runs/<sweep>` beside the spec.

    A name that can't be a folder's on every system is told by its digest.
    """
    if level_fault(sweep):
        sweep = f"{re.sub('[^A-Za-z0-9_-]', '_', sweep)[:40]}-{digest(sweep.encode())[:8]}"
    return spec.parent / RUNS / sweep


def _read(path: Path, parse: Callable[[_Content], RecordT]) -> RecordT | None:
    """Return a record; None if it is not there or can't be understood.

    Records are replaced as a whole; one that can't be understood was damaged, or is newer.
    """
    try:
        content = json.loads(path.read_bytes())
        return parse(content) if content["version"] == VERSION else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _job(content: _Content) -> Job:
    return Job(
        sweep=content["sweep"],
        arm=content["arm"],
        strategy=content["strategy"],
        levels=dict(content["levels"]),
        digest=content["digest"],
        argv=tuple(content["argv"]),
        env=dict(content["env"]),
        workdir=content["workdir"],
        cwd=content["cwd"],
        imports=tuple(content["imports"]),
        modules=tuple(content["modules"]),
        files=dict(content["files"]),
        commit=content["commit"],
        dirty=content["dirty"],
        prepared=content["prepared"],
    )


def _start(content: _Content) -> AttemptStart:
    python = content["python"]
    return AttemptStart(
        attempt=content["attempt"],
        started=content["started"],
        argv=tuple(content["argv"]),
        host=content["host"],
        system=content["system"],
        cores=content["cores"],
        python=PythonVersion(python["executable"], python["version"]) if python else None,
        gpus=content["gpus"],
        slurm=dict(content["slurm"]),
        commit=content["commit"],
        dirty=content["dirty"],
        locks=dict(content["locks"]),
        retries=content["retries"],
        supervisor=content["supervisor"],
    )


def _end(content: _Content) -> AttemptEnd:
    return AttemptEnd(
        state=ArmState(content["state"]),
        code=content["code"],
        reason=content["reason"],
        ended=content["ended"],
        seconds=content["seconds"],
    )
