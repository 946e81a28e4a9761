"""The neutral tree that is compared, whatever it was read from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

StepKind = Literal["name", "argument", "entry", "index", "import", "part"]


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of the way from a file to a place in it.

    Attributes:
        kind: What sort of place it is.
        name: What a `--vary` pattern calls it: `lr`, `0`, `params`.
        text: How it is printed after the steps before it, with its own punctuation.
        call: The last dotted part of the function whose argument it is, or "".
    """

    kind: StepKind
    name: str
    text: str
    call: str = ""


@dataclass(slots=True, eq=False)
class Node:
    """A piece of a file, with everything that makes it code and nothing that is layout.

    Two nodes mean the same code exactly if their `code` is equal. Never changed once it is built.

    Attributes:
        kind: What it is; nodes of different kinds never mean the same.
        head: What it says itself, apart from its children: an operator, a name, a value.
        children: The nodes in it, in the order of the source.
        start: Where it starts, in bytes of the file's UTF-8 text.
        end: Where it ends, exclusive.
        value_start: Where the part that is its value starts, after `lr=` say; -1 for its start.
        step: How a reader finds it in its parent, or None if it has no name of its own.
        key: What pairs it with its twin: a keyword, a target, the role in its parent.
        named: Whether the key is part of the code: renamed is a difference.
        listed: Whether the children are a list, of which some may be added or missing.
        docstring: What it says if it is a docstring, otherwise None.
        code: A digest of kind, head, key and the children's digests.
    """

    kind: str
    head: str
    children: tuple[Node, ...]
    start: int
    end: int
    value_start: int = -1
    step: PathStep | None = None
    key: str | None = None
    named: bool = False
    listed: bool = False
    docstring: str | None = None
    code: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Compute the digest."""
        counts = self.named or (self.key or "").startswith("@")
        parts = (self.kind, self.head, self.key if counts and self.key else "")
        own = "".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass")
        self.code = digest(own, (child.code for child in self.children))


def digest(own: bytes, children: Iterable[bytes]) -> bytes:
    """Return 16 bytes that stand for `own` and a list of such digests."""
    return blake2b(own + b"\0" + b"".join(children), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text of a file and where its lines start.

    Attributes:
        data: The text in UTF-8, without byte order mark.
        line_starts: Byte offsets of the lines, the first being 0; empty if it has no lines that a
            reader knows.
    """

    data: bytes
    line_starts: tuple[int, ...] = ()

    @classmethod
    def of(cls, data: bytes) -> SourceText:
        r"""Return the text with its lines, which end in `\n`, `\r\n` or `\r`."""
        starts = [0]
        for line in data.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        if not data.endswith((b"\n", b"\r")):
            starts = starts[:-1] or [0]
        return cls(data, tuple(starts))

    def slice(self, start: int, end: int) -> str:
        """Return the text between two byte offsets."""
        return self.data[start:end].decode("utf-8", "replace")

    def position(self, offset: int) -> tuple[int, int] | tuple[None, None]:
        """Return the 1-based line and the 1-based column in characters of a byte offset."""
        if not self.line_starts:
            return None, None
        line = bisect_right(self.line_starts, offset) - 1
        before = self.data[self.line_starts[line] : offset]
        return line + 1, len(before.decode("utf-8", "replace")) + 1


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A file that was read, ready to be compared.

    Attributes:
        path: The file as the user named it.
        source: Its bytes.
        text: Its text as the tree's offsets count it.
        root: Its tree.
        exact: Whether the text is the source to the last byte: LibCST drops form feeds, for one.
    """

    path: str
    source: bytes
    text: SourceText
    root: Node
    exact: bool = True

    def text_of(self, node: Node) -> str:
        """Return the text of a node of this file."""
        return self.text.slice(node.start, node.end)

    def value_of(self, node: Node) -> str:
        """Return the text of a node without the name it is given: `8` of `lr=8`."""
        start = node.start if node.value_start < 0 else node.value_start
        return self.text.slice(start, node.end)


def path_text(steps: Iterable[PathStep]) -> str:
    """Return the way to a place as a reader would say it."""
    return "".join(step.text for step in steps).lstrip(". ")
