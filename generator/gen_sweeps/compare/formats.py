"""A comparison for other programs: JSON, GitHub's annotations and unified text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gen_sweeps.compare.report import headline
from gen_sweeps.console.formats import json_text, workflow_command, workflow_commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gen_sweeps.compare.family import Row
    from gen_sweeps.compare.report import ComparisonReport


def report_json(report: ComparisonReport, *, layout: bool) -> str:
    """Return a comparison as JSON, ending in a newline.

    Besides what all commands have, the object has:

    - `files`: the files compared; `reference`: the one that the others were compared with;
    - `identical`: lists of files that are the same bytes, two or more each;
    - `counts`: how many differences there are of `code`, `docstring`, `comment` and `layout`;
    - `differences`: objects with `kind`, `change` (`changed`, `added`, `removed`, `renamed` or
      `reordered`), `path`, `note`, `allowed` (whether it may vary or does not count) and `values`:
      rarest first, objects with `text` (null for files that have nothing there) and `files`:
      objects with `file`, `line`, `column`; those of layout only if asked for;
    - `warnings`: objects with `sort`, `message`, `file`, `line`, `column`;
    - `unused_vary`: the patterns that match no difference.
    """
    family = report.family
    outside = set(map(id, report.outside))
    content = {
        "files": list(family.names),
        "reference": family.reference,
        "identical": [list(group) for group in family.identical if len(group) > 1],
        "counts": {
            kind: sum(row.kind == kind for row in family.rows)
            for kind in ("code", "docstring", "comment", "layout")
        },
        "differences": [
            _row_shape(row, allowed=id(row) not in outside)
            for row in family.rows
            if layout or row.kind != "layout"
        ],
        "warnings": [
            {
                "sort": suspicion.sort,
                "message": suspicion.message,
                "file": suspicion.name,
                "line": suspicion.line,
                "column": suspicion.column,
            }
            for suspicion in report.suspicions
        ],
        "unused_vary": [pattern.text for pattern in report.unused],
    }
    return json_text("compare", report.exit_code, report.problems, content)


def _row_shape(row: Row, *, allowed: bool) -> dict[str, object]:
    return {
        "kind": row.kind,
        "change": row.change,
        "path": row.path,
        "note": row.difference.note,
        "allowed": allowed,
        "values": [
            {
                "text": value.text,
                "files": [
                    {"file": holder.name, "line": holder.line, "column": holder.column}
                    for holder in value.holders
                ],
            }
            for value in row.values
        ],
    }


def report_github(report: ComparisonReport) -> str:
    """Return a comparison as GitHub workflow commands, one a line; empty if all is well."""
    return workflow_commands(report.problems) + "".join(
        f"{line}\n" for line in _annotations(report)
    )


def _annotations(report: ComparisonReport) -> Iterator[str]:
    for row in report.outside:
        values = row.values
        message = f"{row.path}: {headline(values, row.change)}"
        for value in values[:-1]:
            for holder in value.holders:
                own = "" if value.text is None else f" (here: {value.text})"
                yield workflow_command(
                    "error", message + own, holder.name, holder.line, holder.column
                )
    for suspicion in report.suspicions:
        yield workflow_command(
            "warning", suspicion.message, suspicion.name, suspicion.line, suspicion.column
        )
