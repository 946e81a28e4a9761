"""What Python writes into classes by itself, and what a class's own body says."""

from __future__ import annotations

import ast
import builtins
import sys
from types import FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def free_names(tree: ast.Module) -> set[str]:
    """Return the names that a file reads and neither binds anywhere nor has from Python."""
    read, bound = set[str](), {*dir(builtins), "__file__", "__path__"}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                read.add(name)
            case ast.Name(id=name) | ast.arg(arg=name):
                bound.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                bound.add(name)
            case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                bound.add(name)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                bound.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                bound |= {(alias.asname or alias.name).partition(".")[0] for alias in aliases}
    return read - bound


def stars(tree: ast.Module) -> int:
    """Return how many `from … import *` a file has."""
    return sum(
        isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(tree)
    )


def is_dunder(name: str) -> bool:
    """Return whether a name belongs to Python."""
    return name.startswith("__") and name.endswith("__")


def annotated_names(cls: type) -> Iterable[str]:
    """Return the names that a class's own body annotates."""
    if sys.version_info >= (3, 14):
        from annotationlib import Format, get_annotations  # noqa: PLC0415 - not in every Python

        return get_annotations(cls, format=Format.FORWARDREF)
    own: Mapping[str, object] = vars(cls).get("__annotations__", {})
    return own


def has_generated_init(cls: type) -> bool:
    """Return whether a class's constructor was written by `dataclasses`."""
    init = vars(cls)["__init__"]
    return "__dataclass_fields__" in vars(cls) and (
        not isinstance(init, FunctionType) or init.__code__.co_filename == "<string>"
    )
