"""A repository of git, which is asked and never changed."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.errors import FileError, Problem

_GIT = ("git", "-c", "core.fsmonitor=")
"""Git, without a command of its own that the repository's settings may name."""

_OF_THE_CALLER = frozenset(
    {
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"),
        *("GIT_PREFIX", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS"),
        "GIT_ICASE_PATHSPECS",
    }
)
"""Variables that git sets for its hooks: they name the repository of a commit that is being made,
and in a linked work tree make git take any folder for its top."""

_AT_ONCE = 500
"""Paths that git is given at once; systems bound the length of a command."""

MAX_NAMED = 3
"""Files in one folder that a hint names, before it names the folder."""

MAX_PATHS = 10
"""Paths in one hint."""


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
        environment: What git is told of it besides.
    """

    root: Path
    environment: Mapping[str, str]

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """Return the repository that a folder is in.

        In a hook of that repository, its index is the one that the commit is made of.

        Raises:
            FileError: Git is not there, or the folder is in none.
        """
        environment = {k: v for k, v in os.environ.items() if k not in _OF_THE_CALLER}
        environment["LC_ALL"] = "C"  # what git says is looked at
        found = _run(folder, ("rev-parse", "--show-toplevel"), environment)
        root = Path(os.path.realpath(os.fsdecode(found.removesuffix(b"\n"))))
        if (index := os.environ.get("GIT_INDEX_FILE")) and _is_callers(root, environment):
            environment["GIT_INDEX_FILE"] = str(root / index)
        return cls(root, environment)

    def commit(self) -> tuple[str | None, bool]:
        """Return the commit that is checked out, None before the first, and whether files differ.

        Only files that git tracks count.

        Raises:
            FileError: Git fails.
        """
        try:
            head = _run(self.root, ("rev-parse", "--verify", "HEAD"), self.environment)
        except FileError:
            return None, True
        changed = ("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all")
        return head.decode().strip(), bool(_run(self.root, changed, self.environment))

    def problems(self, shown: Iterable[str]) -> Iterator[Problem]:
        """Yield what is wrong with files, which are named as the user would."""
        paths = {name: self._inside(Path(name)) for name in dict.fromkeys(shown)}
        known = [path for path in paths.values() if path is not None]
        # Each is preceded by a letter that says how git looks at it, and a space.
        listed = self._listed(("ls-files", "-z", "-v"), known)
        tracked = {entry[2:]: entry[0] for entry in listed}
        changed = self._listed(("ls-files", "-z", "--modified"), known)
        ignored = self._listed(
            ("ls-files", "-z", "--others", "--ignored", "--exclude-standard"), known
        )
        found: dict[str, tuple[str, str | None]] = {}
        for name, path in paths.items():
            quoted = shlex.quote(name)
            how = tracked.get(path or "")
            if path is None:
                message = f"is outside of the repository {self.root}, so that no commit has it"
                found[name] = message, "leave out --git for this spec"
            elif path in ignored:
                hint = f"mend .gitignore, or run `git add --force {quoted}`"
                found[name] = "is ignored by git, so that no commit has it", hint
            elif how is None:
                found[name] = "is not in git's index, so that the commit lacks it", None
            elif path in changed:
                found[name] = "is not as git's index has it, so that the commit has another", None
            elif how.islower() or how == "S":
                flag = "assume-unchanged" if how.islower() else "skip-worktree"
                message = f"is marked {flag}: git does not see what changes in it"
                found[name] = message, f"run `git update-index --no-{flag} {quoted}`"
        add = _staging([name for name, (_, hint) in found.items() if hint is None])
        for name, (message, other) in found.items():
            yield Problem(f"{name} {message}", name, hint=other or add)

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
        """Return a path from the root, with `/`; None if it is outside, or in a repository inside.

        Links on the way are followed, but not one that the path itself is.
        """
        real = Path(os.path.realpath(path.parent), path.name)
        if not real.is_relative_to(self.root):
            return None
        inside = real.relative_to(self.root)
        folders = (self.root / folder for folder in inside.parents[:-1])
        if any((folder / ".git").exists() for folder in folders):
            return None
        return inside.as_posix()

    def _listed(
        self, command: Sequence[str], paths: Sequence[str], magic: str = ":(top,literal)"
    ) -> set[str]:
        """Return the paths, from the root, that git lists of some."""
        found: set[str] = set()
        for start in range(0, len(paths), _AT_ONCE):
            some = [f"{magic}{path}" for path in paths[start : start + _AT_ONCE]]
            listed = _run(self.root, (*command, "--", *some), self.environment)
            found.update(os.fsdecode(path) for path in listed.split(b"\0") if path)
        return found


def _is_callers(root: Path, environment: Mapping[str, str]) -> bool:
    """Say whether a repository is the one that the caller's variables speak of."""
    command = ("rev-parse", "--absolute-git-dir")
    try:
        return _run(root, command, environment) == _run(Path(), command, os.environ)
    except FileError:
        return False


def _staging(names: Sequence[str]) -> str:
    """Return what to run so that files are staged: by their folder where it has several."""
    folders = [str(Path(name).parent) for name in names]
    several = Counter(folders)
    paths = [
        folder if several[folder] > MAX_NAMED else name
        for name, folder in zip(names, folders, strict=True)
    ]
    paths = list(dict.fromkeys(paths))
    if len(paths) > MAX_PATHS:
        paths = [os.path.commonpath(names) or "."]
    return f"run `git add {shlex.join(paths)}`"


def _run(folder: Path, command: Sequence[str], environment: Mapping[str, str]) -> bytes:
    """Return what git says in a folder.

    Raises:
        FileError: It is not there, or fails.
    """
    try:
        done = subprocess.run(  # noqa: S603 - git, with paths behind `--`
            [*_GIT, *command],
            cwd=folder,
            env=environment,
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
        said = os.fsdecode(done.stderr).strip()
        first = said.partition("\n")[0]
        hint = "leave out --git where there is no repository"
        if "dubious ownership" in first:  # as in most containers of CI
            hint = f"run `{said.splitlines()[-1].strip()}`"
        message = f"--git needs to know what git has staged, but git says: {first}"
        raise FileError.at(message, str(folder), hint=hint)
    return done.stdout
