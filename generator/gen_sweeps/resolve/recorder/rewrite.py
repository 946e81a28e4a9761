"""The few expressions that Python lets no object record, rewritten to ask the recorder.

`is`, `in`, f-strings, `%`, starred arguments, and calls of built-in functions convert what they are
given before a stand-in has a say. Each becomes a call of a hook with the same operands in the same
order, which does the same as Python unless one of them is recorded. Positions stay those of the
source.
"""

from __future__ import annotations

import ast
from importlib.util import decode_source
from typing import TYPE_CHECKING, cast

from .places import Source

if TYPE_CHECKING:
    from types import CodeType

RECORDER = "__recorder__"
"""The hooks' name; with two underscores at its end no class mangles it."""

_CONVERSIONS = {-1: "", ord("s"): "s", ord("r"): "r", ord("a"): "a"}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Is: "same",
    ast.IsNot: "not_same",
    ast.In: "within",
    ast.NotIn: "not_within",
}
_OF_THE_CALLING_FRAME = frozenset({"super", "locals", "globals", "vars", "dir"})
_HARMLESS = frozenset({"bool", "dict", "float", "int", "len", "list", "max", "min", "str", "tuple"})
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def rewritten(tree: ast.Module) -> ast.Module:
    """Return the module with hooks in place; the tree that is given is used up."""
    return ast.fix_missing_locations(cast("ast.Module", _Rewriter().visit(tree)))


class _Rewriter(ast.NodeTransformer):
    """One method for each kind of expression."""

    _imported: frozenset[str] | set[str] = frozenset()

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """`f(x)` asks which `f` is meant; `f(*x)` hands over the arguments as they are."""
        if isinstance(node.func, ast.Name) and node.func.id in _OF_THE_CALLING_FRAME:
            bare = not node.args and not node.keywords
            if node.func.id == "super" or bare:
                self.generic_visit(node)
                return _hook(node, "parent", [node]) if node.func.id == "super" else node
        self.generic_visit(node)
        starred = any(isinstance(arg, ast.Starred) for arg in node.args)
        if not starred and all(keyword.arg is not None for keyword in node.keywords):
            node.func = _hook(node.func, "callee", [node.func])
            return node
        args = _parts(node, node.args)
        keywords = [
            ast.Tuple([ast.Constant(keyword.arg), keyword.value], ast.Load())
            for keyword in node.keywords
        ]
        return _hook(node, "spread", [node.func, args, ast.List(list(keywords), ast.Load())])

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        """An f-string hands over its parts."""
        parts = list[ast.expr]()
        for part in node.values:
            if not isinstance(part, ast.FormattedValue):
                parts.append(part)
                continue
            spec: ast.expr = ast.Constant("")
            if part.format_spec is not None:
                spec = cast("ast.expr", self.visit(part.format_spec))
            value = cast("ast.expr", self.visit(part.value))
            conversion = ast.Constant(_CONVERSIONS[part.conversion])
            parts.append(ast.Tuple([value, conversion, spec], ast.Load()))
        return _hook(node, "text", [ast.List(parts, ast.Load())])

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """`is` and `in` hand over both sides."""
        self.generic_visit(node)
        hook = _COMPARISONS.get(type(node.ops[0]))
        if hook is None or len(node.ops) > 1:
            return node
        return _hook(node, hook, [node.left, node.comparators[0]])

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """`%` may format a text."""
        self.generic_visit(node)
        if isinstance(node.op, ast.Mod):
            return _hook(node, "percent", [node.left, node.right])
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """A dunder attribute that a file reads is recorded like any other."""
        self.generic_visit(node)
        dunder = node.attr.startswith("__") and node.attr.endswith("__")
        if dunder and isinstance(node.ctx, ast.Load):
            return _hook(node, "attribute", [node.value, ast.Constant(node.attr)])
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        """A statement that is a call is one for its effect."""
        is_call = isinstance(node.value, ast.Call)
        self.generic_visit(node)
        if is_call:
            node.value = _hook(node.value, "statement", [node.value])
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        """`a, b = x` says how many there are in `x`."""
        self.generic_visit(node)
        target = node.targets[0]
        if isinstance(target, ast.Name) and target.id == "_base_":
            node.value = _hook(node.value, "bases", [node.value, ast.Name("__file__", ast.Load())])
        if len(node.targets) == 1 and isinstance(target, (ast.Tuple, ast.List)):
            if any(isinstance(part, ast.Starred) for part in target.elts):
                return node
            count = ast.Constant(len(target.elts))
            node.value = _hook(node.value, "unpack", [node.value, count])
        return node

    def visit_List(self, node: ast.List) -> ast.expr:
        """`[*x]` with a recorded `x` has no known length."""
        return self._display(node, "list")

    def visit_Tuple(self, node: ast.Tuple) -> ast.expr:
        """`(*x,)` likewise."""
        return self._display(node, "tuple")

    def visit_Set(self, node: ast.Set) -> ast.expr:
        """`{*x}` likewise; `{{_base_.x}}` is mmengine's word for `_base_.x`."""
        inner = node.elts[0]
        if isinstance(inner, ast.Set) and ast.unparse(inner).startswith("{_base_."):
            return cast("ast.expr", self.visit(inner.elts[0]))
        return self._display(node, "set")

    def _display(self, node: ast.List | ast.Tuple | ast.Set, kind: str) -> ast.expr:
        self.generic_visit(node)
        is_load = isinstance(node, ast.Set) or isinstance(node.ctx, ast.Load)
        if is_load and any(isinstance(part, ast.Starred) for part in node.elts):
            return _hook(node, "display", [ast.Constant(kind), _parts(node, node.elts)])
        return node

    def visit_Dict(self, node: ast.Dict) -> ast.expr:
        """`{**x}` likewise."""
        self.generic_visit(node)
        if None not in node.keys:
            return node
        entries = [
            ast.Tuple([ast.Constant(key is None), key or ast.Constant(None), value], ast.Load())
            for key, value in zip(node.keys, node.values, strict=True)
        ]
        return _hook(node, "mapping", [ast.List(list(entries), ast.Load())])

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """`a if t else b` is written down with both sides, if no side can change anything."""
        is_harmless = all(map(self._is_harmless, (node.body, node.orelse)))
        self.generic_visit(node)
        if not is_harmless:
            return node
        none = ast.Constant(None)
        sides = [
            ast.copy_location(
                ast.IfExp(_hook(side, "wanted", [ast.Constant(index)]), side, none), side
            )
            for index, side in enumerate((node.body, node.orelse))
        ]
        return _hook(node, "choice", [_hook(node.test, "begin", [node.test]), *sides])

    def visit_Module(self, node: ast.Module) -> ast.Module:
        """A dict of another file whose attributes are read is one that has them."""
        self._imported = {
            (alias.asname or alias.name).partition(".")[0]
            for statement in ast.walk(node)
            if isinstance(statement, (ast.Import, ast.ImportFrom))
            for alias in statement.names
        }
        read = {
            part.value.id
            for part in ast.walk(node)
            if isinstance(part, ast.Attribute)
            and isinstance(part.value, ast.Name)
            and not hasattr(dict, part.attr)
        }
        body = list[ast.stmt]()
        for statement in node.body:
            body.append(statement)
            if isinstance(statement, ast.ImportFrom) and statement.level:
                names = {alias.asname or alias.name for alias in statement.names}
                body += [self._attributed(statement, name) for name in sorted(names & read)]
        node.body = body
        self.generic_visit(node)
        return node

    def _attributed(self, statement: ast.ImportFrom, name: str) -> ast.stmt:
        loaded = ast.copy_location(ast.Name(name, ast.Load()), statement)
        value = _hook(loaded, "imported", [loaded])
        return ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], value), statement)

    def _is_harmless(self, node: ast.expr) -> bool:
        """Return whether an expression changes nothing: it calls imported things at most."""
        for part in ast.walk(node):
            if isinstance(part, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Lambda)):
                return False
            if isinstance(part, ast.Call):
                root = part.func
                while isinstance(root, ast.Attribute):
                    root = root.value
                known = self._imported | _HARMLESS
                if not isinstance(root, ast.Name) or root.id not in known:
                    return False
        return True

    def visit_If(self, node: ast.If) -> ast.stmt:
        """A branch that only imports does no harm, whether it is taken or not."""
        self.generic_visit(node)
        only_imports = all(isinstance(part, (ast.Import, ast.ImportFrom)) for part in node.body)
        if only_imports and not node.orelse:
            node.test = _hook(node.test, "imports", [node.test])
        return node

    def visit_Match(self, node: ast.Match) -> ast.stmt:
        """A pattern looks into its subject."""
        self.generic_visit(node)
        node.subject = _hook(node.subject, "subject", [node.subject])
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.stmt:
        """A recorded value can't be raised."""
        self.generic_visit(node)
        if node.exc is not None:
            node.exc = _hook(node.exc, "raised", [node.exc])
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        """An annotation stays as it is: it may be turned into text."""
        if node.value is not None:
            node.value = cast("ast.expr", self.visit(node.value))
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        """Likewise those of a function."""
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.stmt:
        """Likewise."""
        return self._function(node)

    def _function(self, node: _Function) -> ast.stmt:
        arguments = node.args
        node.decorator_list = [self._visited(part) for part in node.decorator_list]
        arguments.defaults = [self._visited(part) for part in arguments.defaults]
        arguments.kw_defaults = [
            None if part is None else self._visited(part) for part in arguments.kw_defaults
        ]
        node.body = [cast("ast.stmt", self.visit(statement)) for statement in node.body]
        return node

    def _visited(self, node: ast.expr) -> ast.expr:
        return cast("ast.expr", self.visit(node))


def _parts(node: ast.expr, elements: list[ast.expr]) -> ast.expr:
    """Return a list of `(starred, value)` pairs."""
    pairs = list[ast.expr]()
    for element in elements:
        starred = isinstance(element, ast.Starred)
        value = element.value if isinstance(element, ast.Starred) else element
        pairs.append(ast.Tuple([ast.Constant(starred), value], ast.Load()))
    return ast.copy_location(ast.List(pairs, ast.Load()), node)


def _hook(node: ast.expr, name: str, args: list[ast.expr]) -> ast.expr:
    recorder = ast.Name(RECORDER, ast.Load())
    call = ast.Call(ast.Attribute(recorder, name, ast.Load()), args, [])
    for made in (recorder, call.func, call, *args):
        if not hasattr(made, "lineno"):
            ast.copy_location(made, node)
    return ast.copy_location(call, node)


def compiled(source: str | bytes, path: str, mode: str = "exec") -> CodeType:
    """Return code with hooks in it.

    Raises:
        SyntaxError: The source is not Python.
    """
    tree: ast.AST = ast.parse(source, path, mode)
    if isinstance(tree, ast.Expression):
        module = rewritten(ast.Module([ast.Expr(tree.body)], []))
        statement = cast("ast.Expr", module.body[0])
        call = statement.value
        is_statement = isinstance(tree.body, ast.Call)
        inner = call.args[0] if is_statement and isinstance(call, ast.Call) else call
        return compile(ast.Expression(inner), path, mode, dont_inherit=True)
    return compile(rewritten(cast("ast.Module", tree)), path, mode, dont_inherit=True)


def source_of(path: str, data: bytes, module: str, package: str) -> Source:
    """Return a file's source, decoded as Python does.

    Raises:
        SyntaxError: The encoding is wrong.
    """
    return Source(path, decode_source(data), module, package)
