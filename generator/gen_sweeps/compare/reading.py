"""Reads a Python file into pieces, by CPython's own parser.

A piece is built once, whichever files it stands in, so that reading the hundredth sibling costs
little more than parsing it. What a piece is depends neither on its layout nor on another file.
"""

from __future__ import annotations

import ast
import codecs
import inspect
import io
import json
import re
import tokenize
import warnings
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gen_sweeps.compare.newer_syntax import newer_syntax_hint
from gen_sweeps.compare.pieces import Child, Piece, Pieces, Sort
from gen_sweeps.compare.source_text import SourceError, SourceText
from gen_sweeps.errors import PYTHON, Problem

_VALUE_WEIGHT = 48
"""Weight, much like characters, up to which an expression of names and constants is one value."""

_SCALARS = (ast.Constant, ast.Name, ast.Attribute, ast.UnaryOp)
_OPERATORS = (
    ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Starred, ast.Subscript, ast.Await
)  # fmt: skip
_LONGEST_TITLE = 40
"""Characters of a call's first string, or of another statement, by which it is known."""

_IDENTITY = ("type", "name", "abbr", "id", "key", "task", "alias")
"""Keywords and keys by which an element of a list says which one it is."""

_COMMENT_OR_STRING = re.compile(
    rb"#[^\n]*|(?i:\b[rbuft]{1,2})?"
    rb"(?:\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?'''"
    rb"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')",
    re.DOTALL,
)
_NESTED_QUOTES = re.compile(rb"(?i:\b[rb]?[ft][rb]?)(['\"])[^\n]*\{[^}\n]*\1")
_OTHER_LANGUAGES = (".yaml", ".yml", ".toml", ".ini", ".sh")
_PATH = re.compile(r"[\w.]+\(\)|\(\w+\)|[.\[].*", re.DOTALL)
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


class Comment(NamedTuple):
    """A comment, or several that stand on lines of their own, one below the other.

    Attributes:
        start: Where it starts, in bytes.
        end: Where it ends.
        alone: Whether nothing else stands on its lines.
    """

    start: int
    end: int
    alone: bool


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    r"""A file of a family.

    Attributes:
        name: The file as the user named it.
        data: Its bytes.
        text: Its text in UTF-8, with `\n` at the ends of lines and no byte order mark.
        root: What is in it.
        comments: Its comments, in order.
    """

    name: str
    data: bytes
    text: SourceText
    root: Piece
    comments: tuple[Comment, ...] = ()


def read_member(name: str, content: bytes, pieces: Pieces, *, data: bool = False) -> Member:
    """Read a Python file, or a JSON file by its name.

    Args:
        name: The file as the user named it; only shown, never opened.
        content: Its bytes.
        pieces: The pieces of the files that it is to be compared with.
        data: Whether it is no file, but one expression that makes data.

    Raises:
        SourceError: It is neither.
    """
    if not data and name.lower().endswith(_OTHER_LANGUAGES):  # some of it would pass for Python
        hint = "`gen-sweeps compare` reads Python, and JSON if the name ends in .json"
        raise SourceError(Problem("is neither Python nor JSON", name, hint=hint))
    try:
        text = SourceText.of(_utf8(content))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if data or name.lower().endswith(".json"):
                return _read_data(name, content, text, pieces)
            tree = ast.parse(text.data.decode())
        comments = tuple(_comments(text))
        return Member(name, content, text, _Reader(text, pieces, comments).module(tree), comments)
    except SyntaxError as error:
        line, column = error.lineno or None, error.offset or None
        message = f"not valid {PYTHON}: {error.msg}"
        newer = newer_syntax_hint(error, content)
        raise SourceError(Problem(message, name, line, column, hint=newer)) from None
    except (ValueError, OverflowError, LookupError) as error:
        raise SourceError(Problem(f"not valid {PYTHON}: {error}", name)) from None
    except (RecursionError, MemoryError):
        hint = "split its longest expression, or its longest chain of `elif`, into several"
        message = "the code is nested too deeply to be read"
        raise SourceError(Problem(message, name, hint=hint)) from None


def _utf8(data: bytes) -> bytes:
    r"""Return a file's text in UTF-8 with `\n` at the ends of lines."""
    data = data.removeprefix(codecs.BOM_UTF8)
    for line in data.split(b"\n", 2)[:2]:
        declared = _CODING.match(line)
        if declared is not None and declared[1].lower() not in {b"utf-8", b"utf8"}:
            data = data.decode(declared[1].decode()).encode()
            break
    data.decode()  # that it is UTF-8
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def _read_data(name: str, content: bytes, text: SourceText, pieces: Pieces) -> Member:
    """Read JSON, or data as Python prints it; the text of either is that of an expression."""
    is_json = name.lower().endswith(".json")
    if is_json:
        try:
            json.loads(text.data)
        except json.JSONDecodeError as error:
            problem = Problem(f"not valid JSON: {error.msg}", name, error.lineno, error.colno)
            raise SourceError(problem) from None
    # The first line may start with white space, so a bracket takes a line of its own.
    tree = ast.parse(b"(\n" + text.data + b"\n)", mode="eval")
    ast.increment_lineno(tree, -1)
    root = _Reader(text, pieces, (), has_paths=not is_json).document(tree.body)
    return Member(name, content, text, root)


def _comments(text: SourceText) -> Iterator[Comment]:
    """Yield the comments of a file; those on lines of their own below each other as one."""
    block: list[int] = []
    for start, end in _single_comments(text):
        line = text.data.rfind(b"\n", 0, start) + 1
        if text.data[line:start].strip():
            if block:
                yield Comment(block[0], block[1], alone=True)
            block = []
            yield Comment(start, end, alone=False)
        elif block and text.data[block[1] : line].strip(b" \t\f") == b"\n":
            block[1] = end
        else:
            if block:
                yield Comment(block[0], block[1], alone=True)
            block = [start, end]
    if block:
        yield Comment(block[0], block[1], alone=True)


def _single_comments(text: SourceText) -> Iterator[tuple[int, int]]:
    if b"#" not in text.data:
        return
    if _NESTED_QUOTES.search(text.data):  # since 3.12; only the tokenizer can tell
        lines = io.StringIO(text.data.decode())
        for token in tokenize.generate_tokens(lines.readline):
            if token.type == tokenize.COMMENT:
                start = text.line_starts[token.start[0] - 1]
                start += len(token.line[: token.start[1]].encode())
                yield start, start + len(token.string.rstrip().encode())
        return
    for match in _COMMENT_OR_STRING.finditer(text.data):
        if text.data[match.start()] == ord("#"):
            yield match.start(), match.start() + len(match.group().rstrip())


class _Reader:
    """Builds the pieces of one file.

    Args:
        text: Its text.
        pieces: All pieces that there are.
        comments: Its comments.
        has_paths: Whether its keys are paths, as resolved trees have them: `get_config()`, `[2]`.
    """

    def __init__(
        self,
        text: SourceText,
        pieces: Pieces,
        comments: Sequence[Comment],
        *,
        has_paths: bool = False,
    ) -> None:
        self._has_paths = has_paths
        self._data = text.data
        self._lines = text.line_starts
        self._pieces = pieces
        self._comments = comments
        self._comment_starts = [comment.start for comment in comments]

    def module(self, tree: ast.Module) -> Piece:
        """Return the piece that is the whole file."""
        key = ("file", self._data)
        known = self._pieces.known.get(key)
        if known is not None:
            return known
        return self._branch(key, "Body", self._statements(tree.body, 0, documented=True))

    def document(self, value: ast.expr) -> Piece:
        """Return the piece that is a whole file of data."""
        child = Child("=", "", self._span(value)[0], self._expression(value))
        return self._branch(("file", self._data), "Body", [child])

    def _at(self, line: int, column: int) -> int:
        return self._lines[line - 1] + column

    def _span(self, node: ast.expr | ast.stmt | ast.alias | ast.arg) -> tuple[int, int]:
        start = self._lines[node.lineno - 1] + node.col_offset
        return start, self._lines[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)

    def _leaf(self, key: tuple[str, bytes], kind: str, meaning: object) -> Piece:
        piece = Piece(kind, key[1], self._pieces.code((kind, meaning)), is_value=True)
        self._pieces.known[key] = piece
        return piece

    def _branch(
        self,
        key: tuple[str, bytes],
        kind: str,
        children: list[Child],
        head: tuple[str, ...] = (),
        start: int = 0,
    ) -> Piece:
        """Return a new piece, with the comments in it that stand in none of its children."""
        meaning = (kind, head, *[(c.key, c.piece.code) for c in children if c.piece.sort == "code"])
        first = bisect_left(self._comment_starts, start)
        if first < len(self._comments) and self._comments[first].start < start + len(key[1]):
            children = self._with_comments(children, first, start, start + len(key[1]))
        piece = Piece(kind, key[1], self._pieces.code(meaning), tuple(children), head=head)
        self._pieces.known[key] = piece
        return piece

    def _with_comments(
        self, children: list[Child], first: int, start: int, end: int
    ) -> list[Child]:
        """Return the children with the comments between them, each named by its neighbour."""
        found: list[Child] = []
        at = 0
        for comment in self._comments[first : bisect_left(self._comment_starts, end)]:
            while at < len(children) and children[at].offset + start <= comment.start:
                at += 1
            before = children[at - 1] if at else None
            if before and comment.start < start + before.offset + len(before.piece.text):
                continue
            after = children[at] if at < len(children) else None
            beside = (after if comment.alone else before) or after or before
            key = f"# {beside.key}" if beside else "#"
            label = f"{beside.label} (comment)".strip() if beside and beside.label else "(comment)"
            text = self._data[comment.start : comment.end]
            said = b"\n".join(line.strip(b" \t\f#") for line in text.split(b"\n"))
            piece = self._prose(("comment", text), "Comment", said, "comment")
            found.append(Child(key, label, comment.start - start, piece))
        return sorted([*children, *found], key=lambda child: child.offset)

    def _prose(self, key: tuple[str, bytes], kind: str, said: object, sort: Sort) -> Piece:
        piece = self._pieces.known.get(key)
        if piece is None:
            piece = self._leaf(key, kind, said)
            piece.sort = sort
        return piece

    # Expressions

    def _expression(self, node: ast.expr) -> Piece:
        start, end = self._span(node)
        key = ("expression", self._data[start:end])
        known = self._pieces.known.get(key)
        if known is not None:
            return known
        if isinstance(node, ast.Constant):
            return self._leaf(key, "Constant", (type(node.value).__name__, repr(node.value)))
        if _is_one_value(node):
            kind = "Name" if isinstance(node, ast.Name | ast.Attribute) else type(node).__name__
            return self._leaf(key, kind, ast.dump(node))
        if isinstance(node, ast.Call):
            return self._branch(key, "Call", list(self._arguments(node, start)), start=start)
        if isinstance(node, ast.Dict):
            return self._branch(key, "Dict", list(self._entries(node, start)), start=start)
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            elements = [
                Child(_element_key(e), f"[{n}]", self._span(e)[0] - start, self._expression(e))
                for n, e in enumerate(node.elts)
            ]
            piece = self._branch(key, type(node).__name__, elements, start=start)
            # It keeps its elements, or a file with a short list would seem to lack what is in it.
            piece.is_value = _is_short(node) and all(isinstance(e, _SCALARS) for e in node.elts)
            return piece
        children, head = self._operands(node, start)
        return self._branch(key, type(node).__name__, children, head, start)

    def _arguments(self, call: ast.Call, start: int) -> Iterator[Child]:
        yield Child("()", "", self._span(call.func)[0] - start, self._expression(call.func))
        found = []
        for number, value in enumerate(call.args, 1):
            key = "*" if isinstance(value, ast.Starred) else f"#{number}"
            at = self._span(value)[0] - start
            found.append(Child(key, f"[{number - 1}]", at, self._expression(value)))
        for keyword in call.keywords:
            at, piece = self._span(keyword.value)[0] - start, self._expression(keyword.value)
            if keyword.arg is None:
                found.append(Child("**", "(**)", at, piece))
            else:
                name_at = self._at(keyword.lineno, keyword.col_offset) - start
                length = len(keyword.arg.encode())
                found.append(Child(keyword.arg, keyword.arg, at, piece, name_at, length))
        yield from sorted(found, key=lambda child: child.offset)

    def _entries(self, node: ast.Dict, start: int) -> Iterator[Child]:
        for key, value in zip(node.keys, node.values, strict=True):
            at, piece = self._span(value)[0] - start, self._expression(value)
            if key is None:
                yield Child("**", "(**)", at, piece)
                continue
            left, right = self._span(key)
            word = key.value if isinstance(key, ast.Constant) else None
            if isinstance(word, str) and word.isidentifier():
                yield Child(word, word, at, piece, left - start, right - left)
            elif self._has_paths and isinstance(word, str) and _PATH.fullmatch(word):
                yield Child(word, word.removeprefix("."), at, piece, left - start, right - left)
            else:
                shown = f"[{ast.unparse(key)}]".replace("'", '"')
                yield Child(ast.dump(key), shown, at, piece, left - start, right - left)

    def _operands(self, node: ast.expr, start: int) -> tuple[list[Child], tuple[str, ...]]:
        """Return the parts of any other expression, and what it says itself."""
        children: list[Child] = []
        head = [type(node).__name__]
        for field, _, role, part in _fields(node):
            if isinstance(part, ast.expr):
                label = "" if field in {"value", "elt", "func"} else f"({role})"
                at = self._span(part)[0] - start
                children.append(Child(f".{role}", label, at, self._expression(part)))
            else:
                head.append(ast.dump(part) if isinstance(part, ast.AST) else repr(part))
        return sorted(children, key=lambda child: child.offset), tuple(head)

    # Statements

    def _statements(self, body: Sequence[ast.stmt], start: int, *, documented: bool) -> list[Child]:
        return [
            self._statement(statement, start, documented=documented and number == 0)
            for number, statement in enumerate(body)
        ]

    def _start(self, statement: ast.stmt) -> int:
        """Return where a statement starts, its decorators included."""
        decorators: Sequence[ast.expr] = getattr(statement, "decorator_list", ())
        if not decorators:
            return self._at(statement.lineno, statement.col_offset)
        return self._data.rfind(b"@", 0, self._span(decorators[0])[0])

    def _end(self, statement: ast.stmt) -> int:
        """Return where a statement ends; one with a body takes the comment beside its last line."""
        end = self._span(statement)[1]
        return self._beside(end) if hasattr(statement, "body") else end

    def _beside(self, end: int) -> int:
        """Return where a comment ends that stands behind `end` on the same line, or else `end`."""
        index = bisect_left(self._comment_starts, end)
        if index == len(self._comments):
            return end
        comment = self._comments[index]
        if comment.alone or self._data[end : comment.start].strip(b" \t\f;"):
            return end
        return comment.end

    def _statement(self, statement: ast.stmt, base: int, *, documented: bool) -> Child:
        start = self._start(statement)
        text = self._data[start : self._end(statement)]
        child = self._pieces.statements.get((documented, text))
        if child is None:
            child = self._new_statement(statement, start, text, documented=documented)
            self._pieces.statements[documented, text] = child
        key, label, offset, piece, name_offset, name_length = child
        at = start - base
        name_at = at + name_offset if name_length else -1
        return Child(key, label, at + offset, piece, name_at, name_length)

    def _new_statement(self, node: ast.stmt, start: int, text: bytes, *, documented: bool) -> Child:
        """Return a statement's piece and what it is called, with offsets from its start."""
        match node:
            case ast.Expr(value=ast.Constant(value=str(said))):
                label = "docstring" if documented else "string"
                key = ("docstring", text)
                cleaned = "\n".join(s.rstrip() for s in inspect.cleandoc(said).strip().split("\n"))
                return Child(label, label, 0, self._prose(key, "String", cleaned, "docstring"))
            case ast.Expr(value=value):
                at, piece = self._span(value)[0] - start, self._expression(value)
                name = _call_name(value)
                return Child(f"call {name}", name, at, piece)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                return self._assignment(node, start, text)
            case ast.Import() | ast.ImportFrom():
                return self._import(node, start, text)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return self._definition(node, start, text)
            case ast.Return(value=ast.expr() as value):
                at = self._span(value)[0] - start
                return Child("return", "return", at, self._expression(value))
        if isinstance(node, ast.Delete) and isinstance(node.targets[0], ast.Tuple):
            node.targets[:1] = node.targets[0].elts  # parentheses mean nothing here
        children, head = self._parts(node, start)
        first = text.split(b"\n", 1)[0].decode("utf-8", "replace").rstrip(": ").removeprefix("el")
        name = f"({first[:_LONGEST_TITLE]})"
        if not children:
            return Child(
                f"statement {type(node).__name__}",
                name,
                0,
                self._leaf(("statement", text), type(node).__name__, ast.dump(node)),
            )
        test = ast.unparse(node.test) if isinstance(node, ast.If) else ""
        piece = self._branch(("statement", text), type(node).__name__, children, head, start)
        return Child(f"statement {type(node).__name__} {test}", name, 0, piece)

    def _assignment(
        self, node: ast.Assign | ast.AnnAssign | ast.AugAssign, start: int, text: bytes
    ) -> Child:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        first, last = self._span(targets[0])[0], self._span(targets[-1])[1]
        shown = " ".join(self._data[first:last].decode("utf-8", "replace").split())
        said = ", ".join(map(ast.unparse, targets))
        name = first - start, last - first
        children = []
        if isinstance(node, ast.AnnAssign):
            at, piece = self._span(node.annotation)[0], self._expression(node.annotation)
            children.append(Child(":", "(annotation)", at - start, piece))
        if node.value is not None:
            value = self._expression(node.value)
            at = self._span(node.value)[0] - start
            children.append(Child("=", "", at, value))
            if isinstance(node, ast.Assign):
                return Child(f"={said}", shown, at, value, *name)
        op = type(node.op).__name__ if isinstance(node, ast.AugAssign) else ""
        key = ("statement", text)
        return Child(
            f"{op}={said}", shown, 0, self._branch(key, "Assign", children, (op,), start), *name
        )

    def _import(self, node: ast.Import | ast.ImportFrom, start: int, text: bytes) -> Child:
        children = []
        for alias in node.names:
            left, right = self._span(alias)
            key = ("alias", self._data[left:right])
            piece = self._pieces.known.get(key) or self._leaf(
                key, "Alias", (alias.name, alias.asname)
            )
            children.append(Child(f"name {alias.name}", alias.name, left - start, piece))
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            piece = self._branch(("statement", text), "From", children, start=start)
            where = text.find(module.encode(), len("from"))
            length = len(module.encode()) if where >= 0 else 0
            return Child(f"from {module}", f"(from {module})", 0, piece, where, length)
        if len(children) == 1:
            (only,) = children
            return only._replace(key=f"import {only.label}", label=f"(import {only.label})")
        return Child(
            "import",
            "(import)",
            0,
            self._branch(("statement", text), "Import", children, start=start),
        )

    def _definition(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, start: int, text: bytes
    ) -> Child:
        children = []
        for decorator in node.decorator_list:
            name = f"@{_call_name(decorator)}"
            at = self._span(decorator)[0] - start
            children.append(Child(name, f"({name})", at, self._expression(decorator)))
        kind = "class" if isinstance(node, ast.ClassDef) else "def"
        if isinstance(node, ast.ClassDef):
            for number, base in enumerate(node.bases):
                at = self._span(base)[0] - start
                children.append(Child(f"base {number}", "(base)", at, self._expression(base)))
            for keyword in node.keywords:
                at, piece = self._span(keyword.value)[0] - start, self._expression(keyword.value)
                name = keyword.arg or "**"
                children.append(Child(f"keyword {name}", f"({name})", at, piece))
        else:
            children += self._parameters(node.args, start)
            if node.returns is not None:
                at = self._span(node.returns)[0] - start
                children.append(Child("->", "(return type)", at, self._expression(node.returns)))
        children.append(self._suite("body", "", node.body, start, documented=True))
        head = (type(node).__name__,)
        piece = self._branch(("statement", text), kind, children, head, start)
        decorated = self._span(node.decorator_list[-1])[1] - start if node.decorator_list else 0
        named = rb"\b(?:class|def)[\s\\]+(" + re.escape(node.name).encode() + rb")(?!\w)"
        found = re.compile(named).search(text, decorated)
        where = (found.start(1), len(node.name.encode())) if found else (-1, 0)
        return Child(f"{kind} {node.name}", node.name, 0, piece, *where)

    def _parameters(self, args: ast.arguments, start: int) -> Iterator[Child]:
        positional = [*args.posonlyargs, *args.args]
        missing: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults))
        defaults = [*missing, *args.defaults, *args.kw_defaults]
        given = [
            *((p, d, "") for p, d in zip([*positional, *args.kwonlyargs], defaults, strict=True)),
            *((p, None, star) for p, star in ((args.vararg, "*"), (args.kwarg, "**")) if p),
        ]
        for parameter, default, star in given:
            left = self._span(parameter)[0]
            right = self._span(default if default is not None else parameter)[1]
            key = ("parameter", self._data[left:right])
            piece = self._pieces.known.get(key)
            if piece is None:
                parts = []
                if parameter.annotation is not None:
                    at = self._span(parameter.annotation)[0] - left
                    note = self._expression(parameter.annotation)
                    parts.append(Child(":", "(annotation)", at, note))
                if default is not None:
                    at = self._span(default)[0] - left
                    parts.append(Child("=", "", at, self._expression(default)))
                if parts:
                    piece = self._branch(key, "Parameter", parts, start=left)
                else:
                    piece = self._leaf(key, "Parameter", "")
            name = star + parameter.arg
            at = left - start
            yield Child(f"parameter {name}", name, at, piece, at, len(parameter.arg.encode()))

    def _parts(self, node: ast.stmt, start: int) -> tuple[list[Child], tuple[str, ...]]:
        """Return the parts of a compound or any other statement, and what it says itself."""
        children: list[Child] = []
        head = [type(node).__name__]
        for field, number, role, part in _fields(node):
            if isinstance(part, ast.expr):
                at = self._span(part)[0] - start
                children.append(Child(f".{role}", f"({field})", at, self._expression(part)))
            elif isinstance(part, ast.stmt):
                if number == 0:
                    label = {"orelse": "else", "finalbody": "finally"}.get(field, "")
                    body = getattr(node, field)
                    children.append(self._suite(f".{field}", label, body, start))
            elif isinstance(part, ast.ExceptHandler | ast.match_case):
                children.append(self._suite(f".{role}", f"({field} {number})", part.body, start))
                head += [ast.dump(p) for p in _guards(part)]
            elif isinstance(part, ast.withitem):
                at = self._span(part.context_expr)[0] - start
                item = self._expression(part.context_expr)
                children.append(Child(f".{role}", "(with)", at, item))
                head.append(ast.dump(part.optional_vars) if part.optional_vars else "")
            else:
                head.append(ast.dump(part) if isinstance(part, ast.AST) else repr(part))
        return sorted(children, key=lambda child: child.offset), tuple(head)

    def _suite(
        self, key: str, label: str, body: Sequence[ast.stmt], base: int, *, documented: bool = False
    ) -> Child:
        start = self._start(body[0])
        text = self._data[start : self._beside(self._span(body[-1])[1])]
        memo = ("documented suite" if documented else "suite", text)
        known = self._pieces.known.get(memo)
        if known is None:
            statements = self._statements(body, start, documented=documented)
            known = self._branch(memo, "Body", statements, start=start)
        return Child(key, label, start - base, known)


def _fields(node: ast.AST) -> Iterator[tuple[str, int, str, object]]:
    """Yield the parts of a node: the field, the number in it, what both are called, the part."""
    for field, value in ast.iter_fields(node):
        for number, part in enumerate(value if isinstance(value, list) else [value]):
            if part is not None:
                yield field, number, f"{field}{number}" if isinstance(value, list) else field, part


def _guards(part: ast.ExceptHandler | ast.match_case) -> Iterator[ast.AST]:
    """Yield what has to be the case for a branch to be taken."""
    if isinstance(part, ast.match_case):
        yield part.pattern
        guard = part.guard
    else:
        guard = part.type
    if guard is not None:
        yield guard


def _is_one_value(node: ast.expr) -> bool:
    """Whether an expression is shown whole, because nothing in it has a name of its own."""
    if isinstance(node, ast.Name | ast.JoinedStr | ast.Slice):
        return True
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
        return _is_one_value(node.value)
    return isinstance(node, (*_SCALARS, *_OPERATORS)) and _is_short(node)


def _is_short(node: ast.expr) -> bool:
    """Whether an expression is short, however it is laid out."""
    left = _VALUE_WEIGHT
    for inner in ast.walk(node):
        match inner:
            case ast.Name():
                left -= len(inner.id) + 2
            case ast.Constant():
                left -= len(repr(inner.value)) + 2
            case ast.Attribute():
                left -= len(inner.attr) + 1
            case ast.keyword() | ast.Dict():
                return False  # what is in it has a name
            case ast.Call() | ast.ListComp() | ast.DictComp() | ast.Lambda():
                left -= 4
        if left < 0:
            return False
    return True


def _call_name(node: ast.expr) -> str:
    """Return what a statement that is a call, or a decorator, is known by."""
    if not isinstance(node, ast.Call):
        return ast.unparse(node)[:_LONGEST_TITLE]
    callee = _callee(node)
    first = node.args[0] if node.args else None
    if (
        isinstance(first, ast.Constant)
        and isinstance(first.value, str)
        and len(first.value) < _LONGEST_TITLE
    ):
        return f'{callee}("{first.value}")'
    return callee


def _callee(call: ast.Call) -> str:
    is_name = isinstance(call.func, ast.Name | ast.Attribute)
    return ast.unparse(call.func) if is_name else type(call.func).__name__


def _element_key(node: ast.expr) -> str:
    """Return what an element of a list is known by: what it calls, and what it calls itself."""
    if isinstance(node, ast.Call):
        base = f"element {_callee(node)}"
        said = {keyword.arg: keyword.value for keyword in node.keywords}
        first = node.args[0] if node.args else None
    elif isinstance(node, ast.Dict):
        base, first = "element {}", None
        said = {
            key.value: value
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }
    else:
        return ""
    for word in _IDENTITY:
        match said.get(word):
            case ast.Constant(value=str() | int() as value):
                return f"{base} {word}={value}"
            case ast.Name(id=name):
                return f"{base} {word}={name}"
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return f"{base} {first.value!r}"
    return base
