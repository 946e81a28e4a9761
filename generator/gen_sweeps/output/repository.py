"""A repository of git, which is asked and never changed."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.errors import FileError, Problem

_GIT = ("git", "-c", "core.fsmonitor=", "-c", "core.quotePath=false")
"""Git, without a command of its own that the repository's settings may name."""

_AT_ONCE = 500
"""Paths that git is given at once; systems bound the length of a command."""


def repository_root(folder: Path) -> Path | None:
    """Return the top folder of the repository that a folder is in, without links; None if none."""
    try:
        return Repository.around(folder).root
    except FileError:
        return None


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of git.

    Attributes:
        root: Its top folder, without links.
    """

    root: Path

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """Return the repository that a folder is in.

        Raises:
            FileError: Git is not there, or the folder is in none.
        """
        found = _run(folder, ("rev-parse", "--show-toplevel"))
        return cls(Path(os.path.realpath(os.fsdecode(found.removesuffix(b"\n")))))

    def problems(self, shown: Iterable[str]) -> Iterator[Problem]:
        """Yield what is wrong with files, which are named as the user would."""
        paths = {name: self._inside(Path(name)) for name in dict.fromkeys(shown)}
        for name, path in paths.items():
            if path is None:
                message = f"is outside of the repository {self.root}, so that no commit has it"
                yield Problem(f"{name} {message}", name, hint="leave out --git for this spec")
        known = [path for path in paths.values() if path is not None]
        tracked = self._listed(("ls-files", "-z"), known)
        changed = self._listed(("diff", "-z", "--name-only", "--no-ext-diff"), known)
        ignored = self._listed(
            ("ls-files", "-z", "--others", "--ignored", "--exclude-standard"), known
        )
        for name, path in paths.items():
            if path is None:
                continue
            if path in ignored:
                hint = f"mend .gitignore, or run `git add --force {shlex.quote(name)}`"
                yield Problem(
                    f"{name} is ignored by git, so that no commit has it", name, hint=hint
                )
            elif path not in tracked:
                message = f"{name} is not in git's index, so that the commit lacks it"
                yield Problem(message, name, hint=f"run `git add {shlex.quote(name)}`")
            elif path in changed:
                message = f"{name} is not as git's index has it, so that the commit has another"
                yield Problem(message, name, hint=f"run `git add {shlex.quote(name)}`")

    def removed(self, patterns: Sequence[str], wanted: Iterable[str]) -> Iterator[Problem]:
        """Yield the files that are gone, but still in the index.

        Args:
            patterns: Their paths, with `*` for a name or a part of it.
            wanted: Files that ought to be there.
        """
        globs = [path for pattern in patterns if (path := self._inside(Path(pattern)))]
        listed = self._listed(("ls-files", "-z", "--deleted"), globs, ":(top,glob)")
        for path in sorted(listed.difference(self._inside(Path(name)) or "" for name in wanted)):
            name = os.path.relpath(self.root / path)
            message = f"{name} is gone, but still in git's index"
            yield Problem(message, name, hint=f"run `git rm --cached {shlex.quote(name)}`")

    def _inside(self, path: Path) -> str | None:
        """Return a path from the root, with `/`; None if it is outside.

        Links on the way are followed, but not one that the path itself is.
        """
        real = Path(os.path.realpath(path.parent), path.name)
        return real.relative_to(self.root).as_posix() if real.is_relative_to(self.root) else None

    def _listed(
        self, command: Sequence[str], paths: Sequence[str], magic: str = ":(top,literal)"
    ) -> set[str]:
        """Return the paths, from the root, that git lists of some."""
        found: set[str] = set()
        for start in range(0, len(paths), _AT_ONCE):
            some = [f"{magic}{path}" for path in paths[start : start + _AT_ONCE]]
            listed = _run(self.root, (*command, "--", *some))
            found.update(os.fsdecode(path) for path in listed.split(b"\0") if path)
        return found


def _run(folder: Path, command: Sequence[str]) -> bytes:
    """Return what git says in a folder.

    Raises:
        FileError: It is not there, or fails.
    """
    try:
        done = subprocess.run(  # noqa: S603 - git, with paths behind `--`
            [*_GIT, *command],
            cwd=folder,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        hint = "install git, or leave out --git"
        raise FileError.at(
            "--git needs git, which is not installed", str(folder), hint=hint
        ) from None
    if done.returncode:
        first = os.fsdecode(done.stderr).strip().partition("\n")[0]
        hint = "leave out --git where there is no repository"
        message = f"--git needs to know what git has staged, but git says: {first}"
        raise FileError.at(message, str(folder), hint=hint)
    return done.stdout
