"""What Python writes into classes by itself, and what a class's own body says."""

from __future__ import annotations

import sys
from types import FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


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
