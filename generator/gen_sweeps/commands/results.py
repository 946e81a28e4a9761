"""`gen-sweeps results`: what the arms measured, against the control."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.commands.outcome import Outcome
from gen_sweeps.commands.run import run_settings
from gen_sweeps.console.formats import json_text
from gen_sweeps.errors import Problem
from gen_sweeps.progress import Progress, silent
from gen_sweeps.results import (
    content,
    counted_runs,
    csv_text,
    gather,
    parse_selection,
    problems_of,
    table_text,
)
from gen_sweeps.spec.loading import load

MAX_FAULTS = 5
"""Files of measurements that are named if they can't be read."""


@dataclass(frozen=True, slots=True)
class ResultsOptions:
    """What `gen-sweeps results` was asked.

    Attributes:
        spec: The spec.
        metric: What to compare; None if the spec says.
        at: The step that counts: "last", "best" or "step=N".
        output_format: "text", "json" or "csv".
        columns: How wide the table may be.
    """

    spec: Path
    metric: str | None = None
    at: str = "last"
    output_format: str = "text"
    columns: int = 100


def results(options: ResultsOptions, progress: Progress = silent) -> Outcome:
    """Compare what the arms of a sweep measured.

    Raises:
        GenSweepsError: The spec fails, or there is nothing to compare.
    """
    selection = parse_selection(options.at)
    spec = load(options.spec)
    runs = counted_runs(spec, run_settings(spec))
    comparison, faults = gather(spec, runs, options.metric, selection, progress)
    problems = list(problems_of(comparison))
    exit_code = 1 if problems else 0
    if options.output_format == "json":
        text = json_text("results", exit_code, problems, content(comparison))
    elif options.output_format == "csv":
        text = csv_text(comparison)
    else:
        text = table_text(comparison, options.columns)
    return Outcome(exit_code, text, problems, _few(faults))


def _few(faults: list[Problem]) -> list[Problem]:
    """Return the first faults, and how many more there are."""
    if len(faults) <= MAX_FAULTS:
        return faults
    more = len(faults) - MAX_FAULTS + 1
    return [*faults[: MAX_FAULTS - 1], Problem(f"and so are parts of {more} more files")]
