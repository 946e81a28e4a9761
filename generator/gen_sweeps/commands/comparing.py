"""`gen-sweeps compare`: from files, or what they build, to what a person sees."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

from gen_sweeps.commands.compare_command import (
    CompareOptions,
    CompareResult,
    run_compare,
    run_compare_trees,
)
from gen_sweeps.console import terminal as console
from gen_sweeps.errors import FileError, GenSweepsError, Problem
from gen_sweeps.resolve import comparable
from gen_sweeps.resolve import resolve as resolve_file


def compare(options: CompareOptions, *, resolved: bool = False) -> int:
    """Compare files, or what they build, and return the exit code."""
    view = replace(
        options.view,
        color=console.coloured(sys.stdout),
        width=shutil.get_terminal_size((100, 24)).columns,
    )
    options = replace(options, view=view)
    try:
        result = _compare_built(options) if resolved else run_compare(options, _read)
    except GenSweepsError as error:
        console.problems(error.problems)
        return error.exit_code
    console.result(result.output)
    console.problems(result.problems)
    return result.exit_code


def _compare_built(options: CompareOptions) -> CompareResult:
    """Compare the trees of the files that can be resolved; the others are problems."""
    if options.diff is not None:
        hint = "leave out one of the two"
        raise FileError.at("--diff shows source, and --resolved does not compare it", hint=hint)
    trees, problems = {}, list[Problem]()
    for name in dict.fromkeys(options.files):
        try:
            trees[name] = comparable(resolve_file(Path(name)))
        except GenSweepsError as error:
            problems += error.problems
    if len(trees) < 2 and problems:  # noqa: PLR2004 - one tree is nothing to compare
        return CompareResult(2, "", tuple(problems))
    result = run_compare_trees(options, list(trees), list(trees.values()))
    if problems:
        return CompareResult(2, result.output, (*result.problems, *problems))
    return result


def _read(name: str) -> bytes:
    path = Path(name)
    if path.is_dir():
        hint = f"name the files in it, as in `gen-sweeps compare {path}/*.py`"
        raise FileError.at("is a folder, not a Python file", name, hint=hint)
    return path.read_bytes()
