"""LibCST's tree of a file, which keeps every byte of it, as a module that can be compared.

The only door to LibCST, which takes longer to load than all the rest.
"""

from __future__ import annotations

import codecs

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, CodeSpan

from gen_sweeps.compare.concrete.outline import Outline
from gen_sweeps.compare.concrete.tree import Module, SourceText


class UnreadableError(Exception):
    """LibCST can't read a file; the message is its own, on one line."""


def read_module(path: str, source: bytes) -> Module:
    """Read a file that Python accepts.

    Raises:
        UnreadableError: If LibCST does not accept it.
        RecursionError: If it is nested too deeply.
    """
    try:
        return _read(path, source)
    except (cst.ParserSyntaxError, UnicodeError) as error:
        raise UnreadableError(str(error).partition("\n")[0].rstrip(".")) from None


def _read(path: str, source: bytes) -> Module:
    tree = cst.parse_module(source)
    spans = _Spans().of(tree)
    data = source.removeprefix(codecs.BOM_UTF8)
    exact = tree.encoding.startswith("utf-8") and spans[tree].length == len(data)
    if not exact:
        data = tree.code.encode("utf-8", "surrogatepass")
        exact = tree.bytes == source
    return Module(path, source, SourceText.of(data), Outline(data, spans).module(tree), exact)


class _Spans(ByteSpanPositionProvider):
    """Where the nodes of a tree are.

    LibCST's own way to ask, a `MetadataWrapper`, visits the whole tree once more for nothing, which
    takes as long as all the rest.
    """

    def of(self, tree: cst.Module) -> dict[cst.CSTNode, CodeSpan]:
        """Return the bytes, from the start of the text in UTF-8, that each node covers."""
        self._gen_impl(tree)
        return {node: span for node, span in self._computed.items() if isinstance(span, CodeSpan)}
