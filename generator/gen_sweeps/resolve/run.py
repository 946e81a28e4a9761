"""Running a file in a fresh interpreter, and reading what it built."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from gen_sweeps.errors import Problem
from gen_sweeps.resolve.locate import (
    base_of,
    installed_folders,
    module_name,
    package_folders,
    root_of,
    search_folders,
)
from gen_sweeps.resolve.requested import parsed_call
from gen_sweeps.resolve.result import Origin, Resolved, ResolveError, ResolveNote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gen_sweeps.resolve.recorder.forms import Json

_FLAGS = ("-S", "-s", "-P", "-B", "-X", "utf8")
_MOST_NAMED = 3
_RECORDER = Path(__file__).parent / "recorder"
_START = """\
import importlib.util, sys
name, folder, request = "_gen_sweeps_recorder", sys.argv[1], sys.argv[2]
spec = importlib.util.spec_from_file_location(
    name, folder + "/__init__.py", submodule_search_locations=[folder])
sys.modules[name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules[name])
importlib.import_module(name + ".process").main(request)
"""


def resolve(  # noqa: PLR0913 - what a run depends on, and nothing else does
    path: Path,
    *,
    root: Path | None = None,
    imports: tuple[str, ...] = (),
    stubs: tuple[str, ...] = (),
    calls: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
    timeout: float = 30.0,
    provenance: bool = False,
    history: bool = False,
    printed: IO[bytes] | int | None = None,
) -> Resolved:
    """Run a Python file without the packages it imports and return what it builds.

    Args:
        path: The file.
        root: The folder under which files are real, and in which the file runs; None for the
            nearest folder upwards with a pyproject.toml or .git, or the file's own.
        imports: Installed packages that are real too, with what they require.
        stubs: Modules under the root that are stand-ins too, with all below them. One whose code
            fails becomes one by itself, and a note says so.
        calls: Functions to call instead of `get_config` and `get_search_space`: `name` or
            `name(literal, key=literal)`.
        env: The environment that the file sees; None for an empty one, in which `~` stays `~`.
        timeout: Seconds after which the run is ended.
        provenance: Whether to say where each value came from.
        history: Whether to show values that were set again later, too.
        printed: Where the file prints, as `subprocess` takes it; None for this process's standard
            error.

    Raises:
        ResolveError: The file can't be read, fails, takes too long, or builds what can't be known.
    """
    file = _checked(path)
    folder = (root.resolve() if root is not None else root_of(file)).resolve()
    if not file.is_relative_to(folder):
        raise ResolveError.at(
            f"not under the root {folder}", str(path), hint="give a folder above it with `--root`"
        )
    base = base_of(file, folder)
    request: dict[str, Json] = {
        "path": str(file),
        "root": str(folder),
        "module": module_name(file, base),
        "packages": dict(package_folders(file, base)),
        "search": list(search_folders(file, folder, base)),
        "installed": {name: list(found) for name, found in installed_folders(imports).items()},
        "stubs": list(stubs),
        "calls": [parsed_call(call) for call in calls],
        "env": {"HOME": "~", **(env or {})},
        "provenance": provenance,
        "history": history,
    }
    failed = dict[str, ResolveError]()
    ends = time.monotonic() + timeout
    while True:
        answer = _answer(request | {"unable": list(failed)}, path, timeout, ends, printed)
        if "bug" in answer:
            raise RuntimeError(answer["bug"])
        if "error" not in answer:
            return _resolved(answer, request, file, folder, _unable(failed, folder))
        error = _error(answer["error"], path, file)
        found = {
            unable: _error(described, path, file)
            for unable, described in cast("list[tuple[str, Json]]", answer["unable"])
            if unable not in failed
        }
        if not found:
            raise _explained(error, failed, folder)
        failed |= found


def _unable(failed: Mapping[str, ResolveError], root: Path) -> list[ResolveNote]:
    """Return the one note about files under the root that can't run, if there are any."""
    if not failed:
        return []
    first, error = next(iter(failed.items()))
    problem = error.problems[0]
    names = [f"`{Path(path).relative_to(root).as_posix()}`" for path in failed]
    named = ", ".join(names[:_MOST_NAMED])
    if len(names) > _MOST_NAMED:
        named += f" and {len(names) - _MOST_NAMED} more"
    are = "is a stand-in, as it" if len(names) == 1 else "are stand-ins, as they"
    top = _top(first, root)
    real = f"{problem.hint}; " if problem.hint else ""
    message = (
        f"{named} {are} can't run: {problem.message} ({real}`--stub {top}` makes all of it one)"
    )
    return [ResolveNote(message, _origin(first, problem.line or 1, root))]


def _explained(error: ResolveError, failed: Mapping[str, ResolveError], root: Path) -> ResolveError:
    """Return an error with the first reason why a file that it may depend on is a stand-in."""
    problem = error.problems[0]
    tops = {_top(path, root) for path in failed}
    if not failed or (problem.hint and not any(f"--import {top}`" in problem.hint for top in tops)):
        return error
    reason = next(iter(failed.values())).problems[0]
    return ResolveError(replace(problem, hint=f"a file that it imports can't run: {reason}"))


def _top(path: str, root: Path) -> str:
    """Return the first part of the dotted name of a file under the root."""
    return module_name(Path(path), base_of(Path(path), root)).partition(".")[0]


def _checked(path: Path) -> Path:
    try:
        file = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise ResolveError.at(
            "no such file", str(path), hint="give the path of a Python file"
        ) from error
    if file.is_dir():
        raise ResolveError.at("is a folder", str(path), hint="give one Python file of it")
    return file


def _answer(
    request: dict[str, Json],
    path: Path,
    timeout: float,
    ends: float,
    printed: IO[bytes] | int | None,
) -> dict[str, Json]:
    with tempfile.TemporaryDirectory(prefix="gen-sweeps-") as folder:
        result = Path(folder, "result.json")
        result.touch()
        argument = json.dumps(request | {"result": str(result)})
        command = [sys.executable, *_FLAGS, "-c", _START, str(_RECORDER), argument]
        process = subprocess.Popen(  # noqa: S603 - the interpreter itself, with our own script
            command,
            cwd=cast("str", request["root"]),
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=2 if printed is None else printed,
            stderr=printed,
            start_new_session=True,
        )
        try:
            status = process.wait(max(0.0, ends - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            raise ResolveError.at(
                f"runs longer than {timeout:g} s",
                str(path),
                hint="give it more seconds with `--timeout`, or look for a loop without an end",
            ) from error
        finally:
            _end(process)
        text = result.read_bytes()
    if not text:
        ending = f"signal {-status}" if status < 0 else f"exit code {status}"
        raise ResolveError.at(f"the file ended its interpreter ({ending})", str(path))
    return cast("dict[str, Json]", json.loads(text))


def _environment() -> dict[str, str]:
    """Return what the interpreter itself needs, with the same hashes every time."""
    kept = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"PYTHONHASHSEED": "0"}


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the interpreter and whatever it left behind."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _resolved(
    answer: dict[str, Json],
    request: dict[str, Json],
    file: Path,
    root: Path,
    unable: list[ResolveNote],
) -> Resolved:
    notes = cast("list[tuple[str, str | None, int | None, int | None]]", answer["notes"])
    places = cast("dict[str, tuple[str, int]]", answer["provenance"])
    return Resolved(
        path=file.relative_to(root).as_posix(),
        module=cast("str", request["module"]),
        tree=cast("dict[str, Json]", answer["tree"]),
        effects=tuple(cast("list[Json]", answer["effects"])),
        notes=(
            *unable,
            *(
                ResolveNote(
                    message,
                    _origin(at, line, root) if at is not None and line is not None else None,
                )
                for message, at, line, _column in notes
            ),
        ),
        provenance={pointer: _origin(*place, root) for pointer, place in places.items()},
    )


def _origin(path: str, line: int, root: Path) -> Origin:
    found = Path(path)
    return Origin(found.relative_to(root).as_posix() if found.is_relative_to(root) else path, line)


def _error(described: Json, path: Path, file: Path) -> ResolveError:
    message, at, line, column, hint = cast(
        "tuple[str, str | None, int | None, int | None, str | None]", described
    )
    shown = str(path) if at is None or Path(at) == file else _shown(Path(at))
    return ResolveError(Problem(message, shown, line, column, hint))


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
