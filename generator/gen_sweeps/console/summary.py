"""The summary of a run: what was done or found, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gen_sweeps.characters import on_one_line
from gen_sweeps.errors import Problem
from gen_sweeps.output.planning import Action, Change, Plan, conflict_hint
from gen_sweeps.proof.proving import display_path
from gen_sweeps.rendering.literals import literal, width
from gen_sweeps.rendering.outputs import MANIFEST
from gen_sweeps.spec.model import STRATEGY, Arm, Level, Spec, Strategy, Value

MAX_ROWS = 20
"""Strategies that the table shows; more are folded into one line."""

MAX_CELL = 48
"""Columns of a value in the table; the rest is cut off."""

_BY_HAND = "if it was generated once, remove it by hand"

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
    """Return the text to print after the files have been written."""
    return "\n".join((*_table(plan.proof.rendering.spec), "", written_lines(plan)))


def written_lines(plan: Plan) -> str:
    """Return what has been proven, and what has been done with how many files."""
    spec = plan.proof.rendering.spec
    return f"{proven_line(spec)}\n{on_one_line(str(spec.output_folder))}: {_counts([plan])}\n"


def _counts(plans: Sequence[Plan]) -> str:
    return ", ".join(
        f"{sum(plan.count(action) for plan in plans)} {word}" for action, word in DONE.items()
    )


def of_several(exit_codes: Sequence[int], plans: Sequence[Plan], *, writes: bool) -> str:
    """Return the line that sums up the runs of several specs.

    Args:
        exit_codes: That of each.
        plans: Those of the specs that are valid and proven.
        writes: Whether files have been written, and not only checked.
    """
    failed = sum(code > 1 or (writes and code > 0) for code in exit_codes)
    parts = [f"{failed} failed"] if failed else []
    if writes:
        parts.append(_counts(plans))
    else:
        differs = exit_codes.count(1)
        parts += [f"{differs} differ"] if differs else []
        parts.append(f"{exit_codes.count(0)} match")
    return f"{len(exit_codes)} specs: {', '.join(parts)}\n"


def checked_text(plan: Plan) -> str:
    """Return the text to print if nothing differs."""
    spec = plan.proof.rendering.spec
    count = sum(1 for _ in plan.actions())
    matches = on_one_line(f"{spec.output_folder} matches {spec.path}")
    return f"{proven_line(spec)}\n{count} files checked: {matches}\n"


def proven_line(spec: Spec) -> str:
    """Return the sentence that says what has been proven."""
    what = "strategy" if len(spec.arms) == 1 else "strategies"
    count = f"{len(spec.arms)} {what}"
    if spec.axes:
        sizes = [f"{axis.name}: {len(axis.levels)}" for axis in spec.axes]
        if spec.strategies:
            sizes.insert(0, f"strategy: {len(spec.strategies)}")
        count = f"{len(spec.arms)} arms ({', '.join(sizes)})"
    if len(spec.arms) == 1:
        return f"{count} ({spec.arms[0].name}): there is nothing to compare it with"
    arguments, others = varying(spec)
    if arguments:
        others = [f"{spec.treatment.call}({', '.join(arguments)})", *others]
    return f"{count} differ only in {', '.join(others)}" if others else f"{count} do not differ"


def varying(spec: Spec) -> tuple[list[str], list[str]]:
    """Return the arguments that really vary, and the variables and axes."""
    first = spec.arms[0]
    arguments = {
        name
        for name in spec.treatment.vary
        if any(_differ(_argument(arm, name), _argument(first, name)) for arm in spec.arms)
    }
    variables = {
        name
        for name, axes in spec.depends.items()
        if axes and any(_differ(arm.vars.get(name), first.vars.get(name)) for arm in spec.arms)
    }
    order = dict.fromkeys((*spec.treatment.vary, *spec.depends))
    axes = [axis.name for axis in spec.axes if len(axis.levels) > 1]
    named = [STRATEGY] if STRATEGY in spec.treatment.vary else []
    found = [name for name in order if name in variables]
    return [name for name in order if name in arguments], [*named, *found, *axes]


def _differ(one: Value | None, other: Value | None) -> bool:
    """Say whether values are written differently: 1 and True are equal, and not the same."""
    if one is other:
        return False
    return one is None or other is None or literal(one) != literal(other)


def _argument(arm: Arm, name: str) -> Value | None:
    return arm.strategy.args.get(name) if arm.strategy else None


def drift_problems(plan: Plan) -> list[Problem]:
    """Return a problem for each file on disk that is not what the spec says."""
    spec = plan.proof.rendering.spec
    run = f"run `gen-sweeps {spec.path}` and commit the result"
    problems = []
    for change in plan.drift:
        path = display_path(spec, change.path)
        problems.append(Problem(_drift(change, path, spec), path, hint=_hint(change, spec, run)))
    for path in (display_path(spec, stray) for stray in plan.strays):
        message = f"{path} is extra: {_stray(spec)}"
        hint = "move it out of the folder, or add the strategy to the spec"
        problems.append(Problem(message, path, hint=hint))
    orphans = (display_path(spec, path) for path in plan.orphans)
    said = f"is extra: {_orphan(spec)}"
    return [*problems, *(Problem(f"{path} {said}", path, hint=_BY_HAND) for path in orphans)]


def _drift(change: Change, path: str, spec: Spec) -> str:
    if change.action is Action.CREATE:
        return f"{path} is missing"
    if change.action is Action.REMOVE:
        return f"{path} is extra: it is no longer in {spec.path}"
    if change.line_endings:
        return f"{path} has {change.line_endings}"
    if change.is_reformatted:
        return f"{path} has another layout than gen-sweeps gives it"
    return f"{path} does not match {spec.path}"


def _hint(change: Change, spec: Spec, run: str) -> str:
    if hint := conflict_hint(change, spec):
        return hint
    if change.is_reformatted:
        keep = f"keep formatters out of {on_one_line(str(spec.output_folder))}"
        if change.path == MANIFEST:
            return f"{keep}, also those of JSON; then {run}"
        return (
            f"{keep}, or set `line_length` in `[sweep]` to the formatter's; "
            f"`gen-sweeps {spec.path} --force` gives it back its lines"
        )
    if change.obstacle is not None:
        return f"it {change.obstacle}; undo that, or run `gen-sweeps {spec.path} --force`"
    return f"{_prevention(spec)}; then {run}" if change.line_endings else run


def _prevention(spec: Spec) -> str:
    """Return how to keep checkouts and editors from changing line endings."""
    pattern = f"`{spec.output.as_posix()}/** -text`"
    return f"add {pattern} to .gitattributes and keep editors out of the folder"


def _stray(spec: Spec) -> str:
    return f"it looks like a strategy's file, but {spec.path} does not define it"


def _orphan(spec: Spec) -> str:
    return f"the manifest names it, but no template of {spec.path} could have made it"


def warnings(plan: Plan) -> list[Problem]:
    """Return warnings about files that have been written, or left alone."""
    spec = plan.proof.rendering.spec
    rewritten = [
        f"{display_path(spec, change.path)} had {change.line_endings} and was rewritten; to "
        f"prevent that, {_prevention(spec)}"
        for change in plan.changes
        if change.line_endings
    ]
    strays = [f"{display_path(spec, path)} was left alone: {_stray(spec)}" for path in plan.strays]
    orphans = [
        Problem(f"{display_path(spec, path)} was left alone: {_orphan(spec)}", hint=_BY_HAND)
        for path in plan.orphans
    ]
    return [*map(Problem, (*rewritten, *strays)), *orphans]


def only_warning(plan: Plan, names: Sequence[str]) -> Problem:
    """Return the warning that other arms have not been checked."""
    asked = ", ".join(dict.fromkeys(names))
    command = f"gen-sweeps {plan.proof.rendering.spec.path} --check"
    return Problem(f"looked only at {asked} and the shared files; `{command}` checks the rest")


def _table(spec: Spec) -> Iterator[str]:
    """Yield the lines of a table: each strategy with what it varies."""
    used = [
        name
        for name in spec.treatment.vary
        if any(name in {**s.args, **s.vars} for s in spec.strategies)
    ]
    shown = spec.strategies
    if len(shown) > MAX_ROWS:
        shown = shown[: MAX_ROWS - 1]
    rows = [["strategy", *used], *(_row(strategy, used, spec) for strategy in shown)]
    if not shown:
        rows = [[]]
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in filter(None, rows):
        cells = (cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
    if len(shown) < len(spec.strategies):
        yield f"… and {len(spec.strategies) - len(shown)} more"
    for axis in spec.axes:
        control = spec.control.get(axis.name)
        names = [_level(level, control) for level in axis.levels[:MAX_ROWS]]
        more = (
            "" if len(names) == len(axis.levels) else f" and {len(axis.levels) - len(names)} more"
        )
        yield f"{axis.name}: {', '.join(names)}{more}"


def _level(level: Level, control: str | None) -> str:
    """Return the name of a level, whether it is the control's, and what it sets."""
    sets = [f"{name}={_cut(literal(value))}" for name, value in level.vars.items()]
    notes = ", ".join(["control", *sets] if level.name == control else sets)
    return f"{level.name} ({notes})" if notes else level.name


def _cut(cell: str) -> str:
    return f"{cell[: MAX_CELL - 1]}…" if len(cell) > MAX_CELL else cell


def _row(strategy: Strategy, used: Sequence[str], spec: Spec) -> list[str]:
    is_control = strategy.name == spec.control.get(STRATEGY)
    name = strategy.name + (" (control)" if is_control else "")
    values = {**strategy.args, **strategy.vars}
    cells = (literal(values[factor]) if factor in values else "-" for factor in used)
    return [name, *map(_cut, cells)]


def content(command: str, plan: Plan) -> Mapping[str, object]:
    """Return what the JSON of a run has besides what that of all commands has.

    It has `spec`, `control`, `treatment`, `strategies`,
    `axes`, `arms`, `factors` (with the places that print each) and `files` (each with `path` and
    `status`: "created", "updated", "unchanged" or "removed" after writing; "missing", "changed",
    "unchanged", "extra" or "stray" after a check). Its `command` is "write", "check" or "diff".
    """
    spec = plan.proof.rendering.spec
    words = DONE if command == "write" else FOUND
    files = [(path, words[action]) for path, action in plan.actions()]
    files += [(path, "stray") for path in (*plan.strays, *plan.orphans)]
    return {
        "spec": str(spec.path),
        "control": dict(spec.control),
        "treatment": {"call": spec.treatment.call or None, "vary": spec.treatment.vary},
        "strategies": [strategy.name for strategy in spec.strategies],
        "axes": {axis.name: [level.name for level in axis.levels] for axis in spec.axes},
        "arms": [arm.name for arm in spec.arms],
        "factors": {name: list(places) for name, places in plan.proof.places.items()},
        "files": [{"path": display_path(spec, path), "status": status} for path, status in files],
    }
