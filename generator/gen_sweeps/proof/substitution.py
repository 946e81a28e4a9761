"""Proves a file by reading it whole: its tree is its skeleton's with the values put in.

It knows nothing of places. It fills the holes with labels that nothing else has, reads that file,
puts the values where the labels have landed, and compares with the file as it is: the tree, the
comments, Python's warnings, which names meet, which entries a dict loses. So it judges what
construction refuses, file by file, and with `--paranoid` everything.
"""

from __future__ import annotations

import ast
import io
import keyword
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gen_sweeps.proof.fillings import UNSEEN
from gen_sweeps.proof.operands import (
    MANGLED,
    SOFT_KEYWORDS,
    names_read,
    prints_as,
    reads_as,
)
from gen_sweeps.rendering.escaping import PRAGMA
from gen_sweeps.rendering.skeleton import HoleValue, Kind, Page

_ACTING = (
    ast.NamedExpr,
    ast.Yield,
    ast.YieldFrom,
    ast.Await,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
"""Expressions that act on what is around them, or have names of their own."""

_DOTTED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_FORMATTED = tuple(
    getattr(ast, name) for name in ("JoinedStr", "TemplateStr") if name in ast.__dict__
)


def substitution_fault(page: Page, control: Page) -> str | None:
    """Return why a file is not its skeleton with the values of its holes; None if it is.

    Args:
        page: The file.
        control: The first file of the skeleton: the names that holes bind must meet the same
            names in both, and the same texts be docstrings.
    """
    try:
        _check(page, control)
    except _MisplacedError as misplaced:
        return str(misplaced)
    except (RecursionError, MemoryError):
        return "nests too deep"
    return None


class _MisplacedError(Exception):
    """A filling does something else than to say its value; says what."""


@dataclass(frozen=True, slots=True)
class _Hole:
    """What stands for a hole, or for a number that holes are parts of.

    Attributes:
        start: Where it starts in the file.
        end: Where it ends.
        text: What stands there.
        kind: What filter it is printed through; None for a number with holes in it.
        value: What the spec says that it holds.
        label: The name that nothing else has.
        mark: The source that the label is filled in by.
    """

    start: int
    end: int
    text: str
    kind: Kind | None
    value: HoleValue
    label: str
    mark: str

    @property
    def said(self) -> str:
        """What it says inside of a string, a name or a comment."""
        is_text = isinstance(self.value, str) and self.kind not in (Kind.VALUE, Kind.COMMENT, None)
        return str(self.value) if is_text else self.text


def _check(page: Page, control: Page) -> None:
    """Check a file.

    Raises:
        _MisplacedError: It is not its skeleton with the values put in.
    """
    if any(UNSEEN.search(filling.text) for filling in page.fillings):
        raise _MisplacedError("it has a control character or a bidirectional mark")
    source = page.text
    encoding, _ = tokenize.detect_encoding(io.BytesIO(source.encode()).readline)
    if encoding != "utf-8":
        raise _MisplacedError(f"the file declares the encoding {encoding}")
    found, complaints = _compiled(source)
    tokens = _tokens(source)
    holes = _holes(page, tokens, found)
    marked = _marked(source, holes)
    wanted, tolerated = _compiled(marked)
    if more := complaints - tolerated:
        raise _MisplacedError(f"Python warns of it: {min(more)}")
    _check_names(wanted, holes, control)
    lost = _lost_keys(wanted)
    put = _Put(holes)
    if _dump(put.visit(wanted)) != _dump(found):
        raise _MisplacedError("it reads otherwise than the value on its own")
    if _lost_keys(found) != lost + put.lost_keys:
        raise _MisplacedError("it makes two keys of a dict equal")
    if _docstrings(found) != _docstrings(_compiled(control.text)[0]):
        raise _MisplacedError("it is a docstring, or takes the place of one")
    _check_comments(_comments(_tokens(marked)), _comments(tokens), holes)


def _compiled(source: str) -> tuple[ast.Module, Counter[str]]:
    """Return the tree of a file, and what Python warns of in it."""
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            tree = ast.parse(source.encode())
            compile(tree, "file", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        raise _MisplacedError("it is no value, name or text on its own") from None
    return tree, Counter(str(it.message) for it in caught)


# The labels.


def _holes(page: Page, tokens: Sequence[tokenize.TokenInfo], tree: ast.Module) -> dict[str, _Hole]:
    """Return the holes of a page by their labels, in order."""
    source = page.text
    prefix = "gen_sweeps_hole_"
    while prefix in source:
        prefix += "x_"
    lines = [0, *(match.end() for match in re.finditer("\n", source))]
    numbers = [
        (lines[token.start[0] - 1] + token.start[1], lines[token.end[0] - 1] + token.end[1])
        for token in tokens
        if token.type == tokenize.NUMBER
    ]
    statements = set(_string_statements(tree))
    holes: dict[str, _Hole] = {}
    for number, (hole, filling, (start, end)) in enumerate(
        zip(page.skeleton.holes, page.fillings, page.spans, strict=True)
    ):
        text, value = filling
        made = _Hole(start, end, text, hole.kind, value, f"{prefix}{number}_", "")
        around = [it for it in numbers if it[0] <= start <= end <= it[1] and it != (start, end)]
        if around:
            if not prints_as(text, value):
                raise _MisplacedError("it is another number than the spec says")
            made = replace(made, start=around[0][0], end=around[0][1], kind=None)
            made = replace(made, text=source[made.start : made.end])
            if any(it.start == made.start and it.kind is None for it in holes.values()):
                continue
        row = source.count("\n", 0, start) + 1
        at = row, len(source[lines[row - 1] : start].encode())
        holes[made.label] = replace(made, mark=_mark(made, is_statement=at in statements))
    return holes


def _mark(hole: _Hole, *, is_statement: bool) -> str:
    """Return the source that a label is filled in by: where a comment may start, a comment."""
    if hole.kind is Kind.COMMENT:
        return f"# {hole.label}" if hole.text else ""
    return f'"{hole.label}"' if is_statement and hole.kind is Kind.VALUE else hole.label


def _string_statements(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Yield where the strings start that are statements of their own: docstrings, and others."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str()) as string):
                yield string.lineno, string.col_offset


def _marked(source: str, holes: Mapping[str, _Hole]) -> str:
    """Return the file with labels in its holes."""
    pieces = []
    at = 0
    for hole in holes.values():
        pieces += [source[at : hole.start], hole.mark]
        at = hole.end
    return "".join(pieces) + source[at:]


def _replaced(text: str, texts: Mapping[str, str]) -> str:
    for label, said in texts.items():
        if label in text:
            text = text.replace(label, said)
    return text


class _Put(ast.NodeTransformer):
    """Puts the values of holes where their labels stand in a tree.

    Attributes:
        lost_keys: The entries of dicts that the values themselves have twice.
    """

    def __init__(self, holes: Mapping[str, _Hole]) -> None:
        self.lost_keys = 0
        self._holes = holes
        self._said = {label: hole.said for label, hole in holes.items()}

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self._holes and isinstance(node.ctx, ast.Load):
            return self._value(self._holes[node.id])
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str):
            if (hole := self._holes.get(node.value)) and hole.mark.startswith('"'):
                return self._value(hole)
            node.value = _replaced(node.value, self._said)
        elif isinstance(node.value, bytes):
            text = _replaced(node.value.decode("latin-1"), self._said)
            node.value = text.encode("latin-1", "replace")
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for field, value in ast.iter_fields(node):
            if isinstance(value, str):
                setattr(node, field, _replaced(value, self._said))
            elif isinstance(value, list):
                value[:] = [_replaced(v, self._said) if isinstance(v, str) else v for v in value]
        return node

    def _value(self, hole: _Hole) -> ast.expr:
        node = _node(hole)
        self.lost_keys += _lost_keys(node)
        return node


def _node(hole: _Hole) -> ast.expr:
    """Return the tree of what stands in code for a hole, which must read as its value."""
    source = f"({hole.text}\n)"
    if not hole.text.strip():
        raise _MisplacedError("it is nothing where a value should stand")
    try:
        node = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError):
        raise _MisplacedError("it is no value, name or text on its own") from None
    if hole.kind is Kind.NAME:
        if not _DOTTED.fullmatch(hole.text):
            raise _MisplacedError("it is no name")
    elif hole.kind is Kind.VALUE:
        if not reads_as(node, hole.value, source):
            raise _MisplacedError("it is another value than the spec says")
    elif hole.kind is not None:
        raise _MisplacedError("it is text in code")
    _check_acts(node)
    return node


def _check_acts(node: ast.expr) -> None:
    for child in ast.walk(node):
        if isinstance(child, _ACTING):
            raise _MisplacedError("it acts on what is around it")
        if (name := _name_of(child)) and _is_special(name, node=child):
            raise _MisplacedError(f"the name {name} has a meaning of its own to Python")


def _name_of(node: ast.AST) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
            return name
        case _:
            return None


def _is_special(name: str, *, node: ast.AST) -> bool:
    """Say whether a name depends on the class or function that it stands in."""
    private = name.startswith("__") and not name.endswith("__")
    own = isinstance(node, ast.Name) and name in ("super", "__class__", "__debug__")
    return private or own or bool(MANGLED.match(name))


# What must be the same but for the values.


def _check_names(tree: ast.Module, holes: Mapping[str, _Hole], control: Page) -> None:
    """Check that names which holes bind meet the same names as in the control."""
    texts = {label: hole.said for label, hole in holes.items()}
    numbers = {label: int(label.rstrip("_").rpartition("_")[2]) for label in holes}
    before = {label: control.fillings[number].text for label, number in numbers.items()}
    names = list(_identifiers(tree))
    in_holes = {it for it in names if any(label in it[0] for label in holes)}
    pairs = {(_replaced(name, before), _replaced(name, texts)) for name, _ in names}
    renamed = set()
    for name, binds in in_holes:
        if name in holes and not binds:
            continue
        old, new = _replaced(name, before), _replaced(name, texts)
        if binds and not _is_free(new):
            raise _MisplacedError(f"it makes the name {new}, which is special or no name")
        if binds and old != new:
            renamed.add((old, new))
    reads = [
        (_names_in(before[label]), _names_in(hole.text))
        for label, hole in holes.items()
        if (label, False) in in_holes
    ]
    for old, new in sorted(renamed):
        if any(MANGLED.match(name) for name, _ in names):
            raise _MisplacedError(f"it binds {new}, and the file spells a private name in full")
        meets = any((one == old) != (other == new) for one, other in pairs)
        if meets or any((old in one) != (new in other) for one, other in reads):
            message = f"it binds {new}, and other names meet it than meet {old} in the first file"
            raise _MisplacedError(message)


def _is_free(name: str) -> bool:
    is_name = name.isascii() and name.isidentifier() and not keyword.iskeyword(name)
    special = name.startswith("__") or name in SOFT_KEYWORDS or MANGLED.match(name)
    return is_name and not special


def _names_in(text: str) -> frozenset[str]:
    try:
        return names_read(ast.parse(f"({text}\n)", mode="eval").body)
    except (SyntaxError, ValueError):
        return frozenset()


def _identifiers(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Yield the names of a file, and whether they are bound where they stand."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=context):
                yield name, not isinstance(context, ast.Load)
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                yield name, False
            case ast.alias(name=path, asname=name):
                first, *others = path.split(".")
                yield from ((part, False) for part in (others if name is None else path.split(".")))
                yield name or first, True
            case ast.ImportFrom(module=str(module)):
                yield from ((part, False) for part in module.split("."))
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from ((name, True) for name in names)
            case ast.arg(arg=name) | ast.MatchMapping(rest=str(name)):
                yield name, True
            case _:
                if isinstance(name := getattr(node, "name", None), str):
                    yield name, True


def _lost_keys(tree: ast.AST) -> int:
    """Return how many entries of dicts another one with an equal key replaces."""
    dicts = [node.keys for node in ast.walk(tree) if isinstance(node, ast.Dict)]
    return sum(len(keys) - len({_key(key) for key in keys}) for keys in dicts)


def _key(node: ast.expr | None) -> object:
    """Return what is equal for keys that are equal; `**` is like no key but another `**`."""
    try:
        key = ast.literal_eval(node) if node else None
        hash(key)
    except (ValueError, TypeError):
        return node and ast.dump(node), "no literal"
    return (key, "") if node else id(dict)


def _docstrings(tree: ast.AST) -> list[bool]:
    """Return which of the classes, functions and the module have a docstring."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = (node for node in ast.walk(tree) if isinstance(node, kinds))
    return [ast.get_docstring(node, clean=False) is not None for node in found]


def _dump(tree: ast.AST) -> str:
    """Return a tree as text, without `u` prefixes and the empty parts of f-strings."""
    for node in ast.walk(tree):
        if isinstance(node, _FORMATTED):
            node.values = [
                part
                for part in node.values
                if not (isinstance(part, ast.Constant) and part.value == "")
            ]
        elif isinstance(node, ast.Constant):
            node.kind = None
    return ast.dump(tree)


# Comments.


def _check_comments(
    wanted: Iterable[str], found: Sequence[str], holes: Mapping[str, _Hole]
) -> None:
    """Check that comments are the skeleton's with the texts put in, and tell no tool anything."""
    texts = {label: hole.said for label, hole in holes.items()}
    starts = {f"# {label}": hole.text for label, hole in holes.items() if hole.mark[:1] == "#"}
    expected = []
    for comment in wanted:
        made = _replaced(_replaced(comment, starts), texts)
        lines = [line.strip(" ") for line in made.split("\n")] if "\n" in made else [made]
        expected += lines
        if made == comment:
            continue
        for line in lines:
            if match := PRAGMA.search(line):
                raise _MisplacedError(f"it makes `{match[0].strip()}`, which tools read")
            if line.endswith("\\"):
                raise _MisplacedError("it ends in a backslash, which LibCST does not keep")
    if expected != list(found):
        raise _MisplacedError("it changes the comments around it")


def _tokens(source: str) -> list[tokenize.TokenInfo]:
    try:
        return list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        raise _MisplacedError("Python finds no tokens in it") from None


def _comments(tokens: Iterable[tokenize.TokenInfo]) -> list[str]:
    return [token.string for token in tokens if token.type == tokenize.COMMENT]
