"""A comparison for other programs: JSON, and GitHub's annotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gen_sweeps.compare.findings import LABELS, FamilyFinding, shortened
from gen_sweeps.compare.places import KINDS, FamilyPlace
from gen_sweeps.compare.report import ComparisonReport
from gen_sweeps.console.formats import json_text, workflow_command, workflow_commands

_SHOWN = 40


def report_json(report: ComparisonReport, *, layout: bool) -> str:
    """Return a comparison as JSON, ending in a newline.

    Besides what all commands have, the object has:

    - `files`: the files compared;
    - `identical`: lists of files that are the same bytes, two or more each;
    - `counts`: how many places differ in `code`, `docstring`, `comment` and `layout`;
    - `differences`: the places, objects with `kind`, `change` (`changed`, `missing` from some
      files, `renamed` or `reordered`), `path`, which no other of its kind has, `note`, `allowed`
      (whether it may vary or does not count) and `values`: rarest first, objects with `text` (as it
      stands in the files, null for files that have nothing there) and `files`: objects with `file`,
      `line`, `column`; those of layout only if asked for;
    - `findings`: what looks like a slip, objects with `class`, `message`, `path` (null if it is
      about no place) and `files`, as above;
    - `unused_vary`: the patterns that match no difference.
    """
    family = report.family
    outside = set(map(id, report.outside))
    same: dict[bytes, list[str]] = {}
    for member in family.members:
        same.setdefault(member.data, []).append(member.name)
    counts = Counter(place.kind for place in family.places)
    content = {
        "files": [member.name for member in family.members],
        "identical": [names for names in same.values() if len(names) > 1],
        "counts": {kind: counts[kind] for kind in KINDS},
        "differences": [
            _place(report, place, allowed=id(place) not in outside)
            for place in family.places
            if layout or place.kind != "layout"
        ],
        "findings": [_finding(report, finding) for finding in report.findings],
        "unused_vary": [pattern.text for pattern in report.unused],
    }
    return json_text("compare", report.exit_code, report.problems, content)


def _place(report: ComparisonReport, place: FamilyPlace, *, allowed: bool) -> dict[str, object]:
    texts: dict[str | None, list[dict[str, object]]] = {}
    for file, member in enumerate(report.family.members):
        line, column = report.family.position(place, file)
        site: dict[str, object] = {"file": member.name, "line": line, "column": column}
        texts.setdefault(report.family.text(place, file), []).append(site)
    values = sorted(texts.items(), key=lambda item: len(item[1]))
    return {
        "kind": place.kind,
        "change": place.change,
        "path": place.name,
        "note": place.note,
        "allowed": allowed,
        "values": [{"text": text, "files": sites} for text, sites in values],
    }


def _finding(report: ComparisonReport, finding: FamilyFinding) -> dict[str, object]:
    members = report.family.members
    return {
        "class": finding.sort,
        "message": finding.message,
        "path": finding.place.name if finding.place else None,
        "files": [
            {"file": members[file].name, "line": line, "column": column}
            for file, line, column in finding.sites
        ],
    }


def report_github(report: ComparisonReport) -> str:
    """Return a comparison as GitHub workflow commands, one a line; empty if all is well."""
    lines = [*_undeclared(report), *_slips(report)]
    return workflow_commands(report.problems) + "".join(f"{line}\n" for line in lines)


def _undeclared(report: ComparisonReport) -> Iterator[str]:
    """Yield an annotation for each file that differs from the most at a place that counts."""
    family = report.family
    for place in report.outside:
        *few, many = place.groups()
        rest = shortened(family.text(place, many[0]), _SHOWN)
        for file in (file for group in few for file in group):
            own = family.text(place, file)
            line, column = report.family.position(place, file)
            said = f"{len(many)} of {len(family.members)} have {rest}"
            message = f"{place.name}: {shortened(own, _SHOWN)}; {said}"
            yield workflow_command("error", message, family.members[file].name, line, column)


def _slips(report: ComparisonReport) -> Iterator[str]:
    for finding in report.findings:
        for file, line, column in finding.sites:
            name = report.family.members[file].name
            message = f"{LABELS[finding.sort]}: {finding.message}"
            yield workflow_command("warning", message, name, line, column)
