"""`gen-sweeps compare`: what differs between Python files, or between what they build."""

from __future__ import annotations

import os.path
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gen_sweeps.commands.outcome import Outcome
from gen_sweeps.compare import (
    ComparisonReport,
    SourceError,
    View,
    compare_family,
    compare_trees,
    facts_of,
    find_suspicions,
    most_typical,
    parse,
    parse_patterns,
    report_github,
    report_json,
    report_text,
)
from gen_sweeps.errors import GenSweepsError, Problem
from gen_sweeps.output.diff import unified
from gen_sweeps.progress import Progress, silent
from gen_sweeps.resolve import comparable
from gen_sweeps.resolve import resolve as resolve_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gen_sweeps.compare import Data, Facts, Module, Pattern

__all__ = ["CompareOptions", "UsageError", "View", "compare", "compare_data", "compare_sources"]

_MIN_FILES = 2
_FEW_HINT = "name two or more Python files, as in `gen-sweeps compare sweeps/*.py`"


class UsageError(GenSweepsError):
    """The options contradict each other, or there is nothing to compare."""


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """What `gen-sweeps compare` was asked.

    Attributes:
        files: The files to compare.
        vary: What may differ, as `--vary` has it.
        diff: Two files to show as unified text instead, or None.
        resolved: Whether to compare what the files build, which runs their code.
        output_format: "text", "json" or "github".
        view: What to show in text.
    """

    files: tuple[str, ...]
    vary: tuple[str, ...] = ()
    diff: tuple[str, str] | None = None
    resolved: bool = False
    output_format: str = "text"
    view: View = field(default_factory=View)


def compare(options: CompareOptions, progress: Progress = silent) -> Outcome:
    """Compare files, or what they build.

    Raises:
        GenSweepsError: There is nothing to compare, or an option can't be understood.
    """
    del progress  # not reported yet
    return (
        _compare_resolved(options)
        if options.resolved
        else compare_sources(options, lambda name: Path(name).read_bytes())
    )


def compare_sources(options: CompareOptions, read_file: Callable[[str], bytes]) -> Outcome:
    """Compare files.

    Args:
        options: What to do.
        read_file: Returns the bytes of a file; may raise OSError or GenSweepsError.

    Raises:
        GenSweepsError: If there is nothing to compare, or a pattern can't be understood.
    """
    patterns = parse_patterns(options.vary)
    names = _without_repeats(options.diff or options.files)
    if len(names) < _MIN_FILES:
        given = "no file" if not names else f"only {names[0]}"
        raise UsageError.at(f"there is nothing to compare: {given} was given", hint=_FEW_HINT)
    sources, problems = _read_all(names, read_file)
    report = _compare_sources(sources, patterns, problems)
    if report is None:
        raise GenSweepsError(*problems)
    if options.diff is not None:
        first, second = (os.path.normpath(name) for name in options.diff)
        texts = {os.path.normpath(name): (name, source) for name, source in sources.items()}
        if first not in texts or second not in texts:
            return Outcome(2, "", report.problems)
        (name_a, a), (name_b, b) = texts[first], texts[second]
        return Outcome(report.exit_code, unified(name_a, name_b, a, b), report.problems)
    return Outcome(report.exit_code, _print(report, options), report.problems)


def compare_data(
    options: CompareOptions,
    names: Sequence[str],
    trees: Sequence[Data],
    problems: Sequence[Problem] = (),
) -> Outcome:
    """Compare trees of plain data, as `--resolved` does.

    Args:
        options: What to show; its `files` and `diff` are not used.
        names: What to call the trees, at least two.
        trees: As many trees.
        problems: Why others are not among them.

    Raises:
        GenSweepsError: If there are fewer than two, a pattern can't be understood or a tree is too
            deep.
    """
    patterns = parse_patterns(options.vary)
    if len(names) < _MIN_FILES:
        raise UsageError.at("there is nothing to compare", hint=_FEW_HINT)
    report = ComparisonReport(compare_trees(names, trees), patterns, problems=tuple(problems))
    return Outcome(report.exit_code, _print(report, options), report.problems)


def _compare_resolved(options: CompareOptions) -> Outcome:
    """Compare the trees of the files that can be resolved; the others are problems."""
    if options.diff is not None:
        hint = "leave out one of the two"
        raise UsageError.at(
            "--diff shows source code, which --resolved does not compare", hint=hint
        )
    trees, problems = {}, list[Problem]()
    for name in dict.fromkeys(options.files):
        try:
            trees[name] = comparable(resolve_file(Path(name)))
        except GenSweepsError as error:
            problems += error.problems
    if len(trees) < _MIN_FILES and problems:
        raise GenSweepsError(*problems)
    return compare_data(options, list(trees), list(trees.values()), problems)


def _print(report: ComparisonReport, options: CompareOptions) -> str:
    if options.output_format == "json":
        return report_json(report, layout=options.view.layout)
    if options.output_format == "github":
        return report_github(report)
    return report_text(report, options.view)


def _without_repeats(names: Sequence[str]) -> list[str]:
    """Return the names without those that name a file again."""
    return list({os.path.normpath(name): name for name in reversed(names)}.values())[::-1]


def _read_all(
    names: Sequence[str], read_file: Callable[[str], bytes]
) -> tuple[dict[str, bytes], list[Problem]]:
    sources: dict[str, bytes] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            sources[name] = read_file(name)
        except IsADirectoryError:
            hint = f"name the files in it: `gen-sweeps compare {name.rstrip('/')}/*.py`"
            problems.append(Problem("is a folder, not a Python file", name, hint=hint))
        except OSError as error:
            problems.append(Problem(f"can't be read: {error.strerror or error}", name))
        except GenSweepsError as error:
            problems += error.problems
    return sources, problems


def _compare_sources(
    sources: dict[str, bytes], patterns: tuple[Pattern, ...], problems: list[Problem]
) -> ComparisonReport | None:
    """Compare what is Python; the rest are problems. None if fewer than two files are left."""
    groups: dict[bytes, list[str]] = {}
    for name, source in sources.items():
        groups.setdefault(source, []).append(name)
    unread = dict(groups)
    reference: Module | None = None
    while reference is None and unread:
        candidates = list(unread)
        weights = [len(names) for names in unread.values()]
        source = candidates[most_typical(candidates, weights)]
        try:
            reference = parse(unread[source][0], source)
        except SourceError as error:
            problems += _for_each(error, unread.pop(source))
    if reference is None:
        return None
    facts: dict[str, Facts] = {}
    family = compare_family(reference, _modules(unread, reference, facts, problems))
    if len(family.names) < _MIN_FILES:
        return None
    return ComparisonReport(family, patterns, find_suspicions(family, facts), tuple(problems))


def _modules(
    groups: dict[bytes, list[str]],
    reference: Module,
    facts: dict[str, Facts],
    problems: list[Problem],
) -> Iterator[tuple[Module, list[str]]]:
    """Read one file after the other, and keep of each what it calls itself."""
    for source, names in groups.items():
        try:
            module = reference if source == reference.source else parse(names[0], source)
        except SourceError as error:
            problems += _for_each(error, names)
            continue
        own = facts_of(module)
        facts.update((name, replace(own, name=name)) for name in names)
        yield module, names


def _for_each(error: GenSweepsError, names: Sequence[str]) -> list[Problem]:
    """Return a file's problems for each name that it has."""
    return [replace(problem, path=name) for name in names for problem in error.problems]
