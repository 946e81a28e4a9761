"""`gen-sweeps schema`: the JSON Schema of a spec, or its reference page."""

from __future__ import annotations

from dataclasses import dataclass

from gen_sweeps.commands.outcome import Outcome
from gen_sweeps.progress import Progress, silent


@dataclass(frozen=True, slots=True)
class SchemaOptions:
    """Whether to print the page for people instead: `markdown`."""

    markdown: bool = False


def schema(options: SchemaOptions, progress: Progress = silent) -> Outcome:
    """Return the JSON Schema with which editors complete and check a spec."""
    from gen_sweeps.spec import json_schema, reference  # noqa: PLC0415 - for this command

    del progress  # there is nothing to wait for
    return Outcome(result=reference.markdown() if options.markdown else json_schema.schema_text())
