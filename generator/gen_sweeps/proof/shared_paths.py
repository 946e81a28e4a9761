"""Finds output paths and run names that all arms print alike, so that one overwrites another."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gen_sweeps.errors import Problem
from gen_sweeps.proof.control import Control
from gen_sweeps.proof.python_syntax import offset_of
from gen_sweeps.spec.model import Arm, Spec

_NAME = re.compile(
    r"(?:\w+_)?(?:output|out|run|exp|experiment|work|save|log|logging|ckpt|checkpoint|wandb|"
    r"tensorboard|results?)_?(?:dir|directory|folder|name|id)|(?:\w+_)?(?:output|save|log)_?path",
    re.IGNORECASE,
)
"""What is called like this says where an arm's results go, or under which name."""

_FILLED_LATER = ("${", "%(")
"""Parts of a text that something else fills, so that it may differ between arms after all."""


def shared_path(control: Control, spec: Spec, shown: str) -> Problem | None:
    """Return a warning of the first path or name that all arms have in common; None without one.

    Args:
        control: The file of an arm; others have the same text around its holes.
        spec: The spec.
        shown: The file's path as the user would name it.
    """
    file = control.file
    lines = file.source.split("\n")
    spans = [
        span
        for hole, span in zip(file.page.skeleton.holes, file.page.spans, strict=True)
        if hole.origin
    ]
    for name, value in _named(control.tree):
        text = _text(value)
        if text is None or not _NAME.fullmatch(name) or any(map(text.__contains__, _FILLED_LATER)):
            continue
        start = offset_of(lines, value.lineno, value.col_offset)
        end = offset_of(
            lines, value.end_lineno or value.lineno, value.end_col_offset or value.col_offset
        )
        if text and not any(start <= first and last <= end for first, last in spans):
            message = f"every arm has the same {name}, {text!r}, so that their results may share it"
            hint = _hint(name.lower(), _pattern(text, file.arm), spec)
            return Problem(message, shown, value.lineno, hint=hint)
    return None


def _named(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield each value that has a name: of an argument, a variable, an attribute or a key."""
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg=str(name), value=value):
                yield name, value
            case ast.Assign(targets=[target], value=value):
                yield _last_name(target), value
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield _last_name(target), value
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, value


def _last_name(target: ast.expr) -> str:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case _:
            return ""


def _text(value: ast.expr) -> str | None:
    """Return what a string says, also in `Path("…")`; None if it has values of names in it."""
    match value:
        case ast.Constant(value=str(text)) | ast.Call(args=[ast.Constant(value=str(text))]):
            return text
        case _:
            return None


def with_fields(text: str, arm: Arm) -> str:
    """Return a text with `{strategy}` and `{AXIS}` where it has the names of an arm's levels."""
    for axis, level in arm.levels.items():
        named = rf"(?<![A-Za-z0-9])({axis})?{re.escape(level)}(?![A-Za-z0-9])"
        text = re.sub(named, rf"\g<1>{{{axis}}}", text)
    return text


def _pattern(text: str, arm: Arm | None) -> str:
    """Return the text with the names of the arm's levels as fields, each of them once at least."""
    pattern = with_fields(text.rstrip("/"), arm) if arm else text
    fields = [f"{{{axis}}}" for axis in (arm.levels if arm else ())]
    missing = [field for field in fields if field not in pattern]
    separator = "/" if "/" in text else "_"
    return separator.join([pattern, "_".join(missing)]) if missing else pattern


def _hint(variable: str, pattern: str, spec: Spec) -> str:
    """Return how to give each arm a path or name of its own."""
    vary = "" if spec.axes else f", name {variable} in `treatment.vary`"
    printed = f"print {{{{ {variable} | python }}}} there"
    return f'write `{variable} = "{pattern}"` in `[vars]`{vary}, and {printed}'
