"""What a spec may say, and what is said of one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import MINIMAL_SPEC, World
from hypothesis import given
from hypothesis import strategies as st

from gen_sweeps.errors import GenSweepsError, SpecError
from gen_sweeps.spec.loading import load
from gen_sweeps.spec.model import Reference


def test_every_problem_is_reported_at_once_with_its_place_and_a_hint(world: World) -> None:
    world.write(
        "spec.toml",
        """\
[sweep]
nme = "x"
package = "a-b"
output = "/abs"
control = "identiy"

[treatment]
call = 3
vary = ["a", "a", "class"]

[treatment.shared]
a = 1
n = { base = "GENERATION" }

[base]
X = 1

[base."Training"]
GENERATIONS = 4
float = 2
LR = { value = 2024-01-01, doc = 3, dc = 1 }
A = { base = "B" }
B = 2

[strategies.identity]
titel = "x"
[strategies.Identity.args]
b = 1
[strategies."../x"]
""",
    )
    result = world.run("spec.toml")
    assert result.exit_code == 2
    assert result.out == ""
    assert result.err == (
        "error: spec.toml:1:2: sweep.name: is missing\n"
        'hint: as in `name = "reward_shaping"`\n'
        "error: spec.toml:2:1: sweep.nme: unknown key\n"
        "hint: did you mean `name`?\n"
        "error: spec.toml:3:11: sweep.package: 'a-b' is not a valid name: use ASCII letters, "
        "digits and _, with no digit first\n"
        "error: spec.toml:4:10: sweep.output: '/abs' is absolute\n"
        "hint: write it relative to spec.toml\n"
        "error: spec.toml:5:1: sweep.control: no strategy is called 'identiy'\n"
        "hint: did you mean `identity`?\n"
        "error: spec.toml:8:8: treatment.call: must be a string, not an integer\n"
        "error: spec.toml:9:14: treatment.vary.1: 'a' is listed twice\n"
        "error: spec.toml:9:19: treatment.vary.2: 'class' is a Python keyword\n"
        "error: spec.toml:12:1: treatment.shared.a: is also in `vary`\n"
        "hint: keep it in one of the two: what is shared can't vary\n"
        "error: spec.toml:13:5: treatment.shared.n: no constant is called 'GENERATION'\n"
        "hint: did you mean `GENERATIONS`?\n"
        "error: spec.toml:16:5: base.X: must be a table, not an integer\n"
        'hint: constants stand under a heading, as in `[base."Training"]`\n'
        "error: spec.toml:20:1: base.Training.float: 'float' is a Python builtin, which the "
        "constant would hide\n"
        "error: spec.toml:21:16: base.Training.LR.value: is a date, which Python has no literal "
        "for\n"
        "hint: write it as a string, in quotes\n"
        "error: spec.toml:21:34: base.Training.LR.doc: must be a string, not an integer\n"
        "error: spec.toml:21:37: base.Training.LR.dc: unknown key\n"
        "hint: did you mean `doc`?\n"
        "error: spec.toml:22:1: base.Training.A: constant 'B' is defined further down\n"
        "hint: move it above the constants that refer to it\n"
        "error: spec.toml:26:1: strategies.identity.titel: unknown key\n"
        "hint: did you mean `title`?\n"
        "error: spec.toml:27:13: strategies.Identity: differs from `identity` only in case, and "
        "so would their files\n"
        "error: spec.toml:28:1: strategies.Identity.args.b: 'b' is not in `treatment.vary`\n"
        "hint: add 'b' to `treatment.vary`\n"
        "error: spec.toml:29:13: strategies.\"../x\": '../x' can't be part of file names: a name "
        "takes ASCII letters, digits, `_`, `.` and `-`, and starts with none of the last two\n"
    )


MISTAKES = (
    (10, '"k10"', "1979-05-27"),
    (50, '"SIZE"', '"SIZES"'),
    (55, '"S 55"', "{}"),
    (60, "title", "titel"),
    (65, "kind", "size"),
    (70, '"S 70"', "70"),
    (71, "s71", "S70"),
    (72, "s72", "-s72"),
    (73, '"S 73"', '"""S\n73"""'),
    (74, "74.5", "[" * 60 + "]" * 60),
    (75, "params", "params" + ".a" * 2000),
)
"""What is wrong in one of many strategies: its number, what is replaced, and by what."""


def test_what_is_wrong_in_many_strategies_is_reported_at_once_with_its_place(world: World) -> None:
    tables = [
        f'[strategies.s{i}]\ntitle = "S {i}"\n[strategies.s{i}.args]\nkind = "k{i}"\n'
        f'params = {{ x = {i}.5, z = {{ base = "SIZE" }} }}\n'
        for i in range(80)
    ]
    for number, old, new in MISTAKES:
        assert old in tables[number]
        tables[number] = tables[number].replace(old, new)
    world.write("spec.toml", MINIMAL_SPEC + "\n" + "".join(tables))
    err = world.run("spec.toml").err
    deep = "params" + ".a" * 49
    assert err == (
        "error: spec.toml:76:8: strategies.s10.args.kind: is a date, which Python has no literal "
        "for\n"
        "hint: write it as a string, in quotes\n"
        "error: spec.toml:277:26: strategies.s50.args.params.z: no constant is called 'SIZES'\n"
        "hint: did you mean `SIZE`?\n"
        "error: spec.toml:299:9: strategies.s55.title: must be a string, not a table\n"
        "error: spec.toml:324:1: strategies.s60.titel: unknown key\n"
        "hint: did you mean `title`?\n"
        "error: spec.toml:351:1: strategies.s65.args.size: 'size' is shared by all strategies, so "
        "no strategy can set it\n"
        "hint: move it from `[treatment.shared]` to `treatment.vary`\n"
        "error: spec.toml:374:9: strategies.s70.title: must be a string, not an integer\n"
        "error: spec.toml:378:13: strategies.S70: differs from `s70` only in case, and so would "
        "their files\n"
        "error: spec.toml:383:13: strategies.-s72: '-s72' can't be part of file names: a name "
        "takes ASCII letters, digits, `_`, `.` and `-`, and starts with none of the last two\n"
        "error: spec.toml:389:9: strategies.s73.title: must be one line\n"
        f"error: spec.toml:398:65: strategies.s74.args.params.x{'.0' * 49}: is nested more than 50 "
        "levels deep\n"
        f"error: spec.toml:403:106: strategies.s75.args.{deep}.a: is nested more than 50 levels "
        "deep\n"
    )


def test_an_empty_spec_is_told_all_that_is_missing_in_the_order_in_which_to_write_it(
    world: World,
) -> None:
    world.write("spec.toml", "")
    assert world.run("spec.toml").err == (
        "error: spec.toml:1:1: sweep: is missing\n"
        "hint: add a table `[sweep]`\n"
        "error: spec.toml:1:1: strategies: is missing\n"
        "hint: add a table `[strategies.NAME]`, or `[axes.NAME]` if there are only axes\n"
    )


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        (b"", "spec.toml:1:1: sweep: is missing"),
        (b"[sweep\n", "spec.toml:1:7: is not TOML: "),
        (b"[sweep]\nname = 'a\n", "spec.toml:3:1: is not TOML: "),
        (b"a = 1\na = 2\n", "spec.toml:2:6: is not TOML: Cannot overwrite a value"),
        (b"name = 'caf\xe9'\n", "spec.toml:1:12: is not UTF-8: byte 0xe9"),
        (b"\xff\xfea\x00", "spec.toml:1:1: is not UTF-8: byte 0xff"),
        (b"a = " + b"9" * 5000, "spec.toml: is not TOML: Exceeds the limit"),
        (b"a = 2024-02-31", "spec.toml"),
        (
            b"a = " + b"[" * 5000 + b"]" * 5000,
            "spec.toml: is not a spec: its values are nested too deeply",
        ),
    ],
)
def test_what_is_not_toml_is_one_clear_error(world: World, spec: bytes, error: str) -> None:
    world.write("spec.toml", spec)
    result = world.run("spec.toml")
    assert result.exit_code == 2
    assert error in result.err
    assert not world.path("out").exists()


def test_a_missing_spec_and_a_folder_are_clear_errors(world: World) -> None:
    missing = world.run("nope.toml")
    assert missing.exit_code == 2
    assert missing.err == (
        "error: nope.toml: no such file\nhint: name a spec file, as in `gen-sweeps spec.toml`\n"
    )
    folder = world.run("templates")
    assert folder.exit_code == 2
    assert "error: templates: is a folder, not a spec file\n" in folder.err


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("[strategies.shaped.args]", "[strategies.shaped.arg]", "did you mean `args`?"),
        ('control = "plain"', 'control = "Plain"', "did you mean `plain`?"),
        ('base = "SIZE"', 'base = "SIZES"', "did you mean `SIZE`?"),
        ("size =", "'si ze' =", "treatment.shared.\"si ze\": 'si ze' is not a valid name"),
        ('call = "Block"', 'call = "a.b-c"', "treatment.call: 'a.b-c' is not a valid name"),
        ('call = "Block"', 'call = "SIZE"', "base.All.SIZE: is the name of the treatment's call"),
        ("SIZE = 4", "SIZE = 4\nsize = 5", "differs from `SIZE` only in case"),
        ("SIZE = 4", "SIZE = 4\n[base.Two]\nSIZE = 5", "is already defined, under the heading"),
        ("SIZE = 4", "SIZE = 4\n__all__ = 5", "starts with two underscores"),
        ("SIZE = 4", "SIZE = 4\nX = { doc = 'a' }", "base.All.X: has no `value`"),
        ('kind = "shaped"', "size = 3", "'size' is shared by all strategies"),
        ('kind = "shaped"', 'knd = "shaped"', "did you mean `kind`?"),
        ('kind = "shaped"', "kind = 1979-05-27T07:32:00Z", "is a date with a time"),
        ('kind = "shaped"', "kind = 07:32:00", "is a time, which Python has no literal for"),
        ('kind = "shaped"', "kind = 0x" + "f" * 4000, "has more than 4300 digits"),
        ('kind = "shaped"', f"kind = {'[' * 60}{']' * 60}", "is nested more than 50 levels deep"),
        ("[strategies.shaped.args]", "[strategies.shaped]\ntitle = 'a\\nb'\n[x]", "unknown key"),
        ('name = "small"', 'name = "a\\nb"', "sweep.name: must be one line"),
        ('output = "out"', 'output = "templates"', "is also the template folder"),
        ('output = "out"', 'output = "a\\\\b"', "has a backslash"),
        ('output = "out"', 'output = "C:/x"', "is absolute"),
        ('output = "out"', 'output = "~/x"', "'~/x': `~` is not filled in"),
        ("[sweep]", '[sweep]\nextends = "~/x.toml"', "sweep.extends: ~/x.toml: `~` is not filled"),
        *(
            ('output = "out"', f'output = "{path}"', "of the environment are not filled in")
            for path in ("$OUT/x", "a/${OUT}", "%OUT%/x")
        ),
        ('output = "out"', 'output = "a\\u0000"', "has a character that Windows does not allow"),
        ('vary = ["kind", "params"]', "vary = []", "treatment.vary: is empty"),
        ('vary = ["kind", "params"]', "vary = [1]", "must be a string, not an integer"),
        ('vary = ["kind", "params"]', 'vary = "kind"', "must be an array, not a string"),
        ('vary = ["kind", "params"]', "vary = ''", "must be an array, not a string"),
        ('vary = ["kind", "params"]', "", 'as in `vary = ["reward_shaping_strategy", "reward'),
        ('name = "small"', 'name = ""', "spec.toml:2:8: sweep.name: is empty"),
        ('name = "small"', "name = 1e-3", "must be a string, not a float"),
        ('name = "small"', 'name = "small"\nsize = 3', "known keys: name, package, output, "),
        ('name = "small"', 'name = "small"\nseeds = [1]', "with a further factor by `[axes.seed]`"),
        ("[strategies.plain]", "[strategies.plain]\nkind = 1", "stands in `args` or in `vars`"),
        ('[base."All"]', "[vars]\n[base]", 'stand under a heading, as in `[base."Training"]`'),
        ("[strategies.plain]", "[[strategies]]\n[x]", "strategies: must be a table, not an array"),
        ("[strategies.plain]", "[strategies]\nplain = 3", "must be a table, not an integer"),
    ],
)
def test_a_wrong_spec_is_refused_and_nothing_is_written(
    world: World, old: str, new: str, error: str
) -> None:
    world.replace("spec.toml", old, new)
    result = world.run("spec.toml")
    assert result.exit_code == 2
    assert error in result.err
    assert "error: spec.toml:" in result.err
    assert not world.path("out").exists()


def test_a_key_is_named_as_toml_writes_it_with_nothing_in_it_that_cannot_be_seen(
    world: World,
) -> None:
    world.replace("spec.toml", "size =", "'si\u200b\U000e0041\"\\ze' =")
    with pytest.raises(SpecError) as raised:
        load(world.path("spec.toml"))
    (problem,) = raised.value.problems
    assert problem.message.startswith(r'treatment.shared."si\u200b\U000e0041\"\\ze": ')


def test_no_strategies_are_an_error(world: World) -> None:
    spec = world.read("spec.toml")
    world.write("spec.toml", spec[: spec.index("[strategies.plain]")])
    assert "strategies: is missing" in world.run("spec.toml").err
    world.write("spec.toml", spec[: spec.index("[strategies.plain]")] + "[strategies]\n")
    assert "strategies: is empty" in world.run("spec.toml").err


def test_places_are_in_characters_also_behind_wide_ones(world: World) -> None:
    world.replace("spec.toml", "SIZE = 4", "SIZE = { doc = 'é→日', value = 1, x = 2 }")
    assert "spec.toml:15:34: base.All.SIZE.x: unknown key" in world.run("spec.toml").err


def test_places_are_right_in_specs_with_carriage_returns_and_a_byte_order_mark(
    world: World,
) -> None:
    text = world.read("spec.toml").replace("size =", "sizes =")
    world.write("spec.toml", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert world.run("spec.toml").exit_code == 0
    world.write("spec.toml", b"\xef\xbb\xbf" + text.replace("[sweep]", "[sweeq]").encode())
    assert "spec.toml:1:2: sweeq: unknown key" in world.run("spec.toml").err


def test_a_spec_becomes_typed_frozen_values(world: World) -> None:
    spec = load(world.path("spec.toml"))
    assert spec.control == {"strategy": "plain"}
    assert spec.treatment.shared == {"size": Reference("SIZE")}
    assert spec.strategies[1].args == {"kind": "shaped", "params": {"gamma": 0.99}}
    assert [constant.name for constant in spec.base[0].constants] == ["SIZE"]
    with pytest.raises(AttributeError):
        spec.control = {}  # type: ignore[misc]  # that it can't be set is what is tested
    with pytest.raises(TypeError):
        spec.control["x"] = "y"  # type: ignore[index]  # likewise


def test_arguments_are_written_in_the_order_of_vary(world: World) -> None:
    world.replace(
        "spec.toml",
        'kind = "shaped"\nparams = { gamma = 0.99 }',
        'params = { gamma = 0.99 }\nkind = "shaped"',
    )
    assert list(load(world.path("spec.toml")).strategies[1].args) == ["kind", "params"]


def test_constants_may_name_constants_above_them(world: World) -> None:
    world.replace("spec.toml", "SIZE = 4", "SIZE = 4\nTWICE = [{ base = 'SIZE' }, 2]")
    assert world.run("spec.toml").exit_code == 0
    assert "TWICE = [SIZE, 2]\n" in world.read("out/_base.py")


@given(st.binary(max_size=200))
def test_no_bytes_lead_to_anything_but_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(data)
    with pytest.raises(GenSweepsError):
        load(path)


@pytest.mark.parametrize(
    ("package", "output", "is_found"),
    [
        ("configs", "configs", True),
        ("configs", "../src/configs", True),
        ("src.configs", "../src/configs", True),
        ("experiments.lr.configs", "configs", True),
        ("configs", "generated", False),
        ("lr.configs", "../configs", False),
    ],
)
def test_a_package_that_is_called_unlike_its_folder_is_a_warning(
    world: World, package: str, output: str, *, is_found: bool
) -> None:
    world.path("experiments/lr").mkdir(parents=True)
    for name in ("spec.toml", "templates"):
        world.path(name).rename(world.path(f"experiments/lr/{name}"))
    inner = World(world.path("experiments/lr"))
    inner.replace("spec.toml", 'package = "out"', f'package = "{package}"')
    inner.replace("spec.toml", 'output = "out"', f'output = "{output}"')
    result = inner.run("spec.toml")
    assert result.exit_code == 0
    message = f"sweep.package: '{package}' can't be imported from {output}, which is called"
    assert result.err.startswith(f"warning: spec.toml:3:1: {message}") is not is_found
    assert bool(result.err) is not is_found
