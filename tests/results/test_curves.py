"""The curves: round ticks, names that never overlap, dashes where curves would hide each other."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gen_sweeps.results.axes import fitting_axis, spread, tick_text
from gen_sweeps.results.comparison import ArmComparison, ArmResult, CountedRun, compare
from gen_sweeps.results.curves import MAX_CURVES, SIZES, Chart, chart
from gen_sweeps.results.series import Point, Selection
from gen_sweeps.run import ArmState
from gen_sweeps.spec.loading import load
from gen_sweeps.spec.model import Spec

MAGNITUDE = st.floats(1e-12, 1e12)


@given(st.lists(st.floats(-50, 400), min_size=1, max_size=15), st.floats(5, 20))
def test_names_keep_their_order_and_never_overlap(wanted: list[float], gap: float) -> None:
    wanted.sort()
    places = spread(wanted, gap, 0, 300)
    assert all(b - a >= gap - 1e-9 for a, b in pairwise(places))
    assert min(places) >= 0
    assert max(places) <= 300 + 1e-9


@given(st.lists(st.integers(0, 20), min_size=1, max_size=8, unique=True))
def test_names_with_room_stand_where_their_curves_end(numbers: list[int]) -> None:
    wanted = [15.0 * number for number in sorted(numbers)]
    assert spread(wanted, 15, 0, 300) == pytest.approx(wanted)


@given(MAGNITUDE, st.floats(1.001, 1e9), st.sampled_from([1, -1]), st.integers(3, 6))
def test_ticks_are_round_on_the_axis_and_neither_few_nor_many(
    low: float, ratio: float, sign: int, count: int
) -> None:
    values = [sign * low, sign * low * ratio]
    axis = fitting_axis(values, 300, 0, may_be_logarithmic=True)
    ticks = axis.ticks(count)
    assert 2 <= len(ticks) <= 2 * count + 1
    for tick in ticks:
        assert axis.low - 1e-9 * abs(axis.low) <= tick <= axis.high + 1e-9 * abs(axis.high)
        digits = f"{abs(tick):.6e}".partition("e")[0].rstrip("0").rstrip(".")
        assert len(digits.replace(".", "")) <= 5, tick
    pixels = [axis.pixel(tick) for tick in ticks]
    assert pixels == sorted(pixels, reverse=True)


def test_steps_have_the_ticks_that_a_reader_expects() -> None:
    assert fitting_axis([1, 199], 0, 500).ticks(5) == [50, 100, 150]
    assert fitting_axis([0, 200], 0, 500).ticks(5) == [0, 50, 100, 150, 200]
    assert fitting_axis([0.1, 0.6], 0, 500).ticks(5) == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]


def test_an_axis_is_logarithmic_where_that_helps() -> None:
    def is_logarithmic(*values: float) -> bool:
        return fitting_axis(values, 0, 1, may_be_logarithmic=True).is_logarithmic

    assert is_logarithmic(0.01, 5)
    assert not is_logarithmic(1, 5), "a linear one is easier to read"
    assert not is_logarithmic(0, 5), "there is no logarithm of 0"
    assert not is_logarithmic(-1, 100)
    assert fitting_axis([0.002, 5], 0, 1, may_be_logarithmic=True).ticks(5) == [0.01, 0.1, 1.0]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.05, "0.05"),
        (1e-6, "1e-6"),
        (5000, "5000"),
        (20_000, "20k"),
        (1_500_000, "1.5M"),
        (0, "0"),
        (-20_000, "-20k"),
        (1e12, "1e12"),
    ],
)
def test_ticks_are_short(value: float, text: str) -> None:
    assert tick_text(value) == text


Courses = dict[str, list[list[tuple[float, float]]]]


def _spec(folder: Path, strategies: Iterable[str], seeds: int) -> Spec:
    """Return the spec of strategies, the first one the control."""
    names = [*strategies]
    sets = "\n".join(f"[strategies.{name}]\nvars.x = {i}" for i, name in enumerate(names))
    (folder / "spec.toml").write_text(
        f'[sweep]\nname = "x"\noutput = "out"\ncontrol = "{names[0]}"\n'
        f'[run]\ncommand = ["true"]\n[treatment]\nvary = ["x"]\n'
        f"[axes.seed]\nlevels = {list(range(seeds))}\n{sets}\n"
    )
    return load(folder / "spec.toml")


def _comparison(spec: Spec, courses: Courses) -> ArmComparison:
    """Return a comparison of what each strategy has measured with each seed."""
    results = []
    for arm in spec.arms:
        if course := courses.get(arm.levels["strategy"]):
            points = tuple(Point(*it) for it in course[int(arm.levels["seed"])])
            run = CountedRun(arm, ArmState.DONE)
            results.append(ArmResult(run, points, points[-1] if points else None))
    return compare(spec, "loss", Selection(), "min", results)


def _chart(folder: Path, courses: Courses) -> Chart:
    spec = _spec(folder, courses, len(next(iter(courses.values()))))
    comparison = _comparison(spec, courses)
    found = chart(comparison, comparison.blocks[0])
    assert found is not None
    return found


def _course(slope: float, start: float = 1.0, steps: int = 10) -> list[tuple[float, float]]:
    return [(step, start + slope * step) for step in range(steps)]


def test_a_curve_that_would_hide_another_one_is_dashed(tmp_path: Path) -> None:
    found = _chart(
        tmp_path,
        {
            "plain": [_course(1)],
            "same": [_course(1)],
            "again": [_course(1)],
            "away": [_course(2)],
        },
    )
    for image in found.images:
        lines = re.findall(r'<path class="line (c\d)"[^>]*?( stroke-dasharray="[^"]+")?/>', image)
        assert [colour for colour, _ in lines] == ["c0", "c1", "c2", "c3"]
        dashes = [dash for _, dash in lines]
        assert dashes[0] == dashes[3] == ""
        assert "" not in dashes[1:3]
        assert dashes[1] != dashes[2]


def test_several_seeds_have_a_band_and_one_has_none(tmp_path: Path) -> None:
    several = _chart(tmp_path, {"a": [_course(1), _course(1.2)], "b": [_course(2), _course(2.1)]})
    assert several.has_bands
    assert several.images[0].count('class="band') == 2
    one = _chart(tmp_path, {"a": [_course(1)], "b": [_course(2)]})
    assert not one.has_bands
    assert 'class="band' not in one.images[0]


def test_a_curve_has_a_gap_where_a_run_is_not_finite(tmp_path: Path) -> None:
    broken = [(s, math.nan if s in (4, 5) else v) for s, v in _course(1)]
    found = _chart(tmp_path, {"a": [broken, _course(1.1)], "b": [_course(2), _course(2)]})
    (path,) = re.findall(r'class="line c0" d="([^"]+)"', found.images[0])
    assert path.count("M") == 2
    assert "nan" not in found.images[0].lower()


def test_what_has_no_finite_mean_at_all_is_named_as_not_shown(tmp_path: Path) -> None:
    nothing = [(s, math.nan) for s, _ in _course(1)]
    found = _chart(tmp_path, {"a": [_course(1)], "b": [nothing], "c": [[]]})
    assert found.left_out == ("b", "c")


def test_a_metric_that_is_measured_once_has_no_chart(tmp_path: Path) -> None:
    comparison = _comparison(_spec(tmp_path, "ab", 1), {"a": [[(5, 1.0)]], "b": [[(5, 2.0)]]})
    assert chart(comparison, comparison.blocks[0]) is None


def test_of_very_many_groups_the_first_have_curves_and_the_others_are_named(tmp_path: Path) -> None:
    courses = {f"s{number}": [_course(number)] for number in range(MAX_CURVES + 3)}
    found = _chart(tmp_path, courses)
    assert found.left_out == tuple(f"s{MAX_CURVES + number}" for number in range(3))


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Spec:
    """The spec of twelve strategies with names of different lengths."""
    names = ("s" * length for length in (2, 40, *range(3, 13)))
    return _spec(tmp_path_factory.mktemp("twelve"), names, 1)


@given(
    values=st.lists(
        st.lists(
            st.one_of(st.floats(-1e9, 1e9), st.sampled_from([math.nan, math.inf, 0.0])),
            min_size=2,
            max_size=6,
        ),
        min_size=1,
        max_size=12,
    )
)
def test_whatever_was_measured_names_stay_apart_and_all_is_inside_of_the_image(
    twelve: Spec, values: list[list[float]]
) -> None:
    courses: Courses = {
        strategy.name: [[(float(step), value) for step, value in enumerate(course)]]
        for strategy, course in zip(twelve.strategies, values, strict=False)
    }
    comparison = _comparison(twelve, courses)
    found = chart(comparison, comparison.blocks[0])
    assume(found is not None)
    assert found is not None
    for image, size in zip(found.images, SIZES, strict=True):
        box = re.search(r'viewBox="0 0 (\d+) (\d+)"', image)
        assert box is not None
        assert int(box[1]) == size.width
        names = re.findall(r'<text class="name c\d" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]+)', image)
        heights = sorted(float(y) for _, y, _ in names)
        assert all(b - a >= 12 for a, b in pairwise(heights))
        assert all(0 < y <= int(box[2]) for y in heights)
        assert all(float(x) + 7.3 * len(name) <= size.width for x, _, name in names)
        assert not re.search(r"nan|inf", re.sub(r'aria-label="[^"]*"', "", image))
