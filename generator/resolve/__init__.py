"""What configuration a Python file builds, without the packages that it imports.

`resolve` runs the file's code in an interpreter of its own, where everything that is not there is a
stand-in that writes down what is done with it.
"""

from generator.resolve.command import ResolveOptions, ResolveOutput, run_resolve
from generator.resolve.document import as_json, comparable
from generator.resolve.result import Note, Origin, Resolved, ResolveError
from generator.resolve.run import resolve
from generator.resolve.text import as_text

__all__ = [
    "Note",
    "Origin",
    "ResolveError",
    "ResolveOptions",
    "ResolveOutput",
    "Resolved",
    "as_json",
    "as_text",
    "comparable",
    "resolve",
    "run_resolve",
]
