"""Where a value came from: the expression it was written as, through names to other files."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .places import Source, SourcePlace, Sources

_FARTHEST = 20


@dataclass(frozen=True, slots=True)
class SourceExpression:
    """An expression in a file."""

    path: str
    node: ast.expr

    @property
    def line(self) -> int:
        """The 1-based line that it starts on."""
        return self.node.lineno

    def item(self, index: int) -> SourceExpression | None:
        """Return where an item of a list or tuple came from."""
        if not isinstance(self.node, (ast.List, ast.Tuple)):
            return None
        elements = self.node.elts
        if index >= len(elements) or any(isinstance(part, ast.Starred) for part in elements):
            return None
        return SourceExpression(self.path, elements[index])

    def entry(self, key: object) -> SourceExpression | None:
        """Return where an entry of a dict came from."""
        if isinstance(self.node, ast.Dict):
            for name, value in zip(self.node.keys, self.node.values, strict=True):
                if isinstance(name, ast.Constant) and name.value == key:
                    return SourceExpression(self.path, value)
        if isinstance(self.node, ast.Call) and isinstance(self.node.func, ast.Name):
            return self.keyword(str(key)) if self.node.func.id == "dict" else None
        return None

    def argument(self, index: int) -> SourceExpression | None:
        """Return where a positional argument came from."""
        if not isinstance(self.node, ast.Call) or index >= len(self.node.args):
            return None
        if any(isinstance(arg, ast.Starred) for arg in self.node.args):
            return None
        return SourceExpression(self.path, self.node.args[index])

    def keyword(self, name: str) -> SourceExpression | None:
        """Return where a keyword argument came from."""
        if isinstance(self.node, ast.Call):
            for keyword in self.node.keywords:
                if keyword.arg == name:
                    return SourceExpression(self.path, keyword.value)
        return None


class Provenance:
    """Follows names through the files that ran."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._modules = {source.module: source for source in sources.files.values()}
        self._names: dict[str, dict[str, SourceExpression | tuple[str, str]]] = {}

    def call(self, place: SourcePlace | None) -> SourceExpression | None:
        """Return the call expression at a place."""
        source = self._sources.files.get(place.path) if place is not None else None
        if source is None or place is None:
            return None
        node = source.call_at(place.span)
        return None if node is None else SourceExpression(source.path, node)

    def assigned(self, place: SourcePlace | None) -> SourceExpression | None:
        """Return what the assignment on a line assigns."""
        source = self._sources.files.get(place.path) if place is not None else None
        if source is None or place is None:
            return None
        found = [
            statement.value
            for statement in ast.walk(source.tree)
            if isinstance(statement, (ast.Assign, ast.AnnAssign))
            and statement.value is not None
            and statement.lineno <= place.line <= (statement.end_lineno or statement.lineno)
        ]
        return SourceExpression(source.path, found[-1]) if found else None

    def defined(self, module: str, name: str) -> SourceExpression | None:
        """Return what a module's name was assigned, if that is said in one place."""
        for _step in range(_FARTHEST):
            source = self._modules.get(module)
            found = None if source is None else self._of(source).get(name)
            if not isinstance(found, tuple):
                return found
            module, name = found
        return None

    def attribute(self, module: str, qualified: str, name: str) -> SourceExpression | None:
        """Return what a class's attribute was assigned."""
        source = self._modules.get(module)
        body: list[ast.stmt] = source.tree.body if source is not None else []
        for part in qualified.split("."):
            classes = [s for s in body if isinstance(s, ast.ClassDef) and s.name == part]
            body = list(classes[-1].body) if classes else []
        found = dict(pair for statement in body for pair in _assignments(statement)).get(name)
        return None if found is None or source is None else SourceExpression(source.path, found)

    def followed(self, origin: SourceExpression | None) -> SourceExpression | None:
        """Return the origin itself; of a module-level name, what it was assigned."""
        if origin is None or not isinstance(origin.node, ast.Name):
            return origin
        source = self._sources.files.get(origin.path)
        if source is None:
            return origin
        return self.defined(source.module, origin.node.id) or origin

    def _of(self, source: Source) -> dict[str, SourceExpression | tuple[str, str]]:
        found = self._names.get(source.path)
        if found is None:
            found = {}
            twice = set[str]()
            for statement in source.tree.body:
                for name, value in _assignments(statement):
                    if name in found:
                        twice.add(name)
                    found[name] = SourceExpression(source.path, value)
                if isinstance(statement, ast.ImportFrom):
                    module = absolute(source, statement)
                    for alias in statement.names:
                        found[alias.asname or alias.name] = (module, alias.name)
            for name in twice:
                del found[name]
            self._names[source.path] = found
        return found


def _assignments(statement: ast.stmt) -> list[tuple[str, ast.expr]]:
    if isinstance(statement, ast.Assign):
        names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
        return [(name, statement.value) for name in names]
    if not isinstance(statement, ast.AnnAssign) or statement.value is None:
        return []
    target = statement.target
    return [(target.id, statement.value)] if isinstance(target, ast.Name) else []


def absolute(source: Source, statement: ast.ImportFrom) -> str:
    """Return the dotted name of the module that a statement imports from."""
    if not statement.level:
        return statement.module or ""
    parts = source.package.split(".")
    base = parts[: len(parts) - statement.level + 1]
    return ".".join([*base, *([statement.module] if statement.module else [])])
