"""Explains why a template failed: its file and line, the reason, and a hint."""

from __future__ import annotations

import re
from pathlib import Path
from traceback import walk_tb

from jinja2 import TemplateSyntaxError, UndefinedError
from jinja2.exceptions import TemplateError as JinjaError

from gen_sweeps.errors import Problem, TemplateError
from gen_sweeps.rendering.context import VIEWS
from gen_sweeps.rendering.escaping import UnsafeTextError
from gen_sweeps.rendering.loader import TemplateFolder
from gen_sweeps.rendering.outputs import SUFFIXES, output_pattern
from gen_sweeps.spec.model import Spec
from gen_sweeps.spec.names import closest_match

SEEN = ("sweep", "base", "strategy", "arm", "arms", "treatment")
"""What templates see besides variables and axes."""

MAX_NAMES = 12
"""How many names a hint lists."""

_HINTS = {
    "Missing end of comment tag": (
        "`{#` opens a comment of Jinja: write `{{ '{#' }}` where the file is to have one"
    ),
    "No filter named 'tojson'.": "use `| json`, or `| python` in Python",
}
"""What to do about a message of Jinja's that tells only those who know it."""

_F_STRING = re.compile(r"""\b[rR]?[fF][rR]?(["']).*?\{\{""")

_OTHER_TEMPLATES = {
    "arm": "only a template with an axis in its name makes the file of an arm",
    "arms": "only a template without axes in its name sees all `arms`",
}
"""What to do where a template does not see what others do."""


def template_error(
    error: Exception, template: str, folder: TemplateFolder, spec: Spec
) -> TemplateError:
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
    message, hint = _explained(error, spec, path)
    if isinstance(error, UndefinedError) and line and _is_in_f_string(Path(path), line):
        hint = "if Python is to read these braces, put `{% raw %}` before and `{% endraw %}` behind"
    return TemplateError(Problem(message, path, line, hint=hint))


def _is_in_f_string(template: Path, line: int) -> bool:
    """Say whether a line of a template has an f-string with two braces in a row."""
    return bool(_F_STRING.search(template.read_text(encoding="utf-8-sig").split("\n")[line - 1]))


def _explained(error: Exception, spec: Spec, path: str) -> tuple[str, str | None]:
    """Return what to say of an exception that rendering raised, and a hint."""
    match error:
        case UnicodeEncodeError():
            return "prints a character that UTF-8 can't encode", "print it through `| python`"
        case UndefinedError():
            return _undefined(str(error), spec, path)
        case UnsafeTextError():
            return str(error), error.hint
        case RecursionError():
            return "calls itself endlessly", None
        case UnicodeDecodeError():
            return f"is not UTF-8: byte 0x{error.object[error.start]:02x}", "save it as UTF-8"
        case JinjaError():
            said, _, hint = str(error).partition("\n")
            return said, hint or _HINTS.get(said) or _hint_for_ending(said, path)
        case OSError():
            return f"can't be read: {error.strerror}", None
        case _:
            return f"{type(error).__name__}: {error}", None


def _hint_for_ending(message: str, path: str) -> str | None:
    """Return what to do where a file without an ending was taken for a shell script."""
    name = Path(path).name
    stem = name.removesuffix(next(filter(name.endswith, SUFFIXES), ""))
    if "is not for a shell script" not in message or "." in stem:
        return None
    example = f"{stem}.py{name.removeprefix(stem)}"
    return f"a file without an ending is taken for one; if it is to be Python, call it {example}"


_PLAIN = {
    "_GuardedString": "a text",
    "Text": "a text",
    "str": "a text",
    "list": "a list",
    "tuple": "a list",
    "int": "a number",
    "float": "a number",
    "bool": "a boolean",
}
"""What is no view and no table, by its class."""


def _undefined(message: str, spec: Spec, path: str) -> tuple[str, str | None]:
    if match := re.fullmatch(r"'(\w+)' is undefined", message):
        return message, _hint_for_name(match[1], spec)
    if match := re.fullmatch(r"'.*StrategyView object' has no attribute '(args|vars)'", message):
        return f"`strategy` has no {match[1]!r}", _hint_for_strategy(match[1], spec, path)
    if match := re.fullmatch(r"'.*?(\w+) object' has no attribute '(.*)'", message):
        return _missing_attribute(match[1], match[2], spec)
    return message, None


def _missing_attribute(kind: str, name: str, spec: Spec) -> tuple[str, str | None]:
    """Return what to say of an attribute that a view, or a table, does not have."""
    if kind in ("dict", "mappingproxy"):
        return f"the table has no {name!r}", None
    if what := _PLAIN.get(kind):
        return f"{what} has no {name!r}", "print it as it is"
    owner = kind.removesuffix("View").lower()
    message = f"`{owner}` has no {name!r}"
    attributes = {view.__name__: attributes for view, attributes in VIEWS.items()}.get(kind, ())
    if near := closest_match(name, attributes):
        return message, f"did you mean `{owner}.{near}`?"
    if owner == "treatment":
        return message, "print the whole call, `{{ treatment }}`"
    if owner in ("strategy", "arm"):
        return message, _by_name(spec)
    return message, f"it has {', '.join(sorted(attributes))}" if attributes else None


def _hint_for_name(name: str, spec: Spec) -> str:
    """Return what to do about a name that a template doesn't see."""
    if name == "vars":
        return _by_name(spec)
    if name in spec.depends:
        default = f"give it a default, `{name} = …` under `[vars]`"
        return f"not every arm sets it: {default}, or ask `{{% if {name} is defined %}}`"
    if name in spec.argument_depends or name in spec.treatment.shared:
        elsewhere = f"to print it elsewhere, set {name} in `vars` instead of `args`"
        return f"it is an argument of {spec.treatment.call}, in `{{{{ treatment }}}}`; {elsewhere}"
    if hint := _OTHER_TEMPLATES.get(name):
        return hint
    seen = [*SEEN, *spec.depends, *(axis.name for axis in spec.axes)]
    if near := closest_match(name, seen):
        return f"did you mean `{near}`?"
    more = ", …" if len(seen) > MAX_NAMES else ""
    return f"templates see {', '.join(seen[:MAX_NAMES])}{more}"


def _hint_for_strategy(key: str, spec: Spec, path: str) -> str:
    """Return what to write instead of `strategy.args` and `strategy.vars`."""
    if key == "args" and output_pattern(path).endswith(".py"):
        elsewhere = "to print one elsewhere, set it in `vars` instead of `args`, and print its name"
        return f"arguments stay in their call, `{{{{ treatment }}}}`; {elsewhere}"
    if key == "args" and spec.treatment.call:
        return "print arguments as in `{{ treatment.args.NAME }}`"
    return _by_name(spec)


def _by_name(spec: Spec) -> str:
    name = next((name for name, axes in spec.depends.items() if axes), "lr")
    return f"print variables by their names, as in `{{{{ {name} }}}}`"
