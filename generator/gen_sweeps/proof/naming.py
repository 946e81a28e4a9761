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
        return path or "the file"

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
        case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            what = {ast.Module: "module", ast.ClassDef: "class"}.get(type(node), "function")
            for index, statement in enumerate(node.body):
                is_docstring = (
                    index == 0
                    and isinstance(statement, ast.Expr)
                    and isinstance(statement.value, ast.Constant)
                    and isinstance(statement.value.value, str)
                )
                yield (f"{what} docstring" if is_docstring else _label(statement)), statement
            for child in ast.iter_child_nodes(node):
                if not isinstance(child, ast.stmt):
                    yield _label(child), child
        case ast.Dict():
            for key, value in zip(node.keys, node.values, strict=True):
                name = str(key.value) if isinstance(key, ast.Constant) else ""
                yield name, value
            for key in filter(None, node.keys):
                yield "key", key
        case ast.List() | ast.Tuple() | ast.Set():
            for index, item in enumerate(node.elts):
                yield f"[{index}]", item
        case ast.Call():
            yield "", node.func
            for index, argument in enumerate(node.args):
                yield f"[{index}]", argument
            for keyword in node.keywords:
                yield keyword.arg or "**", keyword.value
        case _:
            for child in ast.iter_child_nodes(node):
                yield _label(child), child


def _label(node: ast.AST) -> str:
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case (
            ast.Assign(targets=[ast.Attribute() as target])
            | ast.AnnAssign(target=ast.Attribute() as target)
        ):
            return ast.unparse(target)
        case ast.arg(arg=name) | ast.keyword(arg=str(name)):
            return name
        case ast.Import() | ast.ImportFrom():
            return "import"
        case _:
            return ""
