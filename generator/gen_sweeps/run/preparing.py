"""Makes the folders of arms that are to be run: frozen bytes, whole or not there at all."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.errors import FileError
from gen_sweeps.output.repository import Repository
from gen_sweeps.run import supervisor
from gen_sweeps.run.freezing import ArmRun, FrozenLayout, FrozenSource
from gen_sweeps.run.records import FILES, JOB, WORK
from gen_sweeps.spec.digests import digest
from gen_sweeps.spec.model import Spec

if sys.platform != "win32":
    import fcntl

LOCKS = (
    *("uv.lock", "poetry.lock", "pdm.lock", "pixi.lock", "Pipfile.lock", "conda-lock.yml"),
    *("pylock.toml", "requirements.txt"),
)
"""Files that say which versions an environment has."""

_NEW = ".new-"
"""The start of the names of folders that are not whole yet."""


@dataclass(frozen=True, slots=True)
class CodeProvenance:
    """What the code is that a run is launched from.

    Attributes:
        commit: The commit that is checked out; None without git.
        dirty: Whether tracked files differ from it.
        locks: The sha256 of the nearest lock files of environments, by their names.
    """

    commit: str | None
    dirty: bool
    locks: Mapping[str, str]

    @classmethod
    def of(cls, spec: Spec) -> CodeProvenance:
        """Look at the repository that a spec is in."""
        folder = Path(os.path.realpath(spec.path.parent))
        root, commit, dirty = folder, None, False
        with suppress(FileError):
            repository = Repository.around(folder)
            root = repository.root
            commit, dirty = repository.commit()
        for above in (folder, *folder.parents):
            found = [above / name for name in LOCKS if (above / name).is_file()]
            if found or above == root:
                break
        locks = {}
        for path in found:
            with suppress(OSError):
                locks[path.name] = digest(path.read_bytes())
        return cls(commit, dirty, locks)


@contextmanager
def sole_launcher(home: Path) -> Iterator[int]:
    """Hold the folder of a sweep's runs while arms are prepared or submitted; wait for others.

    Yields a descriptor; what inherits it holds the folder too.

    Raises:
        FileError: It can't be made, or its disk has no locks.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        ignored = home / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n", encoding="utf-8")
        descriptor = os.open(home / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise FileError.at(f"can't be written: {error.strerror}", str(home)) from None
    try:
        _hold(descriptor, home)
        yield descriptor
    finally:
        os.close(descriptor)


def _hold(descriptor: int, home: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        hint = "put `runs` on a disk that has locks, by a symbolic link"
        message = f"can't be locked: {error.strerror}"
        raise FileError.at(message, str(home), hint=hint) from None


def prepare(
    spec: Spec,
    runs: Sequence[ArmRun],
    generated: Callable[[str], bytes],
    sources: Mapping[str, FrozenSource],
    provenance: CodeProvenance,
) -> None:
    """Make the folders of arms that have none; the caller is the sole launcher.

    Args:
        spec: The spec.
        runs: What is to be run of each arm.
        generated: Returns the proven content of a generated file, by its path from the spec.
        sources: What is frozen besides.
        provenance: What the code is.

    Raises:
        FileError: A folder can't be written; it is not there then.
    """
    for run in runs:
        folder = run.folder.path
        try:
            if not (folder / JOB).exists():
                _clear(folder.parent)
                _make(spec, run, generated, sources, provenance)
        except OSError as error:
            shown = error.filename or str(folder)
            hint = "free some space, then run it again" if error.errno == 28 else None  # noqa: PLR2004 - ENOSPC
            raise FileError.at(
                f"can't be written: {error.strerror}", str(shown), hint=hint
            ) from None


def _clear(arm: Path) -> None:
    """Remove what killed launchers left half made of an arm's folders."""
    with suppress(FileNotFoundError):
        for path in arm.iterdir():
            if path.name.startswith(_NEW):
                shutil.rmtree(path, ignore_errors=True)


def _make(
    spec: Spec,
    run: ArmRun,
    generated: Callable[[str], bytes],
    sources: Mapping[str, FrozenSource],
    provenance: CodeProvenance,
) -> None:
    folder = run.folder.path
    new = folder.parent / f"{_NEW}{os.getpid()}"
    layout = FrozenLayout.of(spec, run.files)
    places = {path: str(layout.place(path)) for path in run.files}
    (new / WORK).mkdir(parents=True)
    made: set[str] = set()
    for path, place in places.items():
        source = sources.get(path)
        target = f"{new}/{FILES}/{place}"
        parent = target.rpartition("/")[0]
        if parent not in made:
            Path(parent).mkdir(parents=True, exist_ok=True)
            made.add(parent)
        mode = 0o555 if source and source.is_executable else 0o444
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(source.content if source else generated(path))
    (new / FILES / layout.cwd).mkdir(parents=True, exist_ok=True)
    strategy = run.arm.strategy
    job = {
        "sweep": spec.name,
        "arm": run.arm.name,
        "strategy": strategy.name if strategy else None,
        "levels": dict(run.arm.levels),
        "digest": run.digest,
        "argv": run.argv,
        "env": dict(run.env),
        "workdir": run.workdir,
        "cwd": str(layout.cwd),
        "imports": layout.imports,
        "modules": layout.modules,
        "files": {places[path]: content for path, content in run.files.items()},
        "commit": provenance.commit,
        "dirty": provenance.dirty,
        "prepared": time.time(),
    }
    supervisor.write(f"{new}/{JOB}", job, sync=True)
    new.rename(folder)
