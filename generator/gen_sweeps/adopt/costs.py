"""What it costs to print a place as a variable, in characters that a person would have to read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from gen_sweeps.adopt.deriving import Derivations
from gen_sweeps.adopt.pieces import Blank, CutPiece
from gen_sweeps.adopt.printed_values import written
from gen_sweeps.adopt.split_lines import SplitLine
from gen_sweeps.adopt.surroundings import Role, Surroundings
from gen_sweeps.spec.model import STRATEGY

CONDITION = 34
"""What a condition costs."""

LISTED = 12
"""What it costs to give a strategy or a file something, besides what it is given."""

_PRINT = 7
_NEW_PIECE = 30
_CUT_WORD = 26
_UNLIKE = 1e9


class Costs:
    """What the places of one family cost.

    Args:
        path: The name of a file of the family.
        places: What can be asked of each file.
        derivations: What follows from their names.
        prints_strategy: Whether templates may print the strategy's name anywhere.

    Attributes:
        known: How often the family has places that files fill like this; they cost nothing more.
        prints_strategy: As given, until it turns out that much of the code has that name.
    """

    def __init__(
        self,
        path: str,
        places: Sequence[Surroundings],
        derivations: Derivations,
        *,
        prints_strategy: bool,
    ) -> None:
        self._path = path
        self._places = places
        self._derivations = derivations
        self.prints_strategy = prints_strategy
        self.known: Counter[tuple[tuple[int, str], ...]] = Counter()

    def of_line(self, split: SplitLine, pieces: Sequence[CutPiece]) -> float:
        """Return what a line costs in the way that it is cut."""
        cost = float(sum(map(len, split.constants)))
        new = 0
        vectors = set()
        index = 0
        for piece in pieces:
            if isinstance(piece, str):
                if re.search(r"[=:,]\s|\w=", piece):
                    new = 0
                continue
            if not isinstance(piece, Blank):
                continue
            before, after = split.constants[index][-1:], split.constants[index + 1][:1]
            index += 1
            is_known = self._is_known(piece) or piece.vector in vectors
            vectors.add(piece.vector)
            cost += _PRINT + 8 if is_known else self.of_blank(piece)
            if is_known:
                continue
            cost += _NEW_PIECE * self._is_part_of_pattern(piece)
            new += 1
            cost += _NEW_PIECE * (new > 1)
            filled = [value for value in piece.values.values() if value]
            cuts = (before.isalnum() and any(it[0].isalnum() for it in filled)) or (
                after.isalnum() and any(it[-1].isalnum() for it in filled)
            )
            cost += _CUT_WORD * cuts
            if piece.role is Role.EXPRESSION and self._is_part_of_value(piece):
                cost += _NEW_PIECE + 20 * len(set(filled))
            if piece.role is Role.EXPRESSION and all(it[0] in "'\"" for it in filled):
                cost += 8  # the quotes belong into the template
            if piece.role is not Role.EXPRESSION:
                cost += _NEW_PIECE * any(not any(map(str.isalnum, it)) for it in filled)
            if piece.role is Role.WORDS:
                cost += 10 * any("," in it for it in filled)
        return cost

    def _is_part_of_pattern(self, blank: Blank) -> bool:
        """Say whether a place follows from the names of most files, and its quotes hold more."""
        file, start = next(iter(blank.starts.items()))
        inner = self._places[file].contents(start)
        is_whole = inner in (None, (start, start + len(blank.values[file])))
        return blank.role is Role.TEXT and not is_whole and self.has_strategy(blank)

    def _is_part_of_value(self, blank: Blank) -> bool:
        """Say whether a place is an item of what has a name on the same line."""
        file, start = next(iter(blank.starts.items()))
        value = self._places[file].value(start)
        return value is not None and value != (start, start + len(blank.values[file]))

    def _is_known(self, blank: Blank) -> bool:
        if self._follows(blank):
            return not self._is_identity_in_code(blank)
        return self.known[blank.vector] > (1 if self.known else 0)

    def has_strategy(self, blank: Blank) -> bool:
        """Say whether a place in code has the name of the strategy, or a text with it."""
        if blank.role is Role.DOCSTRING:
            return False
        pattern = self._derivations.pattern(blank.values)
        grid = self._derivations.grid
        return pattern is not None and any(
            axis.name == STRATEGY and f"{{{index}}}" in pattern.text
            for index, axis in enumerate(grid.axes)
        )

    def _follows(self, blank: Blank) -> bool:
        return self._derivations.exact(blank.values, blank.role) is not None

    def _is_identity_in_code(self, blank: Blank) -> bool:
        """Say whether a place in code of Python has the name of the strategy."""
        derived = self._derivations.exact(blank.values, blank.role)
        is_strategy = derived and self._derivations.grid.axes[derived.axis].name == STRATEGY
        return bool(is_strategy) and blank.role is not Role.DOCSTRING and not self.prints_strategy

    def of_blank(self, blank: Blank) -> float:
        """Return what a place costs as a variable of its own."""
        if self._is_identity_in_code(blank):
            return _PRINT + CONDITION
        found = written(blank.role, blank.values, self._path)
        if found is None:
            return _UNLIKE
        counts = Counter(found.sources.values())
        value, count = counts.most_common(1)[0]
        listed = sum((LISTED + len(it)) * n for it, n in counts.items())
        if count > 1:
            listed -= (count - 1) * (LISTED + len(value))
        for axis in self._derivations.grid.axes:
            cells: dict[str, Counter[str]] = {}
            for file, source in found.sources.items():
                cells.setdefault(axis.levels[file], Counter())[source] += 1
            if len(cells) < len(blank.values):
                by_level = sum(
                    (LISTED + len(it)) * (1 if place == 0 else n)
                    for cell in cells.values()
                    for place, (it, n) in enumerate(cell.most_common())
                )
                listed = min(listed, by_level)
        if blank.role is not Role.EXPRESSION and (
            pattern := self._derivations.pattern(blank.values)
        ):
            exceptions = (LISTED + len(blank.values[it]) for it in pattern.exceptions)
            listed = min(listed, LISTED + len(pattern.text) + sum(exceptions))
        plain = found.filter in ("", "docstring")
        return _PRINT + 10 + listed + (0 if plain else 6)
