"""Python expressions in a spec: what they may be, and that they are never evaluated."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from conftest import PYTHON
from hypothesis import given
from hypothesis import strategies as st

from gen_sweeps.errors import SpecError
from gen_sweeps.spec.expressions import (
    MAX_LENGTH,
    MAX_NESTING,
    ExpressionError,
    check_expression,
)
from gen_sweeps.spec.loading import load
from gen_sweeps.spec.model import Expression


@pytest.mark.parametrize(
    "source",
    [
        "None",
        "True",
        "torch.optim.AdamW",
        "(0.9, 0.999)",
        "()",
        "(1,)",
        "{1, 2}",
        "{'base': 'x'}",
        "[1, [2, (3, {'a': -1})]]",
        "3 * 10**4",
        "-(1 + 2) // 3 % 4 / 5",
        "10**10**10",
        "1 / 0",
        "dict(lr=1e-3)",
        "partial(torch.optim.AdamW, lr=1e-3, betas=(0.9, 0.95))",
        "Path('é # ( ')",
        r"'a\n' 'b'",
        "b'x'",
        "0x1f",
        "1_000j",
        '"""a"b"""',
        "[" + "0.5, " * 300 + "]",
    ],
)
def test_literals_names_calls_containers_and_arithmetic_are_expressions(source: str) -> None:
    check_expression(source)


@pytest.mark.parametrize(
    ("source", "message", "offset"),
    [
        ("", "is empty", 0),
        (" 1", "has a blank at its start or end", 0),
        ("1\n", "has a line break", 1),
        ("a\u200bb", "has a character that can't be seen", 1),
        ("[1, # x", "has a comment", 4),
        ("(1 \\ )", "has a backslash outside of a string", 3),
        ("x.café", "has a name with other than ASCII letters", 5),
        ("ﬁ", "has a name with other than ASCII letters", 0),
        ("[1, f'{x}']", "has a formatted string", 4),
        ("rF'{x}'", "has a formatted string", 0),
        ("1, 2", "is a tuple without brackets: put `(` and `)` around it", 0),
        ("a,", "is a tuple without brackets", 0),
        ("(1), (2)", "is a tuple without brackets", 0),
        ("a b", f"is no expression of {PYTHON}: invalid syntax", 2),
        ("a = 1", f"is no expression of {PYTHON}", 2),
        ("a; b", f"is no expression of {PYTHON}", 1),
        ("'\\d'", f"is no expression of {PYTHON}: invalid escape sequence", 0),
        ("é'", "has a name with other than ASCII letters", 0),
        ("['é', lambda: 1]", "has a lambda", 6),
        ("[x for x in y]", "has a comprehension", 0),
        ("f(x for x in y)", "has a comprehension", 1),
        ("(a := 1)", "has `:=`", 1),
        ("a[0]", "has a subscript", 0),
        ("await a", "has `await`", 0),
        ("...", "has `...`", 0),
        ("[*a]", "has `*`", 1),
        ("f(*a)", "has `*`: write each argument", 2),
        ("f(**a)", "has `**`: write each argument", 4),
        ("{**a}", "has `**`: write each key", 3),
        ("f(a=1, a=2)", "has `a` twice", 9),
        ("f(__debug__=1)", "has `__debug__` as an argument", 12),
        ("__debug__", "has `__debug__`", 0),
        ("a.b(c)(d)", "has an attribute, or a call, of something other than a name", 0),
        ("'{}'.format", "has an attribute, or a call, of something other than a name", 0),
        ("1 if a else b", "has `if`", 0),
        ("a or b", "has `and` or `or`", 0),
        ("not a", "has `not` or `~`", 0),
        ("~1", "has `not` or `~`", 0),
        ("1 << 9", "has an operator that is no arithmetic", 0),
        ("-x", "has arithmetic of something other than number literals", 1),
        ("1 + True", "has arithmetic of something other than number literals", 4),
        ("'a' * 9", "has arithmetic of something other than number literals", 0),
        ("1" * (MAX_LENGTH + 1), "has 2001 characters", MAX_LENGTH),
        ("(" * 41 + ")" * 41, "is nested more than 40 levels deep", MAX_NESTING),
        ("-" * 41 + "1", "is nested more than 40 levels deep", MAX_NESTING),
        ("1" + "+1" * 41, "is nested more than 40 levels deep", 81),
    ],
)
def test_nothing_else_is_and_the_fault_has_its_place(
    source: str, message: str, offset: int
) -> None:
    with pytest.raises(ExpressionError) as raised:
        check_expression(source)
    assert raised.value.message.startswith(message)
    assert raised.value.offset == offset


_sources = st.text(st.sampled_from("ab1.,()[]{}:=+-*/% '\"#\\\nflimnoé"), max_size=30)


@given(_sources)
def test_whatever_is_accepted_is_one_expression_in_one_line(source: str) -> None:
    try:
        check_expression(source)
    except ExpressionError:
        return
    assert len(source.splitlines()) == 1
    (statement,) = ast.parse(f"x = [{source}]").body
    assert isinstance(statement, ast.Assign)
    assert isinstance(statement.value, ast.List)
    (alone,) = [ast.parse(source, mode="eval").body]
    if not isinstance(alone, ast.Tuple):
        assert ast.dump(statement.value.elts[0]) == ast.dump(alone)


SPEC = """\
[sweep]
name = "x"
output = "out"
[axes.seed]
levels = [1]
[base."All"]
BETAS = { python = "(0.9, 0.999)" }
[vars]
"""


def _load(folder: Path, variables: str) -> object:
    (folder / "spec.toml").write_text(SPEC + variables, encoding="utf-8")
    spec = load(folder / "spec.toml")
    assert spec.base[0].constants[0].value == Expression("(0.9, 0.999)")
    return dict(spec.arms[0].vars)


def test_an_expression_stands_wherever_a_value_does(tmp_path: Path) -> None:
    variables = 'a = { python = "None" }\nb = [{ k = { python = "f(x=1)" } }]\nc = { python = 1 }'
    assert _load(tmp_path, variables) == {
        "a": Expression("None"),
        "b": ({"k": Expression("f(x=1)")},),
        "c": {"python": 1},
    }


@pytest.mark.parametrize(
    ("value", "column"),
    [
        ('{ python = "f(*a)" }', 19),
        ("{ python = 'f(*a)' }", 19),
        ("[1, { python = \"['é', f(*a)]\" }]", 29),
        (r'{ python = "\u0066(*a)" }', 16),
        ('{ python = """f(*a)""" }', 16),
    ],
)
def test_a_wrong_expression_is_reported_in_its_column(
    tmp_path: Path, value: str, column: int
) -> None:
    with pytest.raises(SpecError) as raised:
        _load(tmp_path, f"a = {value}")
    (problem,) = raised.value.problems
    assert (problem.line, problem.column) == (9, column)
    assert problem.hint == (
        "it takes literals, names, attributes, calls, containers and arithmetic of numbers"
    )
