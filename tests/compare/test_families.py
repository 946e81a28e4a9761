"""Families of realistic files: what is said of a file stands in the file, and nothing is missed."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import tokenize
import warnings
from collections import Counter
from collections.abc import Mapping
from inspect import cleandoc
from pathlib import Path

import pytest
from config_families import config_family
from config_files import STYLES, config_file
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gen_sweeps.commands.compare import CompareOptions, View, compare_sources
from gen_sweeps.compare.family import compare_files
from gen_sweeps.compare.names import FileNames
from gen_sweeps.compare.pairing import Variant, align
from gen_sweeps.compare.pieces import Pieces
from gen_sweeps.compare.places import Family, FamilyPlace
from gen_sweeps.compare.reading import read_member
from gen_sweeps.errors import GenSweepsError

SEEDS = st.integers(0, 10_000)
MARK = 987654321


def family_of(files: Mapping[str, str]) -> Family:
    family, problems = compare_files({name: text.encode() for name, text in files.items()})
    assert family is not None
    assert problems == []
    return family


def pair(left: str, right: str) -> Family:
    return family_of({"a.py": left, "b.py": right})


def kinds(family: Family) -> set[str]:
    return {place.kind for place in family.places}


def texts(family: Family, place: FamilyPlace) -> tuple[str | None, ...]:
    return tuple(family.text(place, file) for file in range(len(family.members)))


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


def blackened(source: str) -> str:
    command = ["black", "--quiet", "--line-length", "70", "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout


@settings(max_examples=40)
@given(SEEDS)
def test_every_value_stands_in_its_file_at_its_position_and_every_file_is_named_once(
    seed: int,
) -> None:
    files = config_family(seed)
    options = CompareOptions(tuple(files), output_format="json", view=View(layout=True))
    said = json.loads(str(compare_sources(options, lambda name: files[name].encode()).result))
    assert said["differences"]
    seen = Counter((place["kind"], place["path"]) for place in said["differences"])
    assert set(seen.values()) == {1}
    for place in said["differences"]:
        sites = [(value["text"], site) for value in place["values"] for site in value["files"]]
        assert sorted(site["file"] for _, site in sites) == sorted(files)
        for text, site in sites:
            if text is None:
                assert site["line"] is None
                continue
            lines = files[site["file"]].split("\n")[site["line"] - 1 :]
            assert "\n".join(lines)[site["column"] - 1 :].startswith(text)
            if place["kind"] == "code":
                assert is_of_whole_tokens(files[site["file"]], site["line"], site["column"], text)


def is_of_whole_tokens(source: str, line: int, column: int, text: str) -> bool:
    """Say whether a text starts where a token starts in its file, and ends where one ends."""
    tokens = [*tokenize.generate_tokens(io.StringIO(source).readline)]
    end = line + text.count("\n"), len(text.rpartition("\n")[2])
    end = (end[0], end[1] if "\n" in text else column - 1 + end[1])
    return (line, column - 1) in {it.start for it in tokens} and end in {it.end for it in tokens}


@settings(max_examples=60)
@given(SEEDS, st.data())
def test_a_planted_constant_is_named_at_its_line_and_nothing_else_is_new(
    seed: int, data: st.DataObject
) -> None:
    files = config_family(seed)
    before = family_of(files)
    names = list(files)
    file = data.draw(st.integers(0, len(names) - 1))
    node = data.draw(st.sampled_from(constants(files[names[file]])))
    after = family_of({**files, names[file]: replaced(files[names[file]], node, str(MARK))})
    marked = [p for p in after.places if str(MARK) in (after.text(p, file) or "")]
    smallest = min(marked, key=lambda place: len(after.text(place, file) or ""))
    assert smallest.kind == "code"
    others = [text for n, text in enumerate(texts(after, smallest)) if n != file]
    if smallest.change != "missing" or any(others):  # else it stands in what this file alone has
        assert after.position(smallest, file)[0] == node.lineno
        assert len(after.text(smallest, file) or "") < 90
    old = {(p.kind, p.name) for p in before.places}
    new = {(p.kind, p.name) for p in after.places if p not in marked}
    assert new <= old


@settings(max_examples=30)
@given(SEEDS, st.data())
def test_a_changed_constant_anywhere_is_the_only_difference_and_at_its_place(
    seed: int, data: st.DataObject
) -> None:
    source = config_file(seed)
    node = data.draw(st.sampled_from(constants(source)))
    family = pair(source, replaced(source, node, str(MARK)))
    (place,) = family.places
    assert (place.kind, place.change) == ("code", "changed")
    assert family.position(place, 0)[0] == family.position(place, 1)[0] == node.lineno
    assert str(MARK) in (family.text(place, 1) or "")


@settings(max_examples=25)
@given(SEEDS, st.data())
def test_a_deleted_line_that_is_a_statement_or_argument_is_missing_in_that_file(
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
    family = pair("".join(lines), shorter)
    (place,) = [place for place in family.places if place.kind == "code"]
    assert place.change == "missing"
    assert family.position(place, 0)[0] == index + 1
    assert family.text(place, 1) is None


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    "options",
    [
        ("--line-length", "60"),
        ("--line-length", "160", "--config", "format.quote-style='single'"),
        ("--config", "format.skip-magic-trailing-comma=true"),
    ],
)
def test_twins_reformatted_by_ruff_differ_in_layout_only(
    seed: int, options: tuple[str, ...]
) -> None:
    source = config_file(seed) if seed < 6 else next(iter(config_family(seed).values()))
    twin = reformatted(source, *options)
    assert twin != source
    assert kinds(pair(source, twin)) == {"layout"}


@pytest.mark.parametrize("seed", range(8))
def test_twins_reformatted_by_black_differ_in_layout_only(seed: int) -> None:
    source = config_file(seed) if seed < 4 else next(iter(config_family(seed).values()))
    twin = blackened(source)
    assert twin != source
    assert kinds(pair(source, twin)) == {"layout"}


@pytest.mark.parametrize("seed", range(len(STYLES)))
def test_a_constant_is_found_in_a_reformatted_file_too(seed: int) -> None:
    source = config_file(seed)
    twin = reformatted(replaced(source, constants(source)[-1], str(MARK)), "--line-length", "60")
    family = pair(source, twin)
    (place,) = [place for place in family.places if place.kind != "layout"]
    line, _ = family.position(place, 1)
    assert twin.splitlines()[(line or 0) - 1].count(str(MARK)) == 1


def meaning(source: str) -> str:
    """Return what Python makes of a file, its docstrings without indentation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of `1and 2`, which Python reads all the same
        tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            said = node.value.value
            if isinstance(said, str):
                lines = cleandoc(said).strip().split("\n")
                node.value.value = "\n".join(line.rstrip() for line in lines)
    return ast.dump(tree)


@settings(max_examples=80)
@given(SEEDS, st.integers(0, 10_000), st.sampled_from([*" ,()[]{}#\n'\"=.:-01aRf*", "", "and"]))
@example(458, 684, "f")
@example(8052, 4233, "and")
def test_code_differs_exactly_when_pythons_own_tree_does(seed: int, place: int, text: str) -> None:
    source = config_file(seed % 40)
    at = place % len(source)
    mutant = source[:at] + text + source[at + 1 :]
    family, problems = compare_files({"a.py": source.encode(), "b.py": mutant.encode()})
    if family is None:
        assert problems
        return
    assert bool(kinds(family) & {"code", "docstring"}) == (meaning(source) != meaning(mutant))
    assert bool(family.places) == (source != mutant)


@settings(max_examples=40)
@given(SEEDS)
def test_every_child_is_in_exactly_one_column(seed: int) -> None:
    files = config_family(seed)
    pieces = Pieces()
    members = [read_member(name, text.encode(), pieces) for name, text in files.items()]
    variants = [Variant(member.root, [(file, 0)]) for file, member in enumerate(members)]
    columns = align(variants, FileNames(list(files)))
    for number, variant in enumerate(variants):
        own = [id(column[number]) for column in columns if number in column]
        assert len(own) == len(set(own)) == len(variant.piece.children)
        assert {id(child) for child in variant.piece.children} == set(own)


@settings(max_examples=15)
@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_change_what_differs(seed: int, choice: object) -> None:
    files = config_family(seed)
    names = list(files)
    choice.shuffle(names)  # type: ignore[attr-defined] # Hypothesis' own random.Random
    one, other = family_of(files), family_of({name: files[name] for name in names})
    assert len(one.places) == len(other.places)


@settings(max_examples=20)
@given(st.integers(0, 500))
def test_a_report_fits_the_terminal(seed: int) -> None:
    files = config_family(seed)
    for width in (80, 120):
        view = View(width=width)
        result = compare_sources(
            CompareOptions(tuple(files), view=view), lambda n: files[n].encode()
        )
        lines = str(result.result).splitlines()
        assert max(map(len, lines)) <= width
        assert len(lines) <= 46


def row(files: Mapping[str, str], path: str) -> tuple[str | None, ...]:
    family = family_of(files)
    (place,) = [p for p in family.places if p.name == path and p.kind == "code"]
    return texts(family, place)


def test_a_value_of_another_file_is_never_said_of_one() -> None:
    sources = ("LR = 0.5\nrun = Run(lr=LR)\n", "run = Run(lr=0.5)\n", "run = Run()\n")
    files = {f"{n}.py": source for n, source in enumerate(sources)}
    assert row(files, "run.lr") == ("LR", "0.5", None)


def test_brackets_belong_to_the_value() -> None:
    text = "class Exp:\n    def __init__(self):\n        self.depth = 1\n"
    files = {"a.py": f"{text}        self.size = (416, 416)\n", "b.py": text}
    assert row(files, "Exp.__init__.self.size") == ("(416, 416)", None)


def test_variables_and_classes_named_after_their_file_are_one_place() -> None:
    text = "{0}_config = dict(lr={1})\n\n\nclass {0}Sweep:\n    config = {0}_config\n    x = 1\n"
    files = {f"{name}.py": text.format(name, n) for n, name in enumerate(("pong", "qbert", "ant"))}
    family = family_of(files)
    assert {(p.change, p.name) for p in family.places if p.kind == "code"} == {
        ("renamed", "‹own›_config (name)"),
        ("changed", "‹own›_config.lr"),
        ("renamed", "‹own›Sweep (class name)"),
    }


def test_a_constant_under_another_name_is_one_place_and_its_uses_are_none() -> None:
    text = "{0} = {1}\nrun = Run(n={0})\n"
    named = (("_GENS", 1), ("_GENS", 1), ("_GENS", 4), ("_G", 1), ("_G", 1), ("_G", 1))
    files = {f"{n}.py": text.format(*values) for n, values in enumerate(named)}
    family = family_of(files)
    assert [(p.change, p.name) for p in family.places] == [
        ("changed", "_G"),
        ("renamed", "_G (name)"),
    ]
    assert texts(family, family.places[0]) == ("1", "1", "4", "1", "1", "1")


def test_two_names_that_one_file_has_are_two_things() -> None:
    files = {
        "a.py": "x = 1\ny = 1\nrun = Run(a=x, b=y)\n",
        "b.py": "x = 1\nrun = Run(a=x, b=1)\n",
        "c.py": "y = 1\nrun = Run(a=1, b=y)\n",
    }
    assert row(files, "x") == ("1", "1", None)
    assert row(files, "y") == ("1", None, "1")


def test_two_names_are_two_things_though_the_file_that_has_both_is_unlike_the_others() -> None:
    schedule = "{} = Schedule(start=1, end=2, steps=3)\n"
    files = {
        "a.py": schedule.format("warm"),
        "b.py": schedule.format("cool"),
        "c.py": "".join(f"only_{n} = {n}\n" for n in range(9))
        + schedule.format("warm")
        + schedule.format("cool"),
    }
    value = "Schedule(start=1, end=2, steps=3)"
    assert row(files, "warm") == (value, None, value)
    assert row(files, "cool") == (None, value, value)


def test_what_a_helper_builds_is_compared_with_what_a_sibling_writes_inline() -> None:
    inline = "run = Run(patch=dict(batch=4, actor=Actor(comms=True, turns={})))\n"
    helper = (
        "def make():\n    return dict(batch=4, actor=Actor(turns=3))\n\n\nrun = Run(patch=make())\n"
    )
    files = {"one.py": inline.format(3), "two.py": helper, "three.py": inline.format(3)}
    assert row(files, "run.patch.actor.comms") == ("True", None, "True")


def test_a_list_that_is_short_in_one_file_and_long_in_another_is_compared_by_element() -> None:
    long = ", ".join(f'"element_number_{n}"' for n in range(9))
    files = {"a.py": f"x = [{long}]\n", "b.py": 'x = ["element_number_0", "new"]\n'}
    family = family_of(files)
    assert all(
        "element_number_0" not in (text or "") for p in family.places for text in texts(family, p)
    )


def test_places_of_one_name_are_told_apart() -> None:
    text = (
        "data = Set(labels={})\ndata = Mosaic(data, inner=Set(labels=2))\ndata = Set(labels={})\n"
    )
    family = family_of({"1.py": text.format(5, 50), "2.py": text.format(6, 60)})
    assert [place.name for place in family.places] == ["data.labels", "data[3].labels"]


def test_a_dict_and_a_call_with_its_keywords_are_compared_key_by_key() -> None:
    family = pair("x = dict(a=1, b=2)\n", 'x = {"a": 1, "b": 3}\n')
    assert ("x.b", ("2", "3")) in [(p.name, texts(family, p)) for p in family.places]
    assert "x.a" not in {p.name for p in family.places}


def test_an_element_that_some_files_lack_is_called_by_what_it_is() -> None:
    steps = 'dict(type="Load"), {}dict(type="Pack", keys=1)'
    flip = 'dict(type="Flip", prob={}), '
    files = {
        "a.py": f"p = [{steps.format(flip.format(0.5))}]\n",
        "b.py": f"p = [{steps.format('')}]\n",
        "c.py": f"p = [{steps.format(flip.format(0.9))}]\n",
    }
    assert row(files, "p[type=Flip].prob") == ("0.5", None, "0.9")


def test_json_files_are_compared_by_the_same_tree() -> None:
    left, right = '{"model": {"dim": 8, "on": true}}\n', ' \n{"model": {"dim": 16, "on": true}}'
    family = family_of({"a.json": left, "b.json": right})
    (place,) = [place for place in family.places if place.kind == "code"]
    assert (place.name, texts(family, place)) == ("model.dim", ("8", "16"))
    assert family.position(place, 1) == (2, 19)


@pytest.mark.parametrize(
    ("source", "position"),
    [
        (b"\xef\xbb\xbfx = 1\n", (1, 5)),
        (b"# -*- coding: latin-1 -*-\n# \xe9\nx = 1\n", (3, 5)),
        (b"# -*- coding: latin-1 -*-\ny = '\xe9'; x = 1\n", (2, 14)),
        ("é = 'ü'; x = 1\n".encode(), (1, 14)),
        (b"y = '''\r\n\r\n'''; x = 1\r\n", (3, 10)),
        (b"y = 2\r# c\rx = 1\r", (3, 5)),
        (b"y = 2\n\x0c\nx = 1\n", (3, 5)),
        (b"y = '\x0c'\nx = 1\n", (2, 5)),
    ],
)
def test_positions_are_right_whatever_the_encoding_and_the_ends_of_lines(
    source: bytes, position: tuple[int, int]
) -> None:
    family, problems = compare_files({"a.py": source, "b.py": source.replace(b"x = 1", b"x = 2")})
    assert problems == []
    assert family is not None
    (place,) = family.places
    assert texts(family, place) == ("1", "2")
    assert family.position(place, 0) == position


@pytest.mark.parametrize(
    ("left", "right", "note"),
    [
        (b"x = 1\r\n", b"x = 1\n", "line ends"),
        (b"\xef\xbb\xbfx = 1\n", b"x = 1\n", "byte order mark"),
        (b"x = 1\n\n\n", b"x = 1\n", "end of file"),
        (b"x = f(1,)\n", b"x = f(1)\n", "trailing comma"),
        (b"x = 'a'\n", b'x = "a"\n', "quotes"),
        (b"x = 0.\n", b"x = 0.0\n", "spelling"),
        (b"x = 1\n\n\ny = 2\n", b"x = 1\ny = 2\n", "blank lines"),
        (b"x = f(1, 2)\n", b"x = f(\n    1, 2)\n", "wrapping"),
        (b"del x, y\n", b"del (x, y)\n", "parentheses"),
        (
            b"def f():\n    '''A.\n    B.'''\n",
            b"def f():\n  '''A.\n  B.'''\n",
            "docstring indentation",
        ),
    ],
)
def test_layout_is_a_difference_of_its_own(left: bytes, right: bytes, note: str) -> None:
    family, _ = compare_files({"a.py": left, "b.py": right})
    assert family is not None
    assert note in {place.note for place in family.places}
    assert kinds(family) == {"layout"}


def test_a_comment_is_a_place_and_one_that_only_moved_is_none() -> None:
    family = pair("x = 1  # peak\ny = 2\n", "x = 1  # low\ny = 2\n")
    assert [(p.kind, p.name, texts(family, p)) for p in family.places] == [
        ("comment", "x (comment)", ("# peak", "# low"))
    ]
    moved = pair("# note\nx = 1\ny = 2\n", "x = 1\n# note\ny = 2\n")
    assert {place.kind for place in moved.places} <= {"layout"}


def test_a_hash_in_a_string_is_no_comment() -> None:
    family = pair('x = "# a"\ny = f"{1}#b"\n', 'x = "# c"\ny = f"{1}#d"\n')
    assert {place.kind for place in family.places} == {"code"}


def test_what_is_in_another_order_is_one_place() -> None:
    family = pair("run(a=1, b=2)\n", "run(b=2, a=1)\n")
    assert [(p.change, p.name) for p in family.places if p.kind == "code"] == [
        ("reordered", "run (order)")
    ]


def test_code_that_is_nested_too_deeply_is_an_error() -> None:
    with pytest.raises(GenSweepsError, match=r"a\.py"):
        read_member("a.py", b"x = " + b"(" * 5000 + b")" * 5000, Pieces())


def test_libcst_is_not_loaded_to_compare(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text(f"x = '{name}'\n")
    code = "import sys; from gen_sweeps.__main__ import main; main()"
    done = subprocess.run(
        ["python", "-X", "importtime", "-c", code, "compare", "--layout", "a.py", "b.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "x" in done.stdout
    assert "libcst" not in done.stderr


def test_what_is_called_on_a_call_is_compared_inside() -> None:
    text = "run = Config(model=Model(dim={}, depth=2), seed={}).build()\n"
    files = {f"{n}.py": text.format(8 + (n == 2), n) for n in range(4)}
    assert row(files, "run.model.dim") == ("8", "8", "9", "8")
