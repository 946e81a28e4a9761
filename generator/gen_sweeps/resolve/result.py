"""What resolving a file gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gen_sweeps.errors import GenSweepsError

if TYPE_CHECKING:
    from gen_sweeps.resolve.recorder.forms import Json


class ResolveError(GenSweepsError):
    """A file can't be run, or what it builds can't be known without a real package."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from.

    Attributes:
        path: The file, relative to the root, with `/`; absolute if it is not under the root.
        line: The 1-based line.
    """

    path: str
    line: int

    def __str__(self) -> str:
        """Return `path:line`."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class ResolveNote:
    """What a reader must know to trust a tree.

    Attributes:
        message: One line.
        origin: What it is about, None if no line is.
    """

    message: str
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Resolved:
    """The configuration that a file builds.

    Attributes:
        path: The file, relative to the root, with `/`.
        module: The dotted name that it ran under.
        tree: Its classes, values and called functions by name, in the forms that `recorder.forms`
            documents.
        effects: What was done to imported things for its effect, in order: calls, and steps with a
            name in their path.
        notes: What was assumed.
        provenance: Where each value came from, by JSON pointer into the tree (RFC 6901); empty
            unless asked for.
    """

    path: str
    module: str
    tree: dict[str, Json]
    effects: tuple[Json, ...]
    notes: tuple[ResolveNote, ...]
    provenance: dict[str, Origin]
