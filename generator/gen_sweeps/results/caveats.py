"""What a reader of a comparison has to know: what is missing, and what the figures can't say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gen_sweeps.errors import Problem
from gen_sweeps.results.comparison import ArmComparison, ArmResult
from gen_sweeps.results.inference import EXACT_PAIRS, smallest_p
from gen_sweeps.run import ArmState

MAX_NAMED = 4
"""Arms that a line names; the rest is counted."""

SIGNIFICANT = 0.05
"""The p that people ask for."""

_AGAIN = {
    ArmState.FAILED: " --retry-failed",
    ArmState.TIMEOUT: " --retry-failed",
}


def outcome_of(result: ArmResult, metric: str) -> str:
    """Return what came of an arm, in a word or two: "measured" if it has a finite value."""
    if result.run.state is not ArmState.DONE:
        return "not run" if result.run.state is ArmState.ABSENT else result.run.state.value
    if result.point is None:
        return f"no {metric}"
    return "measured" if result.is_finite else spelled(result.point.value)


def spelled(value: float) -> str:
    """Return what people call a value that is not finite."""
    return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"


def p_text(p: float) -> str:
    """Return a p with three decimals; a smaller one says so."""
    return f"{p:.3f}" if p >= 0.0005 else "<0.001"  # noqa: PLR2004 - what would be 0.000


def caveats_of(comparison: ArmComparison) -> list[str]:
    """Return what to know of a comparison, in sentences."""
    lines = [*_left_out(comparison), *_not_finite(comparison), *_about_p(comparison)]
    lines += [*_steps(comparison), *_equal_values(comparison), *_provenance(comparison)]
    return lines


def problems_of(comparison: ArmComparison) -> Iterator[Problem]:
    """Yield why arms have no value that counts, each with its log and what to do."""
    metric, command = comparison.metric, f"gen-sweeps run {comparison.spec.path}"
    kinds: dict[str, list[ArmResult]] = {}
    for result in comparison.results:
        outcome = outcome_of(result, metric)
        if outcome != "measured":
            kinds.setdefault(outcome, []).append(result)
        elif result.run.is_stale:
            kinds.setdefault("stale", []).append(result)
    for outcome, results in kinds.items():
        first = results[0]
        names = _named(result.arm.name for result in results)
        again = f"run `{command}{_AGAIN.get(first.run.state, '')}`"
        if outcome == "stale":
            message = f"{names}: measured by another command, code or files than now"
            yield Problem(message, str(comparison.spec.path), hint=again)
        elif first.run.state is not ArmState.DONE:
            yield Problem(f"{names}: {outcome}", str(log_of(first)), hint=again)
        elif first.point is None:
            message = f"{names}: done, and measured no {metric!r} at {comparison.selection}"
            hint = "if the command only submits the work, wait for it; else see `run.metrics`"
            yield Problem(message, str(log_of(first)), hint=hint)
        else:
            yield Problem(f"{names}: {metric} is {outcome}", str(log_of(first)))


def log_of(result: ArmResult) -> str:
    """Return where to look for what an arm printed: a file, or the folder of its runs."""
    folder = result.run.folder
    attempts = folder.attempts() if folder else ()
    if attempts:
        return str(attempts[-1].stderr)
    return str(folder.path) if folder else result.arm.name


def _left_out(comparison: ArmComparison) -> Iterator[str]:
    kinds: dict[str, list[str]] = {}
    for result in comparison.results:
        outcome = outcome_of(result, comparison.metric)
        if result.point is None:
            kinds.setdefault(outcome, []).append(result.arm.name)
    if kinds:
        count = sum(map(len, kinds.values()))
        named = "; ".join(f"{outcome}: {_named(names)}" for outcome, names in kinds.items())
        yield f"{count} of {len(comparison.results)} runs are missing: {named}."


def _not_finite(comparison: ArmComparison) -> Iterator[str]:
    wrong = [it for it in comparison.results if it.point is not None and not it.is_finite]
    if wrong:
        named = _named(f"{it.arm.name} ({spelled(it.value or 0.0)})" for it in wrong)
        yield f"Not a finite number, so neither are the means that it is part of: {named}."
    passing = {
        it.arm.name: next(p.step for p in it.points if not math.isfinite(p.value))
        for it in comparison.results
        if it.is_finite and not all(math.isfinite(point.value) for point in it.points)
    }
    if passing:
        named = _named(f"{name} (step {step:.15g})" for name, step in passing.items())
        yield f"Not a finite number at other steps: {named}."


def _about_p(comparison: ArmComparison) -> Iterator[str]:
    differences = [it.difference for it in comparison.groups if it.difference]
    if not differences:
        return
    tested = [it for it in differences if it.p is not None]
    if not tested:
        if all(it.pairs == 1 for it in differences):
            yield "One pair each: a difference without an interval or p says nothing about chance."
        return
    pairs, count = min(it.pairs for it in tested), len(tested)
    least = smallest_p(pairs)
    if pairs > EXACT_PAIRS:
        yield f"p: sign-flip test, drawn. Holm: over {count} comparisons."
        return
    line = f"p: exact sign-flip test; with {pairs} pairs it can't go below {p_text(least)}"
    if count > 1:
        line += f", nor below {p_text(min(1.0, least * count))} after Holm over {count} comparisons"
    if least * count > SIGNIFICANT:
        needed = next(n for n in range(1, 100) if smallest_p(n) * count <= SIGNIFICANT)
        line += f"; {SIGNIFICANT} takes {needed} pairs"
    yield f"{line}."


def _steps(comparison: ArmComparison) -> Iterator[str]:
    if comparison.selection.kind != "last":
        return
    steps: dict[str, list[str]] = {}
    for result in comparison.results:
        if result.point is not None:
            steps.setdefault(f"{result.point.step:.15g}", []).append(result.arm.name)
    if len(steps) > 1:
        yield f"Last steps differ: {_by_frequency(steps)}."


def _equal_values(comparison: ArmComparison) -> Iterator[str]:
    """Yield that replicates repeat nothing, if they all have the same value."""
    for group in comparison.groups:
        values = [result.value for result in group.measured if result.is_finite]
        if len(values) > 1 and len(set(values)) == 1:
            name = "-".join(group.levels.values()) or "all"
            axes = " and ".join(comparison.replicates)
            yield f"{name}: {len(values)} runs with the very same value; do they use {axes}?"


def _provenance(comparison: ArmComparison) -> Iterator[str]:
    """Yield in what else than their factors the runs that count differ."""
    measured = [result for result in comparison.results if result.point is not None]
    stale = [result.arm.name for result in measured if result.run.is_stale]
    if stale:
        yield f"Run before the command, code or files were changed: {_named(stale)}."
    for path, names in _differing_files(measured).items():
        yield f"{path} is not the same in all runs: {_by_frequency(names)}."
    if any(result.job and result.job.workdir == "project" for result in measured):
        yield 'The code is not frozen (`workdir = "project"`): its commit alone says what ran.'
        yield "If the command only submits a job, done means submitted."
    for what, said in _circumstances(measured).items():
        if len(said) > 1:
            yield f"{what} differs: {_by_frequency(said)}."


def _differing_files(results: Sequence[ArmResult]) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return the frozen files that several runs have with different bytes: digest to runs."""
    found: dict[str, dict[str, list[str]]] = {}
    for result in results:
        for path, digest in result.job.files.items() if result.job else ():
            found.setdefault(path, {}).setdefault(digest[:8], []).append(result.arm.name)
    return {path: digests for path, digests in sorted(found.items()) if len(digests) > 1}


def _circumstances(results: Sequence[ArmResult]) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return under which circumstances runs were started, by what people call those."""
    found: dict[str, dict[str, list[str]]] = {}
    for result in results:
        start, name = result.start, result.arm.name
        if start is None:
            continue
        if start.commit is not None:
            commit = start.commit[:8] + (" with changes" if start.dirty else "")
            found.setdefault("Commit", {}).setdefault(commit, []).append(name)
        if start.python is not None:
            found.setdefault("Python", {}).setdefault(start.python.version, []).append(name)
        for file, digest in start.locks.items():
            found.setdefault(file, {}).setdefault(digest[:8], []).append(name)
    return found


def _by_frequency(kinds: Mapping[str, Sequence[str]]) -> str:
    """Return which runs are of which kind, the most frequent kind first."""
    ordered = sorted(kinds.items(), key=lambda it: -len(it[1]))
    return "; ".join(f"{kind} in {_named(names)}" for kind, names in ordered)


def _named(names: Iterable[str]) -> str:
    every = list(names)
    shown = every if len(every) <= MAX_NAMED + 1 else every[:MAX_NAMED]
    more = f" and {len(every) - len(shown)} more" if len(every) > len(shown) else ""
    return f"{', '.join(shown)}{more}"
