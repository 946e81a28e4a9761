"""`gen-sweeps compare`: from names of files to an exit code and a text to print.

Pure but for the `read_file` that it is given. LibCST is loaded only when something is compared.
"""

from __future__ import annotations

import os.path
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

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
from gen_sweeps.output.unified import unified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gen_sweeps.compare import Data, Facts, Module, Pattern

OutputFormat = Literal["text", "json", "github"]
_TWO = 2
_FEW_HINT = "give two or more Python files, such as `gen-sweeps compare sweeps/*.py`"


class UsageError(GenSweepsError):
    """The command was called in a way that makes no sense."""


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """What `gen-sweeps compare` was asked.

    Attributes:
        files: The files to compare.
        vary: What may differ, as `--vary` has it.
        diff: Two files to show as unified text instead, or None.
        output_format: For whom to print.
        view: What to show in text.
    """

    files: tuple[str, ...]
    vary: tuple[str, ...] = ()
    diff: tuple[str, str] | None = None
    output_format: OutputFormat = "text"
    view: View = field(default_factory=View)


@dataclass(frozen=True, slots=True)
class CompareResult:
    """What came of it.

    Attributes:
        exit_code: 0 if nothing differs outside what may vary, 1 if something does, 2 if there is no
            full answer.
        output: What to write to standard output.
        problems: The files that could not be compared, for standard error.
    """

    exit_code: int
    output: str
    problems: tuple[Problem, ...]


def run_compare(options: CompareOptions, read_file: Callable[[str], bytes]) -> CompareResult:
    """Compare files.

    Args:
        options: What to do.
        read_file: Returns the bytes of a file; may raise OSError or GenSweepsError.

    Raises:
        GenSweepsError: If there is nothing to compare, or a pattern can't be understood.
    """
    patterns = parse_patterns(options.vary)
    names = _once(options.diff or options.files)
    if len(names) < _TWO:
        given = "no file" if not names else f"only {names[0]}"
        raise UsageError(Problem(f"there is nothing to compare: {given} was given", hint=_FEW_HINT))
    sources, problems = _read_all(names, read_file)
    report = _compare_sources(sources, patterns, problems)
    if report is None:
        return CompareResult(2, "", tuple(problems))
    if options.diff is not None:
        first, second = (os.path.normpath(name) for name in options.diff)
        texts = {os.path.normpath(name): (name, source) for name, source in sources.items()}
        if first not in texts or second not in texts:
            return CompareResult(2, "", report.problems)
        (name_a, a), (name_b, b) = texts[first], texts[second]
        return CompareResult(report.exit_code, unified(name_a, name_b, a, b), report.problems)
    return CompareResult(report.exit_code, _print(report, options), report.problems)


def run_compare_trees(
    options: CompareOptions, names: Sequence[str], trees: Sequence[Data]
) -> CompareResult:
    """Compare trees of plain data, as `--resolved` does, and print them likewise.

    Args:
        options: What to show; its `files` and `diff` are not used.
        names: What to call the trees, at least two.
        trees: As many trees.

    Raises:
        GenSweepsError: If there are fewer than two, a pattern can't be understood or a tree is too
            deep.
    """
    patterns = parse_patterns(options.vary)
    if len(names) < _TWO:
        raise UsageError(Problem("there is nothing to compare", hint=_FEW_HINT))
    report = ComparisonReport(compare_trees(names, trees), patterns)
    return CompareResult(report.exit_code, _print(report, options), ())


def _print(report: ComparisonReport, options: CompareOptions) -> str:
    if options.output_format == "json":
        return report_json(report, layout=options.view.layout)
    if options.output_format == "github":
        return report_github(report)
    return report_text(report, options.view)


def _once(names: Sequence[str]) -> list[str]:
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
            problems.append(Problem("is a folder, not a file", name, hint=hint))
        except OSError as error:
            problems.append(Problem(f"can't be read: {error.strerror or error}", name))
        except GenSweepsError as error:
            problems += error.problems
    return sources, problems


def _compare_sources(
    sources: dict[str, bytes], patterns: tuple[Pattern, ...], problems: list[Problem]
) -> ComparisonReport | None:
    """Compare what is Python, and note what is not; None if less than two files are left."""
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
    if len(family.names) < _TWO:
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
