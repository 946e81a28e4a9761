"""`gen-sweeps resolve`: from options to what a person sees."""

from __future__ import annotations

from gen_sweeps.console import terminal as console
from gen_sweeps.errors import GenSweepsError
from gen_sweeps.resolve import ResolveOptions, run_resolve


def resolve(options: ResolveOptions) -> int:
    """Show what a file builds, and return the exit code."""
    try:
        output = run_resolve(options)
    except GenSweepsError as error:
        console.problems(error.problems)
        return error.exit_code
    for line in output.stderr.splitlines():
        console.note(line)
    console.result(output.stdout)
    return output.exit_code
