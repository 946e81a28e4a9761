"""The section of the report page that shows what the arms measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from gen_sweeps.console.report import ReportSection, page_environment
from gen_sweeps.errors import GenSweepsError, Problem
from gen_sweeps.results.caveats import caveats_of, log_of, outcome_of, spelled
from gen_sweeps.results.comparison import ArmComparison, ArmResult
from gen_sweeps.results.curves import Chart, chart
from gen_sweeps.results.finding import counted_runs
from gen_sweeps.results.gathering import NoResultsError, gather
from gen_sweeps.results.table import ResultTable, heading, result_table
from gen_sweeps.run import sweep_folder
from gen_sweeps.spec.model import Spec


@dataclass(frozen=True, slots=True)
class ShownMetric:
    """What the section shows of one metric.

    Attributes:
        comparison: The comparison.
        heading: What the table shows, in a sentence.
        table: The table.
        charts: The chart of each of its blocks; None where nothing has a course.
        notes: What to know of it.
    """

    comparison: ArmComparison
    heading: str
    table: ResultTable
    charts: tuple[Chart | None, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedRun:
    """An arm in the list of all runs, each column as text."""

    name: str
    outcome: str
    values: tuple[str, ...]
    digest: str
    log: str


def results_section(spec: Spec) -> ReportSection | None:
    """Return the section of an experiment; None if none of its arms was ever run."""
    if spec.run is None or not sweep_folder(spec.path, spec.name).is_dir():
        return None
    metrics: list[ShownMetric] = []
    faults: list[Problem] = []
    try:
        runs = counted_runs(spec, spec.run)
        for metric in tuple(spec.run.metrics.goal) or (None,):
            try:
                comparison, unread = gather(spec, runs, metric)
                metrics.append(_shown(comparison, unread))
            except NoResultsError as error:
                faults += error.problems
    except GenSweepsError as error:
        faults += error.problems
    template = Path(__file__).with_name("section.html.jinja").read_text(encoding="utf-8")
    html = page_environment().from_string(template)
    body = html.render(
        metrics=metrics,
        missing=[problem.message for problem in faults],
        provenance=_provenance(metrics[0].comparison.results) if metrics else {},
        runs=list(_listed([it.comparison for it in metrics])),
    )
    return ReportSection("results", "Results", Markup(body))  # noqa: S704 - escaped by the template


def _shown(comparison: ArmComparison, unread: Sequence[Problem]) -> ShownMetric:
    charts = tuple(chart(comparison, block) for block in comparison.blocks)
    notes = caveats_of(comparison)
    notes += [
        f"{_from_spec(comparison.spec, problem.path or '')}: {problem.message}."
        for problem in unread
    ]
    table = result_table(comparison)
    return ShownMetric(comparison, heading(comparison), table, charts, tuple(notes))


def _from_spec(spec: Spec, path: str) -> str:
    """Return a path as it is from the spec's folder, so that it is the same everywhere."""
    if Path(path).is_relative_to(spec.path.parent):
        return Path(path).relative_to(spec.path.parent).as_posix()
    return path


def _provenance(results: Sequence[ArmResult]) -> Mapping[str, str]:
    """Return under which circumstances runs were started, each with how many."""
    counts: dict[str, Counter[str]] = {}
    for result in results:
        start, job = result.start, result.job
        if start is None or job is None:
            continue
        said = {
            "commit": (start.commit or "none")[:12] + (", with changes" if start.dirty else ""),
            "code": "frozen" if job.workdir == "frozen" else "not frozen",
            "Python": start.python.version if start.python else "",
            "machine": f"{start.host}, {start.system}, {start.cores} cores",
            "GPUs": start.gpus or "",
            **{file: digest[:12] for file, digest in start.locks.items()},
        }
        for what, text in said.items():
            if text:
                counts.setdefault(what, Counter())[text] += 1
    return {
        what: "; ".join(f"{text} ({count} runs)" for text, count in texts.most_common())
        if len(texts) > 1
        else next(iter(texts))
        for what, texts in counts.items()
    }


def _listed(comparisons: Sequence[ArmComparison]) -> Iterator[ListedRun]:
    """Yield a row for each arm, with its value of each metric."""
    for results in zip(*(comparison.results for comparison in comparisons), strict=True):
        first, spec = results[0], comparisons[0].spec
        values = ("" if it.value is None else _value(it) for it in results)
        yield ListedRun(
            first.arm.name,
            outcome_of(first, comparisons[0].metric),
            tuple(values),
            first.job.digest if first.job else "",
            _from_spec(spec, log_of(first)) if first.run.folder else "",
        )


def _value(result: ArmResult) -> str:
    value = result.value or 0.0
    return f"{value:.6g}" if result.is_finite else spelled(value)
