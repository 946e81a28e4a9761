"""What adopt writes makes the files again, byte for byte, whatever they are."""

from __future__ import annotations

import tomllib

import pytest
from adopted_families import TEXTS, Edited, adopted, grid, optimizers
from hypothesis import given, settings
from hypothesis import strategies as st

from gen_sweeps.adopt import NotOneFamilyError


def _bytes(texts: dict[str, str]) -> dict[str, bytes]:
    return {name: text.encode() for name, text in texts.items()}


@pytest.mark.parametrize("ending", TEXTS)
@pytest.mark.parametrize("make", [optimizers, grid])
def test_a_family_is_made_again_by_its_spec(ending: str, make: object) -> None:
    texts = optimizers(ending) if make is optimizers else grid(ending)
    adoption = adopted(texts)
    assert {name: file.data for name, file in adoption.proof.rendering.items()} == _bytes(texts)


@settings(max_examples=120)
@given(
    seed=st.integers(0, 2**32),
    ending=st.sampled_from(sorted(TEXTS)),
    count=st.integers(2, 6),
    edits=st.sampled_from([1, 2, 4, 8]),
)
def test_any_family_of_small_edits_comes_back_byte_for_byte(
    seed: int, ending: str, count: int, edits: int
) -> None:
    texts = Edited.of(seed, ending).make(count, edits)
    try:
        adoption = adopted(texts)
    except NotOneFamilyError:
        return  # told, and nothing written
    assert {name: file.data for name, file in adoption.proof.rendering.items()} == _bytes(texts)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("x = {}", ["1e-3", "0.001", "1_000", "0x10"]),
        ("x = {}", ["(1, 2)", "None", "Adam", "dict(lr=1e-3)"]),
        ("x = {}", ["'a'", '"a"', 'r"a"', "b'a'"]),
        ("x = {}", ["[1, 2]", "[1,2]", "[ 1 ]", "[]"]),
        ("x = {}", ['{"a": 1}', "{'a': 1}", "{}", '{"base": "x"}']),
        ("x = lambda y: y {} 2", ["+", "-", "*", "/"]),
        ("f({}=1)", ["a", "b", "c", "d"]),
        ("class {}Config: pass", ["Ada", "Bob", "Cid", "Dee"]),
        ('s = "{}"', ["it's", "a{b}", "tab\\t", "100%"]),
        ("s = f'{{x}}{}'", ["a", "b", "c{x}", ""]),
        ("import {}", ["os", "sys", "os.path", "re"]),
        ("# {}", ["noqa", "type: ignore", "plain", 'with "quotes"']),
        ("x = 1{}", ["", "  # why", " # é", "  # {{ x }}"]),
        ("x = y[{}]", ["0", "1:2", "'k'", "-1"]),
        ("x = '''{}'''", ["one", "two\nlines", "", "three"]),
    ],
)
def test_whatever_differs_in_python_comes_back(line: str, value: list[str]) -> None:
    body = "\n".join(f"setting_{number} = {number}" for number in range(12))
    texts = {
        f"run_{name}.py": f'"""A run."""\n\ny = [1, 2, 3]\nx = 1\n{line.format(it)}\n{body}\n'
        for name, it in zip(("one", "two", "three", "four"), value, strict=True)
    }
    try:
        for text in texts.values():
            compile(text, "x", "exec")
    except SyntaxError:
        pytest.fail("the test's own text is no Python")
    adoption = adopted({name: text.replace("f(", "print(") for name, text in texts.items()})
    assert len(adoption.proof.digests) == 4


def test_line_ends_are_kept_by_declaration() -> None:
    texts = optimizers("yaml")
    mixed = {name: text.encode() for name, text in texts.items()}
    first, second, *_ = mixed
    mixed[first] = mixed[first].replace(b"\n", b"\r\n")
    mixed[second] = mixed[second].rstrip(b"\n")
    adoption = adopted(mixed)
    assert {name: file.data for name, file in adoption.proof.rendering.items()} == mixed
    sweep = tomllib.loads(adoption.spec)["sweep"]
    assert (sweep["crlf"], sweep["unterminated"]) == ([first], [second])


def test_line_ends_that_all_files_have_are_declared_once() -> None:
    texts = {
        name: text.replace("\n", "\r\n").rstrip().encode()
        for name, text in optimizers("sh").items()
    }
    adoption = adopted(texts)
    assert {name: file.data for name, file in adoption.proof.rendering.items()} == texts
    sweep = tomllib.loads(adoption.spec)["sweep"]
    assert (sweep["crlf"], sweep["unterminated"]) == (["*"], ["*"])


@pytest.mark.parametrize(
    ("braces", "delimiters"),
    [
        ("plain", None),
        ("{{ x }}", ["[[ ]]", "[% %]", "[# #]"]),
        ("{# x #} [[ y ]]", ["<< >>", "<% %>", "<# #>"]),
    ],
)
def test_delimiters_are_such_that_the_files_have_none(
    braces: str, delimiters: list[str] | None
) -> None:
    texts = {name: f"# {braces}\n{text}" for name, text in optimizers("sh").items()}
    adoption = adopted(texts)
    assert tomllib.loads(adoption.spec)["sweep"].get("delimiters") == delimiters
    assert {name: file.data for name, file in adoption.proof.rendering.items()} == _bytes(texts)
