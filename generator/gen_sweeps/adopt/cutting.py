"""Cuts aligned lines into what all files have and what differs: holes and branches."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gen_sweeps.adopt.alignment import AlignedLine, brackets
from gen_sweeps.adopt.costs import CONDITION, LISTED, Costs
from gen_sweeps.adopt.deriving import Derivations
from gen_sweeps.adopt.line_cutting import LineCutter
from gen_sweeps.adopt.pieces import (
    Blank,
    Branch,
    CutPiece,
    Fork,
    blanks,
    forks,
    joined,
    key_of_branch,
)
from gen_sweeps.adopt.printed_values import written
from gen_sweeps.adopt.siblings import Sibling
from gen_sweeps.adopt.surroundings import Naming, Role, Surroundings

_LONGEST_STATEMENT = 40
"""Lines that are looked at for the end of what a line opens."""

_FEW_NAMES = 2
"""How many places with the name of the strategy are worth variables of their own."""
_MOST_OF_ONE = 6
"""Variables that the lines of one value may have; more, and the whole value reads better."""
_PROSE = 0.7
"""What a character of prose costs: nobody wants to read it in branches."""

_QUOTES = (re.compile(r'\A([rR]?("""|\'\'\')|\n+)'), re.compile(r'("""|\'\'\')?\n\Z'))
"""What stands before and behind the text of a docstring on its first and last line."""


class Cutter:
    """Cuts the lines of one family.

    Args:
        siblings: The files.
        places: What can be asked of each of them.
        derivations: What follows from their names.
        whole: The lines that are not to be cut, by the number of a file and the offset of a line.
    """

    def __init__(
        self,
        siblings: Sequence[Sibling],
        places: Sequence[Surroundings],
        derivations: Derivations,
        whole: frozenset[tuple[int, int]] = frozenset(),
    ) -> None:
        self._path = siblings[0].name
        self._places = places
        self._derivations = derivations
        self._count = len(siblings)
        self._flags: set[frozenset[int]] = set()
        self._crowded: set[Naming] = set()
        self._costs = Costs(
            self._path, places, derivations, prints_strategy=not siblings[0].is_python
        )
        self._line_cutter = LineCutter(self._path, places, derivations, self._costs, whole)

    def cut(self, lines: Sequence[AlignedLine]) -> tuple[CutPiece, ...]:
        """Return the pieces that the lines of the family consist of.

        It is done twice: what is a variable at one place costs nothing more at another; where much
        of the code has the name of its strategy, that may be printed anywhere; and a value in which
        too much differs stays whole.
        """
        pieces = self._cut_all(lines)
        named = {blank.vector for blank in blanks(pieces) if self._costs.has_strategy(blank)}
        if not self._costs.prints_strategy and len(named) > _FEW_NAMES:
            self._costs.prints_strategy = True
            pieces = self._cut_all(lines)
        self._costs.known = Counter(blank.vector for blank in blanks(pieces))
        self._flags = {branch.files for fork in forks(pieces) for branch in fork.branches}
        vectors: dict[Naming, set[object]] = {}
        for blank in blanks(pieces):
            vectors.setdefault(self._naming(blank.starts), set()).add(blank.vector)
        self._crowded = {it for it, own in vectors.items() if it.key and len(own) > _MOST_OF_ONE}
        return self._cut_all(lines)

    def _cut_all(self, lines: Sequence[AlignedLine]) -> tuple[CutPiece, ...]:
        self._line_cutter.forget()
        _, pieces = self._cut(lines, frozenset(range(self._count)))
        return pieces

    def _cut(
        self, lines: Sequence[AlignedLine], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]]:
        pieces: list[CutPiece] = []
        total = 0.0
        mine = [line.within(files) for line in lines if line.files & files]
        index = 0
        while index < len(mine):
            end = self._end(mine, index, files)
            cost, found = (
                self._cut_common_line(mine[index], files)
                if end == index + 1 and files <= mine[index].files
                else self._cut_block(mine[index:end], files)
            )
            total += cost
            pieces += found
            index = end
        return total, joined(_with_one_fork(pieces))

    def _end(self, lines: Sequence[AlignedLine], start: int, files: frozenset[int]) -> int:
        """Return where the lines end that are to be cut together.

        These are lines that some files lack, and lines that open brackets unevenly.
        """
        if not files <= lines[start].files:
            rest = range(start, len(lines))
            end = next((it for it in rest if files <= lines[it].files), len(lines))
            return self._end_of_prose(lines, end, files) if self._is_prose(lines[start]) else end
        if lines[start].is_constant:
            return start + 1
        if value := self._crowded_value(lines[start]):
            rest = range(start, len(lines))
            return next((it for it in rest if self._crowded_value(lines[it]) != value), len(lines))
        depths = dict.fromkeys(files, 0)
        for end in range(start, min(len(lines), start + _LONGEST_STATEMENT)):
            for file, line in lines[end].lines.items():
                depths[file] += brackets(line)
            if len(set(depths.values())) == 1:
                return end + 1
        return start + 1

    def _naming(self, starts: Mapping[int, int]) -> Naming:
        file, start = min(starts.items())
        return self._places[file].naming(start)

    def _crowded_value(self, line: AlignedLine) -> Naming | None:
        """Return what the value is called that a line is a part of, if too much in it differs."""
        if not self._crowded:
            return None
        file, text = min(line.lines.items())
        first = line.starts[file] + len(text) - len(text.lstrip())
        last = line.starts[file] + max(len(text.rstrip()) - 1, 0)
        for offset in (first, last):
            if (naming := self._places[file].naming(offset)) in self._crowded:
                return naming
        return None

    def _end_of_prose(self, lines: Sequence[AlignedLine], start: int, files: frozenset[int]) -> int:
        """Return where the paragraphs of a docstring end that are not the same in all files."""
        end = start
        for index in range(start, len(lines)):
            line = lines[index]
            if not self._is_prose(line):
                break
            if not line.is_constant or not files <= line.files:
                end = index + 1
            elif any(map(str.strip, line.lines.values())):
                break
        return end

    def _is_prose(self, line: AlignedLine) -> bool:
        """Say whether a line starts in the docstring of its files."""
        starts = line.starts.items()
        return all(self._places[file].role(at, at) is Role.DOCSTRING for file, at in starts)

    def _cut_common_line(
        self, line: AlignedLine, files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]]:
        if line.is_constant:
            text = next(iter(line.lines.values()))
            return float(len(text)), (text,)
        return self._line_cutter.cut(line) or self._by_text([line], files)

    def _cut_block(
        self, lines: Sequence[AlignedLine], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]]:
        """Cut lines that not all files have, or that open brackets unevenly."""
        if len(lines) > 1 and self._crowded_value(lines[0]):
            return self._by_text(lines, files)
        ways = [self._by_text(lines, files)]
        if not any(files <= line.files for line in lines):
            ways.append(self._by_blocks(lines, files))
        if patterns := self._by_presence(lines, files):
            ways.append(patterns)
        if prose := self._as_prose(lines, files):
            ways.append(prose)
        return min(ways, key=lambda way: way[0])

    def _by_text(
        self, lines: Sequence[AlignedLine], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]]:
        """Cut lines into a branch for each different text."""
        texts: dict[str, set[int]] = {}
        for file, own in _texts(lines, files).items():
            texts.setdefault(own, set()).add(file)
        branches = [Branch(frozenset(own), (text,)) for text, own in texts.items() if text]
        cost = sum(map(len, texts)) + CONDITION * max(0, len(branches) - 2)
        return self._forked(cost, branches, files)

    def _by_blocks(
        self, lines: Sequence[AlignedLine], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]]:
        """Cut lines into blocks of the same files; neighbours that exclude each other fork."""
        blocks: list[list[AlignedLine]] = []
        for line in lines:
            if blocks and blocks[-1][-1].files == line.files:
                blocks[-1].append(line)
            else:
                blocks.append([line])
        total = 0.0
        pieces: list[CutPiece] = []
        index = 0
        while index < len(blocks):
            branches: list[Branch] = []
            used = frozenset[int]()
            cost = 0.0
            while index < len(blocks) and not blocks[index][0].files & used:
                own = blocks[index][0].files
                inner, found = self._cut(blocks[index], own)
                cost += inner
                branches.append(Branch(own, found))
                used |= own
                index += 1
            cost, forked = self._forked(cost, branches, files)
            total += cost
            pieces += forked
        return total, tuple(pieces)

    def _by_presence(
        self, lines: Sequence[AlignedLine], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]] | None:
        """Cut lines into a branch for each set of lines that files have of them."""
        patterns: dict[tuple[object, ...], set[int]] = {}
        for file in sorted(files):
            has = tuple((file in line.files) and ("", brackets(line.lines[file])) for line in lines)
            patterns.setdefault(has, set()).add(file)
        if len(patterns) > 9 or len(patterns) == 1:  # noqa: PLR2004 - more, and a table is clearer
            return None
        branches = []
        total = 0.0
        for present, own in sorted(patterns.items(), key=lambda it: (-len(it[1]), min(it[1]))):
            if not any(present):
                continue
            mine = [line for line, is_there in zip(lines, present, strict=True) if is_there]
            cost, found = self._cut(mine, frozenset(own))
            total += cost
            branches.append(Branch(frozenset(own), found))
        return self._forked(total, branches, files)

    def _as_prose(
        self, lines: Sequence[AlignedLine], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]] | None:
        """Take lines of the module's docstring as one text, if all files have some."""
        texts = _texts(lines, files)
        opening, closing = (_common_quotes(list(texts.values()), it) for it in _QUOTES)
        first = len(opening)
        values = {file: text[first : len(text) - len(closing)] for file, text in texts.items()}
        if not all(map(str.strip, values.values())):
            return None
        starts = {
            file: next(line.starts[file] for line in lines if file in line.files) + first
            for file in texts
        }
        is_prose = all(
            self._places[file].role(start, start + len(values[file])) is Role.DOCSTRING
            for file, start in starts.items()
        )
        if not is_prose or written(Role.DOCSTRING, values, self._path) is None:
            return None
        blank = Blank(Role.DOCSTRING, values, starts)
        cost = _PROSE * self._costs.of_blank(blank) + len(opening) + len(closing)
        return cost, (opening, blank, closing)

    def _forked(
        self, cost: float, branches: list[Branch], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]]:
        """Return branches as a fork, the least particular one last if one has to be taken."""
        if len(branches) == 1 and branches[0].files == files:
            return cost, branches[0].pieces
        covered = frozenset[int]().union(*(branch.files for branch in branches))
        if covered == files:
            branches = sorted(branches, key=lambda it: (len(it.files), min(it.files)))
        conditions = branches[:-1] if covered == files else branches
        cost += 12 + sum(self._condition_cost(branch, files) for branch in conditions)
        return cost, (Fork(files, tuple(branches)),)

    def _condition_cost(self, branch: Branch, files: frozenset[int]) -> float:
        own = branch.files
        if own in self._flags:
            return CONDITION / 2
        for axis in self._derivations.grid.axes:
            levels = {axis.levels[file] for file in own}
            if not levels & {axis.levels[file] for file in files - own} and len(levels) == 1:
                return CONDITION / 2 if len(own) > 1 else CONDITION
        has_own = any(blanks(branch.pieces)) or key_of_branch(branch) is not None
        return CONDITION + (0 if has_own else LISTED * min(len(own), self._count - len(own)))


def _texts(lines: Sequence[AlignedLine], files: frozenset[int]) -> dict[int, str]:
    """Return what each file has of lines."""
    return {
        file: "".join(line.lines[file] for line in lines if file in line.files)
        for file in sorted(files)
    }


def _common_quotes(texts: Sequence[str], quotes: re.Pattern[str]) -> str:
    """Return the quotes that all texts have at the same end; empty if they differ."""
    found = {match[0] if (match := quotes.search(text)) else "" for text in texts}
    return found.pop() if len(found) == 1 else ""


def _with_one_fork(pieces: Iterable[CutPiece]) -> Iterator[CutPiece]:
    """Yield pieces with forks in a row as one, where the same files go together in both."""
    last: CutPiece = ""
    for piece in pieces:
        if isinstance(last, Fork) and isinstance(piece, Fork):
            sets = [{branch.files for branch in fork.branches} for fork in (last, piece)]
            if last.files == piece.files and (sets[0] <= sets[1] or sets[1] <= sets[0]):
                last = _one_fork(last, piece)
                continue
        yield last
        last = piece
    yield last


def _one_fork(first: Fork, second: Fork) -> Fork:
    """Return two forks in a row as one."""
    longer = first if len(first.branches) >= len(second.branches) else second
    before, after = ({it.files: it.pieces for it in fork.branches} for fork in (first, second))
    branches = [
        Branch(it.files, joined([*before.get(it.files, ()), *after.get(it.files, ())]))
        for it in longer.branches
    ]
    return Fork(first.files, tuple(branches))
