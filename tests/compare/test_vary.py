"""What may differ: patterns, and what they let be."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gen_sweeps.compare.family import compare_files
from gen_sweeps.compare.vary import PatternError, is_allowed, parse_pattern, parse_patterns

SOURCE = '''"""Doc."""

# note
RATE = 1
SEED = 2


class Sweep:
    model = Model(optimizer=Adam(rate=3, betas=[4, 5]))
    streamers = [Streamer(kind=6, params={"n": 7}), Other(kind=8)]
    options = {"seed": 9}
'''


def allowed_in(sources: Sequence[str], *patterns: str) -> bool:
    files = {f"{n}.py": source.encode() for n, source in enumerate(sources)}
    family, _ = compare_files(files)
    assert family is not None
    assert family.places
    return all(is_allowed(place, parse_patterns(patterns)) for place in family.places)


def allowed(old: str, new: str, *patterns: str) -> bool:
    assert SOURCE.count(old) == 1
    return allowed_in([SOURCE, SOURCE.replace(old, new)], *patterns)


@pytest.mark.parametrize(
    ("pattern", "old", "new"),
    [
        ("RATE", "RATE = 1", "RATE = 10"),
        ("Sweep.model.optimizer.rate", "rate=3", "rate=30"),
        ("optimizer.rate", "rate=3", "rate=30"),
        ("optimizer", "rate=3", "rate=30"),
        ("betas[1]", "4, 5", "4, 50"),
        ('options["seed"]', '"seed": 9', '"seed": 90'),
        ("options.seed", '"seed": 9', '"seed": 90'),
        ("Streamer(kind)", "kind=6", "kind=60"),
        ("Streamer( params , kind )", '"n": 7', '"n": 70'),
        ("sdk.Streamer(params)", ', params={"n": 7}', ""),
        ("Streamer(*)", "kind=6", "kind=60"),
        ("class name", "class Sweep", "class Swoop"),
        ("docstring", "Doc.", "Dog."),
        ("module docstring", "Doc.", "Dog."),
    ],
)
def test_a_pattern_allows_what_it_names(pattern: str, old: str, new: str) -> None:
    assert allowed(old, new, pattern)


@pytest.mark.parametrize(
    ("pattern", "old", "new"),
    [
        ("RATE", "SEED = 2", "SEED = 20"),
        ("Streamer(kind)", "kind=8", "kind=80"),
        ("Streamer(kind)", '"n": 7', '"n": 70'),
        ("model.rate", "rate=3", "rate=30"),
        ("betas[1]", "4, 5", "40, 5"),
        ("docstring", "RATE = 1", "RATE = 10"),
        ("RATE", "Doc.", "Dog."),
    ],
)
def test_a_pattern_allows_nothing_else(pattern: str, old: str, new: str) -> None:
    assert not allowed(old, new, pattern)


def test_without_patterns_only_code_counts() -> None:
    assert allowed("Doc.", "Dog.")
    assert allowed("# note", "# other")
    assert allowed("RATE = 1", "RATE  =  1")
    assert not allowed("RATE = 1", "RATE = 2")


@pytest.mark.parametrize(
    "text", ["", "a b", "f(", "f()", "f(a=1)", "f(a b)", "1x", "a..b", "f(a)(b)"]
)
def test_a_pattern_that_means_nothing_is_an_error_with_a_hint(text: str) -> None:
    with pytest.raises(PatternError) as raised:
        parse_pattern(text)
    assert raised.value.problems[0].hint


def test_all_patterns_that_mean_nothing_are_named_at_once() -> None:
    with pytest.raises(PatternError) as raised:
        parse_patterns(["a b", "RATE", "f("])
    assert len(raised.value.problems) == 2


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_a_pattern_may_say_the_name_that_any_of_the_files_has(
    order: tuple[int, ...], name: str
) -> None:
    sources = [f"class {n}(Sweep):\n    out = '/r/{n}'\n    x = 1\n" for n in "ABC"]
    assert allowed_in([sources[n] for n in order], "class name", f"{name}.out")
    assert not allowed_in([sources[n] for n in order], "class name")
    assert not allowed_in([sources[n] for n in order], f"{name}.out")


def test_a_renamed_variable_is_allowed_by_any_of_its_names() -> None:
    sources = [f"{n}_config = dict(lr=1)\nmain = {n}_config\n" for n in ("pong", "ant", "qbert")]
    assert allowed_in(sources, "ant_config")
    assert not allowed_in(sources, "main")


def test_what_a_declared_call_adds_in_some_files_is_allowed() -> None:
    sources = [
        "x = Run(a=1)\n",
        "x = Run(a=1, params={'n': 4})\n",
        "x = Run(a=1, params={'n': 5})\n",
    ]
    assert allowed_in(sources, "Run(params)")
    assert not allowed_in(sources, "Run(a)")
