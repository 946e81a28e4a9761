"""Floats reach the generated files as the spec spells them."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import tomllib

import pytest
from conftest import World
from hypothesis import given, settings
from hypothesis import strategies as st
from spec_values import evaluated, same

from gen_sweeps.rendering.literals import literal
from gen_sweeps.spec.model import SpelledFloat


@pytest.mark.parametrize(
    ("toml", "python"),
    [
        ("1e-3", "1e-3"),
        ("0.001", "0.001"),
        ("0.60", "0.60"),
        ("3e-06", "3e-06"),
        ("1_000.5", "1_000.5"),
        ("-0.0", "-0.0"),
        ("+1.5", "1.5"),
        ("1E5", "1e5"),
        ("1e+5", "1e5"),
        ("+2.5E+0_3", "2.5e0_3"),
        ("inf", 'float("inf")'),
        ("+inf", 'float("inf")'),
        ("-inf", 'float("-inf")'),
        ("nan", 'float("nan")'),
        ("-nan", 'float("nan")'),
        ("1e400", 'float("inf")'),
    ],
)
def test_a_float_is_spelled_in_the_files_as_in_the_spec(
    world: World, toml: str, python: str
) -> None:
    world.replace("spec.toml", "gamma = 0.99", f"gamma = {toml}")
    world.replace("spec.toml", "SIZE = 4", f"SIZE = [{toml}]")
    assert world.run("spec.toml").exit_code == 0
    assert f'params={{"gamma": {python}}},' in world.read("out/run_shaped.py")
    assert f"SIZE = [{python}]\n" in world.read("out/_base.py")


def test_each_strategy_spells_a_number_in_its_own_way(world: World) -> None:
    spec = world.read("spec.toml")
    world.write("spec.toml", f"{spec}[strategies.other.args]\nparams = {{ gamma = 9.9e-1 }}\n")
    assert world.run("spec.toml").exit_code == 0
    assert '{"gamma": 0.99}' in world.read("out/run_shaped.py")
    assert '{"gamma": 9.9e-1}' in world.read("out/run_other.py")


def test_the_manifest_spells_a_number_as_the_spec_does(world: World) -> None:
    world.replace("spec.toml", "gamma = 0.99", "gamma = 9_9.0e-2")
    assert world.run("spec.toml").exit_code == 0
    assert '"params": {"gamma": 99.0e-2}' in world.read("out/manifest.json")


_digits = st.from_regex(r"[0-9]+(_[0-9]+)*", fullmatch=True)
_decimals = st.from_regex(r"[+-]?(0|[1-9](_?[0-9])*)", fullmatch=True)
_fractions = st.just("") | st.builds(".{}".format, _digits)
_exponents = st.just("") | st.builds(
    "{}{}{}".format, st.sampled_from("eE"), st.sampled_from(["", "+", "-"]), _digits
)
toml_floats = st.builds("{}{}{}".format, _decimals, _fractions, _exponents).filter(
    lambda text: any(mark in text for mark in ".eE")
)


@given(toml_floats)
def test_a_float_is_the_same_to_toml_and_to_python(text: str) -> None:
    document = f"x = {text}"
    spelled = tomllib.loads(document, parse_float=SpelledFloat)["x"]
    number = tomllib.loads(document)["x"]
    assert same(evaluated(literal(spelled)), number)
    assert (repr(spelled), str(spelled), hash(spelled)) == (repr(number), str(number), hash(number))
    for copied in (copy.deepcopy(spelled), pickle.loads(pickle.dumps(spelled))):  # noqa: S301 - just made
        assert literal(copied) == literal(spelled)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.lists(toml_floats, min_size=1, max_size=10))
def test_a_formatter_leaves_the_spelling_alone(texts: list[str]) -> None:
    source = "".join(f"x = {literal(SpelledFloat(text))}\n" for text in texts)
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", "-"]
    done = subprocess.run(command, input=source.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()
