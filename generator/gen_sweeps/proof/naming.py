"""Names places as a reader would: `optimizer.lr`, `module docstring`, `class name`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from gen_sweeps.proof.python_syntax import offset_of


def place_names(source: str, tree: ast.Module, spans: Sequence[tuple[int, int]]) -> list[str]:
    """Return the name of the place at which each span of a file stands.

    Args:
        source: The file.
        tree: Its tree.
        spans: Offsets in characters.
    """
    namer = _Namer(source)
    return [namer.name(tree, span) for span in spans]


class _Namer:
    def __init__(self, source: str) -> None:
        self._source = source
        self._lines = source.split("\n")

    def name(self, tree: ast.Module, span: tuple[int, int]) -> str:
        parts: list[str] = []
        node: ast.AST = tree
        while True:
            for label, child in _children(node):
                if self._holds(child, span):
                    if label:
                        parts.append(label)
                    node = child
                    break
            else:
                break
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            kind = "class" if isinstance(node, ast.ClassDef) else "function"
            if self._is_header(node, span):
                return f"{kind} name"
        path = ".".join(parts).replace(".[", "[")
        line = self._source.rfind("\n", 0, span[0]) + 1
        in_comment = "#" in self._source[line : span[0]]
        return path or ("comment" if in_comment else "the file")

    def _holds(self, node: ast.AST, span: tuple[int, int]) -> bool:
        line, end_line = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
        if line is None or end_line is None:
            return False
        start = offset_of(self._lines, line, node.col_offset)  # type: ignore[attr-defined] # it has a line
        end = offset_of(self._lines, end_line, node.end_col_offset)  # type: ignore[attr-defined] # likewise
        return start <= span[0] and span[1] <= end

    def _is_header(self, node: ast.stmt, span: tuple[int, int]) -> bool:
        start = offset_of(self._lines, node.lineno, node.col_offset)
        return span[0] <= start + len("async def ") + len(getattr(node, "name", "")) + 1


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield what a node is made of, each with what a reader calls it in there."""
    match node:
        case ast.Dict():
            for key, value in zip(node.keys, node.values, strict=True):
                yield str(key.value) if isinstance(key, ast.Constant) else "", value
            yield from (("key", key) for key in node.keys if key)
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            yield from ((f"[{index}]", item) for index, item in enumerate(items))
        case ast.Call():
            yield "", node.func
            yield from ((f"[{index}]", argument) for index, argument in enumerate(node.args))
            yield from ((keyword.arg or "**", keyword.value) for keyword in node.keywords)
        case _:
            docstring = _docstring(node)
            for child in ast.iter_child_nodes(node):
                yield (docstring[1] if child is docstring[0] else _label(child)), child


def _docstring(node: ast.AST) -> tuple[ast.AST | None, str]:
    """Return the statement that is a node's docstring, if it has one, and what it is called."""
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return None, ""
    if ast.get_docstring(node, clean=False) is None:
        return None, ""
    what = {ast.Module: "module", ast.ClassDef: "class"}.get(type(node), "function")
    return node.body[0], f"{what} docstring"


def _label(node: ast.AST) -> str:
    match node:
        case (
            ast.ClassDef(name=name)
            | ast.FunctionDef(name=name)
            | ast.AsyncFunctionDef(name=name)
            | ast.arg(arg=name)
            | ast.keyword(arg=str(name))
        ):
            return name
        case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
            return ast.unparse(target)
        case ast.Import() | ast.ImportFrom():
            return "import"
        case _:
            return ""
