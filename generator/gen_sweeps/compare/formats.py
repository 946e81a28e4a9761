"""A comparison for other programs: JSON, GitHub's annotations and unified text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gen_sweeps.compare.report import headline
from gen_sweeps.console.github import annotation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gen_sweeps.compare.family import Row
    from gen_sweeps.compare.report import ComparisonReport
    from gen_sweeps.errors import Problem

JSON_VERSION = 1


def report_json(report: ComparisonReport, *, layout: bool) -> str:
    """Return a comparison as JSON, ending in a newline.

    The shape, whose `version` changes with it:

    - `version`: 1; `command`: `"compare"`; `exit_code`: 0, 1 or 2;
    - `files`: the files compared; `reference`: the one that the others were compared with;
    - `identical`: lists of files that are the same bytes, two or more each;
    - `counts`: how many differences there are of `code`, `docstring`, `comment` and `layout`;
    - `differences`: objects with `kind`, `change` (`changed`, `added`, `removed`, `renamed` or
      `reordered`), `path`, `note`, `allowed` (whether it may vary or does not count) and `values`:
      rarest first, objects with `text` (null for files that have nothing there) and `files`:
      objects with `file`, `line`, `column`; those of layout only if asked for;
    - `warnings`: objects with `sort`, `message`, `file`, `line`, `column`;
    - `problems`: the files that could not be compared, objects with `message`, `file`, `line`,
      `column`, `hint`;
    - `unused_vary`: the patterns that match no difference.
    """
    family = report.family
    outside = set(map(id, report.outside))
    shape = {
        "version": JSON_VERSION,
        "command": "compare",
        "exit_code": report.exit_code,
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
        "problems": [_problem_shape(problem) for problem in report.problems],
        "unused_vary": [pattern.text for pattern in report.unused],
    }
    return json.dumps(shape, indent=2, ensure_ascii=False) + "\n"


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


def _problem_shape(problem: Problem) -> dict[str, object]:
    return {
        "message": problem.message,
        "file": problem.path,
        "line": problem.line,
        "column": problem.column,
        "hint": problem.hint,
    }


def report_github(report: ComparisonReport) -> str:
    """Return a comparison as GitHub workflow commands, one a line; empty if all is well."""
    return "".join(f"{line}\n" for line in _annotations(report))


def _annotations(report: ComparisonReport) -> Iterator[str]:
    for problem in report.problems:
        yield annotation("error", problem.message, problem.path, problem.line, problem.column)
    for row in report.outside:
        values = row.values
        message = f"{row.path}: {headline(values, row.change)}"
        for value in values[:-1]:
            for holder in value.holders:
                own = "" if value.text is None else f" (here: {value.text})"
                yield annotation("error", message + own, holder.name, holder.line, holder.column)
    for suspicion in report.suspicions:
        yield annotation(
            "warning", suspicion.message, suspicion.name, suspicion.line, suspicion.column
        )
