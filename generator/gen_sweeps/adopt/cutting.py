"""Cuts aligned lines into what all files have and what differs: holes and branches."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import TypeAlias

from gen_sweeps.adopt.alignment import AlignedLine, brackets, name_of
from gen_sweeps.adopt.deriving import SIGNS, Derivations
from gen_sweeps.adopt.printed_values import written
from gen_sweeps.adopt.siblings import Sibling
from gen_sweeps.adopt.surroundings import Role, Surroundings
from gen_sweeps.spec.model import STRATEGY

_TOKEN = re.compile(
    r"(?<![\w.])-?\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?(?!\w)"
    r"|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[ \t]+|.",
    re.DOTALL,
)
_LONGEST_STATEMENT = 40
"""Lines that are looked at for the end of what a line opens."""

_LONGEST_LINE = 2_000
"""Characters of a line that is compared word by word."""

# What things cost, in characters that a person would have to read.
_PRINT = 7
_CONDITION = 34
_LISTED = 12
_NEW_PIECE = 30
_CUT_WORD = 26
_FEW_NAMES = 2
"""How many places with the name of the strategy are worth variables of their own."""
_UNLIKE = 1e9
_PROSE = 0.7
"""What a character of prose costs: nobody wants to read it in branches."""

_QUOTES = (re.compile(r'\A[rR]?("""|\'\'\')'), re.compile(r'("""|\'\'\')?\n\Z'))
"""What stands before and behind the text of a docstring on its first and last line."""


@dataclass(frozen=True)
class Blank:
    """A place that files fill differently.

    Attributes:
        role: What may stand there.
        values: What stands there, by the number of the file.
        starts: The offset at which it stands, likewise.
    """

    role: Role
    values: Mapping[int, str]
    starts: Mapping[int, int]

    @cached_property
    def vector(self) -> tuple[tuple[int, str], ...]:
        """What tells it from places that files fill in another way."""
        return tuple(sorted(self.values.items()))


@dataclass(frozen=True)
class Branch:
    """Text that only some files have."""

    files: frozenset[int]
    pieces: tuple[CutPiece, ...]


@dataclass(frozen=True)
class Fork:
    """A place at which files have one of several texts, or none.

    Attributes:
        files: The files that come here.
        branches: What they have; no file is in two of them.
    """

    files: frozenset[int]
    branches: tuple[Branch, ...]


CutPiece: TypeAlias = "str | Blank | Fork"


def blanks(pieces: Iterable[CutPiece]) -> Iterator[Blank]:
    """Yield the blanks of pieces, in the order of the text."""
    for piece in pieces:
        if isinstance(piece, Blank):
            yield piece
        elif isinstance(piece, Fork):
            for branch in piece.branches:
                yield from blanks(branch.pieces)


def forks(pieces: Iterable[CutPiece]) -> Iterator[Fork]:
    """Yield the forks of pieces, in the order of the text."""
    for piece in pieces:
        if isinstance(piece, Fork):
            yield piece
            for branch in piece.branches:
                yield from forks(branch.pieces)


def text_of_file(pieces: Iterable[CutPiece], file: int) -> str:
    """Return what a file has of pieces."""
    parts = []
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(piece)
        elif isinstance(piece, Blank):
            parts.append(piece.values[file])
        else:
            chosen = (it.pieces for it in piece.branches if file in it.files)
            parts.append(text_of_file(next(chosen, ()), file))
    return "".join(parts)


def located(
    pieces: Iterable[CutPiece], starts: Mapping[int, int]
) -> Iterator[tuple[Branch, Mapping[int, int]]]:
    """Yield the branches of pieces with where they start in each file that has them.

    Args:
        pieces: The pieces.
        starts: Where those start.
    """
    offsets = dict(starts)
    for piece in pieces:
        if isinstance(piece, Fork):
            for branch in piece.branches:
                own = {file: offsets[file] for file in branch.files}
                yield branch, own
                yield from located(branch.pieces, own)
        for file in offsets:
            offsets[file] += len(text_of_file([piece], file))


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
        self._prints_strategy = not siblings[0].is_python
        self._siblings = siblings
        self._places = places
        self._derivations = derivations
        self._whole = whole
        self._count = len(siblings)
        self._known: Counter[tuple[tuple[int, str], ...]] = Counter()
        self._flags: set[frozenset[int]] = set()
        self._cache: dict[tuple[tuple[int, str], ...], tuple[float, tuple[CutPiece, ...]] | None]
        self._cache = {}

    def cut(self, lines: Sequence[AlignedLine]) -> tuple[CutPiece, ...]:
        """Return the pieces that the lines of the family consist of.

        It is done twice: what is a variable at one place costs nothing more at another, and where
        much of the code has the name of its strategy, it may be printed anywhere.
        """
        pieces = self._cut_all(lines)
        named = {blank.vector for blank in blanks(pieces) if self._has_strategy(blank)}
        if not self._prints_strategy and len(named) > _FEW_NAMES:
            self._prints_strategy = True
            pieces = self._cut_all(lines)
        self._known = Counter(blank.vector for blank in blanks(pieces))
        self._flags = {branch.files for fork in forks(pieces) for branch in fork.branches}
        return self._cut_all(lines)

    def _cut_all(self, lines: Sequence[AlignedLine]) -> tuple[CutPiece, ...]:
        self._cache = {}
        _, pieces = self._cut(lines, frozenset(range(self._count)))
        return pieces

    # -- lines --

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
        return total, _joined(_with_one_fork(pieces))

    def _end(self, lines: Sequence[AlignedLine], start: int, files: frozenset[int]) -> int:
        """Return where the lines end that are to be cut together.

        These are lines that some files lack, and lines that open brackets unevenly.
        """
        if not files <= lines[start].files:
            rest = range(start, len(lines))
            return next((it for it in rest if files <= lines[it].files), len(lines))
        if lines[start].is_constant:
            return start + 1
        depths = dict.fromkeys(files, 0)
        for end in range(start, min(len(lines), start + _LONGEST_STATEMENT)):
            for file, line in lines[end].lines.items():
                depths[file] += brackets(line)
            if len(set(depths.values())) == 1:
                return end + 1
        return start + 1

    def _cut_common_line(
        self, line: AlignedLine, files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]]:
        if line.is_constant:
            text = next(iter(line.lines.values()))
            return float(len(text)), (text,)
        return self._cut_line(line) or self._by_text([line], files)

    def _cut_block(
        self, lines: Sequence[AlignedLine], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]]:
        """Cut lines that not all files have, or that open brackets unevenly."""
        ways = [self._by_text(lines, files)]
        if not any(files <= line.files for line in lines):
            ways.append(self._by_blocks(lines, files))
        patterns = self._by_presence(lines, files)
        if patterns is not None:
            ways.append(patterns)
        if prose := self._as_prose(lines, files):
            ways.append(prose)
        return min(ways, key=lambda way: way[0])

    def _by_text(
        self, lines: Sequence[AlignedLine], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]]:
        """Cut lines into a branch for each different text."""
        texts: dict[str, set[int]] = {}
        for file in sorted(files):
            own = "".join(line.lines[file] for line in lines if file in line.files)
            texts.setdefault(own, set()).add(file)
        branches = [Branch(frozenset(own), (text,)) for text, own in texts.items() if text]
        cost = sum(map(len, texts)) + _CONDITION * max(0, len(branches) - 2)
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
        texts = {
            file: "".join(line.lines[file] for line in lines if file in line.files)
            for file in sorted(files)
        }
        opening, closing = (_common_quotes(list(texts.values()), it) for it in _QUOTES)
        if not all(
            text[len(opening) : len(text) - len(closing)].strip() for text in texts.values()
        ):
            return None
        starts = {
            file: next(line.starts[file] for line in lines if file in line.files) + len(opening)
            for file in texts
        }
        values = {file: text[len(opening) : -len(closing)] for file, text in texts.items()}
        is_prose = all(
            self._places[file].role(start, start + len(values[file])) is Role.DOCSTRING
            for file, start in starts.items()
        )
        if not is_prose or written(Role.DOCSTRING, values, self._path) is None:
            return None
        blank = Blank(Role.DOCSTRING, values, starts)
        cost = _PROSE * self._blank_cost(blank) + len(opening) + len(closing)
        return cost, (opening, blank, closing) if opening else (blank, closing)

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
            return _CONDITION / 2
        for axis in self._derivations.grid.axes:
            levels = {axis.levels[file] for file in own}
            if not levels & {axis.levels[file] for file in files - own} and len(levels) == 1:
                return _CONDITION / 2 if len(own) > 1 else _CONDITION
        has_own = any(blanks(branch.pieces)) or key_of_branch(branch) is not None
        return _CONDITION + (0 if has_own else _LISTED * min(len(own), self._count - len(own)))

    # -- one line --

    @property
    def _path(self) -> str:
        return self._siblings[0].name

    def _cut_line(self, line: AlignedLine) -> tuple[float, tuple[CutPiece, ...]] | None:
        """Cut a line in the cheapest way; None if none leaves places that can be printed."""
        key = tuple(sorted(line.lines.items()))
        if key not in self._cache:
            self._cache[key] = self._cheapest(line)
        found = self._cache[key]
        if found is None:
            return None
        cost, pieces = found
        return cost, pieces

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
            cost = self._cost(mended, pieces) + 0.01 * number
            if best is None or cost < best[0]:
                best = cost, pieces
        return best

    def _all_splits(self, line: AlignedLine) -> Iterator[_SplitLine]:
        marked = self._derivations.marked(line.lines)
        if marked != line.lines and not any(map(SIGNS.search, line.lines.values())):
            named = _SplitLine.of(line, marked)
            yield named.unmarked(self._derivations)
            yield named.tidied().grown(r"\w").unmarked(self._derivations)
            yield self._with_values(named.unmarked(self._derivations).tidied())
        yield from self._splits(_SplitLine.of(line).tidied())

    def _splits(self, finest: _SplitLine) -> Iterator[_SplitLine]:
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

    def _with_contents(self, split: _SplitLine) -> _SplitLine:
        """Grow places to all that stands in their quotes, or in their comment."""
        index = 0
        while index < len(split.values):
            split = self._widened(split, index, contents=True) or split
            index += 1
        return split

    def _with_values(self, split: _SplitLine) -> _SplitLine:
        """Grow places to the whole values that have a name."""
        index = 0
        while index < len(split.values):
            split = self._widened(split, index, to_value=True) or split
            index += 1
        return split

    def _with_around(self, split: _SplitLine) -> _SplitLine:
        """Grow places to the expressions that they are parts of."""
        index = 0
        while index < len(split.values):
            if self._role(split, index) is not Role.EXPRESSION:
                split = self._widened(split, index) or split
            index += 1
        return split

    def _mended(self, split: _SplitLine) -> _SplitLine | None:
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

    def _role(self, split: _SplitLine, index: int) -> Role | None:
        """Return what may stand in a place in all files alike; None if it differs."""
        roles = set()
        for file, value in split.values[index].items():
            start = split.start_of(index, file)
            role = self._places[file].role(start, start + len(value))
            roles.add(role)
            if role is None or len(roles) > 1:
                return None
        return roles.pop()

    def _printed(self, split: _SplitLine, index: int) -> Role | None:
        """Return what may stand in a place, if templates can print what stands there."""
        role = self._role(split, index)
        values = split.values[index]
        if role is None:
            return None
        if not all(values.values()) and role is not Role.TEXT:
            return None
        return role if written(role, values, self._path) else None

    def _widened(
        self, split: _SplitLine, index: int, *, contents: bool = False, to_value: bool = False
    ) -> _SplitLine | None:
        """Grow a place to the least one around it that all files have alike; None without one."""
        common: dict[_Bounds, None] | None = None
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

    def _pieces(self, split: _SplitLine) -> tuple[CutPiece, ...] | None:
        pieces: list[CutPiece] = [split.constants[0]]
        for index, values in enumerate(split.values):
            role = self._role(split, index)
            if role is None:
                return None
            starts = {file: split.start_of(index, file) for file in values}
            pieces += [Blank(role, values, starts), split.constants[index + 1]]
        return _joined(pieces)

    # -- costs --

    def _cost(self, split: _SplitLine, pieces: Sequence[CutPiece]) -> float:
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
            cost += _PRINT + 8 if is_known else self._blank_cost(piece)
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
        return blank.role is Role.TEXT and not is_whole and self._has_strategy(blank)

    def _is_part_of_value(self, blank: Blank) -> bool:
        """Say whether a place is an item of what has a name on the same line."""
        file, start = next(iter(blank.starts.items()))
        value = self._places[file].value(start)
        return value is not None and value != (start, start + len(blank.values[file]))

    def _is_known(self, blank: Blank) -> bool:
        if self._follows(blank):
            return not self._is_identity_in_code(blank)
        return self._known[blank.vector] > (1 if self._known else 0)

    def _has_strategy(self, blank: Blank) -> bool:
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
        return bool(is_strategy) and blank.role is not Role.DOCSTRING and not self._prints_strategy

    def _blank_cost(self, blank: Blank) -> float:
        """Return what a place costs as a variable of its own."""
        if self._is_identity_in_code(blank):
            return _PRINT + _CONDITION
        found = written(blank.role, blank.values, self._path)
        if found is None:
            return _UNLIKE
        counts = Counter(found.sources.values())
        value, count = counts.most_common(1)[0]
        listed = sum((_LISTED + len(it)) * n for it, n in counts.items())
        if count > 1:
            listed -= (count - 1) * (_LISTED + len(value))
        for axis in self._derivations.grid.axes:
            cells: dict[str, Counter[str]] = {}
            for file, source in found.sources.items():
                cells.setdefault(axis.levels[file], Counter())[source] += 1
            if len(cells) < len(blank.values):
                by_level = sum(
                    (_LISTED + len(it)) * (1 if place == 0 else n)
                    for cell in cells.values()
                    for place, (it, n) in enumerate(cell.most_common())
                )
                listed = min(listed, by_level)
        if blank.role is not Role.EXPRESSION and (
            pattern := self._derivations.pattern(blank.values)
        ):
            exceptions = (_LISTED + len(blank.values[it]) for it in pattern.exceptions)
            listed = min(listed, _LISTED + len(pattern.text) + sum(exceptions))
        plain = found.filter in ("", "docstring")
        return _PRINT + 10 + listed + (0 if plain else 6)


def _common_quotes(texts: Sequence[str], quotes: re.Pattern[str]) -> str:
    """Return the quotes that all texts have at the same end; empty if they differ."""
    found = {match[0] if (match := quotes.search(text)) else "" for text in texts}
    return found.pop() if len(found) == 1 else ""


def _joined(pieces: Iterable[CutPiece]) -> tuple[CutPiece, ...]:
    """Return pieces without empty texts, and with texts in a row as one."""
    joined: list[CutPiece] = []
    for piece in pieces:
        if piece == "":
            continue
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        else:
            joined.append(piece)
    return tuple(joined)


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
        Branch(it.files, _joined([*before.get(it.files, ()), *after.get(it.files, ())]))
        for it in longer.branches
    ]
    return Fork(first.files, tuple(branches))


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Where a place starts and ends, told by the texts between places.

    Attributes:
        first: The index of the text that it starts in.
        start: The offset in that text.
        last: The index of the text that it ends in.
        end: The offset in that one.
    """

    first: int
    start: int
    last: int
    end: int

    def spans(self, index: int) -> bool:
        """Say whether a place between texts is inside."""
        return self.first <= index < self.last


@dataclass(frozen=True)
class _SplitLine:
    """A line, cut.

    Attributes:
        constants: What all files have: before, between and behind the places.
        values: What stands in each place, by the number of the file.
        starts: The offset at which the line starts, likewise.
    """

    constants: tuple[str, ...]
    values: tuple[Mapping[int, str], ...]
    starts: Mapping[int, int]

    @classmethod
    def of(cls, line: AlignedLine, lines: Mapping[int, str] | None = None) -> _SplitLine:
        """Return a line cut as finely as its words allow.

        Args:
            line: The line.
            lines: What it is in each file, if that has been marked.
        """
        lines = lines or line.lines
        counts = Counter(lines.values())
        constants, between = _common_words([text for text, _ in counts.most_common()])
        values = tuple({file: texts[text] for file, text in lines.items()} for texts in between)
        return cls(tuple(constants), values, line.starts)

    def unmarked(self, derivations: Derivations) -> _SplitLine:
        """Return the line with places where signs stand for what follows from files' names."""

        def spelled(text: str, file: int) -> str:
            return SIGNS.sub(lambda sign: derivations.spelled(sign[0], file), text)

        constants = [""]
        values: list[Mapping[int, str]] = []
        for index, text in enumerate(self.constants):
            if index:
                place = self.values[index - 1]
                values.append({file: spelled(value, file) for file, value in place.items()})
                constants.append("")
            for part in SIGNS.split(text):
                if SIGNS.fullmatch(part):
                    values.append({file: spelled(part, file) for file in self.starts})
                    constants.append("")
                else:
                    constants[-1] += part
        return _SplitLine(tuple(constants), tuple(values), self.starts)

    def start_of(self, index: int, file: int) -> int:
        """Return the offset in a file at which a place starts."""
        before = sum(map(len, self.constants[: index + 1]))
        return self.starts[file] + before + sum(len(it[file]) for it in self.values[:index])

    def bounds(self, file: int, start: int, end: int) -> _Bounds | None:
        """Return the bounds of a place in a file; None if they are not in what all files have."""
        first = last = None
        offset = self.starts[file]
        for index, text in enumerate(self.constants):
            if offset <= start <= offset + len(text) and start < offset + len(text) + 1:
                first = (index, start - offset)
            if last is None and offset <= end <= offset + len(text):
                last = (index, end - offset)
            offset += len(text)
            if index < len(self.values):
                offset += len(self.values[index][file])
        if first is None or last is None or first[0] >= last[0]:
            return None
        return _Bounds(*first, *last)

    def merged(self, bounds: _Bounds) -> _SplitLine:
        """Return the line with all that is within bounds as one place."""
        first, last = bounds.first, bounds.last
        head, tail = self.constants[first][bounds.start :], self.constants[last][: bounds.end]
        inner = self.constants[first + 1 : last]

        def joined(file: int) -> str:
            parts = [head, self.values[first][file]]
            for text, values in zip(inner, self.values[first + 1 : last], strict=True):
                parts += [text, values[file]]
            return "".join([*parts, tail])

        values = {file: joined(file) for file in self.starts}
        return _SplitLine(
            (
                *self.constants[:first],
                self.constants[first][: bounds.start],
                self.constants[last][bounds.end :],
                *self.constants[last + 1 :],
            ),
            (*self.values[:first], values, *self.values[last:]),
            self.starts,
        )

    def tidied(self) -> _SplitLine:
        """Return the line without places that are empty or equal in all files, and in a row."""
        constants, values = [self.constants[0]], list[Mapping[int, str]]()
        for place, text in zip(self.values, self.constants[1:], strict=True):
            distinct = set(place.values())
            if len(distinct) == 1:
                constants[-1] += distinct.pop() + text
            elif values and not constants[-1]:
                before = values[-1]
                values[-1] = {file: before[file] + place[file] for file in place}
                constants[-1] = text
            else:
                values.append(place)
                constants.append(text)
        return _SplitLine(tuple(constants), tuple(values), self.starts)

    def grown(self, characters: str) -> _SplitLine:
        """Return the line with places grown over the characters beside them."""
        split = self
        index = 0
        while index < len(split.values):
            before, after = split.constants[index], split.constants[index + 1]
            left = re.search(f"(?:{characters})*\\Z", before)
            right = re.match(f"(?:{characters})*", after)
            bounds = _Bounds(
                index, left.start() if left else len(before), index + 1, right.end() if right else 0
            )
            split = split.merged(bounds)
            if index and not split.constants[index]:
                split = split.tidied()
                index -= 1
            index += 1
        return split.tidied()

    def bridged(self, most: int) -> _SplitLine:
        """Return the line with places joined that little stands between, and no `=`."""
        split = self
        index = 1
        while index < len(split.values):
            between = split.constants[index]
            if len(between) <= most and "=" not in between and '"' not in between:
                ends = _Bounds(index - 1, len(split.constants[index - 1]), index + 1, 0)
                split = split.merged(ends)
            else:
                index += 1
        return split


def _common_words(variants: Sequence[str]) -> tuple[list[str], list[dict[str, str]]]:
    """Return the words that texts have in common, and what each has between them."""
    first = _TOKEN.findall(variants[0])
    tokens = {variants[0]: first}
    found: dict[str, dict[int, int]] = {variants[0]: {it: it for it in range(len(first))}}
    common = set(range(len(first)))
    for variant in variants[1:]:
        own = tokens[variant] = _TOKEN.findall(variant)
        blocks = SequenceMatcher(None, first, own, autojunk=False).get_matching_blocks()
        found[variant] = {a + it: b + it for a, b, size in blocks for it in range(size)}
        common &= found[variant].keys()
    constants = [""]
    between = []
    ends = dict.fromkeys(variants, 0)
    for index in [*sorted(common), None]:
        here = {it: len(tokens[it]) if index is None else found[it][index] for it in variants}
        texts = {it: "".join(tokens[it][ends[it] : here[it]]) for it in variants}
        if any(texts.values()):
            between.append(texts)
            constants.append("")
        if index is not None:
            constants[-1] += first[index]
            ends = {it: at + 1 for it, at in here.items()}
    return constants, between


def key_of_branch(branch: Branch) -> str | None:
    """Return the name that the first line of a branch sets, if it is its only line."""
    text = text_of_file(branch.pieces, min(branch.files))
    lines = [line for line in text.splitlines() if line.strip()]
    return name_of(lines[0]) if len(lines) == 1 else None
