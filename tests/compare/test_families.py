"""Families of realistic config files: every planted divergence is found, and nothing else is."""

from __future__ import annotations

import ast
import subprocess
import textwrap
import warnings
from inspect import cleandoc
from typing import TYPE_CHECKING

import pytest
from config_files import STYLES, config_file
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gen_sweeps.compare.family import Family, compare_family, most_typical
from gen_sweeps.compare.pairwise import differences
from gen_sweeps.compare.parsing import SourceError, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gen_sweeps.compare.difference import Difference

SEEDS = st.integers(0, 10_000)
MARK = 987654321


def compared(left: str, right: str) -> tuple[Difference, ...]:
    return differences(parse("a.py", left.encode()), parse("b.py", right.encode()))


def family_of(sources: Sequence[str]) -> Family:
    data = [source.encode() for source in sources]
    modules = [parse(f"f{n}.py", source) for n, source in enumerate(data)]
    members = [(module, [module.path]) for module in modules]
    return compare_family(modules[most_typical(data)], members)


def constants(source: str) -> list[ast.Constant]:
    """Return the numbers of a file that are not in an f-string."""
    tree = ast.parse(source)
    formatted = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
    }
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and type(node.value) in {int, float}
        and id(node) not in formatted
    ]


def replaced(source: str, node: ast.Constant, text: str) -> str:
    lines = source.splitlines(keepends=True)
    line = lines[node.lineno - 1]
    lines[node.lineno - 1] = line[: node.col_offset] + text + line[node.end_col_offset :]
    return "".join(lines)


def reformatted(source: str, *options: str) -> str:
    command = ["ruff", "format", "--isolated", *options, "--stdin-filename", "a.py", "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    return done.stdout


@settings(max_examples=20)
@given(SEEDS, st.data())
def test_a_changed_constant_anywhere_is_the_only_difference_and_at_its_place(
    seed: int, data: st.DataObject
) -> None:
    source = config_file(seed)
    node = data.draw(st.sampled_from(constants(source)))
    (found,) = compared(source, replaced(source, node, str(MARK)))
    assert (found.kind, found.change) == ("code", "changed")
    assert found.left is not None
    assert found.right is not None
    assert (found.left.line, found.left.column) == (node.lineno, node.col_offset + 1)
    assert (found.right.line, found.right.column) == (node.lineno, node.col_offset + 1)
    assert str(MARK) in found.right.text


@settings(max_examples=15)
@given(SEEDS, st.data())
def test_a_deleted_line_that_is_a_statement_or_argument_is_one_difference(
    seed: int, data: st.DataObject
) -> None:
    lines = config_file(seed).splitlines(keepends=True)
    own = [n for n, line in enumerate(lines) if " = " in line or line.endswith(",\n")]
    index = data.draw(st.sampled_from([n for n in own if not lines[n - 1].strip().startswith("#")]))
    shorter = "".join(lines[:index] + lines[index + 1 :])
    try:
        compile(shorter, "b.py", "exec")
    except SyntaxError:
        return
    found = compared("".join(lines), shorter)
    assert [(d.kind, d.change) for d in found] == [("code", "removed")]
    assert found[0].left is not None
    assert found[0].left.line == index + 1
    (back,) = compared(shorter, "".join(lines))
    assert (back.change, back.path) == ("added", found[0].path)


@pytest.mark.parametrize("seed", range(2 * len(STYLES)))
@pytest.mark.parametrize(
    "options",
    [
        ("--line-length", "60"),
        ("--line-length", "160", "--config", "format.quote-style='single'"),
        ("--config", "format.skip-magic-trailing-comma=true"),
    ],
)
def test_a_reformatted_file_differs_in_layout_only(seed: int, options: tuple[str, ...]) -> None:
    source = config_file(seed)
    twin = reformatted(source, *options)
    assert twin != source
    assert {d.kind for d in compared(source, twin)} == {"layout"}


@pytest.mark.parametrize("seed", range(len(STYLES)))
def test_a_constant_is_found_in_a_reformatted_file_too(seed: int) -> None:
    source = config_file(seed)
    node = constants(source)[-1]
    twin = reformatted(replaced(source, node, str(MARK)), "--line-length", "60")
    (found,) = [d for d in compared(source, twin) if d.kind != "layout"]
    assert found.right is not None
    assert str(MARK) in found.right.text
    assert twin.splitlines()[(found.right.line or 0) - 1].count(str(MARK)) == 1


class PlainStrings(ast.NodeTransformer):
    """Makes an f-string that has nothing to fill in the string that it is."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        return node if isinstance(node.value, ast.JoinedStr) else self.generic_visit(node)  # type: ignore[return-value] # it stays what it is

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        said = [part.value for part in node.values if isinstance(part, ast.Constant)]
        return node if len(said) < len(node.values) else ast.Constant("".join(map(str, said)))


def meaning(source: str) -> str:
    """Return what Python makes of a file, its docstrings without indentation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of `1and 2`, which Python reads all the same
        tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                said = first.value.value
                if isinstance(said, str):
                    lines = cleandoc(said).strip().splitlines()
                    first.value.value = "\n".join(line.rstrip() for line in lines)
    return ast.dump(PlainStrings().visit(tree))


@settings(max_examples=50)
@given(SEEDS, st.integers(0, 10_000), st.sampled_from([*" ,()[]{}#\n'\"=.:-01aRf*", "", "and"]))
@example(458, 684, "f")
@example(8052, 4233, "and")
def test_code_differs_exactly_when_pythons_own_tree_does(seed: int, place: int, text: str) -> None:
    source = config_file(seed % 40)
    at = place % len(source)
    mutant = source[:at] + text + source[at + 1 :]
    try:
        found = compared(source, mutant)
    except SourceError:
        return
    differs = any(d.kind in {"code", "docstring"} for d in found)
    assert differs == (meaning(source) != meaning(mutant))
    assert bool(found) == (source != mutant)


@settings(max_examples=10)
@given(SEEDS, SEEDS)
def test_comparing_either_way_round_finds_as_many_places(seed: int, other: int) -> None:
    left, right = config_file(seed % 12), config_file(other % 12)
    there, back = compared(left, right), compared(right, left)
    assert bool(there) == bool(back) == (left != right)


def test_one_outlier_of_twelve_comes_first_and_is_named_with_its_line() -> None:
    source = config_file(1)
    nodes = constants(source)
    members = [replaced(source, nodes[3], str(n)) for n in range(12)]
    members[5] = replaced(members[5], nodes[40], str(MARK))
    family = family_of(members)
    assert [len(row.values) for row in family.rows] == [2, 12]
    few, many = family.rows[0].values
    assert [(h.name, h.line) for h in few.holders] == [("f5.py", nodes[40].lineno)]
    assert {h.line for h in many.holders} == {nodes[40].lineno}
    assert len(many.holders) == 11


def test_the_line_of_each_file_is_its_own_though_it_does_not_differ_there() -> None:
    family = family_of(["a = 1\nb = 2\n", "\n\na = 1\nb = 2\n", "a = 1\nb = 3\n"])
    row = next(row for row in family.rows if row.path == "b")
    assert {(h.name, h.line) for v in row.values for h in v.holders} == {
        ("f0.py", 2),
        ("f1.py", 4),
        ("f2.py", 2),
    }


def test_what_only_some_files_have_is_nothing_in_the_others() -> None:
    family = family_of(["a = 1\n", "a = 1\nb = 2\n", "a = 1\nb = 3\n", "a = 1\n"])
    (row,) = family.rows
    assert {(v.text, tuple(h.name for h in v.holders)) for v in row.values} == {
        ("2", ("f1.py",)),
        ("3", ("f2.py",)),
        (None, ("f0.py", "f3.py")),
    }


def test_a_value_inside_something_that_a_file_lacks_is_nothing_there() -> None:
    base = textwrap.dedent(
        """
        x = 1
        config = {
            "a": {"b": 1, "c": 2},
            "d": 5,
        }
        """
    )
    family = family_of(
        [base, base, base.replace("1,", "9,"), base.replace('    "a": {"b": 1, "c": 2},\n', "")]
    )
    row = next(row for row in family.rows if row.path.endswith(".b"))
    assert row.value_of("f2.py") == "9"
    assert row.value_of("f3.py") is None


def test_the_most_typical_file_is_the_one_nearest_to_the_others() -> None:
    assert most_typical([b"a\nb\nz\n", b"a\nb\nc\n", b"a\nb\nc\n", b"q\n"]) == 1
    assert most_typical([b"a\n", b"b\n", b"c\n"], [1, 1, 2]) == 2
    assert most_typical([b"a\n", b"b\n"]) == 0
