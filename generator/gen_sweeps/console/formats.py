"""Formats for programs: JSON, and commands of GitHub's workflows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gen_sweeps.errors import Problem
from gen_sweeps.output.repository import repository_root

VERSION = 1
"""The version of all JSON output; it changes when old readers would misunderstand the new one."""


MAX_ANNOTATIONS = 10
"""Annotations of a step that GitHub shows."""

MAX_FILES = 10
"""Files that are named where the rest is summed up."""


def json_text(
    command: str,
    exit_code: int,
    problems: Sequence[Problem],
    content: Mapping[str, object] | None = None,
) -> str:
    """Return the result of a command as JSON.

    The object has `version`, `command`, `exit_code`, `problems` (each with `message`, `path`,
    `line`, `column` and `hint`, null where unknown), and the command's own `content`.
    """
    document = {
        "version": VERSION,
        "command": command,
        "exit_code": exit_code,
        "problems": [
            {
                "message": problem.message,
                "path": problem.path,
                "line": problem.line,
                "column": problem.column,
                "hint": problem.hint,
            }
            for problem in problems
        ],
    }
    return json.dumps(document | dict(content or {}), indent=2) + "\n"


def workflow_commands(problems: Iterable[Problem], level: str = "error") -> str:
    """Return problems as commands of a GitHub workflow, which shows them at their lines.

    Their paths are made relative to the repository that the first of them is in, else to
    GITHUB_WORKSPACE, else to the working folder. Of more than `MAX_ANNOTATIONS`, the last one sums
    up the rest.
    """
    shown = [*problems]
    if not shown:
        return ""
    folder = Path(next((problem.path for problem in shown if problem.path), ".")).parent
    above = (it for it in (folder, *folder.parents) if it.is_dir())  # it may be to be made yet
    root = repository_root(next(above, Path())) or Path(os.environ.get("GITHUB_WORKSPACE") or ".")
    if len(shown) > MAX_ANNOTATIONS:
        rest = shown[MAX_ANNOTATIONS - 1 :]
        shown[MAX_ANNOTATIONS - 1 :] = [_summed_up(rest, root)]
    return "".join(
        workflow_command(
            level,
            problem.message if problem.hint is None else f"{problem.message}\n{problem.hint}",
            problem.path and _from_root(problem.path, root),
            problem.line,
            problem.column,
        )
        + "\n"
        for problem in shown
    )


def _summed_up(problems: Sequence[Problem], root: Path) -> Problem:
    """Return one problem that says how many there are, and in which files."""
    paths = (_from_root(problem.path, root) for problem in problems if problem.path)
    files = list(dict.fromkeys(paths))
    named = ", ".join(files[:MAX_FILES])
    more = f" and {len(files) - MAX_FILES} more files" if len(files) > MAX_FILES else ""
    where = f", in {named}{more}" if files else ""
    return Problem(f"and {len(problems)} more{where}: see the log")


def _from_root(path: str, root: Path) -> str:
    """Return a path as it is from a folder, with `/` and without `..`; absolute if outside."""
    # A link that the path itself is stays, for that is what the repository has.
    real = Path(os.path.realpath(Path(path).parent), Path(path).name)
    inside = os.path.realpath(root)
    return (real.relative_to(inside) if real.is_relative_to(inside) else real).as_posix()


def workflow_command(
    level: str, message: str, path: str | None, line: int | None, column: int | None
) -> str:
    """Return one workflow command, escaped as GitHub does: `::error file=a.py,line=3::…`."""
    properties = {"file": path, "line": line, "col": column}
    named = ",".join(
        f"{key}={_escape_property(str(value))}"
        for key, value in properties.items()
        if value is not None
    )
    return f"::{level}{' ' if named else ''}{named}::{_escape(message)}"


def failure(output_format: str, command: str, exit_code: int, problems: Sequence[Problem]) -> str:
    """Return the output of a command that failed, in a format; empty for "text"."""
    if output_format == "json":
        return json_text(command, exit_code, problems)
    return workflow_commands(problems) if output_format == "github" else ""


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
