"""What configuration a Python file builds, without the packages that it imports.

`resolve` runs the file's code in an interpreter of its own, where everything that is not there is a
stand-in that writes down what is done with it.
"""

from gen_sweeps.resolve.document import as_json, comparable
from gen_sweeps.resolve.result import Origin, Resolved, ResolveError, ResolveNote
from gen_sweeps.resolve.run import resolve
from gen_sweeps.resolve.text import as_text

__all__ = [
    "Origin",
    "ResolveError",
    "ResolveNote",
    "Resolved",
    "as_json",
    "as_text",
    "comparable",
    "resolve",
]
