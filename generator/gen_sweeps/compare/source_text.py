"""The text of a file and where its lines are, and the error if it can't be read."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from gen_sweeps.errors import GenSweepsError


class SourceError(GenSweepsError):
    """A file is not valid Python or JSON, or can't be read as such."""


@dataclass(frozen=True, slots=True)
class SourceText:
    r"""The text of a file.

    Attributes:
        data: The text in UTF-8, without byte order mark, with `\n` at the ends of lines.
        line_starts: Byte offsets of the lines, the first being 0.
    """

    data: bytes
    line_starts: tuple[int, ...]

    @classmethod
    def of(cls, data: bytes) -> SourceText:
        """Return the text with its lines."""
        starts = [0]
        while at := data.find(b"\n", starts[-1]) + 1:
            starts.append(at)
        return cls(data, tuple(starts))

    def slice(self, start: int, end: int) -> str:
        """Return the text between two byte offsets."""
        return self.data[start:end].decode("utf-8", "replace")

    def position(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and the 1-based column in characters of a byte offset."""
        line = bisect_right(self.line_starts, offset)
        before = self.data[self.line_starts[line - 1] : offset]
        return line, len(before.decode("utf-8", "replace")) + 1
