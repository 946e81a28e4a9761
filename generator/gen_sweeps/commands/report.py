"""`gen-sweeps report`: one HTML page that a reviewer reads instead of the files."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.commands.outcome import Outcome
from gen_sweeps.console import report as report_page
from gen_sweeps.errors import ForeignFileError
from gen_sweeps.output.single_files import file_error, replace_file
from gen_sweeps.progress import Progress, silent
from gen_sweeps.proof.proving import prove
from gen_sweeps.rendering.renderer import render
from gen_sweeps.results import results_section
from gen_sweeps.spec.loading import load


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """The spec to report on, and the file to write; None or `-` for stdout."""

    spec: Path
    output: Path | None = None


def report(options: ReportOptions, progress: Progress = silent) -> Outcome:
    """Write the report of a sweep, or return it to be printed.

    Args:
        options: The spec, and where the report goes.
        progress: Is told how far it is.

    Raises:
        ForeignFileError: Something that is no report is in its place; it was left alone.
        GenSweepsError: The spec, a template or the proof fails, or writing does.
    """
    rendering = render(load(options.spec), progress=progress)
    spec = rendering.spec
    page = report_page.page(prove(rendering, progress=progress), results_section(spec))
    if options.output is None or options.output == Path("-"):
        return Outcome(result=page)
    _save(page, options.output)
    return Outcome()


def _save(text: str, path: Path) -> None:
    """Write a report, in place of a former one or of nothing.

    Raises:
        ForeignFileError: Something else is in its place; it was left alone.
        FileError: Writing failed; what was there still is.
    """
    hint = "name another file with `-o`, or move this one away"
    try:
        with suppress(FileNotFoundError), path.open("rb") as file:
            if report_page.MARK.encode() not in file.read(1000):
                message = "is not a gen-sweeps report; it was left alone"
                raise ForeignFileError.at(message, str(path), hint=hint)
        replace_file(str(path), text.encode())
    except OSError as error:
        raise file_error(error, path, "written") from None
