"""Cuts one line of all files that have it, in the way that costs least."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from gen_sweeps.adopt.alignment import AlignedLine
from gen_sweeps.adopt.costs import Costs
from gen_sweeps.adopt.deriving import SIGNS, Derivations
from gen_sweeps.adopt.pieces import Blank, CutPiece, joined
from gen_sweeps.adopt.printed_values import written
from gen_sweeps.adopt.split_lines import Bounds, SplitLine
from gen_sweeps.adopt.surroundings import Role, Surroundings

_LONGEST_LINE = 2_000
"""Characters of a line that is compared word by word."""


class LineCutter:
    """Cuts the lines of one family, each by itself.

    Args:
        path: The name of a file of the family.
        places: What can be asked of each file.
        derivations: What follows from their names.
        costs: What places cost.
        whole: The lines that are not to be cut, by the number of a file and the offset of a line.
    """

    def __init__(
        self,
        path: str,
        places: Sequence[Surroundings],
        derivations: Derivations,
        costs: Costs,
        whole: frozenset[tuple[int, int]],
    ) -> None:
        self._path = path
        self._places = places
        self._derivations = derivations
        self._costs = costs
        self._whole = whole
        self._cache: dict[tuple[tuple[int, str], ...], tuple[float, tuple[CutPiece, ...]] | None]
        self._cache = {}

    def forget(self) -> None:
        """Cut lines anew, because places cost something else now."""
        self._cache = {}

    def cut(self, line: AlignedLine) -> tuple[float, tuple[CutPiece, ...]] | None:
        """Cut a line in the cheapest way; None if none leaves places that can be printed."""
        key = tuple(sorted(line.lines.items()))
        if key not in self._cache:
            self._cache[key] = self._cheapest(line)
        return self._cache[key]

    def _cheapest(self, line: AlignedLine) -> tuple[float, tuple[CutPiece, ...]] | None:
        if any((file, start) in self._whole for file, start in line.starts.items()):
            return None
        if max(map(len, line.lines.values())) > _LONGEST_LINE:
            return None
        best: tuple[float, tuple[CutPiece, ...]] | None = None
        seen = set()
        for number, split in enumerate(self._all_splits(line)):
            mended = self._mended(split)
            if mended is None or mended.constants in seen:
                continue
            seen.add(mended.constants)
            pieces = self._pieces(mended)
            if pieces is None:
                continue
            cost = self._costs.of_line(mended, pieces) + 0.01 * number
            if best is None or cost < best[0]:
                best = cost, pieces
        return best

    def _all_splits(self, line: AlignedLine) -> Iterator[SplitLine]:
        marked = self._derivations.marked(line.lines)
        if marked != line.lines and not any(map(SIGNS.search, line.lines.values())):
            named = SplitLine.of(line, marked)
            yield named.unmarked(self._derivations)
            yield named.tidied().grown(r"\w").unmarked(self._derivations)
            yield self._with_values(named.unmarked(self._derivations).tidied())
        yield from self._splits(SplitLine.of(line).tidied())

    def _splits(self, finest: SplitLine) -> Iterator[SplitLine]:
        """Yield ways to cut a line, from the finest to the coarsest."""
        yield finest
        yield finest.grown(r"\w")
        yield finest.grown(r"[\w./-]")
        yield finest.bridged(3)
        yield finest.grown(r"\w").bridged(3)
        yield finest.grown(r"[^\s'\"(),=\[\]{}:]")
        yield finest.grown(r"\w").bridged(80)
        yield self._with_contents(finest)
        yield self._with_values(finest)
        yield self._with_around(finest)
        yield self._with_around(finest.grown(r"\w").bridged(80))

    def _with_contents(self, split: SplitLine) -> SplitLine:
        """Grow places to all that stands in their quotes, or in their comment."""
        return _each(split, partial(self._widened, contents=True))

    def _with_values(self, split: SplitLine) -> SplitLine:
        """Grow places to the whole values that have a name."""
        return _each(split, partial(self._widened, to_value=True))

    def _with_around(self, split: SplitLine) -> SplitLine:
        """Grow places to the expressions that they are parts of."""

        def widened(split: SplitLine, index: int) -> SplitLine | None:
            is_whole = self._role(split, index) is Role.EXPRESSION
            return None if is_whole else self._widened(split, index)

        return _each(split, widened)

    def _mended(self, split: SplitLine) -> SplitLine | None:
        """Grow places that can't be filled on their own to the least that can."""
        index = 0
        while index < len(split.values):
            steps = 0
            while self._printed(split, index) is None:
                wider = self._widened(split, index)
                steps += 1
                if wider is None or steps > 6:  # noqa: PLR2004 - deeper, and the line is clearer
                    return None
                index = min(index, len(wider.values) - 1)
                split = wider
            index += 1
        return split

    def _role(self, split: SplitLine, index: int) -> Role | None:
        """Return what may stand in a place in all files alike; None if it differs."""
        roles = set()
        for file, value in split.values[index].items():
            start = split.start_of(index, file)
            role = self._places[file].role(start, start + len(value))
            roles.add(role)
            if role is None or len(roles) > 1:
                return None
        return roles.pop()

    def _printed(self, split: SplitLine, index: int) -> Role | None:
        """Return what may stand in a place, if templates can print what stands there."""
        role = self._role(split, index)
        values = split.values[index]
        if role is None:
            return None
        if not all(values.values()) and role is not Role.TEXT:
            return None
        return role if written(role, values, self._path) else None

    def _widened(
        self, split: SplitLine, index: int, *, contents: bool = False, to_value: bool = False
    ) -> SplitLine | None:
        """Grow a place to the least one around it that all files have alike; None without one."""
        common: dict[Bounds, None] | None = None
        for file, value in split.values[index].items():
            start = split.start_of(index, file)
            end = start + len(value)
            spans: Iterable[tuple[int, int]]
            if contents:
                inner = self._places[file].contents(start)
                spans = [inner] if inner else []
            elif to_value:
                inner = self._places[file].value(start)
                spans = [inner] if inner else []
            else:
                spans = self._places[file].around(start, end)
            bounds = [split.bounds(file, *span) for span in spans]
            found = dict.fromkeys(bound for bound in bounds if bound and bound.spans(index))
            common = found if common is None else {it: None for it in common if it in found}
            if not common:
                return None
        for bound in common or ():
            wider = split.merged(bound)
            if wider != split:
                return wider
        return None

    def _pieces(self, split: SplitLine) -> tuple[CutPiece, ...] | None:
        pieces: list[CutPiece] = [split.constants[0]]
        for index, values in enumerate(split.values):
            role = self._role(split, index)
            if role is None:
                return None
            starts = {file: split.start_of(index, file) for file in values}
            pieces += [Blank(role, values, starts), split.constants[index + 1]]
        return joined(pieces)


def _each(split: SplitLine, widened: Callable[[SplitLine, int], SplitLine | None]) -> SplitLine:
    """Return a line with each place in turn grown, where it can be."""
    index = 0
    while index < len(split.values):
        split = widened(split, index) or split
        index += 1
    return split
