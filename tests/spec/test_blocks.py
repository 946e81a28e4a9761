"""What is read block by block is what tomllib reads from the whole document."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import MINIMAL_SPEC, PROJECT, World
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.worlds import experiment
from gen_sweeps.errors import SpecError
from gen_sweeps.spec.blocks import NotInBlocksError, read_in_blocks
from gen_sweeps.spec.loading import load
from gen_sweeps.spec.model import Spec

VALUES = (
    *('""', '"a"', '"a # b"', '"it\'s"', '"\\n\\u00e9"', '"\t"', '"é😀"', '"1, 2"', '"\\""'),
    *("''", "'a'", "'a \"b\" 5 '", "'\\'", "'''\n[strategies.b]\n'''", "'''a''''", "'''''a'''"),
    *('""""""', '"""\n"""', '"""\n\na"""', '"""a "q" ""r"""', '"""a"""""', '"""\\\n  a"""'),
    *('"""\n[strategies.b]\n"""', '"""\n[strategies.a.args]\n"""', '"""# \' """', '"""a\\""""'),
    *("0", "-0", "1", "-1", "+1", "1_0", "0x1F", "123456789012345678", "1234567890123456789"),
    *("0.0", "-0.0", "1e400", "-1E-400", "0e0", "1.50", "1e+5", "1e05", "3.14e2_0"),
    *("nan", "-inf", "true", "false", "1979-05-27", "1979-05-27 07:32:00Z", "07:32:00"),
    *("[]", "{}", "[1, 2]", "[1,-2]", "[\n  1, # two\n2 ,\n]", "[ 'a', 0.5 ]", "[[1], [ ]]"),
    *("{ a = 1 }", "{a=-1,b='x'}", "{ 1 = 2 }", "{ a.b = 1, a.c = 2 }", '{ "k" = 3 }'),
    *("{ base = 'X' }", '[1, # "\n]', "1 # 'a' 2", '"\ue000"', "'\\ue001'"),
)
NO_VALUES = (
    *(
        '"\\q"',
        '"a""',
        "'a''",
        '"""a""""""',
        '"""',
        "'''",
        '"\x7f"',
        "00",
        "1.",
        ".5",
        "- 1",
        "1 2",
    ),
    *("[\n[a]\n]", "{ a = 1, a = 2 }", '"a" "b"', '""""', "\ue000", "$", "2024-02-31", "1 #\x01"),
)

LINES = (
    *("", "title = $", "s=$", "  doc\t= $ ", "t = $ # 5 it's", "# 1 'a", "a.b = $", "a.c = $"),
    *(
        "x = [ $, $ ]",
        "x = [$,\n  $ # 3\n]",
        "[strategies.NAME.args]",
        "[strategies.NAME.args] # 1",
    ),
    *("kind = $", "y = $", "z = $", "[strategies.NAME.deep.er]", "[ strategies.NAME.more ]"),
)
STRANGE_LINES = (
    *("1 = $", " 2.3 = $", '"q" = $', "'q r'.$ = 1", "x = { y = $, z = [$] }", "# $", "a = $"),
    *("[[strategies.NAME.list]]", "[ strategies . NAME . args ]", '[strategies."NAME".args]'),
    *("[strategies.a.args]", "[.args]", "[strategies.NAME.$]", "  [strategies.NAME.x]", "= $"),
    *("[strategies.NAME]", "[strategies.NAME ]", "[strategies.NAME-1 ]", "$", "[other]"),
    *("strategies.NAME.y = $", "[strategies.NAME", "[strategies]", "x = [\n[strategies.NAME]\n]"),
)

HEADERS = ("[strategies.NAME]", "[strategies.NAME] # 1", "[strategies.NAME.args]")
STRANGE_HEADERS = (" [strategies.NAME]", "[strategies.'NAME']", "[[strategies.NAME]]")

HEADS = ("", "[sweep]\nname = 'a'\n", "a = 1", "\ufeffa = 1", "[a.strategies.b]\nc = 1")
STRANGE_HEADS = (
    *("[strategies]", "strategies = {}", "a = '''", "strategies.a.b = 1", "[[strategies]]"),
    *("a = [", "# [strategies.a]", "a =", "\ufeff\ufeffa = 1"),
)


class Pieces:
    """What a document is put together from; only from what is usual, or also from what isn't."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self.strange = draw(st.integers(0, 2)) == 0

    def one(self, usual: tuple[str, ...], strange: tuple[str, ...]) -> str:
        """Return one of two kinds of pieces."""
        is_strange = self.strange and self._draw(st.integers(0, 4)) == 0
        return self._draw(st.sampled_from(strange if is_strange else usual))

    def line(self, form: str, name: str) -> str:
        """Return a line with a value for each `$` and the name for `NAME`."""
        first, *rest = form.split("$")
        text = "".join((first, *(self.one(VALUES, NO_VALUES) + after for after in rest)))
        return text.replace("NAME", name)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Return documents of blocks of which several have the same lines, with other literals."""
    pieces = Pieces(draw)
    forms = []
    for _ in range(draw(st.integers(1, 2))):
        count = draw(st.integers(0, 5))
        lines = [pieces.one(LINES, STRANGE_LINES) for _ in range(count)]
        forms.append(lines if pieces.strange else list(dict.fromkeys(lines)))
    names = st.sampled_from(("a", "b", "args", "x-1", "5", "A"))
    text = pieces.one(HEADS, STRANGE_HEADS)
    for name in draw(st.lists(names, min_size=1, max_size=4, unique=not pieces.strange)):
        form = [pieces.one(HEADERS, STRANGE_HEADERS), *draw(st.sampled_from(forms))]
        text = "\n".join((text, *(pieces.line(line, name) for line in form)))
    text += draw(st.sampled_from(("\n", "", " ", "#", "\n\n")))
    if pieces.strange and draw(st.booleans()):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + draw(st.sampled_from("\"'#\n\r\\,]}=[ 5\0\x85\ue001")) + text[place:]
    if draw(st.integers(0, 9)) == 0:
        text = text.replace("\n", "\r\n")
    return text.encode()


def read_whole(source: bytes) -> dict[str, object] | None:
    """Return what tomllib says a document is, None if it is none."""
    try:
        return tomllib.loads(source.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def read_quickly(source: bytes) -> dict[str, object] | None:
    """Return what is read block by block, None if that can't be done."""
    try:
        head, strategies = read_in_blocks(source)
        tables = list(strategies)
    except NotInBlocksError:
        return None
    assert len(dict(tables)) == len(tables)
    return {**head, "strategies": dict(tables)}


def agree(source: bytes) -> bool:
    """Say whether a document was read block by block; it must then mean the same as in whole."""
    quick = read_quickly(source)
    if quick is not None:
        # The text tells all apart: types, the sign of zeros, the order of keys, what is no number.
        assert repr(quick) == repr(read_whole(source))
    return quick is not None


@given(documents())
@example(b"\n[strategies.a]\nx = 1\n[strategies.b]\nx = 1 # \" 2\n[strategies.c]\nx = 2 ''\n")
@example(b"\n[strategies.a]\nx = '''\n[strategies.b]\ny = 1 '''\n")
@example(b"\n[strategies.a]\n[strategies.a.args]\n[strategies.b]\n[.args]\n")
@example(b"\n[strategies.a]\nx = 1\n[strategies.a]\nx = 1\n")
@example(b"\n[strategies.a]\n[strategies]\n[strategies.b]\n[strategies]\n")
@example(b"\n[strategies.a]\n[strategies.b]\n[strategies.a.args]\n")
@example(b"\n[strategies.a]\n[strategies.b]\n[strategies.a]\n")
@example(b"\n[strategies.a]\nx = 'a''b'\n")
@example(b'\n[strategies.a]\nx = """"\ny = """"\n')
@example(b"\n[strategies.a]\nx = 1\r\r\n")
@example(b"\n[strategies.a]\nx = 1\n[strategies.b]\nx = \xee\x80\x80\n")
@example(b"\n[strategies.a]\nx = true\ny = [1, inf]\n[strategies.b]\nx = true\ny = [2, inf]\n")
def test_what_is_read_block_by_block_is_what_tomllib_reads(source: bytes) -> None:
    agree(source)


@given(st.lists(st.sampled_from(VALUES + NO_VALUES), min_size=1, max_size=8))
@example(["0", "-0", "-0.0", "1e400", "0e0"])
def test_each_literal_is_read_as_by_tomllib(literals: list[str]) -> None:
    for count in range(1, len(literals) + 1):
        blocks = (f"[strategies.s{i}]\nx = {literals[i]}\n" for i in range(count))
        agree(("a = 1\n" + "".join(blocks)).encode())


@pytest.mark.parametrize(
    "literal",
    [
        *(
            '""',
            '"a # b"',
            '"it\'s 5 "',
            '"\\n"',
            "'a \"b\" 5 '",
            "'''a''b'''",
            '"""\n"""',
            '"""a "b" 5 """',
        ),
        *(
            '"""\\\n  a"""',
            "-0",
            "-0.0",
            "1e400",
            "0e0",
            "[1,-2]",
            "[\n  1, # two\n 2\n]",
            "{ a = 1 }",
        ),
        *(
            "1 # 'a' \" 2",
            "true",
            "0x1F",
            "1979-05-27 07:32:00Z",
            "1_000",
            '{ "k" = 3 }',
            "{ 1 = 2 }",
        ),
    ],
)
def test_what_stands_in_specs_is_read_block_by_block(literal: str) -> None:
    blocks = (
        f"[strategies.s{i}]\ntitle = 'S {i}'\n[strategies.s{i}.args]\nx = {literal}\n"
        for i in range(3)
    )
    assert agree(("a = 1\n" + "".join(blocks)).encode())


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_specs_are_read_block_by_block(tmp_path: Path, newline: str, mark: str) -> None:
    for spec in (PROJECT / "spec.toml", experiment(tmp_path, 300)):
        text = mark + spec.read_text(encoding="utf-8").replace("\n", newline)
        assert agree(text.encode())


def test_a_spec_of_which_no_two_strategies_are_alike_is_left_to_tomllib() -> None:
    blocks = (f"[strategies.s{i}]\nx = [{'1,' * i}]\n" for i in range(200))
    assert not agree(("a = 1\n" + "".join(blocks)).encode())


def test_strategies_are_read_one_by_one() -> None:
    _, strategies = read_in_blocks(b"a = 1\n[strategies.a]\nx = 1\n[strategies.b]\nx = 2 3\n")
    assert next(strategies) == ("a", {"x": 1})
    with pytest.raises(NotInBlocksError):
        next(strategies)


def parses(path: Path) -> int:
    """Return how often tomllib is called to load a spec."""
    count = 0
    loads = tomllib.loads

    def counted(text: str) -> dict[str, object]:
        nonlocal count
        count += 1
        return loads(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tomllib, "loads", counted)
        load(path)
    return count


def test_tomllib_parses_as_often_for_many_strategies_as_for_few(world: World) -> None:
    counts = set()
    for count in (1, 58):
        strategies = (
            f'[strategies.s{i}]\ntitle = "S {i}"\n[strategies.s{i}.args]\nkind = 1_000\n'
            f"params = {{ x = {i}.5, y = [{i}, -{i}], z = {{ base = 'SIZE' }} }} # the {i} of 'k\n"
            for i in range(count)
        )
        world.write("spec.toml", MINIMAL_SPEC + "\n" + "\n".join(strategies))
        counts.add(parses(world.path("spec.toml")))
    # The head, and one each of the control, the other strategy of the spec, and those.
    assert counts == {4}


def many(world: World, *changes: tuple[int, str, str]) -> Path:
    """Write a spec of 80 strategies, some changed: the number, what is replaced, and by what."""
    tables = [
        f'[strategies.s{i}]\ntitle = "S {i}"\n[strategies.s{i}.args]\nkind = "k{i}"\n'
        f'params = {{ x = {i}.5, z = {{ base = "SIZE" }} }}\n'
        for i in range(80)
    ]
    for number, old, new in changes:
        assert old in tables[number]
        tables[number] = tables[number].replace(old, new)
    world.write("spec.toml", MINIMAL_SPEC + "\n" + "".join(tables))
    return world.path("spec.toml")


MISTAKES = (
    (10, '"k10"', "1979-05-27"),
    (50, '"SIZE"', '"SIZES"'),
    (55, '"S 55"', "{}"),
    (60, "title", "titel"),
    (65, "kind", "size"),
    (70, '"S 70"', "70"),
    (71, "s71", "S70"),
    (72, "s72", "class"),
    (73, '"S 73"', '"""S\n73"""'),
    (74, "74.5", "[" * 60 + "]" * 60),
    (75, "params", "params" + ".a" * 2000),
)


def test_what_is_wrong_in_many_strategies_is_reported_at_once_with_its_place(world: World) -> None:
    many(world, *MISTAKES[:-1])
    assert world.run("spec.toml").err == (
        "error: spec.toml:76:8: strategies.s10.args.kind: is a date, which Python has no literal "
        "for\n"
        "hint: write it as a string, in quotes\n"
        "error: spec.toml:277:26: strategies.s50.args.params.z: no constant is called 'SIZES'\n"
        "hint: did you mean `SIZE`?\n"
        "error: spec.toml:299:9: strategies.s55.title: must be a string, not a table\n"
        "error: spec.toml:324:1: strategies.s60.titel: unknown key\n"
        "hint: did you mean `title`?\n"
        "error: spec.toml:351:1: strategies.s65.args.size: 'size' is shared by all strategies, so "
        "none can set it\n"
        "hint: move it from `[treatment.shared]` to `treatment.vary`\n"
        "error: spec.toml:374:9: strategies.s70.title: must be a string, not an integer\n"
        "error: spec.toml:378:13: strategies.S70: differs from `s70` in case only: their files "
        "would too\n"
        "error: spec.toml:383:13: strategies.class: 'class' is a keyword of Python\n"
        "error: spec.toml:389:9: strategies.s73.title: must be one line\n"
        f"error: spec.toml:398:65: strategies.s74.args.params.x{'.0' * 49}: nests more than 50 "
        "deep\n"
    )


def load_as_a_whole(path: Path) -> Spec:
    """Load a spec with a comment at its end that has what stands for literals in shapes."""
    path.write_bytes(path.read_bytes() + "# \ue000\n".encode())
    assert read_quickly(path.read_bytes()) is None
    return load(path)


@pytest.mark.parametrize("mistakes", [*((mistake,) for mistake in MISTAKES), MISTAKES])
def test_a_wrong_spec_is_reported_as_by_a_reading_of_the_whole(
    world: World, mistakes: tuple[tuple[int, str, str], ...]
) -> None:
    path = many(world, *mistakes)
    assert read_quickly(path.read_bytes()) is not None
    with pytest.raises(SpecError) as quick:
        load(path)
    with pytest.raises(SpecError) as whole:
        load_as_a_whole(path)
    assert quick.value.problems == whole.value.problems


def test_equal_texts_in_arguments_are_kept_once(tmp_path: Path) -> None:
    first, second = load(experiment(tmp_path, 9)).strategies[1::4]
    assert first.args["reward_shaping_strategy"] is second.args["reward_shaping_strategy"]


def test_a_spec_is_the_same_read_block_by_block_and_as_a_whole(tmp_path: Path) -> None:
    path = experiment(tmp_path, 300)
    quick = load(path)
    whole = load_as_a_whole(path)
    assert repr(replace(quick, digest="")) == repr(replace(whole, digest=""))
