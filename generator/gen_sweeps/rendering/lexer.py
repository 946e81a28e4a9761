"""Jinja's lexer, but a newline goes with a tag only where the tag's line prints nothing else.

Jinja's own `trim_blocks` takes the newline after every tag: of `x = 1  # a{% if b %} b{% endif %}`
it leaves no end of the line, so that the next one becomes a part of the comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from jinja2.lexer import Lexer

_BEGINS = frozenset({"block_begin", "comment_begin", "raw_begin"})
_VARIABLES = frozenset({"variable_begin", "variable_end"})
_ENDS = frozenset({"block_end", "comment_end", "raw_end"})


class LineLexer(Lexer):
    """A lexer for an environment without `trim_blocks`.

    What is inside of `{% raw %}` is text like any other, and `+%}` keeps the newline in any case.
    """

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        """Yield lines, kinds and texts of tokens; part of the protocol of Jinja's lexer."""
        printing = -1  # the last line on which something is printed
        begin = -1  # the line on which the tag that is open began
        trims = False  # whether a newline that comes next is the tag's
        for line, kind, text in super().tokeniter(source, name, filename, state):
            kept, at = text, line
            if kind == "data":
                if trims and text.startswith("\n"):
                    kept, at = text[1:], line + 1
                if text.strip():
                    printing = line + text.rstrip().count("\n")
            elif kind in _BEGINS:
                begin = line
            elif kind in _VARIABLES:
                printing = line
            trims = False
            if kind in _ENDS:
                if begin == printing:
                    printing = line
                trims = printing != line and text[-3:-2] != "+"
            if kept or kind != "data":
                yield at, kind, kept
