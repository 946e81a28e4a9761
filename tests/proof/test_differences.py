"""Two files: what differs is named once, at its place, as what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gen_sweeps.compare.concrete.pairwise import differences
from gen_sweeps.compare.concrete.parsing import SourceError, parse

if TYPE_CHECKING:
    from gen_sweeps.compare.concrete.difference import Difference

SWEEP = '''"""A sweep."""

from generated._base import ALPHA, BETA, GAMMA
import os

# the rate that worked
RATE = 3e-4
LAYERS = [64, 32, 16]


@register("sweep")
class RewardShapingSweep(Sweep, frozen=True):
    """What is trained."""

    fax = Fax(
        patch_run_config=Run(
            minizord=Mini(num_actors_per_batch_item=8, debug=True),
            seed=1,  # the lucky one
        ),
    )
    actor_outputs_streamers = [
        OtherConfig(1),
        DebateMetricStreamerConfig(
            reward_shaping_strategy="identity",
            reward_shaping_params={"n": 4, "mode": 'x'},
        ),
    ]

    def run(self, x, y=2, *rest):
        """Run it."""
        if x > 3:
            return x + 1
        parser.add_argument("--lr", default=1)
        return f"{x}-{self.name}"
'''


def compared(left: str | bytes, right: str | bytes) -> tuple[Difference, ...]:
    sources = [s.encode() if isinstance(s, str) else s for s in (left, right)]
    return differences(parse("a.py", sources[0]), parse("b.py", sources[1]))


def told(
    left: str | bytes, right: str | bytes
) -> list[tuple[str, str, str, str | None, str | None]]:
    """Return kind, change, path and both texts of each difference."""
    return [
        (
            d.kind,
            d.change,
            d.path,
            d.left.text if d.left else None,
            d.right.text if d.right else None,
        )
        for d in compared(left, right)
    ]


STREAMER = "RewardShapingSweep.actor_outputs_streamers[1].DebateMetricStreamerConfig"
MINI = "RewardShapingSweep.fax.patch_run_config.minizord"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("item=8", "item=4", ("code", "changed", f"{MINI}.num_actors_per_batch_item", "8", "4")),
        (", debug=True", "", ("code", "removed", f"{MINI}.debug", "True", None)),
        ("debug=True", "debug=True, fast=1", ("code", "added", f"{MINI}.fast", None, "1")),
        ("debug=True", "trace=True", ("code", "renamed", f"{MINI}.debug", "debug", "trace")),
        (
            '"identity"',
            '"coma"',
            ("code", "changed", f"{STREAMER}(reward_shaping_strategy)", '"identity"', '"coma"'),
        ),
        ('"n": 4, ', "", ("code", "removed", f"{STREAMER}(reward_shaping_params).n", "4", None)),
        (
            "class RewardShapingSweep",
            "class Other",
            ("code", "renamed", "class name", "RewardShapingSweep", "Other"),
        ),
        (
            "def run",
            "def walk",
            ("code", "renamed", "RewardShapingSweep.function name", "run", "walk"),
        ),
        (
            "ALPHA, BETA, GAMMA",
            "ALPHA, GAMMA",
            ("code", "removed", "_base import BETA", "BETA", None),
        ),
        (
            "ALPHA, BETA, GAMMA",
            "BETA, ALPHA, GAMMA",
            ("code", "reordered", "_base import", "ALPHA, BETA", "BETA, ALPHA"),
        ),
        (
            "import os\n",
            "import os\nimport sys\n",
            ("code", "added", "sys import", None, "import sys"),
        ),
        ("3e-4", "RATES[0]", ("code", "changed", "RATE", "3e-4", "RATES[0]")),
        ("[64, 32, 16]", "[64, 16]", ("code", "removed", "LAYERS[1]", "32", None)),
        ("[64, 32, 16]", "[64, 32, 16, 8]", ("code", "added", "LAYERS[3]", None, "8")),
        ("[64, 32, 16]", "[64, 33, 16]", ("code", "changed", "LAYERS[1]", "32", "33")),
        (
            "x > 3",
            "x >= 3",
            ("code", "changed", "RewardShapingSweep.run.(if x > 3)", "x > 3", "x >= 3"),
        ),
        ("y=2", "y=3", ("code", "changed", "RewardShapingSweep.run(y)", "2", "3")),
        (
            "y=2, *rest",
            "y=2, z=3, *rest",
            ("code", "added", "RewardShapingSweep.run(z)", None, "z=3"),
        ),
        (
            "default=1",
            "default=-1",
            (
                "code",
                "changed",
                'RewardShapingSweep.run.parser.add_argument("--lr").default',
                "1",
                "-1",
            ),
        ),
        (
            "{self.name}",
            "{self.id}",
            (
                "code",
                "changed",
                "RewardShapingSweep.run.return",
                'f"{x}-{self.name}"',
                'f"{x}-{self.id}"',
            ),
        ),
        (
            "x + 1",
            "x - 1",
            ("code", "changed", "RewardShapingSweep.run.(if x > 3).return", "x + 1", "x - 1"),
        ),
        (
            '"sweep")',
            '"swoop")',
            ("code", "changed", "RewardShapingSweep decorator(1st argument)", '"sweep"', '"swoop"'),
        ),
        (
            "frozen=True",
            "frozen=False",
            ("code", "changed", "RewardShapingSweep.frozen", "True", "False"),
        ),
        (
            '"""A sweep."""',
            '"""Two."""',
            ("docstring", "changed", "module docstring", '"""A sweep."""', '"""Two."""'),
        ),
        (
            '    """What is trained."""\n\n',
            "",
            (
                "docstring",
                "removed",
                "RewardShapingSweep docstring",
                '"""What is trained."""',
                None,
            ),
        ),
        (
            "# the rate that",
            "# a rate that",
            ("comment", "changed", "RATE", "# the rate that worked", "# a rate that worked"),
        ),
        (
            "  # the lucky one",
            "",
            (
                "comment",
                "removed",
                "RewardShapingSweep.fax.patch_run_config.seed",
                "# the lucky one",
                None,
            ),
        ),
        (
            "'x'",
            '"x"',
            ("layout", "changed", f"{STREAMER}(reward_shaping_params).mode", "'x'", '"x"'),
        ),
        ("3e-4", "0.0003", ("layout", "changed", "RATE", "3e-4", "0.0003")),
    ],
)
def test_one_edit_is_one_difference_at_its_place(
    old: str, new: str, expected: tuple[str, str, str, str | None, str | None]
) -> None:
    assert SWEEP.count(old) == 1
    assert told(SWEEP, SWEEP.replace(old, new)) == [expected]


def test_lines_and_columns_are_those_of_each_file() -> None:
    (found,) = compared("a = 1\nb = f(é=1, x=2)\n", "\n\na = 1\n\nb = f(é=1, x=3)\n")[-1:]
    assert found.left is not None
    assert found.right is not None
    assert (found.left.line, found.left.column) == (2, 14)
    assert (found.right.line, found.right.column) == (5, 14)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("x = 1", "x = -1"),
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = 1", "x = '1'"),
        ("x = 1.0", "x = 1j"),
        ("x = 'a'", "x = b'a'"),
        ("x = 2305843009213693952", "x = 1"),
        ("x = a[1]", "x = a[1,]"),
        ("x = (1)", "x = (1,)"),
        ("f(*a)", "f(**a)"),
        ("def f(a, /): pass", "def f(a): pass"),
        ("def f(*, a): pass", "def f(a): pass"),
        ("async def f(): pass", "def f(): pass"),
        ("from .a import b", "from ..a import b"),
        ("x = f'{a!r}'", "x = f'{a}'"),
        ("x = f'{a=}'", "x = f'{a = }'"),
        ("x = f'{a:>{w}}'", "x = f'{a:<{w}}'"),
        ("x = f'{a}'", "x = '{a}'"),
        ("x = {**a, 'b': 1}", "x = {'b': 1, **a}"),
        ("return_ = lambda: 1", "return_ = lambda: 2"),
        ("x = [a for a in b if a]", "x = [a for a in b]"),
        ("print(y := 1)", "print(y := 2)"),
        ("match x:\n  case [1, *_]: pass", "match x:\n  case [2, *_]: pass"),
        ("match x:\n  case A(b=1): pass", "match x:\n  case A(c=1): pass"),
        ("with a as b: pass", "with a: pass"),
        ("try: pass\nexcept A: pass", "try: pass\nexcept B: pass"),
        ("x: int = 1", "x = 1"),
        ("x = y = 1", "x = z = 1"),
        ("x[0] = 1", "x[1] = 1"),
        ("x += 1", "x -= 1"),
        ("assert a", "assert a, 'b'"),
        ("if a: b()", "if a: b()\nelse: c()"),
        ("x = 1", "x = 1; x = 1"),
    ],
)
def test_what_runs_differently_is_a_difference_in_code(left: str, right: str) -> None:
    assert "code" in {d.kind for d in compared(left + "\n", right + "\n")}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("x = 'ab'", "x = 'a' 'b'"),
        ("x = 'ab'", "x = ('a'\n     'b')"),
        ("x = f'a{b}'", "x = 'a' f'{b}'"),
        ("x = '\\x41'", "x = 'A'"),
        ("x = '\\d'", "x = '\\\\d'"),
        ("x = r'\\n'", "x = '\\\\n'"),
        ("x = u'a'", "x = 'a'"),
        ("x = '''a\\\nb'''", "x = 'ab'"),
        ("x = 255", "x = 0xFF"),
        ("x = 1000", "x = 1_000"),
        ("x = 0.60", "x = 0.6"),
        ("x = 1E5", "x = 1e5"),
        ("x = (1)", "x = 1"),
        ("x = 1, 2", "x = (1, 2)"),
        ("x = [1, 2]", "x = [\n    1,\n    2,\n]"),
        ("f(a, b)", "f(\n    a, b\n)"),
        ("class A: pass", "class A():\n    pass"),
        ("if a: b", "if a:\n    b"),
        ("if a: b\nelif c: d", "if a: b\nelse:\n    if c: d"),
        ("a; b", "a\nb"),
        ("a = 1", "a  =  1"),
        ("a = 1\nb = 2", "a = 1\n\n\nb = 2"),
        ("match x:\n  case [1, 2]: pass", "match x:\n  case (1, 2): pass"),
        ("with (a as b): pass", "with a as b: pass"),
        ("from a import (b)", "from a import b"),
        ("x = a . b", "x = a.b"),
        ("if a:\n  b", "if a:\n\tb"),
    ],
)
def test_what_runs_the_same_is_layout(left: str, right: str) -> None:
    assert {d.kind for d in compared(left + "\n", right + "\n")} == {"layout"}


def test_line_ends_are_one_difference_of_layout() -> None:
    text = "# a\nx = 1\n\n\ndef f():\n    return '''a\nb'''\n"
    (found,) = compared(text, text.replace("\n", "\r\n"))
    assert (found.kind, found.note) == ("layout", "line ends")


@pytest.mark.parametrize(
    ("left", "right", "note"),
    [
        (b"x = 1\n", b"x = 1", "end of file"),
        (b"x = 1\n", b"x = 1\n\n", "end of file"),
        (b"x = 1\n", b"\xef\xbb\xbfx = 1\n", "byte order mark"),
        (b"x = 1\n", b"\x0cx = 1\n", "bytes"),
        (b"x = [1]\n", b"x = [1,]\n", "trailing comma"),
        (b"x = 1\n", b"x = (1)\n", "parentheses"),
        (b"x = 1\ny = 1\n", b"x = 1\n\ny = 1\n", "blank lines"),
        (b"#x\ny = 1\n", b"# x\ny = 1\n", "comment spacing"),
    ],
)
def test_a_difference_of_layout_says_of_what_sort_it_is(
    left: bytes, right: bytes, note: str
) -> None:
    found = compared(left, right)
    assert {(d.kind, d.note) for d in found} == {("layout", note)}


def test_a_docstring_that_is_only_indented_differently_is_layout() -> None:
    left = 'def f():\n    """A.\n\n    B.\n    """\n'
    right = 'def f():\n  """ A.\n\n  B.\n  """\n'
    assert {d.kind for d in compared(left, right)} == {"layout"}


def test_a_long_docstring_is_placed_where_it_begins_to_differ() -> None:
    left = '"""One.\n\nTwo.\nThree.\n"""\n'
    (found,) = compared(left, left.replace("Three", "Threa"))
    assert found.right is not None
    assert (found.kind, found.right.line) == ("docstring", 4)


def test_a_comment_goes_with_the_statement_that_was_added() -> None:
    left = "a = 1\nb = 2\n"
    right = "a = 1\n# why\nc = 3  # so\nb = 2\n"
    assert told(left, right) == [("code", "added", "c", None, "3")]


def test_statements_in_another_order_are_named_as_reordered_once() -> None:
    assert told("import a\nimport b\nx = 1\n", "import b\nimport a\nx = 1\n") == [
        ("code", "reordered", "imports", "a import, b import", "b import, a import")
    ]
    assert told("f(a=1, b=2, c=3)\n", "f(c=3, a=1, b=2)\n") == [
        ("code", "reordered", "f", "a, b, c", "c, a, b")
    ]


def test_an_added_statement_among_equal_ones_is_one_difference() -> None:
    line = "config.append(1)\n"
    assert told(line * 5, line * 6) == [
        ("code", "added", "config.append", None, "config.append(1)")
    ]


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\n",
        b'"""Only a docstring."""',
        b"# only a comment",
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
        b"\xef\xbb\xbfx = 1\n",
        b"if a:\n\tb\n",
        b"x = 1\r\ny = 2\r\n",
        b"x = " + b"(" * 90 + b"1" + b")" * 90 + b"\n",
        b"x = [" + b"1, " * 5000 + b"]\n",
        b"def f():\n  def g():\n    def h():\n      return 1\n",
    ],
)
def test_a_file_does_not_differ_from_itself_but_from_any_other(source: bytes) -> None:
    assert compared(source, source) == ()
    assert compared(source, source + b"\nzzz = 1\n")


@pytest.mark.parametrize(
    ("source", "message", "line", "column"),
    [
        (b"x = 1\ny = (\n", "'(' was never closed", 2, 5),
        (b"f(a=1, a=2)\n", "keyword argument repeated", 1, 8),
        (b"x = 1\n  y = 2\n", "unexpected indent", 2, None),
        (b"x = '\xff'\n", "not valid Python", None, None),
        (b"x = 1\x00\n", "null byte", None, None),
        (b"x = " + b"-" * 5000 + b"1\n", "nested too deeply", None, None),
        (b"x = 0" + b" + 1" * 900 + b"\n", "nested too deeply", None, None),
        (b"# coding: nonsense\n", "not valid Python", None, None),
    ],
)
def test_what_python_does_not_accept_is_an_error_at_pythons_position(
    source: bytes, message: str, line: int | None, column: int | None
) -> None:
    with pytest.raises(SourceError) as raised:
        parse("a.py", source)
    (problem,) = raised.value.problems
    assert message in problem.message
    assert problem.path == "a.py"
    assert line is None or problem.line == line
    assert column is None or problem.column == column
