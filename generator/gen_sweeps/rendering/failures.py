"""Explains why a template failed: its file and line, the reason, and a hint."""

from __future__ import annotations

import re
from traceback import walk_tb

from jinja2 import TemplateSyntaxError, UndefinedError
from jinja2.exceptions import TemplateError as JinjaError

from gen_sweeps.errors import Problem, TemplateError
from gen_sweeps.rendering.escaping import UnsafeTextError
from gen_sweeps.rendering.loader import TemplateFolder
from gen_sweeps.spec.names import closest_match


def template_error(error: Exception, template: str, folder: TemplateFolder) -> TemplateError:
    """Return what went wrong in a template, with the file and the line of the template."""
    path, line = template, None
    for frame, number in walk_tb(error.__traceback__):
        # Jinja rewrites its tracebacks so that they name templates and their lines.
        if frame.f_code.co_filename in folder.loaded:
            path, line = frame.f_code.co_filename, number
    if isinstance(error, TemplateSyntaxError):
        path, line = error.filename or template, error.lineno
    if isinstance(error, TemplateError):
        return error
    message, hint = _explained(error)
    return TemplateError(Problem(message, path, line, hint=hint))


def _explained(error: Exception) -> tuple[str, str | None]:
    """Return what to say of an exception that rendering raised, and a hint."""
    match error:
        case UnicodeEncodeError():
            return "prints a character that UTF-8 can't encode", "print it through `| python`"
        case UndefinedError():
            return _undefined(str(error))
        case UnsafeTextError():
            return str(error), error.hint
        case RecursionError():
            return "calls itself endlessly", None
        case UnicodeDecodeError():
            return f"is not UTF-8: byte 0x{error.object[error.start]:02x}", "save it as UTF-8"
        case JinjaError():
            return str(error), None
        case OSError():
            return f"can't be read: {error.strerror}", None
        case _:
            return f"{type(error).__name__}: {error}", None


def _undefined(message: str) -> tuple[str, str | None]:
    if match := re.fullmatch(r"'(\w+)' is undefined", message):
        seen = ("sweep", "base", "strategy", "arm", "arms", "treatment")
        near = closest_match(match[1], seen)
        return message, f"did you mean `{near}`?" if near else f"templates see {', '.join(seen)}"
    if match := re.fullmatch(r"'.*StrategyView object' has no attribute '(args|vars)'", message):
        return f"`strategy` has no {match[1]!r}", "print variables by their names, as in `{{ lr }}`"
    if match := re.fullmatch(r"'.*?(\w+) object' has no attribute '(.*)'", message):
        owner = match[1].removesuffix("View").lower()
        owner = {"dict": "the table", "mappingproxy": "the table"}.get(owner, f"`{owner}`")
        return f"{owner} has no {match[2]!r}", None
    return message, None
