"""`gen-sweeps SPEC --watch`: runs again whenever the spec or a template changes.

What counts is whether the files differ from what they were before the last run. The file system's
events only say when to look, so it does not matter if one is missed, comes twice, or concerns a
file that the run itself has written.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from gen_sweeps.errors import GenSweepsError
from gen_sweeps.spec.extending import MAX_FILES, extended_path

LOOK_EVERY = 1000
"""Milliseconds after which to look without an event: network file systems send none."""


class WatchError(GenSweepsError):
    """Watching is not possible."""


def watch(spec: Path, run: Callable[[], object], note: Callable[[str], None]) -> NoReturn:
    """Run, and run again on each change, until interrupted.

    Args:
        spec: The spec; it, those that it extends, and the templates are watched.
        run: What to run. It prints what is wrong, and raises nothing for that.
        note: Is told what is going on.

    Raises:
        WatchError: watchfiles is not installed, or the spec's folder is not there.
        KeyboardInterrupt: The user ends it.
    """
    try:
        import watchfiles  # noqa: PLC0415 - an extra, which most installations go without
    except ImportError:
        message = "--watch needs watchfiles, which is not installed"
        raise WatchError.at(message, hint="run `pip install 'gen-sweeps[watch]'`") from None
    if not spec.parent.is_dir():
        raise WatchError.at(
            "there is no such folder", str(spec.parent), hint="name a spec that exists"
        )
    seen: Mapping[Path, object] | None = None
    while True:
        sources = _Sources.of(spec)
        folders, now = sources.folders, sources.state
        if now != seen:
            if seen is not None:
                note(f"{_changes(seen, now)}; running again")
            seen = now
            run()
            if seen == _Sources.of(spec).state:
                files = ", ".join(map(str, sources.files))
                note(f"watching {files} and the templates; Ctrl-C ends it")
        for _ in watchfiles.watch(
            *folders,
            recursive=False,
            watch_filter=None,
            yield_on_timeout=True,
            rust_timeout=LOOK_EVERY,
        ):
            found = _Sources.of(spec)
            if found.state != seen or found.folders != folders:
                break


@dataclass(frozen=True, slots=True)
class _Sources:
    """What a spec's files are made from, as far as it can be told of a spec that is half edited.

    Attributes:
        files: The spec, and those that it extends.
        templates: The template folder that they name, or the usual one.
    """

    files: Sequence[Path]
    templates: Path

    @classmethod
    def of(cls, spec: Path) -> _Sources:
        """Return the sources of a spec."""
        files = [spec]
        templates: object = None
        while True:
            table = _sweep_table(files[-1])
            templates = templates or table.get("templates")
            extends = table.get("extends")
            if not isinstance(extends, str) or len(files) == MAX_FILES:
                break
            path, fault = extended_path(files[-1], extends)
            if fault or path in files:
                break
            files.append(path)
        return cls(files, spec.parent / (templates if isinstance(templates, str) else "templates"))

    @property
    def folders(self) -> list[Path]:
        """The folders in which something may change; none stands for those below it."""
        below = (path for path in self.templates.rglob("*") if path.is_dir())
        templates = sorted(path for path in (self.templates, *below) if path.is_dir())
        return list(dict.fromkeys((*(file.parent for file in self.files), *templates)))

    @property
    def state(self) -> dict[Path, object]:
        """What tells whether a file was changed, for each file of them."""
        state: dict[Path, object] = {}
        for path in (*self.files, *sorted(self.templates.rglob("*"))):
            with suppress(OSError):
                status = path.stat()
                if not path.is_dir():
                    state[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
        return state


def _sweep_table(file: Path) -> Mapping[str, object]:
    """Return the table `[sweep]` of a file; an empty one if it can't be read."""
    with suppress(OSError, ValueError, RecursionError):
        table = tomllib.loads(file.read_text(encoding="utf-8-sig")).get("sweep")
        if isinstance(table, dict):
            return table
    return {}


def _changes(before: Mapping[Path, object], after: Mapping[Path, object]) -> str:
    """Return which files changed, as the user would name them."""
    paths = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"{paths[0]}{more} changed"
