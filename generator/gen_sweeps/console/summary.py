"""What a run says of itself: in lines for people, as JSON, as annotations for GitHub."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from gen_sweeps.console.github import annotation
from gen_sweeps.errors import Problem
from gen_sweeps.output.planning import Action, Change, Plan
from gen_sweeps.proof.proving import shown_path
from gen_sweeps.rendering.literals import literal, width
from gen_sweeps.spec.model import Spec, Strategy

JSON_VERSION = 1

MAX_ROWS = 20
"""Strategies that the table shows; more are folded into one line."""

MAX_CELL = 48
"""Columns of a value in the table; the rest of it is in the file."""

DONE: Mapping[Action, str] = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.KEEP: "unchanged",
    Action.REMOVE: "removed",
}

FOUND: Mapping[Action, str] = {
    Action.CREATE: "missing",
    Action.UPDATE: "changed",
    Action.KEEP: "unchanged",
    Action.REMOVE: "extra",
}


def written_text(plan: Plan) -> str:
    """Return what is said after the files have been written."""
    spec = plan.proof.rendering.spec
    counts = ", ".join(f"{plan.count(action)} {word}" for action, word in DONE.items())
    folder = f"{spec.output_folder}"
    return "\n".join((*_table(spec), "", proven_line(spec), f"{folder}: {counts}", ""))


def checked_text(plan: Plan, *, whole: bool = True) -> str:
    """Return what is said if nothing differs; `whole` if all strategies were looked at."""
    spec = plan.proof.rendering.spec
    checked = f"{sum(1 for _ in plan.actions())} files checked"
    what = f"{spec.output_folder} is" if whole else f"they are, in {spec.output_folder},"
    return f"{proven_line(spec)}\n{checked}: {what} what {spec.path} says\n"


def proven_line(spec: Spec) -> str:
    """Return the sentence that says what has been proven."""
    count = len(spec.strategies)
    if count == 1:
        return f"1 strategy ({spec.control}): there is nothing to compare it with"
    return f"{count} strategies differ only in {spec.treatment}"


def drift_problems(plan: Plan) -> list[Problem]:
    """Return a problem for each file on disk that is not what the spec says."""
    spec = plan.proof.rendering.spec
    run = f"run `gen-sweeps {spec.path}` and commit the result"
    problems = []
    for change in plan.drift:
        shown = shown_path(spec, change.path)
        problems.append(Problem(_drift(change, shown, spec), shown, hint=_hint(change, spec, run)))
    for path in plan.strays:
        shown = shown_path(spec, path)
        message = (
            f"{shown} is extra: it looks like a strategy's file, but {spec.path} has none such"
        )
        hint = "move it out of the folder, or add the strategy to the spec"
        problems.append(Problem(message, shown, hint=hint))
    return problems


def _drift(change: Change, shown: str, spec: Spec) -> str:
    if change.action is Action.CREATE:
        return f"{shown} is missing"
    if change.action is Action.REMOVE:
        return f"{shown} is extra: {spec.path} has it no more"
    return f"{shown} {change.form or f'does not match {spec.path}'}"


def _hint(change: Change, spec: Spec, run: str) -> str:
    if change.obstacle is not None:
        return f"it {change.obstacle}; undo that, or run `gen-sweeps {spec.path} --force`"
    return f"{_keep_form(spec)}, then {run}" if change.form else run


def _keep_form(spec: Spec) -> str:
    """Return how to keep checkouts and editors from changing the form of files."""
    return f"put `{spec.output.as_posix()}/** -text` into .gitattributes, keep editors out"


def warnings(plan: Plan) -> list[str]:
    """Return what is to be said after the files have been written, though nothing failed."""
    spec = plan.proof.rendering.spec
    replaced = [
        f"{shown_path(spec, change.path)} {change.form} no more; to keep it so, {_keep_form(spec)}"
        for change in plan.changes
        if change.form
    ]
    return replaced + [
        f"{shown_path(spec, path)} looks like a strategy's file, but {spec.path} has none such; "
        "it was left alone"
        for path in plan.strays
    ]


def only_warning(plan: Plan, names: Sequence[str]) -> str:
    """Return what is to be said if only some strategies were asked for."""
    asked = ", ".join(dict.fromkeys(names))
    command = f"gen-sweeps {plan.proof.rendering.spec.path} --check"
    return f"only {asked} and what all share was looked at: `{command}` checks the rest"


def _table(spec: Spec) -> Iterator[str]:
    """Yield the lines of a table: each strategy with what it varies."""
    used = [name for name in spec.treatment.vary if any(name in s.args for s in spec.strategies)]
    shown = spec.strategies
    if len(shown) > MAX_ROWS:
        shown = shown[: MAX_ROWS - 1]
    rows = [["strategy", *used], *(_row(strategy, used, spec) for strategy in shown)]
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
    if len(shown) < len(spec.strategies):
        yield f"… and {len(spec.strategies) - len(shown)} more"


def _row(strategy: Strategy, used: Sequence[str], spec: Spec) -> list[str]:
    name = strategy.name + (" (control)" if strategy.name == spec.control else "")
    cells = (literal(strategy.args[arg]) if arg in strategy.args else "-" for arg in used)
    return [name, *(f"{cell[: MAX_CELL - 1]}…" if len(cell) > MAX_CELL else cell for cell in cells)]


def as_json(
    command: str, exit_code: int, problems: Sequence[Problem], plan: Plan | None = None
) -> str:
    """Return a run as JSON.

    The object has `version` (1), `command` ("write", "check" or "diff"), `exit_code`, `problems`
    (each with `message`, `path`, `line`, `column` and `hint`, null where unknown) and, if the
    files could be proven, `spec`, `control`, `treatment`, `strategies` and `files` (each with
    `path` and `status`: "created", "updated", "unchanged" or "removed" after writing; "missing",
    "changed", "unchanged" or "extra" after a check).
    """
    content: dict[str, object] = {
        "version": JSON_VERSION,
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
    if plan is not None:
        spec = plan.proof.rendering.spec
        words = DONE if command == "write" else FOUND
        files = [(path, words[action]) for path, action in plan.actions()]
        files += [(path, "stray") for path in plan.strays]
        content |= {
            "spec": str(spec.path),
            "control": spec.control,
            "treatment": {"call": spec.treatment.call, "vary": spec.treatment.vary},
            "strategies": [strategy.name for strategy in spec.strategies],
            "files": [{"path": shown_path(spec, path), "status": status} for path, status in files],
        }
    return json.dumps(content, indent=2) + "\n"


def as_annotations(problems: Sequence[Problem]) -> str:
    """Return problems as commands of a GitHub workflow, which shows them at their lines."""
    return "".join(
        annotation(
            "error",
            problem.message if problem.hint is None else f"{problem.message}\n{problem.hint}",
            problem.path,
            problem.line,
            problem.column,
        )
        + "\n"
        for problem in problems
    )
