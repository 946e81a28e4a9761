"""The curves of a comparison as SVG: the mean of each group by step, with its 95 % interval.

There is no script in it, and its colours are the page's (`--curve-0` …), for light and dark.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from gen_sweeps.console.report import visible
from gen_sweeps.results.axes import fitting_axis, spread, stretches, tick_text
from gen_sweeps.results.comparison import ArmComparison, Block, Group
from gen_sweeps.results.inference import Estimate, estimate

COLOURS = 8
"""Colours that the page has for curves."""

MAX_CURVES = 24
"""Groups that a chart shows."""

MAX_POINTS = 300
"""Steps of a curve that are drawn."""

CLOSE = 2.0
"""Pixels between curves that can't be told apart."""

HIDDEN = 0.2
"""The share of a curve that another may hide before that is dashed."""

DASHES = ("", "7 5", "2 4", "10 4 2 4")
"""Dashes of a curve, by the number of curves that it would hide."""

LINE_HEIGHT = 15.0
"""Pixels from one name at a curve's end to the next."""

CHARACTER = 7.3
"""Pixels of a character: names are in a monospaced font, and digits are no wider."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The course of a group.

    Attributes:
        name: The group's name.
        index: Its number in the block, which decides its colour.
        steps: The steps at which all runs of the group have measured.
        estimates: The mean at each of them; None where a value is not finite.
        values: The least and the greatest value of any run at each step, where there are means.
    """

    name: str
    index: int
    steps: tuple[float, ...]
    estimates: tuple[Estimate | None, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ChartSize:
    """The size of a chart.

    Attributes:
        name: The class by which the page shows or hides it.
        width: Pixels.
        height: Pixels, unless the names need more.
    """

    name: str
    width: int
    height: int


SIZES = (ChartSize("wide", 760, 330), ChartSize("narrow", 340, 300))


@dataclass(frozen=True, slots=True)
class Chart:
    """The curves of a block.

    Attributes:
        images: An SVG image for each of `SIZES`.
        is_logarithmic: Whether the axis of the metric is.
        has_bands: Whether there are intervals.
        left_out: The names of groups that have no curve.
    """

    images: tuple[Markup, ...]
    is_logarithmic: bool
    has_bands: bool
    left_out: tuple[str, ...]


def chart(comparison: ArmComparison, block: Block) -> Chart | None:
    """Return the chart of a block; None if nothing has a course: all is measured once."""
    curves = [_curve(block, index, group) for index, group in enumerate(block.groups)]
    shown = [curve for curve in curves[:MAX_CURVES] if any(curve.estimates)]
    if not any(len(set(curve.steps)) > 1 for curve in shown):
        return None
    drawings = [_Drawing(comparison, shown, size) for size in SIZES]
    names = {curve.name for curve in shown}
    return Chart(
        tuple(drawing.image() for drawing in drawings),
        drawings[0].y.is_logarithmic,
        any(it and it.half_width is not None for curve in shown for it in curve.estimates),
        tuple(curve.name for curve in curves if curve.name not in names),
    )


def group_name(block: Block, group: Group) -> str:
    """Return what tells a group from the others of its block."""
    levels = [level for axis, level in group.levels.items() if axis not in block.levels]
    return "-".join(levels) or "all"


def _curve(block: Block, index: int, group: Group) -> Curve:
    runs = [{it.step: it.value for it in result.points} for result in group.measured]
    common = sorted(set.intersection(*map(set, runs))) if runs else []
    stride = math.ceil(len(common) / MAX_POINTS) or 1
    steps = common[::-stride][::-1]  # the last one is always among them
    estimates: list[Estimate | None] = []
    extremes: list[float] = []
    for step in steps:
        values = [run[step] for run in runs]
        is_finite = all(map(math.isfinite, values))
        estimates.append(estimate(values) if is_finite else None)
        extremes += [min(values), max(values)] if is_finite else []
    name = group_name(block, group)
    return Curve(name, index, tuple(steps), tuple(estimates), tuple(extremes))


class _Drawing:
    """A chart in one size.

    Args:
        comparison: What is shown.
        curves: The curves, each with a mean at one step at least.
        size: The size.
    """

    def __init__(self, comparison: ArmComparison, curves: Sequence[Curve], size: ChartSize) -> None:
        self._metric = comparison.metric
        self._curves = curves
        self._size = size
        longest = max(len(curve.name) for curve in curves)
        self._right = min(longest * CHARACTER + 18, size.width * 0.42)
        self._top, bottom = 26.0, 36.0
        needed = self._top + bottom + len(curves) * LINE_HEIGHT
        self._height = max(float(size.height), needed)
        self._bottom = self._height - bottom
        values = [value for curve in curves for value in curve.values]
        self.y = fitting_axis(values, self._bottom, self._top, may_be_logarithmic=True)
        self._ticks = [(tick_text(value), self.y.pixel(value)) for value in self.y.ticks(5)]
        self._left = max(len(text) for text, _ in self._ticks) * CHARACTER + 10
        steps = [step for curve in curves for step in curve.steps]
        self.x = fitting_axis(steps, self._left, size.width - self._right)

    def image(self) -> Markup:
        """Return the chart as SVG, all text escaped."""
        width = self._size.width
        ends = ", ".join(self._end(curve) for curve in self._curves)
        label = f"{self._metric} by step; at the end: {ends}"
        parts = (
            f'<svg class="curves {self._size.name}" viewBox="0 0 {width} {self._height:.0f}" ',
            f'role="img" aria-label="{escape(visible(label))}">',
            *self._grid(),
            *(self._band(curve) for curve in self._curves),
            *self._lines(),
            *self._names(),
            "</svg>",
        )
        return Markup("".join(parts))  # noqa: S704 - all text in it is escaped

    def _end(self, curve: Curve) -> str:
        last = next(it for it in reversed(curve.estimates) if it is not None)
        return f"{curve.name} {last.mean:.3g}"

    def _grid(self) -> Iterator[str]:
        right = self._size.width - self._right
        for text, y in self._ticks:
            yield f'<path class="grid" d="M{self._left:.1f} {y:.1f}H{right:.1f}"/>'
            yield _text(self._left - 6, y + 4, text, "end")
        count = 6 if self._size.width > SIZES[-1].width else 3
        for value in self.x.ticks(count):
            x = self.x.pixel(value)
            yield f'<path class="grid" d="M{x:.1f} {self._bottom:.1f}v4"/>'
            yield _text(x, self._bottom + 17, tick_text(value), "middle")
        yield _text((self._left + right) / 2, self._height - 4, "step", "middle")
        kind = " (logarithmic)" if self.y.is_logarithmic else ""
        yield _text(0, 12, f"{self._metric}{kind}", "start")

    def _points(self, curve: Curve) -> list[tuple[float, float] | None]:
        return [
            None if it is None else (self.x.pixel(step), self.y.pixel(it.mean))
            for step, it in zip(curve.steps, curve.estimates, strict=True)
        ]

    def _band(self, curve: Curve) -> str:
        paths = []
        bounded = [it.mean if it and it.half_width is not None else None for it in curve.estimates]
        for indices in stretches(bounded):
            upper, lower = [], []
            for index in indices:
                it = curve.estimates[index]
                if it is not None and it.low is not None and it.high is not None:
                    x = self.x.pixel(curve.steps[index])
                    upper.append(f"{x:.1f} {self.y.pixel(it.high):.1f}")
                    lower.append(f"{x:.1f} {self.y.pixel(it.low):.1f}")
            paths.append(f"M{'L'.join([*upper, *reversed(lower)])}Z")
        if not paths:
            return ""
        return f'<path class="band c{curve.index % COLOURS}" d="{"".join(paths)}"/>'

    def _lines(self) -> Iterator[str]:
        drawn: list[Mapping[float, float]] = []
        for curve in self._curves:
            points = self._points(curve)
            colour = f"c{curve.index % COLOURS}"
            own = {
                step: it[1] for step, it in zip(curve.steps, points, strict=True) if it is not None
            }
            hidden = sum(_hides(own, other) for other in drawn)
            drawn.append(own)
            dash = DASHES[min(hidden, len(DASHES) - 1)]
            paths = []
            for indices in stretches([it and it[1] for it in points]):
                part = [it for it in points[indices.start : indices.stop] if it is not None]
                if len(part) == 1:
                    x, y = part[0]
                    yield f'<circle class="dot {colour}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
                else:
                    paths.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in part))
            if paths:
                dashes = f' stroke-dasharray="{dash}"' if dash else ""
                yield f'<path class="line {colour}" d="{"".join(paths)}"{dashes}/>'

    def _names(self) -> Iterator[str]:
        """Yield the names of the curves at their ends, each with a line to it if it had to move."""
        ends = []
        for curve in self._curves:
            x, y = next(it for it in reversed(self._points(curve)) if it is not None)
            ends.append((y, x, curve))
        ends.sort(key=lambda it: it[0])
        wanted = [y for y, _, _ in ends]
        places = spread(wanted, LINE_HEIGHT, self._top + 4, self._bottom)
        left = self._size.width - self._right
        fitting = int((self._right - 18) / CHARACTER)
        for (y, x, curve), place in zip(ends, places, strict=True):
            colour = f"c{curve.index % COLOURS}"
            if abs(place - y) > CLOSE or x < left - CLOSE:
                yield (
                    f'<path class="leader {colour}" '
                    f'd="M{x + 3:.1f} {y:.1f}L{left + 12:.1f} {place:.1f}"/>'
                )
            fits = len(curve.name) <= fitting
            name = curve.name if fits else f"{curve.name[: fitting - 1]}…"
            yield _text(left + 15, place + 4, name, "start", f"name {colour}")


def _hides(one: Mapping[float, float], other: Mapping[float, float]) -> bool:
    """Say whether a curve lies on another one for a good part of its length."""
    both = [abs(y - other[x]) < CLOSE for x, y in one.items() if x in other]
    return len(both) > 1 and sum(both) >= HIDDEN * len(both)


def _text(x: float, y: float, text: str, anchor: str, kind: str = "tick") -> str:
    where = f'class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f"<text {where}>{escape(visible(text))}</text>"
