"""Formats for programs: JSON, and commands of GitHub's workflows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from gen_sweeps.errors import Problem

VERSION = 1
"""The version of all JSON output; it changes when old readers would misunderstand the new one."""


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
    """Return problems as commands of a GitHub workflow, which shows them at their lines."""
    return "".join(
        workflow_command(
            level,
            problem.message if problem.hint is None else f"{problem.message}\n{problem.hint}",
            problem.path,
            problem.line,
            problem.column,
        )
        + "\n"
        for problem in problems
    )


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
