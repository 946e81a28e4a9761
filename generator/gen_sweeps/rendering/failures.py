"""Explains why a template failed: its file and line, the reason, and a hint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from traceback import walk_tb

from jinja2 import TemplateSyntaxError, Undefined, UndefinedError
from jinja2.exceptions import TemplateError as JinjaError

from gen_sweeps.errors import Problem, TemplateError
from gen_sweeps.rendering.context import KEPT_IN_CALL, VIEWS
from gen_sweeps.rendering.escaping import UnsafeTextError
from gen_sweeps.rendering.loader import TemplateFolder
from gen_sweeps.spec.names import closest_match

_HINTS = {
    "Missing end of comment tag": (
        "`{#` opens a comment of Jinja: write `{{ '{#' }}` where the file is to have one"
    ),
}
"""What to do about a message of Jinja's that tells only those who know it."""

_OTHER_TEMPLATES = {
    "arm": "only a template with an axis in its name makes the file of an arm",
    "arms": "only a template without axes in its name sees all `arms`",
}
"""What to do where a template does not see what others do."""

_SHOWN = 20
"""How many names a hint lists."""


def template_error(
    error: Exception, template: str, folder: TemplateFolder, views: Mapping[str, object]
) -> TemplateError:
    """Return what went wrong in a template, with the file and the line of the template.

    Args:
        error: What rendering raised.
        template: The template, as messages name it.
        folder: The template folder.
        views: What the template sees, by its names.
    """
    path, line = template, None
    for frame, number in walk_tb(error.__traceback__):
        # Jinja rewrites its tracebacks so that they name templates and their lines.
        if frame.f_code.co_filename in folder.loaded:
            path, line = frame.f_code.co_filename, number
    if isinstance(error, TemplateSyntaxError):
        path, line = error.filename or template, error.lineno
    if isinstance(error, TemplateError):
        return error
    message, hint = _explained(error, views)
    return TemplateError(Problem(message, path, line, hint=hint))


def _explained(error: Exception, views: Mapping[str, object]) -> tuple[str, str | None]:
    """Return what to say of an exception that rendering raised, and a hint."""
    match error:
        case UnicodeEncodeError():
            return "prints a character that UTF-8 can't encode", "print it through `| python`"
        case UndefinedError():
            return _undefined(str(error), views)
        case UnsafeTextError():
            filters = "`| docstring`, `| comment`, `| python` or `| name`"
            return str(error), f"print it with a filter: {filters}"
        case RecursionError():
            return "calls itself endlessly", None
        case UnicodeDecodeError():
            return f"is not UTF-8: byte 0x{error.object[error.start]:02x}", "save it as UTF-8"
        case JinjaError():
            said, _, hint = str(error).partition("\n")
            return said, hint or _HINTS.get(said)
        case OSError():
            return f"can't be read: {error.strerror}", None
        case _:
            return f"{type(error).__name__}: {error}", None


def _undefined(message: str, views: Mapping[str, object]) -> tuple[str, str | None]:
    """Return what to say of a name or an attribute that is not defined, and a hint."""
    if match := re.fullmatch(r"'(\w+)' is undefined", message):
        if hint := _OTHER_TEMPLATES.get(match[1]):
            return message, hint
        names = sorted(name for name in views if not isinstance(views[name], Undefined))
        near = closest_match(match[1], names)
        more = ", …" if len(names) > _SHOWN else ""
        listed = f"this template sees {', '.join(names[:_SHOWN])}{more}"
        return message, f"did you mean `{near}`?" if near else listed
    if match := re.fullmatch(r"'.*?(\w+) object' has no attribute '(.*)'", message):
        return _missing_attribute(match[1], match[2])
    # What templates do not see for a reason has its hint behind its message.
    said, _, hint = message.partition("\n")
    return said, hint or None


def _missing_attribute(kind: str, name: str) -> tuple[str, str | None]:
    """Return what to say of an attribute that a view, or a table, does not have."""
    if kind in ("dict", "mappingproxy"):
        return f"the table has no {name!r}", None
    owner = kind.removesuffix("View").lower()
    message = f"`{owner}` has no {name!r}"
    attributes = {view.__name__: attributes for view, attributes in VIEWS.items()}.get(kind, ())
    if near := closest_match(name, attributes):
        return message, f"did you mean `{owner}.{near}`?"
    if owner == "treatment" or (owner, name) == ("strategy", "args"):
        return message, KEPT_IN_CALL
    if owner in ("strategy", "arm"):
        return message, "print variables and axes by their names, as in `{{ lr }}`"
    return message, f"it has {', '.join(sorted(attributes))}" if attributes else None
