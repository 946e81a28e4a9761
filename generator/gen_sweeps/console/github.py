"""Commands of GitHub's workflows, by which a run shows what is wrong at the lines."""

from __future__ import annotations


def annotation(
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


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
