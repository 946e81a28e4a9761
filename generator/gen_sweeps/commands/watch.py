"""`gen-sweeps SPEC --watch`: runs again whenever the spec or a template changes.

What counts is whether the files differ from what they were before the last run. The file system's
events only say when to look, so it does not matter if one is missed, comes twice, or concerns a
file that the run itself has written.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from gen_sweeps.errors import GenSweepsError

LOOK_EVERY = 1000
"""Milliseconds after which to look without an event: network file systems send none."""


class WatchError(GenSweepsError):
    """Watching is not possible."""


def watch(spec: Path, run: Callable[[], object], note: Callable[[str], None]) -> NoReturn:
    """Run, and run again on each change, until interrupted.

    Args:
        spec: The spec; it, and the templates that it names, are watched.
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
        folders = _folders(spec)
        now = _state(spec)
        if now != seen:
            if seen is not None:
                note(f"{_changes(seen, now)}; running again")
            seen = now
            run()
            if seen == _state(spec):
                note(f"watching {spec} and its templates; Ctrl-C ends it")
        for _ in watchfiles.watch(
            *folders,
            recursive=False,
            watch_filter=None,
            yield_on_timeout=True,
            rust_timeout=LOOK_EVERY,
        ):
            if _state(spec) != seen or _folders(spec) != folders:
                break


def _templates(spec: Path) -> Path:
    """Return the template folder that a spec names, or the usual one if the spec can't be read."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        name = tomllib.loads(spec.read_text(encoding="utf-8-sig"))["sweep"].get("templates")
        if isinstance(name, str):
            return spec.parent / name
    return spec.parent / "templates"


def _folders(spec: Path) -> list[Path]:
    """Return the folders in which something may change; none stands for those below it."""
    templates = _templates(spec)
    below = (path for path in templates.rglob("*") if path.is_dir())
    return [spec.parent, *sorted(path for path in (templates, *below) if path.is_dir())]


def _state(spec: Path) -> dict[Path, object]:
    """Return what tells whether a file was changed, for the spec and each file of the templates."""
    state: dict[Path, object] = {}
    for path in (spec, *sorted(_templates(spec).rglob("*"))):
        with suppress(OSError):
            status = path.stat()
            if not path.is_dir():
                state[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return state


def _changes(before: Mapping[Path, object], after: Mapping[Path, object]) -> str:
    """Return which files changed, as the user would name them."""
    paths = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"{paths[0]}{more} changed"
