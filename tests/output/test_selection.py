"""`--only NAME`: which arms a name of an arm, a strategy or a level asks for."""

from __future__ import annotations

import pytest
from test_manifest import small_spec

from gen_sweeps.errors import SpecError
from gen_sweeps.output.selection import select


@pytest.mark.parametrize(
    ("names", "asked", "rendered"),
    [
        (["sgd-1"], ["sgd-1"], ["adam-1", "sgd-1"]),
        (["sgd"], ["sgd-0", "sgd-1"], ["adam-0", "sgd-0", "adam-1", "sgd-1"]),
        (["1"], ["adam-1", "sgd-1"], ["adam-1", "sgd-1"]),
        (["seed=1"], ["adam-1", "sgd-1"], ["adam-1", "sgd-1"]),
        (["strategy=sgd"], ["sgd-0", "sgd-1"], ["adam-0", "sgd-0", "adam-1", "sgd-1"]),
        (["adam-0", "sgd-1"], ["adam-0", "sgd-1"], ["adam-0", "adam-1", "sgd-1"]),
    ],
)
def test_a_name_asks_for_arms_and_their_controls_are_rendered_with_them(
    names: list[str], asked: list[str], rendered: list[str]
) -> None:
    selection = select(small_spec(), names)
    assert [arm.name for arm in selection.arms] == asked
    assert [arm.name for arm in selection.spec.arms] == rendered


def test_no_name_asks_for_all() -> None:
    spec = small_spec()
    assert select(spec, []).spec is spec


def test_a_name_of_nothing_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(SpecError) as raised:
        select(small_spec(), ["sgdd", "seed=2", "zzz"])
    said = [(problem.message, problem.hint) for problem in raised.value.problems]
    assert said == [
        ("no arm or level is called 'sgdd'", "did you mean `sgd`?"),
        ("no arm or level is called 'seed=2'", "did you mean `seed=1`?"),
        ("no arm or level is called 'zzz'", "levels: adam, sgd, 0, 1"),
    ]
