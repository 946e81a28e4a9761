"""`gen-sweeps compare`: what differs between files, or between what they build."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from gen_sweeps.commands.outcome import Outcome
from gen_sweeps.compare import (
    ComparisonReport,
    Data,
    Pattern,
    View,
    compare_files,
    compare_trees,
    parse_patterns,
    report_github,
    report_json,
    report_text,
)
from gen_sweeps.errors import GenSweepsError, Problem
from gen_sweeps.progress import Progress, silent

__all__ = ["CompareOptions", "UsageError", "View", "compare", "compare_data", "compare_sources"]

_MIN_FILES = 2
_FEW_HINT = "name two or more files or a folder, as in `gen-sweeps compare sweeps/*.py`"


class UsageError(GenSweepsError):
    """The options contradict each other, or there is nothing to compare."""


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """What `gen-sweeps compare` was asked.

    Attributes:
        files: The files to compare; a folder stands for the Python files in it.
        vary: What may differ, as `--vary` has it.
        spec: A spec whose factors may differ, or None.
        diff: Two files to show as unified text instead, or None.
        resolved: Whether to compare what the files build, which runs their code.
        output_format: "text", "json" or "github".
        view: What to show in text.
    """

    files: tuple[str, ...]
    vary: tuple[str, ...] = ()
    spec: Path | None = None
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
    names = _without_repeats(_in_folders(options.diff or options.files))
    if len(names) < _MIN_FILES:
        given = "no file" if not names else f"only {names[0]}"
        raise UsageError.at(f"there is nothing to compare: {given} was given", hint=_FEW_HINT)
    sources, problems = _read_all(names, read_file)
    family, unreadable = compare_files(sources)
    problems += unreadable
    if family is None:
        raise GenSweepsError(*problems)
    report = ComparisonReport(family, patterns, problems, declared_by_spec=_declared(options.spec))
    if options.diff is not None:
        from gen_sweeps.output.diff import unified  # noqa: PLC0415 - loads the whole generator

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
    report = ComparisonReport(
        compare_trees(names, trees),
        patterns,
        tuple(problems),
        declared_by_spec=_declared(options.spec),
    )
    return Outcome(report.exit_code, _print(report, options), report.problems)


def _compare_resolved(options: CompareOptions) -> Outcome:
    """Compare the trees of the files that can be resolved; the others are problems."""
    from gen_sweeps.resolve import comparable, resolve  # noqa: PLC0415 - few comparisons run code

    if options.diff is not None:
        hint = "leave out one of the two"
        raise UsageError.at(
            "--diff shows source code, which --resolved does not compare", hint=hint
        )
    trees, problems = {}, list[Problem]()
    for name in _without_repeats(_in_folders(options.files)):
        try:
            trees[name] = comparable(resolve(Path(name)))
        except GenSweepsError as error:
            problems += error.problems
    if len(trees) < _MIN_FILES and problems:
        raise GenSweepsError(*problems)
    return compare_data(options, list(trees), list(trees.values()), problems)


def _declared(spec: Path | None) -> tuple[Pattern, ...]:
    """Return what a spec declares: its treatment, and the places that its manifest knows.

    Raises:
        GenSweepsError: If the spec can't be read.
    """
    if spec is None:
        return ()
    from gen_sweeps.output.manifest import factor_places  # noqa: PLC0415 - loads the generator
    from gen_sweeps.rendering.outputs import MANIFEST  # noqa: PLC0415 - as above
    from gen_sweeps.spec.loading import load  # noqa: PLC0415 - as above

    loaded = load(spec)
    texts = ["module docstring"]
    if loaded.treatment.call and loaded.treatment.vary:
        texts.append(f"{loaded.treatment.call}({', '.join(loaded.treatment.vary)})")
    with suppress(OSError):  # not generated yet: what the spec itself says is known
        texts += factor_places((loaded.output_folder / MANIFEST).read_bytes())
    patterns: list[Pattern] = []
    for text in dict.fromkeys(texts):
        with suppress(GenSweepsError):  # a place that `--vary` has no word for
            patterns += parse_patterns([text])
    return tuple(patterns)


def _print(report: ComparisonReport, options: CompareOptions) -> str:
    if options.output_format == "json":
        return report_json(report, layout=options.view.layout)
    if options.output_format == "github":
        return report_github(report)
    return report_text(report, options.view)


def _in_folders(names: Sequence[str]) -> list[str]:
    """Return the names, folders as the Python files in them, which make up a package or not."""
    found = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            files = sorted(path.glob("*.py"))
            found += [str(file) for file in files if file.name != "__init__.py"] or [name]
        else:
            found.append(name)
    return found


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
            problems.append(Problem("is a folder without Python files", name, hint=_FEW_HINT))
        except OSError as error:
            problems.append(Problem(f"can't be read: {error.strerror or error}", name))
        except GenSweepsError as error:
            problems += error.problems
    return sources, problems
